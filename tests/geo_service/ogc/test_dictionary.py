"""The data dictionary says of every column what the schema says, and nothing of columns that never leave."""

from __future__ import annotations

import csv
import io

import httpx


def test_the_dictionary_holds_what_each_schema_holds(ogc: httpx.Client) -> None:
    entries = ogc.get("/ogc/dictionary").json()["collections"]
    assert len(entries) >= 8
    for entry in entries:
        schema = ogc.get(f"/ogc/collections/{entry['collection']}/schema").json()["properties"]
        schema.pop("geometry")
        assert [p["name"] for p in entry["properties"]] == list(schema)
        for p in entry["properties"]:
            assert schema[p["name"]]["title"] == f"{p['zh']} / {p['en']}"
            assert list(p["codes"]) == schema[p["name"]].get("enum", [])


def test_the_dictionary_is_a_table_for_office_and_a_page(ogc: httpx.Client) -> None:
    answer = ogc.get("/ogc/dictionary?f=csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="data-dictionary.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    kinds = next(r for r in rows if (r["collection"], r["property"]) == ("key-sites", "kind"))
    assert "site_shed = 工地工棚 / shed of a building site" in kinds["codes"]
    page = ogc.get("/ogc/dictionary?f=html")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "实有人口" in page.text
    assert ogc.get("/ogc/dictionary?f=x").status_code == 400
