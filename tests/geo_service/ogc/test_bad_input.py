"""Whatever is asked: the right status, a problem with a reason, and never a 500."""

from __future__ import annotations

import httpx
import pytest

ITEMS = "/ogc/collections/buildings/items"
REFUSED = [
    "limit=0", "limit=-1", "limit=x", "limit=1.5", "limit=", "limit=٣", "limit=1&limit=2", "unknown=1", "bbox=", "bbox=1,2,3",
    "bbox=a,b,c,d", "bbox=NaN,0,1,1", "bbox=inf,0,1,1", "bbox=0,1,1,0", "bbox=31,121,32,122", "bbox=1,2,3,4,5",
    "bbox=0,0,5,1,1,1", "bbox=1_0,2,30,4", "bbox=1e400,0,1,1", "bbox=200,0,210,1", "bbox-crs=EPSG:1", "crs=EPSG:999999",
    "crs=x", "crs=", "datetime=", "datetime=..", "datetime=2026-13-01", "datetime=2026-02-30",
    "datetime=2026-03-02/2026-03-01", "datetime=a/b/c", "datetime=2026", "datetime=2026-01-01T00:00:00", "f=xml", "f=",
    "f=json&f=html", "properties=nothing", "sortby=nothing", "sortby=", "sortby=-", "cursor=%%%", "cursor=x", "cursor=WzFd",
    "cursor=WyJhIiwiYiJd", "skipGeometry=maybe", "count=all", "filter-lang=sql", "floors=x", "floors=99999999999999999999",
    "built_on=never", "filter=floors%3D%00", "code=%00", "sortby=floors&cursor=WyJ4IiwiQjAwMDAxIl0",
    "datetime=0000-00-00",
]  # fmt: skip


@pytest.mark.parametrize("query", REFUSED)
def test_a_bad_parameter_is_refused_with_a_reason(ogc: httpx.Client, query: str) -> None:
    answer = ogc.get(f"{ITEMS}?{query}")
    assert answer.status_code == 400, (query, answer.status_code, answer.text[:200])
    assert answer.headers["content-type"] == "application/problem+json"
    assert " / " in answer.json()["detail"]


@pytest.mark.parametrize(
    "query",
    ["bbox=170,-10,-170,10", "bbox=-180,-90,180,90", "bbox=121,31,0,122,32,10", "limit=999999999999",
     "bbox=-1e8,-1e8,1e8,1e8&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/3857", "datetime=9999-12-31", "datetime=0001-01-01/..",
     "datetime=../2026-01-01", "code=%27%20OR%201=1", "datetime=2026-01-01T00:00:00.123456789%2B08:00"],
)  # fmt: skip
def test_the_unusual_but_right_is_answered(ogc: httpx.Client, query: str) -> None:
    answer = ogc.get(f"{ITEMS}?{query}&count=exact" if "limit" not in query else f"{ITEMS}?{query}")
    assert answer.status_code == 200, answer.text[:300]


@pytest.mark.parametrize(
    ("path", "status"),
    [("/collections/nothing", 404), ("/collections/nothing/items", 404), ("/collections/buildings/items/none", 404),
     ("/collections/buildings/items/%00", 404), ("/collections/buildings/items/" + "x" * 5_000, 404),
     ("/collections/buildings/nothing", 404), ("/collections/building';DROP TABLE x/items", 404),
     ("/tileMatrixSets/none", 404), ("/collections/buildings/tiles/none", 404), ("/collections/nothing/tiles", 404),
     ("/collections/buildings/tiles/WebMercatorQuad/0/0/1", 404), ("/collections/buildings/tiles/WebMercatorQuad/30/0/0", 404),
     ("/collections/buildings/tiles/WebMercatorQuad/-1/0/0", 400), ("/collections/buildings/tiles/WebMercatorQuad/a/0/0", 400),
     ("/collections/buildings/tiles/WebMercatorQuad/0/0/0?f=png", 400), ("/collections/buildings/tiles/WebMercatorQuad/0/0/0?x=1", 400),
     ("/collections/buildings/tiles/WebMercatorQuad/1/0/99999999999999", 400), ("/tiles/WebMercatorQuad/0/0/0?collections=none", 404),
     ("/tiles/WebMercatorQuad/0/0/0?collections=buildings,buildings", 400), ("/changes?since=-1", 400), ("/changes?since=x", 400),
     ("/changes?since=99999999999999999999", 400), ("/changes?layer=people", 400), ("/changes?wait=x", 400), ("/changes?x=1", 400),
     ("/conformance?f=xml", 400), ("/?x=1", 400), ("/collections?limit=1", 400), ("/collections/buildings/queryables?f=csv", 400)],
)  # fmt: skip
def test_a_bad_address_has_its_status(ogc: httpx.Client, path: str, status: int) -> None:
    answer = ogc.get(f"/ogc{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), (
        answer.text
    )


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written_here(ogc: httpx.Client, method: str) -> None:
    assert ogc.request(method, ITEMS).status_code == 405


def test_head_answers_without_a_body(ogc: httpx.Client) -> None:
    answer = ogc.head(f"{ITEMS}?limit=1")
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"]
