"""Features: pages, boxes, reference systems, times, single features, refusals."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from pyproj import Transformer

SUB, BUILDINGS = "310199001", 1_200
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


def found(client: httpx.Client, path: str, **parameters: Any) -> dict[str, Any]:
    answer = client.get(f"/ogc/collections/{path}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()  # type: ignore[no-any-return]


def codes(page: dict[str, Any]) -> list[str]:
    return [f["id"] for f in page["features"]]


def test_pages_follow_next_links_to_every_building_once(ogc: httpx.Client) -> None:
    seen: list[str] = []
    address = "/ogc/collections/buildings/items?limit=500"
    while address:
        page = ogc.get(address).json()
        seen += codes(page)
        address = next((x["href"] for x in page["links"] if x["rel"] == "next"), "")
    assert len(seen) == len(set(seen)) == BUILDINGS + 1
    assert seen == sorted(seen)


@pytest.mark.parametrize("sortby", ["-floors,+name", "name", "-use,floors", "built_on", "-height_m"])
def test_sorted_pages_follow_next_links_to_every_building_once(ogc: httpx.Client, sortby: str) -> None:
    seen: list[str] = []
    address = (
        f"/ogc/collections/buildings/items?limit=350&skipGeometry=true&sortby={sortby.replace('+', '%2B')}"
    )
    while address:
        page = ogc.get(address).json()
        seen += codes(page)
        address = next((x["href"] for x in page["links"] if x["rel"] == "next"), "")
    assert len(seen) == len(set(seen)) == BUILDINGS + 1


def test_sorting_puts_the_highest_first_and_the_unknown_last(ogc: httpx.Client) -> None:
    page = found(ogc, "buildings/items", sortby="-floors", limit=10000)
    floors = [f["properties"]["floors"] for f in page["features"]]
    known = [f for f in floors if f is not None]
    assert known == sorted(known, reverse=True)
    assert floors[-1] is None


def test_a_box_finds_what_it_meets_and_nothing_else(ogc: httpx.Client) -> None:
    page = found(ogc, "micro-grids/items", bbox="121.4100001,31.2,121.4199999,31.205")
    assert codes(page) == ["G21"]


@pytest.mark.parametrize("srid", [4326, 3857, 4490, 4549, 4548, 4550])
def test_a_box_and_coordinates_in_any_offered_crs_agree(ogc: httpx.Client, srid: int) -> None:
    west, south, east, north = 121.4101, 31.2002, 121.4135, 31.2016
    move = Transformer.from_crs(4326, srid, always_xy=False)
    (a, b), (c, d) = move.transform(south, west), move.transform(north, east)
    plain = found(ogc, "buildings/items", bbox=f"{west},{south},{east},{north}")
    answer = ogc.get(
        "/ogc/collections/buildings/items",
        params={"bbox": f"{a},{b},{c},{d}", "bbox-crs": f"{EPSG}{srid}", "crs": f"{EPSG}{srid}"},
    )
    assert answer.headers["content-crs"] == f"<{EPSG}{srid}>"
    assert set(codes(answer.json())) >= set(codes(plain)[1:-1])
    first = answer.json()["features"][0]
    x, y = first["geometry"]["coordinates"][0][0]
    lat, lon = Transformer.from_crs(srid, 4326, always_xy=False).transform(x, y)
    same = next(f for f in plain["features"] if f["id"] == first["id"])
    assert (lon, lat) == pytest.approx(same["geometry"]["coordinates"][0][0], abs=2e-7)


def test_the_default_crs_is_longitude_before_latitude(ogc: httpx.Client) -> None:
    answer = ogc.get("/ogc/collections/buildings/items/B00000")
    assert answer.headers["content-crs"] == "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"
    assert answer.json()["geometry"]["coordinates"][0][0] == pytest.approx([121.4101, 31.2002])


def test_a_day_picks_the_boundaries_then_in_force_and_never_a_draft(ogc: httpx.Client) -> None:
    assert codes(found(ogc, "micro-grids/items", datetime="2026-03-15")) == ["G11", "G12", "G13", "G14"]
    assert codes(found(ogc, "micro-grids/items", datetime="2026-06-30T15:59:59Z")) == [
        "G11",
        "G12",
        "G13",
        "G14",
    ]
    assert codes(found(ogc, "micro-grids/items", datetime="2026-06-30T16:00:00Z")) == [
        "G21",
        "G22",
        "G23",
        "G24",
    ]
    assert codes(found(ogc, "micro-grids/items", datetime="2025-12-31")) == []
    assert len(codes(found(ogc, "micro-grids/items", datetime="2026-01-01/.."))) == 8


def test_indicators_come_from_the_latest_revision_with_what_is_withheld_and_why(ogc: httpx.Client) -> None:
    page = found(ogc, "micro-grid-indicators/items")
    first, second = (f["properties"] for f in page["features"])
    assert (first["code"], first["month"], first["residents"], first["release_id"]) == (
        "G21",
        "2026-09",
        1000,
        3,
    )
    assert (first["accuracy"], first["accuracy_numerator"], first["accuracy_denominator"]) == (0.975, 78, 80)
    assert (second["residents"], second["residents_withheld"]) == (None, "small_count")
    assert codes(found(ogc, "micro-grid-indicators/items", datetime="2026-08-10")) == ["2026-08.G21"]
    assert len(codes(found(ogc, "micro-grid-indicators/items", datetime="2026-08-01/2026-09-30"))) == 3
    assert page["features"][0]["geometry"]["type"] == "MultiPolygon"


def test_cells_of_a_release_have_their_outline(ogc: httpx.Client) -> None:
    (cell,) = found(ogc, "cell-indicators/items")["features"]
    assert cell["properties"]["residents"] == 55
    assert len(cell["geometry"]["coordinates"][0]) == 7
    assert codes(found(ogc, "cell-indicators/items", bbox="0,0,1,1")) == []


def test_a_key_sees_its_own_town_only(service: Any) -> None:
    with service.client("wg_other_key") as other:
        page = found(other, "buildings/items", count="exact", limit=1)
        assert page["numberMatched"] == 21
        assert other.get("/ogc/collections/buildings/items/B00500").status_code == 404


def test_without_a_key_there_is_nothing(service: Any) -> None:
    with service.client("") as nobody:
        for path in (
            "",
            "/collections",
            "/collections/buildings/items",
            "/changes",
            "/tiles/WebMercatorQuad/0/0/0",
        ):
            answer = nobody.get(f"/ogc{path}")
            assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")


def test_counts_are_given_only_when_asked_for(ogc: httpx.Client) -> None:
    assert "numberMatched" not in found(ogc, "buildings/items", limit=1)
    assert found(ogc, "buildings/items", limit=1, count="exact")["numberMatched"] == BUILDINGS + 1
    assert found(ogc, "buildings/items", limit=1, count="estimate")["numberMatched"] > 0


def test_a_limit_beyond_the_most_is_clamped(ogc: httpx.Client) -> None:
    assert found(ogc, "buildings/items", limit=10**9)["numberReturned"] == BUILDINGS + 1


def test_properties_can_be_chosen_and_geometry_left_out(ogc: httpx.Client) -> None:
    page = found(ogc, "buildings/items", properties="floors,code", skipGeometry="true", limit=1)
    assert page["features"][0] == {"type": "Feature", "id": "B00000", "geometry": None,
                                   "properties": {"code": "B00000", "floors": 1}}  # fmt: skip


def test_a_property_is_a_parameter(ogc: httpx.Client) -> None:
    page = found(ogc, "buildings/items", use="residential", floors=1, count="exact")
    assert page["numberMatched"] == len([i for i in range(BUILDINGS) if i % 3 == 0 and i % 30 == 0])


@pytest.mark.parametrize(
    ("form", "media"), [("html", "text/html"), ("csv", "text/csv"), ("ndjson", "application/x-ndjson")]
)
def test_other_formats_hold_the_same_features(ogc: httpx.Client, form: str, media: str) -> None:
    answer = ogc.get("/ogc/collections/buildings/items", params={"f": form, "limit": 3})
    assert answer.headers["content-type"].startswith(media)
    assert all(code in answer.text for code in ("B00000", "B00001", "B00002"))
    assert 'rel="next"' in answer.headers["link"]


def test_no_page_holds_a_count_of_people(ogc: httpx.Client) -> None:
    names = set(found(ogc, "buildings/schema")["properties"])
    assert not names & {"residents", "dwellings", "registrations", "records"}
    assert set(found(ogc, "buildings/items", limit=1)["features"][0]["properties"]) == names - {"geometry"}


def test_documents_answer_in_both_formats_and_name_every_collection(ogc: httpx.Client) -> None:
    listed = ogc.get("/ogc/collections").json()["collections"]
    assert [c["id"] for c in listed] == [
        "subdistricts", "committees", "micro-grids", "buildings", "key-sites", "micro-grid-indicators",
        "committee-indicators", "cell-indicators",
    ]  # fmt: skip
    for path in ("", "/conformance", "/collections", "/collections/buildings", "/collections/buildings/queryables",
                 "/collections/buildings/sortables", "/api", "/functions", "/tileMatrixSets", "/tiles"):  # fmt: skip
        assert ogc.get(f"/ogc{path}").headers["content-type"].startswith("application/")
        page = ogc.get(f"/ogc{path}", params={"f": "html"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_schema_carries_code_lists_in_both_languages(ogc: httpx.Client) -> None:
    kind = found(ogc, "key-sites/schema")["properties"]["kind"]
    assert "site_shed" in kind["enum"]
    assert kind["x-ogc-codelist"]["site_shed"] == "工地工棚 / shed of a building site"


def test_unlocated_buildings_are_features_without_geometry(ogc: httpx.Client) -> None:
    assert found(ogc, "buildings/items/U1")["geometry"] is None
