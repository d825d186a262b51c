"""What must not exist in the model: no attribute of a person, in tables, parameters, files, rules or on screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CheckConstraint

import map_ui
import seeds
from geo_service.app import create_app
from geo_service.settings import Settings
from geo_service.tables import Base

#: Words of a name, split at underscores, hyphens and capitals.
WORDS = frozenset(
    """
    ethnicity ethnic race nationality nativeplace hometown birthplace religion religious faith belief health disease illness
    disability disabled criminal crime conviction convicted convict detention detained suspect suspicion suspicious
    offender watchlist blacklist blocklist drug addict petition petitioner dissident visitor visitors vehicle plate
    idcard identity passport phone telephone mobile surname forename firstname lastname fullname birthday birthdate
    birth gender sex marital face biometric fingerprint employee employees roster uncooperative dangerous
    """.split()  # noqa: SIM905  a list of words reads as words
)
PHRASES = re.compile(
    r"id_?number|id_?card|native_?place|place_?of_?origin|person_?of_?concern|key_?person|last_?name|first_?name|"
    r"live_?position|track(ing)?_?person|person_?(name|score|tag|label)|refusal_to_cooperate|resident_?(name|id)s?$",
    re.IGNORECASE,
)
CHINESE = re.compile(
    r"民族|籍贯|户籍地|宗教|信仰|健康状况|疾病|病史|残疾|前科|犯罪|涉案|嫌疑|可疑|重点人员|重点人口|高危人员|关注对象|管控对象|上访|信访|"
    r"吸毒|身份证|护照|手机号|电话号码|联系电话|姓名|性别|出生日期|车牌|来访人员|人脸|指纹|黑名单|拒不配合|轨迹"
)


def words_of(name: str) -> set[str]:
    """``nativePlace_code`` → {native, place, code}."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return {word.lower() for word in re.split(r"[^A-Za-z]+", apart) if word}


def offends(name: str) -> str | None:
    """The forbidden part of a name or a value, if any."""
    if hit := words_of(name) & WORDS:
        return ", ".join(sorted(hit))
    found = PHRASES.search(name) or CHINESE.search(name)
    return found[0] if found else None


@pytest.mark.parametrize("name", ["native_place", "nativePlace", "ID_number", "personOfConcern", "民族", "religion_code",
                                  "visitor", "resident_name", "suspicion", "车牌号", "mobile-phone"])  # fmt: skip
def test_the_net_catches_what_it_is_for(name: str) -> None:
    assert offends(name)


@pytest.mark.parametrize("name", ["residents", "place_code", "person_key_id_of_file", "trace", "originals", "vacancy",
                                  "exported", "racecourse"])  # fmt: skip
def test_the_net_lets_places_and_counts_through(name: str) -> None:
    assert offends(name) is None


def columns() -> Iterator[tuple[str, str]]:
    for table in Base.metadata.tables.values():
        yield table.name, table.name
        for column in table.columns:
            yield f"{table.name}.{column.name}", column.name


def test_no_table_column_or_comment_speaks_of_a_person() -> None:
    assert not {where: bad for where, name in columns() if (bad := offends(name))}
    comments = {
        f"{t.name}.{c.name}": c.comment or "" for t in Base.metadata.tables.values() for c in t.columns
    }
    assert not {where: comment for where, comment in comments.items() if CHINESE.search(comment)}


def test_no_closed_vocabulary_holds_a_word_about_a_person() -> None:
    found = {}
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            if isinstance(constraint, CheckConstraint):
                for value in re.findall(r"'([^']*)'", str(constraint.sqltext)):
                    if bad := offends(value):
                        found[f"{table.name}.{constraint.name}: {value}"] = bad
    assert not found


def test_names_of_people_have_no_column_to_go_to() -> None:
    """Every column that holds free text names a place, a duty, a file or a reason; a new one has to be thought about."""
    allowed = {
        "name", "name_en", "display_name", "address", "district_name", "room_number", "house_number", "file_name", "client",
        "message", "note", "reason", "target", "title", "source", "rental_filing", "team", "campaign", "value",
    }  # fmt: skip
    long = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if getattr(column.type, "length", None) == 200 and column.name not in allowed
    }
    assert not {name for name in long if not name.endswith(("_hash", "_code", "url"))} - FREE_TEXT


#: Longer texts that are not among the names above, and what they hold.
FREE_TEXT = {
    "ladder_event.role",  # the duty that a ladder step is about
    "provision.recipient",  # the department that was given data
    "town_layer.relation",  # a table of the town's own
    "town_layer.title_en",
    "town_layer.title_zh",
}


def strings(node: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Names of properties, parameters and enum values of an OpenAPI document."""
    if isinstance(node, dict):
        for key, value in node.items():
            here = f"{where}/{key}"
            if key == "properties" and isinstance(value, dict):
                yield from ((f"{here}/{name}", name) for name in value)
            if key in {"name", "const"} and isinstance(value, str):
                yield here, value
            if key == "enum" and isinstance(value, list):
                yield from ((here, str(v)) for v in value)
            yield from strings(value, here)
    elif isinstance(node, list):
        for n, value in enumerate(node):
            yield from strings(value, f"{where}/{n}")


def test_no_path_parameter_or_property_of_the_interface_speaks_of_a_person(tmp_path: Path) -> None:
    app = create_app(Settings(database_url="postgresql://nobody@/nothing", data_dir=tmp_path))
    try:
        document = app.openapi()
    finally:
        app.state.database.close()
    assert len(document["paths"]) > 20
    found = {where: bad for where, name in strings(document) if (bad := offends(name))}
    found |= {path: bad for path in document["paths"] if (bad := offends(path))}
    assert not found


#: The page for a phone-sized screen: a device, nobody's number.
PHONE_PAGE = ("phone.", "inspections.phone", "wangge-phone")
#: The identity of a form: its columns must add up.
SUMS = ("refusal.form-identity-broken",)


def test_no_word_on_a_screen_offers_a_field_about_a_person() -> None:
    root = Path(map_ui.__file__).parent
    sources = [*root.glob("words/*.py"), root / "wording.py", root / "palette.py", *root.glob("review/**/*.py"),
               *(p for p in root.glob("web/src/**/*.ts*") if "node_modules" not in p.parts)]  # fmt: skip
    found = {}
    for file in sources:
        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if (hit := CHINESE.search(line)) and not is_warning(line):
                found[f"{file.relative_to(root)}:{n}"] = hit[0]
            for key in re.findall(r"""["']([a-z]+(?:[._-][a-z]+)+)["']""", line):
                if (bad := words_of(key) & WORDS) and not key.startswith((*PHONE_PAGE, *SUMS)):
                    found[f"{file.relative_to(root)}:{n} {key}"] = ", ".join(bad)
    assert len(sources) > 10
    assert not found


def is_warning(line: str) -> bool:
    """A sentence that says what must not be entered or is not kept."""
    return any(
        no in line
        for no in ("不得", "不要", "不写", "请勿", "不含", "不收", "不保存", "不显示", "不记录", "没有")
    )


def test_no_rule_set_scores_a_person() -> None:
    rules = list((Path(seeds.__file__).parent / "rule_sets").glob("*.toml"))
    assert len(rules) >= 5
    found = {}
    for file in rules:
        for n, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            name = line.split("=")[0].strip() if "=" in line else ""
            if name and not line.lstrip().startswith("#") and (bad := offends(name)):
                found[f"{file.name}:{n}"] = bad
    assert not found


def test_no_question_leads_from_a_record_or_a_person_to_a_place(tmp_path: Path) -> None:
    """No query or path parameter takes a record, its number or its hash."""
    app = create_app(Settings(database_url="postgresql://nobody@/nothing", data_dir=tmp_path))
    try:
        paths = app.openapi()["paths"]
    finally:
        app.state.database.close()
    parameters = {
        p["name"] for path in paths.values() for method in path.values() for p in method.get("parameters", [])
    }
    assert parameters
    assert not {"record_hash", "record_number", "record", "registration", "person", "person_key"} & parameters
