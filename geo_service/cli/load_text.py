"""What ``wangge load`` says: counts, problems and history in plain words, Chinese first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from geo_service.loading.files import Outcome
from seeds.readers.report import SENTENCES

MOST_ROWS = 20


def sentences(zh: str, en: str) -> str:
    return f"{zh} / {en}"


def described(outcome: Outcome) -> Iterator[str]:
    """The lines of a load's outcome."""
    report, counts = outcome.report, outcome.counts
    yield sentences(
        f"读取 {report.rows_read:,} 行，接受 {report.rows_accepted:,}，拒绝 {report.rows_rejected:,}",
        f"{report.rows_read:,} rows read, {report.rows_accepted:,} accepted, {report.rows_rejected:,} rejected",
    )
    if report.columns_dropped:
        yield sentences(
            f"未读入 {report.columns_dropped} 列", f"{report.columns_dropped} columns were not read"
        )
    if outcome.elsewhere:
        yield sentences(
            f"其他街镇 {outcome.elsewhere:,} 行略过", f"{outcome.elsewhere:,} rows of other towns skipped"
        )
    yield from _problems(outcome)
    if counts is not None:
        verb_zh, verb_en = ("已", "") if outcome.committed else ("将", "would be ")
        yield sentences(
            f"{verb_zh}新增 {counts.added:,}、变更 {counts.changed:,}、注销 {counts.closed:,}；不变 {counts.same:,}，"
            f"地点未知 {counts.rejected:,}",
            f"{counts.added:,} {verb_en}added, {counts.changed:,} changed, {counts.closed:,} closed; {counts.same:,} the same, "
            f"{counts.rejected:,} at unknown places",
        )
    yield _verdict(outcome)


def _problems(outcome: Outcome) -> Iterator[str]:
    report = outcome.report
    for problem in report.file_problems:
        yield f"  {'✗' if problem.severity == 'error' else '!'} {problem}"
    for (kind, column, severity), n in report.counts.most_common():
        zh, en = SENTENCES[kind]
        yield f"  {'✗' if severity == 'error' else '!'} {column or ''} {zh} {en} × {n:,}"
    rows = [p for p in report.problems if p.severity == "error"][:MOST_ROWS]
    for problem in rows:
        yield f"    {problem.row}: {problem}"
    if (more := sum(n for (_, _, s), n in report.counts.items() if s == "error") - len(rows)) > 0:
        yield sentences(f"    另有 {more:,} 处", f"and {more:,} more")


def _verdict(outcome: Outcome) -> str:
    if outcome.committed:
        return sentences(f"已导入，批次 {outcome.batch_id}", f"loaded as batch {outcome.batch_id}")
    if not outcome.report.loadable:
        return sentences("文件整体有误，未导入", "the file as a whole is wrong; nothing was loaded")
    return sentences("试运行结束，未写入", "trial run: nothing was kept")


def history_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """One line per batch, newest first."""
    for row in rows:
        counts = row["counts"]
        undone = " 已撤销 undone" if row["undone_at"] else ""
        yield (
            f"{row['id']:>6} {row['started_at']:%Y-%m-%d %H:%M} {row['kind']:<14} {row['mode']:<8} "
            f"+{counts.get('added', 0):,} ~{counts.get('changed', 0):,} -{counts.get('closed', 0):,} {row['file_name']}{undone}"
        )
