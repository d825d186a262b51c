"""What the routes under /api answer, one module per noun: shapes for the API's document, never carried out at run time.

A shape is a TypedDict; the sentence under a field is its description in the document (中文 / English, with unit and CRS).
Its name is the name in the document and in the console's generated types, so it is said once in the whole package.
"""
