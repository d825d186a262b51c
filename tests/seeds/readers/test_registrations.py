"""Registrations: a hash, a dwelling and two dates, and nothing of a person anywhere."""

from __future__ import annotations

import io
import logging
from typing import Any

import pandas as pd
import pytest

from seeds.readers import HashKey, ReaderError, record_hash

HEADER = "登记编号,姓名,身份证号,电话,房屋编码,登记日期,注销日期\n"
SECRETS = ("R-0001", "R-0002", "某某某", "999999190001010000", "13000000000")
ROW = "R-0001,某某某,999999190001010000,13000000000,D1,2024-05-01,\n"


def test_a_registration_becomes_a_hash_a_dwelling_and_two_dates(write: Any, load: Any, key: HashKey) -> None:
    frame, reading = load("registrations", write("r.csv", HEADER + ROW), hash_key=key)
    assert list(frame) == ["record_hash", "key_id", "dwelling_code", "since", "until"]
    row = frame.iloc[0]
    assert row.record_hash == record_hash("r-0001", key)
    assert (row.key_id, row.dwelling_code, row.since) == ("test-key", "D1", pd.Timestamp("2024-05-01"))
    assert pd.isna(row.until)
    assert reading.report.columns_dropped == 3


def test_nothing_personal_reaches_frame_report_log_or_annotation_of_a_broken_file(
    write: Any, load: Any, key: HashKey, context: Any, caplog: pytest.LogCaptureFixture, capsys: Any
) -> None:
    bad = (
        HEADER
        + ROW
        + "R-0002,某某某,999999190001010000,13000000000,D9,13000000000,999999190001010000\n"
        + ROW
    )
    with caplog.at_level(logging.DEBUG):
        frame, reading = load("registrations", write("r.csv", bad), hash_key=key, context=context)
    out, err = capsys.readouterr()
    told = io.StringIO()
    frame.to_csv(told)
    shown = [
        told.getvalue(),
        str(reading.report.as_dict()),
        repr(reading.report),
        caplog.text,
        out,
        err,
        repr(key),
    ]
    assert reading.report.rows_rejected == 2
    for secret in (*SECRETS, key.secret.decode()):
        assert not any(secret in text for text in shown)


def test_the_hash_depends_on_the_key_and_not_on_spelling(key: HashKey) -> None:
    other = HashKey("test-key", b"another secret of enough length!")
    assert record_hash("Ｒ－0001 ", key) == record_hash("r-0001", key) != record_hash("R-0001", other)
    assert len(record_hash("R-0001", key)) == 16


def test_a_weak_key_is_refused() -> None:
    with pytest.raises(ValueError, match="16 to 64"):
        HashKey("k", b"short")


def test_without_a_key_no_record_number_is_read(write: Any, load: Any) -> None:
    with pytest.raises(ReaderError, match="hashing key"):
        load("registrations", write("r.csv", HEADER + ROW))


def test_an_unknown_dwelling_is_counted_as_unlinked_and_kept(
    write: Any, load: Any, key: HashKey, context: Any, kinds_of: Any
) -> None:
    text = HEADER + "1,,,,D1,2024-05-01,\n2,,,,D77,2024-05-01,\n"
    frame, reading = load("registrations", write("r.csv", text), hash_key=key, context=context)
    assert len(frame) == 2
    assert kinds_of(reading) == {"unlinked_dwelling": 1}


def test_the_same_record_twice_counts_once_also_across_chunks(write: Any, load: Any, key: HashKey) -> None:
    rows = "".join(f"{i % 700},,,,D1,2024-05-01,\n" for i in range(1000))
    frame, reading = load("registrations", write("r.csv", HEADER + rows), hash_key=key, chunk_rows=90)
    assert len(frame) == 700
    assert reading.report.counts["duplicate", "record_number", "error"] == 300
    assert reading.report.problems[0].row == 702  # the header is row 1


def test_dates_in_the_future_and_in_the_wrong_order_are_refused(
    write: Any, load: Any, key: HashKey, context: Any
) -> None:
    text = (
        HEADER
        + "1,,,,D1,2026-11-21,\n2,,,,D1,2026-11-22,\n3,,,,D1,2024-05-02,2024-05-01\n4,,,,D1,2024-05-02,2024-05-02\n"
    )
    frame, reading = load("registrations", write("r.csv", text), hash_key=key, context=context)
    assert frame.index.tolist() == [2, 5]
    assert [(p.row, p.kind) for p in reading.report.problems] == [(4, "out_of_order"), (3, "future")]


def test_a_person_in_force_twice_is_counted_at_the_later_dwelling(
    write: Any, load: Any, key: HashKey
) -> None:
    text = HEADER + "".join(
        f"{n},,{person},,{home},2024-05-01,{until}\n"
        for n, (person, home, until) in enumerate(
            [
                ("P1", "D1", ""),
                ("P1", "D2", ""),
                ("p1 ", "D2", ""),
                ("P2", "D1", "2024-06-01"),
                ("P2", "D3", ""),
                ("", "D3", ""),
            ]
        )
    )
    frame, reading = load(
        "registrations", write("r.csv", text), hash_key=key, mapping={"person_key": "身份证号"}, chunk_rows=2
    )
    assert reading.report.duplicates.to_dict() == {"D2": 2}
    assert "person_key" not in frame
    _, plain = load("registrations", write("r.csv", text), hash_key=key)
    assert plain.report.duplicates.empty


def test_chunks_are_bounded_and_can_be_consumed_once(write: Any, key: HashKey) -> None:
    from seeds.readers import read

    rows = "".join(f"{i},,,,D1,2024-05-01,\n" for i in range(100))
    reading = read("registrations", write("r.csv", HEADER + rows), hash_key=key, chunk_rows=30)
    assert not reading.report.loadable
    assert [len(c) for c in reading.chunks()] == [30, 30, 30, 10]
    assert reading.report.loadable
    with pytest.raises(RuntimeError, match="once"):
        next(iter(reading.chunks()))


def test_an_end_date_that_cannot_be_read_costs_the_row(write: Any, load: Any, key: HashKey) -> None:
    text = HEADER + "1,,,,D1,2024-05-01,去年\n2,,,,D1,2024-05-01,\n"
    frame, reading = load("registrations", write("r.csv", text), hash_key=key)
    assert frame.index.tolist() == [3]  # otherwise the first would count as still in force
    assert [(p.row, p.column, p.severity) for p in reading.report.problems] == [(2, "until", "error")]
