"""Sheets that an inspection team carries along (F-6): the route with a map, then one page for each site.

Paper says what to look at, not why a place was chosen: it may be left at the site, and whoever inspects shall not know
which places were drawn by lot. Nothing personal is printed, nor asked for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from html import escape

import segno

from map_ui.palette import ROLES
from map_ui.review.sheet_map import route_map
from map_ui.wording import day_text, number_text, text

Point = tuple[float, float]
ROOM_LINES, MEASURE_LINES = 7, 3


@dataclass(frozen=True)
class SiteSheet:
    """One site: place in the order, arrival, checklist items, position in metres, link of its QR code."""

    code: str
    name: str
    kind: str
    address: str | None
    position: int | None
    arrives: str | None
    minutes: int
    walk_m: int | None
    checklist: tuple[str, ...]
    point_m: Point | None
    link: str


@dataclass(frozen=True)
class TeamSheet:
    """A team (None: sites that no route holds), its departments, its sites in order, the streets around them in metres."""

    code: str | None
    departments: tuple[str, ...]
    sites: tuple[SiteSheet, ...]
    streets_m: tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class Sheets:
    """Everything that is printed of one inspection."""

    town: str
    town_en: str
    title: str
    day: dt.date
    hours: tuple[int, int]
    leader: str | None
    parties: tuple[str, ...]
    number: str
    printed_at: dt.datetime
    legal_basis: str
    people_max: int
    area_min_m2: float
    teams: tuple[TeamSheet, ...]


def both(key: str, **values: object) -> str:
    """A label in both languages as HTML: Chinese, then English small."""
    zh, en = escape(text(key, "zh", **values)), escape(text(key, "en", **values))
    return f'{zh}<span class="en">{en}</span>'


def clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


def as_html(sheets: Sheets) -> str:
    """The sheets as one page to print on A4; it fetches nothing and runs nothing."""
    pages = []
    for team in sheets.teams:
        pages.append(_route_page(sheets, team))
        pages += [_site_page(sheets, team, site) for site in team.sites]
    time = f"{day_text(sheets.printed_at.date())} {sheets.printed_at:%H:%M}"
    footer = text("sheets.footer", number=sheets.number, time=time)
    style = STYLE.replace("$FOOTER", footer.replace('"', "")).replace("$INK", ROLES["light"]["ink"])
    return (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(sheets.title)}</title>'
        f"<style>{style.replace('$LINE', ROLES['light']['line'])}</style></head><body>{''.join(pages)}</body></html>"
    )


def _head(sheets: Sheets, team: TeamSheet, right: str = "") -> str:
    name = both("sheets.unplanned") if team.code is None else both("sheets.team", team=team.code)
    return (
        f'<header><div><p class="line">{escape(sheets.town)}<span class="push">{day_text(sheets.day)}</span></p>'
        f"<h1>{escape(sheets.title)}<small>{name}</small></h1></div>{right}</header>"
    )


def _facts(pairs: list[tuple[str, str]]) -> str:
    return (
        '<dl class="facts">'
        + "".join(f"<div><dt>{both(k)}</dt><dd>{v}</dd></div>" for k, v in pairs)
        + "</dl>"
    )


def _departments(codes: tuple[str, ...]) -> str:
    return "、".join(escape(text(f"inspection.department.{code}")) for code in codes) or "—"


def _route_page(sheets: Sheets, team: TeamSheet) -> str:
    rows = "".join(
        f'<tr><td class="n">{site.position or "—"}</td><td class="n">{site.arrives or "—"}</td>'
        f"<td><b>{escape(site.name)}</b></td><td>{escape(text(f'inspection.site.{site.kind}'))}</td>"
        f'<td class="n">{site.minutes}</td><td class="n">{number_text(site.walk_m)}</td><td></td></tr>'
        for site in team.sites
    )
    heads = ("order", "arrive", "site", "kind", "minutes", "walk", "visited")
    numeric = {"order", "arrive", "minutes", "walk"}
    head = "".join(f'<th class="{"n" if h in numeric else ""}">{both(f"sheets.{h}")}</th>' for h in heads)
    total = (
        f'<td></td><td></td><td colspan="2">{both("sheets.sum", n=len(team.sites))}</td>'
        f'<td class="n">{sum(s.minutes for s in team.sites)}</td>'
        f'<td class="n">{number_text(sum(s.walk_m or 0 for s in team.sites))}</td><td></td>'
    )
    facts = _facts([
        ("sheets.hours", f"{clock(sheets.hours[0])}–{clock(sheets.hours[1])}"),
        ("sheets.leader", _departments((sheets.leader,) if sheets.leader else ())),
        ("sheets.parties", _departments(team.departments or sheets.parties)),
    ])  # fmt: skip
    drawn = route_map([(s.position, s.point_m) for s in team.sites if s.point_m], team.streets_m)
    return (
        f'<section class="page">{_head(sheets, team)}{facts}<h2>{both("sheets.route")}</h2>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody><tfoot><tr>{total}</tr></tfoot></table>"
        f'<figure>{drawn}</figure><p class="sign">{both("sheets.signatures")}</p></section>'
    )


def _site_page(sheets: Sheets, team: TeamSheet, site: SiteSheet) -> str:
    code = segno.make(site.link, error="m").svg_inline(scale=2, border=2, dark="#000000")
    right = f'<div class="qr">{code}<span>{both("sheets.scan")}</span></div>'
    facts = _facts([
        ("sheets.site", f"<b>{escape(site.name)}</b>"), ("sheets.kind", escape(text(f"inspection.site.{site.kind}"))),
        ("sheets.address", escape(site.address or "—")), ("sheets.order", str(site.position or "—")),
        ("sheets.arrive", site.arrives or "—"), ("sheets.outcome", escape(text("sheets.outcome.choices"))),
    ])  # fmt: skip
    return (
        f'<section class="page">{_head(sheets, team, right)}{facts}{_checklist(site)}{_rooms(sheets)}{_measures()}'
        f'<p class="sign">{both("sheets.signatures")}</p><p class="quiet">{both("sheets.nothing_personal")}</p></section>'
    )


def _checklist(site: SiteSheet) -> str:
    boxes = "".join(
        f"<td class='box'>□ {escape(text(f'inspection.check.{a}'))}</td>"
        for a in ("ok", "not_ok", "not_applicable")
    )
    rows = "".join(
        f"<tr><td>{both(f'inspection.check.{item}')}</td>{boxes}<td></td></tr>" for item in site.checklist
    )
    head = (
        f"<th>{both('sheets.checklist')}</th><th colspan='3'></th><th class='wide'>{both('sheets.note')}</th>"
    )
    return f"<table class='checks'><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _rooms(sheets: Sheets) -> str:
    heads = ("dwelling", "room", "purpose", "area", "people", "kin", "partitioned", "by_bed", "note")
    head = "".join(f"<th class='{'wide' if h == 'note' else ''}'>{both(f'sheets.{h}')}</th>" for h in heads)
    blank = "<tr class='blank'>" + "<td></td>" * len(heads) + "</tr>"
    limits = text("sheets.limits", people=sheets.people_max, area=f"{sheets.area_min_m2:g}")
    basis = text("sheets.basis", basis=sheets.legal_basis)
    return (
        f"<h2>{both('sheets.rooms')}</h2><p class='quiet'>{escape(limits)}{escape(basis)}</p>"
        f"<table class='rooms'><thead><tr>{head}</tr></thead><tbody>{blank * ROOM_LINES}</tbody></table>"
    )


def _measures() -> str:
    heads = ("measure", "department", "due", "closed")
    head = "".join(f"<th>{both(f'sheets.{h}')}</th>" for h in heads)
    blank = "<tr class='blank'>" + "<td></td>" * len(heads) + "</tr>"
    return f"<h2>{both('sheets.measures')}</h2><table><thead><tr>{head}</tr></thead><tbody>{blank * MEASURE_LINES}</tbody></table>"


STYLE = """
@page { size: A4; margin: 12mm 12mm 15mm;
  @bottom-left { content: "$FOOTER"; font: 8pt sans-serif; color: #5d676b; }
  @bottom-right { content: counter(page) " / " counter(pages); font: 8pt sans-serif; color: #5d676b; } }
* { box-sizing: border-box; margin: 0; }
body { font: 10pt/1.4 "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC",system-ui,sans-serif; color: $INK; }
.page { break-after: page; } .page:last-child { break-after: auto; }
header { display: flex; gap: 6mm; align-items: flex-start; border-bottom: 0.4mm solid $INK; padding-bottom: 2mm; }
header > div:first-child { flex: 1; } .line { display: flex; font-size: 9pt; } .push { margin-left: auto; }
h1 { font-size: 16pt; font-weight: 600; } h1 small { font-size: 11pt; font-weight: 400; margin-left: 4mm; }
h2 { font-size: 11pt; font-weight: 600; margin: 3mm 0 1mm; }
.en { color: #5d676b; font-size: 7pt; font-weight: 400; margin-left: 1.2mm; }
th .en { display: block; margin: 0; line-height: 1.1; }
.facts { display: grid; grid-template-columns: 1.2fr 0.8fr 1.6fr; gap: 1mm 5mm; margin: 2mm 0; }
.facts dt { font-size: 8pt; color: #5d676b; } .facts dd { margin: 0; }
table { width: 100%; border-collapse: collapse; font-size: 9pt; font-variant-numeric: tabular-nums; }
th, td { border: 0.2mm solid #8d9498; padding: 0.7mm 1.4mm; text-align: left; vertical-align: top; }
th { font-weight: 600; font-size: 8.5pt; } .n { text-align: right; white-space: nowrap; }
tr { break-inside: avoid; } .blank td { height: 6.2mm; } .box { white-space: nowrap; width: 1%; } .wide { width: 24%; }
.quiet { color: #5d676b; font-size: 8pt; margin: 1mm 0; } figure { margin: 3mm 0; } figure svg { width: 100%; height: auto; max-height: 118mm; }
.sign { margin-top: 3mm; border-bottom: 0.2mm solid #8d9498; padding-bottom: 6mm; }
.qr { text-align: center; font-size: 8pt; } .qr svg { display: block; width: 24mm; height: 24mm; margin: 0 auto; }
@media screen { body { background: #e7e4dc; } .page { background: #fff; width: 210mm; margin: 6mm auto; padding: 12mm; } }
"""
