"""What teams take along, on paper and on a phone."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

URL = "/api/inspections"


def test_sheets_name_every_stop_and_say_nothing_of_why(office: Any) -> None:
    made = office.routed()
    page = office.http.get(f"{URL}/{made['id']}/sheets.html")
    assert page.status_code == 200, page.text
    for stop in office.visited(made):
        assert stop["name"] in page.text
    assert made["stop_list"][0]["reasons"][0]["zh"] not in page.text
    assert "<script" not in page.text
    book = openpyxl.load_workbook(io.BytesIO(office.http.get(f"{URL}/{made['id']}/sheets.xlsx").content))
    assert book.sheetnames[0] == "检查路线"
    assert book.worksheets[0].max_row == 3 + 10


def test_the_pack_holds_rooms_and_limits_and_no_reasons(office: Any) -> None:
    made = office.routed()
    pack = office.http.get(f"{URL}/{made['id']}/pack", params={"team": "A"}).json()
    assert {s["team"] for s in pack["stops"]} == {"A"}
    assert pack["limits"]["people_per_room_max"] == 2
    assert any(home["rooms"] for stop in pack["stops"] for home in stop["dwellings"])
    assert not {"reasons", "control", "score"} & pack["stops"][0].keys()
