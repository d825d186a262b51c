"""The grid API: OGC API Features and Tiles, CQL2, and an ordered feed of changes.

One declaration of each collection (``collections``, ``indicators``, ``town_layers``) makes its queryables, its schema, its
SQL, its tiles and its page of the data dictionary. ``service`` holds what a worker keeps: connections, cache, versions.
"""
