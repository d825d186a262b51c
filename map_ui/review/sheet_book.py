"""The sheets of an inspection (F-6) as a workbook: the routes of all teams, and a checklist per team to fill in."""

from __future__ import annotations

import io
from typing import Any

from map_ui.review.sheets import Sheets, TeamSheet
from map_ui.wording import day_text, text


def as_xlsx(sheets: Sheets) -> bytes:
    """A workbook: the routes of all teams, and one sheet per team with the checklist of every site to fill in."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    styles = {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "head": book.add_format(
            {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "bg_color": "#EFEDE6"}
        ),
        "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
        "number": book.add_format({"border": 1, "num_format": "#,##0", "valign": "top"}),
    }
    _routes_sheet(book, styles, sheets)
    for team in sheets.teams:
        _team_sheet(book, styles, sheets, team)
    book.close()
    return out.getvalue()


def _page(
    book: Any, styles: dict[str, Any], name: str, title: str, heads: list[str], widths: list[int]
) -> Any:
    page = book.add_worksheet(name[:31])
    page.set_paper(9)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.set_margins(0.47, 0.47, 0.5, 0.6)
    page.set_footer("&L&8" + title + "&R&8&P / &N")
    page.repeat_rows(2)
    page.write_string(0, 0, title, styles["title"])
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        page.set_column(column, column, width)
        page.write_string(2, column, head, styles["head"])
    page.freeze_panes(3, 0)
    return page


def _label(key: str) -> str:
    return f"{text(key)}\n{text(key, 'en')}"


def _routes_sheet(book: Any, styles: dict[str, Any], sheets: Sheets) -> None:
    title = f"{sheets.town} {sheets.title} {day_text(sheets.day)} {text('sheets.route')}"
    heads = ["team", *("order", "arrive", "site", "kind", "address", "minutes", "walk", "visited", "outcome")]
    labels = [
        _label("sheets.team").replace("{team}", "") if h == "team" else _label(f"sheets.{h}")
        for h in heads[1:]
    ]
    page = _page(
        book,
        styles,
        text("sheets.route"),
        title,
        ["队伍\nTeam", *labels],
        [8, 7, 9, 34, 16, 34, 9, 10, 12, 14],
    )
    row = 3
    for team in sheets.teams:
        for site in team.sites:
            page.write_string(row, 0, team.code or "—", styles["cell"])
            words = [
                None,
                site.arrives or "",
                site.name,
                text(f"inspection.site.{site.kind}"),
                site.address or "",
            ]
            _number(page, row, 1, site.position, styles)
            for column, word in enumerate(words[1:], 2):
                page.write_string(row, column, str(word), styles["cell"])
            _number(page, row, 6, site.minutes, styles)
            _number(page, row, 7, site.walk_m, styles)
            page.write_blank(row, 8, None, styles["cell"])
            page.write_blank(row, 9, None, styles["cell"])
            row += 1


def _number(page: Any, row: int, column: int, value: int | None, styles: dict[str, Any]) -> None:
    if value is None:
        page.write_blank(row, column, None, styles["cell"])
    else:
        page.write_number(row, column, value, styles["number"])


def _team_sheet(book: Any, styles: dict[str, Any], sheets: Sheets, team: TeamSheet) -> None:
    name = text("sheets.unplanned") if team.code is None else text("sheets.team", team=team.code)
    title = f"{sheets.town} {sheets.title} {day_text(sheets.day)} {name}"
    heads = [
        _label(f"sheets.{h}")
        for h in ("order", "site", "checklist", "outcome", "note", "measure", "department", "due")
    ]
    page = _page(book, styles, name, title, heads, [7, 32, 34, 12, 30, 20, 16, 12])
    choices = [text(f"inspection.check.{answer}") for answer in ("ok", "not_ok", "not_applicable")]
    row = 3
    for site in team.sites:
        for item in site.checklist:
            _number(page, row, 0, site.position, styles)
            page.write_string(row, 1, site.name, styles["cell"])
            page.write_string(row, 2, text(f"inspection.check.{item}"), styles["cell"])
            for column in range(3, 8):
                page.write_blank(row, column, None, styles["cell"])
            page.data_validation(row, 3, row, 3, {"validate": "list", "source": choices})
            row += 1
