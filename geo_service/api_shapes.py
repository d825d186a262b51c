"""From the TypedDicts of ``schemas.answers`` to JSON schemas, with the sentence under each field as its description."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from types import GenericAlias
from typing import Any

from pydantic import ConfigDict, TypeAdapter
from typing_extensions import is_typeddict

from geo_service.schemas import answers

Schema = dict[str, Any]


def schemas_of(shapes: Iterable[Any], reference: str) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """Schema of each shape, and the named schemas they refer to (``reference`` with ``{model}``)."""
    asked: list[Any] = [(shape, "serialization", _in_a_list(shape)) for shape in shapes]
    found, named = TypeAdapter.json_schemas(asked, ref_template=reference)
    schemas = {name: _untitled(schema) for name, schema in named["$defs"].items()}
    for shape in declared():
        if shape.__name__ in schemas:
            _inherit(schemas[shape.__name__], shape, reference)
    return {shape: _untitled(schema["items"]) for (shape, _), schema in found.items()}, schemas


def _in_a_list(shape: Any) -> TypeAdapter[Any]:
    """In a list, because a TypedDict alone takes no configuration from outside."""
    listed: Any = GenericAlias(list, (shape,))
    return TypeAdapter(listed, config=ConfigDict(use_attribute_docstrings=True))


def declared() -> Iterator[Any]:
    """Every shape of the package of answers."""
    for place in pkgutil.iter_modules(answers.__path__, answers.__name__ + "."):
        module = importlib.import_module(place.name)
        yield from (s for s in vars(module).values() if is_typeddict(s) and s.__module__ == place.name)


def _inherit(schema: Schema, shape: Any, reference: str) -> None:
    """The sentences under the fields that a shape has from another: pydantic reads only those of the class itself."""
    for base in (base for base in getattr(shape, "__orig_bases__", ()) if is_typeddict(base)):
        above = _in_a_list(base).json_schema(ref_template=reference)["$defs"][base.__name__]
        _inherit(above, base, reference)
        for name, part in above["properties"].items():
            if "description" in part:
                schema["properties"][name].setdefault("description", part["description"])


def markdown(docstring: str) -> str:
    """Code as the document's readers mark it.

    >>> markdown("``no_data``: nothing to divide by")
    '`no_data`: nothing to divide by'
    """
    return docstring.replace("``", "`")


def _untitled(schema: Schema) -> Schema:
    """Without the titles that repeat a field's name in capitals."""
    kept = {key: value for key, value in schema.items() if key != "title"}
    if "description" in kept:
        kept["description"] = markdown(kept["description"])
    for key in ("properties", "$defs"):
        if key in kept:
            kept[key] = {name: _untitled(part) for name, part in kept[key].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = _untitled(kept[key])
    for key in ("anyOf", "prefixItems"):
        if key in kept:
            kept[key] = [_untitled(part) for part in kept[key]]
    return kept
