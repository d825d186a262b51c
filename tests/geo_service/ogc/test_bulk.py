"""Formats for bulk reading, each read back by a program that is not ours."""

from __future__ import annotations

import asyncio
import csv
import gc
import io
import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import geopandas
import httpx
import psycopg
import pyarrow.parquet as pq
import pyogrio
import pytest

from geo_service.ogc import registering
from geo_service.ogc.bulk import sending
from geo_service.problems import Problem

N = 1_200
SUB = "310199001"
BUILDINGS = "/ogc/collections/buildings/items"
CGCS = "http://www.opengis.net/def/crs/EPSG/0/4549"
MEDIA = {
    "csv": "text/csv", "ndjson": "application/x-ndjson", "geojsonseq": "application/geo+json-seq",
    "jsonfg": "application/vnd.ogc.fg+json", "flatgeobuf": "application/flatgeobuf",
    "parquet": "application/vnd.apache.parquet",
}  # fmt: skip
SUFFIX = {"csv": "csv", "ndjson": "geojsonl", "geojsonseq": "geojsons", "jsonfg": "json", "flatgeobuf": "fgb",
          "parquet": "parquet"}  # fmt: skip


def fetched(client: httpx.Client, address: str = BUILDINGS, **parameters: Any) -> httpx.Response:
    answer = client.get(address, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer


def read(answer: httpx.Response, form: str, folder: Path) -> geopandas.GeoDataFrame:
    """What an outside reader makes of an answer."""
    path = folder / f"answer.{SUFFIX[form]}"
    path.write_bytes(answer.content)
    if form == "parquet":
        return geopandas.read_parquet(path)
    options = {"GEOM_POSSIBLE_NAMES": "wkt", "AUTODETECT_TYPE": "YES"} if form == "csv" else {}
    return pyogrio.read_dataframe(path, **options)


@pytest.mark.parametrize("form", MEDIA)
def test_a_format_holds_every_feature_as_outside_readers_see_it(
    ogc: httpx.Client, form: str, tmp_path: Path
) -> None:
    answer = fetched(ogc, f=form, **({"limit": 10_000} if form == "jsonfg" else {}))
    assert answer.headers["content-type"].startswith(MEDIA[form])
    assert answer.headers["content-disposition"].startswith('attachment; filename="buildings.')
    assert "link" not in answer.headers
    frame = read(answer, form, tmp_path)
    assert len(frame) == N + 1
    assert sorted(frame["code"])[:2] == ["B00000", "B00001"]
    assert frame["geometry"].isna().sum() == 1, (
        "the unlocated building has no shape and is there all the same"
    )
    assert frame.total_bounds == pytest.approx([121.4101, 31.2002, 121.44862, 31.20939], abs=1e-6)
    one = frame[frame["code"] == "B00007"].iloc[0]
    assert (one["name"], int(one["floors"]), str(one["built_on"])[:10]) == ("Café 楼", 8, "1990-01-08")


@pytest.mark.parametrize("form", MEDIA)
def test_a_format_is_asked_for_by_accept_too(ogc: httpx.Client, form: str) -> None:
    by_accept = ogc.get(BUILDINGS, params={"limit": 3}, headers={"Accept": f"{MEDIA[form]}, text/html;q=0.5"})
    assert by_accept.headers["content-type"].startswith(MEDIA[form])
    by_name = fetched(ogc, f=form, limit=3)
    if form not in {"jsonfg", "flatgeobuf"}:
        assert by_accept.content == by_name.content


@pytest.mark.parametrize("form", MEDIA)
def test_pages_of_a_format_follow_one_another_without_loss(
    ogc: httpx.Client, form: str, tmp_path: Path
) -> None:
    seen: list[str] = []
    address: str | None = f"{BUILDINGS}?f={form}&limit=500&sortby=-floors&filter=floors>2"
    while address:
        answer = ogc.get(address)
        assert answer.status_code == 200, answer.text
        seen += list(read(answer, form, tmp_path)["code"])
        address = answer.links["next"]["url"] if "next" in answer.links else None
    assert len(seen) == len(set(seen)) == sum(1 + i % 30 > 2 for i in range(N))


@pytest.mark.parametrize("form", ["jsonfg", "flatgeobuf", "parquet"])
def test_another_crs_is_written_into_the_file(ogc: httpx.Client, form: str, tmp_path: Path) -> None:
    answer = fetched(ogc, f=form, crs=CGCS, limit=5)
    assert answer.headers["content-crs"] == f"<{CGCS}>"
    frame = read(answer, form, tmp_path)
    assert frame.crs.to_epsg() == 4549
    assert frame.to_crs(4326).total_bounds == pytest.approx([121.4101, 31.2002, 121.41432, 31.2004], abs=1e-5)


def test_lines_in_another_crs_keep_its_axis_order(ogc: httpx.Client) -> None:
    rows = list(
        csv.DictReader(io.StringIO(fetched(ogc, f="csv", crs=CGCS, limit=1).content.decode("utf-8-sig")))
    )
    north, east = (float(n) for n in rows[0]["wkt"].removeprefix("POLYGON ((").split(",")[0].split())
    line = json.loads(fetched(ogc, f="ndjson", crs=CGCS, limit=1).text)
    assert line["geometry"]["coordinates"][0][0] == [north, east]
    assert north > 3_000_000 > east


def test_json_fg_says_time_place_and_type(ogc: httpx.Client) -> None:
    page = fetched(
        ogc, "/ogc/collections/micro-grids/items", f="jsonfg", crs=CGCS, datetime="2026-03-01", limit=2
    ).json()
    assert (page["type"], page["featureType"], page["coordRefSys"]) == (
        "FeatureCollection",
        "micro-grids",
        CGCS,
    )
    assert page["numberReturned"] == 2
    assert {"self", "next", "collection"} == {link["rel"] for link in page["links"]}
    first = page["features"][0]
    assert first["time"] == {"interval": ["2026-01-01", "2026-06-30"]}
    assert first["place"]["coordinates"][0][0][0][0] > 3_000_000
    assert first["geometry"]["coordinates"][0][0][0] == pytest.approx([121.41, 31.2], abs=1e-6)
    assert (
        fetched(ogc, "/ogc/collections/micro-grids/items", f="jsonfg").json()["features"][0]["place"] is None
    )


@pytest.mark.parametrize("form", ["csv", "ndjson", "jsonfg", "parquet"])
def test_geometry_can_be_left_out_and_columns_chosen(ogc: httpx.Client, form: str, tmp_path: Path) -> None:
    answer = fetched(ogc, f=form, skipGeometry="true", properties="floors,use", limit=3)
    if form == "csv":
        assert answer.content.decode("utf-8-sig").splitlines()[0] == "id,use,floors"
    elif form == "parquet":
        table = pq.read_table(io.BytesIO(answer.content))
        assert (table.column_names, b"geo" in (table.schema.metadata or {})) == (
            ["id", "use", "floors"],
            False,
        )
    else:
        page = (
            answer.json()["features"]
            if form == "jsonfg"
            else [json.loads(x) for x in answer.text.splitlines()]
        )
        assert [(f["geometry"], set(f["properties"])) for f in page] == [(None, {"use", "floors"})] * 3


def test_flatgeobuf_without_geometry_is_refused(ogc: httpx.Client) -> None:
    assert ogc.get(BUILDINGS, params={"f": "flatgeobuf", "skipGeometry": "true"}).status_code == 400


@pytest.mark.parametrize("form", MEDIA)
def test_an_empty_answer_is_a_valid_file(ogc: httpx.Client, form: str, tmp_path: Path) -> None:
    answer = fetched(ogc, f=form, filter="floors > 1000")
    if form == "jsonfg":
        assert answer.json()["features"] == []
    elif form in {"ndjson", "geojsonseq"}:
        assert answer.content == b""
    else:
        assert len(read(answer, form, tmp_path)) == 0


@pytest.mark.parametrize("form", MEDIA)
def test_what_a_page_refuses_a_format_refuses_too(ogc: httpx.Client, form: str) -> None:
    for wrong in ({"bbox": "1,2"}, {"filter": "nothing = 1"}, {"nothing": "1"}, {"limit": "0"}, {"cursor": "x"},
                  {"filter": "floors ^ 99999 > 1"}):  # fmt: skip
        answer = ogc.get(BUILDINGS, params={"f": form, **wrong})
        assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json"), (
            wrong
        )
    assert ogc.get(BUILDINGS, params=[("f", form), ("f", "json")]).status_code == 400
    assert ogc.get("/ogc/collections/none/items", params={"f": form}).status_code == 404
    assert httpx.get(f"{ogc.base_url}{BUILDINGS}?f={form}", trust_env=False).status_code == 401


def test_a_format_is_not_sent_again_while_nothing_changed(service: Any, ogc: httpx.Client) -> None:
    first = fetched(ogc, "/ogc/collections/key-sites/items", f="parquet")
    etag = {"If-None-Match": first.headers["etag"]}
    assert (
        ogc.get("/ogc/collections/key-sites/items", params={"f": "parquet"}, headers=etag).status_code == 304
    )
    assert ogc.get("/ogc/collections/key-sites/items", params={"f": "csv"}, headers=etag).status_code == 200


def test_indicators_keep_their_reasons_in_every_format(ogc: httpx.Client, tmp_path: Path) -> None:
    for form in MEDIA:
        frame = read(fetched(ogc, "/ogc/collections/micro-grid-indicators/items", f=form), form, tmp_path)
        withheld = frame[frame["code"] == "G22"].iloc[0]
        assert withheld["residents_withheld"] == "small_count", form
        assert withheld["residents"] != withheld["residents"] or withheld["residents"] in {None, ""}, form


@pytest.fixture
def odd(service: Any) -> Iterator[Any]:
    """A town's table with everything that is awkward to write."""
    service.sql(
        "CREATE TABLE public.odd (id text PRIMARY KEY, geometry text, at timestamp, till date DEFAULT 'infinity', d numeric, "
        "yes boolean, tags text[], "
        "g geometry(Geometry, 4549)); INSERT INTO odd (id, geometry, at, d, yes, tags, g) VALUES "
        "('=1+1', '+x', '2026-03-01 08:00', 1.25, true, ARRAY['a', 'b;c'], ST_Transform(ST_SetSRID(ST_MakePoint(121.4, 31.2), 4326), 4549)), "
        "('z', NULL, NULL, NULL, NULL, NULL, ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 2))', 4549)), ('nothing', '', NULL, 0, false, '{}', NULL)"
    )
    with psycopg.connect(service.admin) as connection:
        registering.register(connection, SUB, "odd", "public.odd", title_zh="怪", title_en="Odd", key=None, times="at",
                             columns=[], titles={}, audience="partner")  # fmt: skip
    yield service
    with psycopg.connect(service.admin) as connection:
        registering.remove(connection, SUB, "odd")
        connection.execute("DROP TABLE public.odd")


@pytest.mark.parametrize("form", MEDIA)
def test_awkward_values_survive(odd: Any, ogc: httpx.Client, form: str, tmp_path: Path) -> None:
    answer = fetched(ogc, "/ogc/collections/odd/items", f=form)
    if form == "csv":
        rows = {r["feature_id"]: r for r in csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))}
        assert set(rows) == {"'=1+1", "z", "nothing"}
        one = rows["'=1+1"]
        assert (one["id"], one["geometry"], one["tags"], one["yes"], one["d"]) == (
            "'=1+1",
            "'+x",
            "a;b;c",
            "true",
            "1.25",
        )
        assert one["at"] == "2026-03-01T08:00:00+08:00"
        assert (rows["nothing"]["wkt"], rows["nothing"]["till"]) == ("", "")
    elif form == "jsonfg":
        found = {f["id"]: f for f in answer.json()["features"]}
        assert found["=1+1"]["properties"]["tags"] == ["a", "b;c"]
        assert found["=1+1"]["geometry"]["coordinates"] == pytest.approx([121.4, 31.2], abs=1e-6)
    elif form in {"ndjson", "geojsonseq"}:
        assert sorted(json.loads(x)["id"] for x in answer.text.replace("\x1e", "").splitlines()) == [
            "=1+1",
            "nothing",
            "z",
        ]
    else:
        frame = read(answer, form, tmp_path).set_index("id")
        assert frame.loc["=1+1", "at"].isoformat().startswith("2026-03-01T08:00:00+08:00")
        assert list(frame.loc["=1+1", "tags"]) == (["a", "b;c"] if form == "parquet" else list("a;b;c"))
        assert len(frame) == 3


def test_exports_leave_no_file_behind_and_no_connection_taken(service: Any) -> None:
    """Readers that go away in the middle, more of them than there are turns; afterwards pages are as quick as ever."""

    def leaves(_: int) -> None:
        with service.client() as client, client.stream("GET", f"{BUILDINGS}?f=ndjson") as answer:
            next(answer.iter_raw())

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(leaves, range(40)))
    gc.collect()
    open_ = [os.readlink(f"/proc/{service.process.pid}/fd/{fd}") for fd in os.listdir(f"/proc/{service.process.pid}/fd")
             if os.path.lexists(f"/proc/{service.process.pid}/fd/{fd}")]  # fmt: skip
    assert len([name for name in open_ if "wangge-" in name]) <= 2
    with service.client() as client:
        assert len(fetched(client, limit=5).json()["features"]) == 5
        assert len(fetched(client, f="ndjson").text.splitlines()) == N + 1


def test_more_exports_than_turns_are_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_WAIT_S", 0.05)

    async def one_too_many() -> None:
        state = SimpleNamespace()
        async with sending._turn(state), sending._turn(state):
            with pytest.raises(Problem) as refused:
                async with sending._turn(state):
                    raise AssertionError
        assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "10"})
        async with sending._turn(state):
            pass  # the turns were given back

    with ThreadPoolExecutor(1) as other:  # this thread's loop may be a browser's
        other.submit(asyncio.run, one_too_many()).result()


def test_every_collection_names_its_formats(ogc: httpx.Client) -> None:
    links = ogc.get("/ogc/collections/key-sites").json()["links"]
    given = {link["type"]: link["href"] for link in links if link["rel"] == "items"}
    assert set(MEDIA.values()) <= set(given)
    for media in MEDIA.values():
        assert ogc.get(given[media]).headers["content-type"].startswith(media)
    listed = ogc.get("/ogc/api").json()["paths"]["/collections/key-sites/items"]["get"]["responses"]["200"][
        "content"
    ]
    assert set(MEDIA.values()) <= set(listed)
