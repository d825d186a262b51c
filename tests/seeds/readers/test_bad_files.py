"""Files that are not what they say, or not there, or too much: a clear sentence each, never a traceback."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from grids.errors import GridError
from seeds.readers import ReaderError

CSV = "房屋编码,楼栋编码,用途,状态\nD1,B1,出租,空置\n"


def grids(count: int = 300) -> gpd.GeoDataFrame:
    squares = [box(121 + i / 1e3, 31, 121.001 + i / 1e3, 31.001) for i in range(count)]
    return gpd.GeoDataFrame({"code": [f"G{i}" for i in range(count)]}, geometry=squares, crs=4326)


def refused(load: Any, kind: str, path: Path) -> ReaderError:
    with pytest.raises(ReaderError) as raised:
        load(kind, path)
    assert isinstance(raised.value, GridError)
    assert re.search("[一-鿿]", raised.value.zh)
    assert not re.search("[一-鿿]", raised.value.en)
    return raised.value


def test_a_file_that_is_not_there(load: Any, tmp_path: Path) -> None:
    assert "no such file" in refused(load, "dwellings", tmp_path / "no.csv").en


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "a.gpkg", "a.geojson", "a.shp", "a.parquet", "a.zip"])
def test_a_file_of_no_bytes(name: str, load: Any, write: Any) -> None:
    assert "0 bytes" in refused(load, "areas", write(name, b"")).en


@pytest.mark.parametrize("name", ["a.xlsx", "a.gpkg", "a.geojson", "a.shp", "a.parquet", "a.zip"])
def test_a_csv_under_another_name(name: str, load: Any, write: Any) -> None:
    assert "not what its name says" in refused(load, "dwellings", write(name, CSV)).en


def test_other_things_called_csv(load: Any, write: Any, workbook: Any, tmp_path: Path) -> None:
    book = workbook([["房屋编码"]]).rename(tmp_path / "book.csv")
    for path in (
        book,
        write("p.csv", b"%PDF-1.7 ..."),
        write("j.csv", "{}"),
        write("b.csv", b"\x00\x01\x02" * 50),
    ):
        assert "not what its name says" in refused(load, "dwellings", path).en


def test_an_old_excel_file_says_what_to_do(load: Any, write: Any) -> None:
    assert "save it as .xlsx" in refused(load, "areas", write("a.xls", b"\xd0\xcf\x11\xe0" + bytes(600))).en


def test_an_unknown_extension(load: Any, write: Any) -> None:
    assert "Readable: csv" in refused(load, "areas", write("a.doc", CSV)).en


@pytest.mark.parametrize("name", ["g.gpkg", "g.geojson", "g.shp", "g.parquet"])
def test_a_layer_cut_short_is_refused_or_reported(name: str, load: Any, tmp_path: Path) -> None:
    path = tmp_path / name
    grids().to_parquet(path) if name.endswith("parquet") else grids().to_file(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    outcome = "loaded"
    try:
        _, reading = load("grids", path)
        outcome = "loaded" if reading.report.loadable else "not loadable"
    except ReaderError as error:
        outcome = "damaged" if "damaged" in error.en else str(error)
    assert outcome in {"damaged", "not loadable"}


def test_a_shapefile_whose_table_is_cut_short(load: Any, tmp_path: Path) -> None:
    grids().to_file(tmp_path / "g.shp")
    table = tmp_path / "g.dbf"
    table.write_bytes(table.read_bytes()[: table.stat().st_size // 2])
    assert "damaged" in refused(load, "grids", tmp_path / "g.shp").en


def test_a_workbook_cut_short(load: Any, workbook: Any) -> None:
    path = workbook(
        [["房屋编码", "楼栋编码", "用途", "状态"], *[[f"D{i}", "B1", "出租", "空置"] for i in range(500)]]
    )
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "damaged" in refused(load, "dwellings", path).en


def test_a_workbook_with_a_damaged_sheet(load: Any, workbook: Any, tmp_path: Path) -> None:
    path = workbook(
        [["房屋编码", "楼栋编码", "用途", "状态"], *[[f"D{i}", "B1", "出租", "空置"] for i in range(500)]]
    )
    with zipfile.ZipFile(path) as good, zipfile.ZipFile(tmp_path / "bad.xlsx", "w") as bad:
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    assert "damaged" in refused(load, "dwellings", tmp_path / "bad.xlsx").en


def test_a_csv_that_ends_inside_a_cell_reports_the_row(load: Any, write: Any) -> None:
    _, reading = load("dwellings", write("d.csv", CSV + 'D2,B1,"出租'))
    assert [(p.row, p.kind) for p in reading.report.problems] == [(3, "ragged")]


def test_a_gzip_cut_short(load: Any, write: Any) -> None:
    import gzip

    rows = "".join(f"D{i},B{i * 7919 % 1000},出租,空置\n" for i in range(300_000))
    packed = gzip.compress((CSV + rows).encode())
    assert "cut short" in refused(load, "dwellings", write("d.csv.gz", packed[: len(packed) // 2])).en


def test_a_header_without_rows_is_not_loadable(load: Any, write: Any, workbook: Any) -> None:
    for path in (
        write("d.csv", CSV.splitlines()[0]),
        write("e.csv", CSV.splitlines()[0] + "\n\n"),
        workbook([CSV.splitlines()[0].split(",")]),
    ):
        frame, reading = load("dwellings", path)
        assert frame.empty
        assert list(frame) == reading.spec.frame_columns
        assert not reading.report.loadable


def test_three_million_columns_are_refused_at_once(load: Any, write: Any, tmp_path: Path) -> None:
    wide = ",".join(f"c{i}" for i in range(3_000_000))
    assert "2000 columns" in refused(load, "areas", write("w.csv", f"{wide}\n{wide}\n")).en
    assert "2000 columns" in refused(load, "areas", write("v.csv", ",".join(["code"] * 2_001) + "\n1,2\n")).en
    fields = ",".join(f'"c{i}":1' for i in range(3_000_000))
    text = f'{{"type":"FeatureCollection","features":[{{"type":"Feature","properties":{{{fields}}},"geometry":null}}]}}'
    assert "2000 columns" in refused(load, "areas", write("w.geojson", text)).en
    pd.DataFrame({f"c{i}": [1] for i in range(2_500)}).to_parquet(tmp_path / "w.parquet")
    assert "2000 columns" in refused(load, "areas", tmp_path / "w.parquet").en


def test_binary_noise_inside_a_text_file(load: Any, write: Any) -> None:
    noise = CSV.encode("gbk") + bytes(range(128, 256)) * 3 + b"\n"
    assert "encoding" in refused(load, "dwellings", write("d.csv", noise)).en


def test_a_wrong_stated_encoding_is_refused(load: Any, write: Any) -> None:
    with pytest.raises(ReaderError, match="another encoding"):
        load("dwellings", write("d.csv", CSV, "gbk"), encoding="utf-8")


def test_a_shapefile_without_its_index(load: Any, tmp_path: Path) -> None:
    grids().to_file(tmp_path / "g.shp")
    (tmp_path / "g.shx").unlink()
    assert ".shx" in refused(load, "grids", tmp_path / "g.shp").en


def test_an_archive_of_several_shapefiles_asks_which(load: Any, tmp_path: Path) -> None:
    for name in ("a", "b"):
        grids(2).to_file(tmp_path / f"{name}.shp")
    with zipfile.ZipFile(tmp_path / "ab.zip", "w") as archive:
        for part in [*tmp_path.glob("a.*"), *tmp_path.glob("b.*")]:
            archive.write(part, part.name)
    assert "2 shapefiles" in refused(load, "grids", tmp_path / "ab.zip").en
    frame, _ = load("grids", tmp_path / "ab.zip", layer="b")
    assert len(frame) == 2


def test_a_geopackage_of_several_layers_takes_the_one_of_its_kind_or_asks(load: Any, tmp_path: Path) -> None:
    grids(2).to_file(tmp_path / "g.gpkg", layer="x")
    grids(3).to_file(tmp_path / "g.gpkg", layer="y")
    assert "2 layers" in refused(load, "grids", tmp_path / "g.gpkg").en
    grids(4).to_file(tmp_path / "g.gpkg", layer="grids")
    assert len(load("grids", tmp_path / "g.gpkg")[0]) == 4
    assert len(load("grids", tmp_path / "g.gpkg", layer="y")[0]) == 3


def test_duplicate_codes_and_unknown_committees_are_lines_of_the_report(
    load: Any, write: Any, context: Any
) -> None:
    text = "code,committee_code,lon,lat\nN1,310199001001,121.47,31.23\nN1,310199001001,121.47,31.23\nN2,310199001999,121.47,31.23\n"
    frame, reading = load("buildings", write("b.csv", text), context=context)
    assert frame.code.tolist() == ["N1"]
    assert {(p.row, p.kind) for p in reading.report.problems} == {(3, "duplicate"), (4, "unknown_committee")}


def test_a_column_that_is_no_code_is_named_as_the_cause(load: Any, write: Any) -> None:
    text = "id,lon,lat\n" + "0,121.47,31.23\n" * 40
    _, reading = load("buildings", write("b.csv", text))
    assert ("codes_repeat", "error") in {(p.kind, p.severity) for p in reading.report.file_problems}


def test_unknown_buildings_are_found_in_single_and_in_joined_cells(
    load: Any, write: Any, context: Any
) -> None:
    _, reading = load("dwellings", write("d.csv", CSV + "D2,B9,出租,空置\n"), context=context)
    assert [(p.row, p.kind) for p in reading.report.problems] == [(3, "unknown_building")]
    text = "code,name,kind,building_codes\nS1,甲公寓,长租公寓,B1;B2\nS2,乙公寓,长租公寓,B1;B7\n"
    frame, reading = load("key-sites", write("k.csv", text), context=context)
    assert frame.building_codes.tolist() == ["B1;B2"]
    assert [(p.row, p.kind) for p in reading.report.problems] == [(3, "unknown_building")]


def test_an_end_that_is_no_longer_in_force_lies_after_the_beginning(load: Any, write: Any) -> None:
    text = "grid_code,role,account,valid_from,valid_to\nG1,网格长,a1,2026-01-01,2026-01-01\nG1,民警,a2,2026-01-01,\n"
    frame, reading = load("teams", write("t.csv", text))
    assert frame.account.tolist() == ["a2"]
    assert [(p.row, p.kind) for p in reading.report.problems] == [(2, "out_of_order")]
