"""The console is compiled against the API as it is: generated bodies and answers, and no address that nobody answers."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "map_ui" / "web" / "src"


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    place = importlib.util.spec_from_file_location("api_types", ROOT / "scripts" / "api_types.py")
    assert place
    assert place.loader
    module = importlib.util.module_from_spec(place)
    place.loader.exec_module(module)
    return module


def test_the_generated_types_are_those_of_the_routes(generator: ModuleType) -> None:
    written = (SOURCES / "generated" / "api.ts").read_text(encoding="utf-8")
    assert written == generator.source(generator.described()), "run scripts/api_types.py"


def test_a_type_is_written_as_typescript_writes_it(generator: ModuleType) -> None:
    assert (
        generator.typed({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]})
        == "string | null"
    )
    assert generator.typed({"type": "array", "items": {"enum": ["a", "b"]}}) == '("a" | "b")[]'
    assert (
        generator.typed({"type": "object", "additionalProperties": {"type": "integer"}})
        == "Record<string, number>"
    )
    assert generator.name_of("geo_service__routes__exports__Decision") == "ExportsDecision"
    pair = {"type": "array", "prefixItems": [{"type": "integer"}, {"$ref": "#/components/schemas/Duty"}]}
    assert generator.typed(pair) == "[number, Duty]"
    words = {
        "type": "object",
        "propertyNames": {"enum": ["a", "b"]},
        "additionalProperties": {"type": "string"},
    }
    assert generator.typed(words) == 'Record<"a" | "b", string>'
    assert generator.typed({"$ref": "#/components/schemas/PolygonGeometry"}) == "Polygon | MultiPolygon"


def test_an_interface_carries_the_sentences_of_its_shape(generator: ModuleType) -> None:
    shape = {
        "description": "A place.\n\nNever a person.",
        "properties": {
            "code": {"type": "string"},
            "area_m2": {"type": "number", "description": "面积 / area */"},
        },
        "required": ["code"],
    }
    assert list(generator.interface("Place", shape)) == [
        "", "/** A place. Never a person. */", "export interface Place {", "  code: string;",
        "  /** 面积 / area * / */", "  area_m2?: number;", "}",
    ]  # fmt: skip


def test_an_answer_is_typed_by_its_method_and_address(generator: ModuleType) -> None:
    text = generator.source(generator.described())
    answers = text[text.index("export interface Answers {") :]
    assert '"GET /api/session": Session;' in answers
    assert '"POST /api/loads": LoadOutcome | Task;' in answers
    assert '"POST /api/logout": void;' in answers
    assert '"GET /api/layers/{layer}": LayerCollection;' in answers
    assert "/sheets.{kind}" not in answers, "a file is no JSON"


def test_every_address_the_console_asks_for_is_one_of_the_service(generator: ModuleType) -> None:
    known = [
        re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + "$")
        for path in generator.described()["paths"]
    ]
    asked: set[str] = set()
    for file in [*SOURCES.rglob("*.ts"), *SOURCES.rglob("*.tsx")]:
        if ".test." not in file.name and "generated" not in file.parts:
            asked |= set(re.findall(r"""["`](/api/[^"`?]*)["`?]""", file.read_text(encoding="utf-8")))
    addresses = {re.sub(r"\$\{[^}]*\}", "X", address) for address in asked}
    # A bare prefix is compared with, not asked for; the facts of a place are read by the noun of its kind.
    addresses -= {"/api/", "/api/X/X"}
    assert len(addresses) > 40
    assert not [a for a in sorted(addresses) if not any(k.match(a) for k in known)]
