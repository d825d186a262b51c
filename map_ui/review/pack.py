"""The meeting's one file: ranking, maps, trends, ladder, what is late and what comes next, without a network."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from map_ui.palette import ROLES
from map_ui.review import charts
from map_ui.review.forms_ranking import interval, span
from map_ui.review.meeting import Meeting, Ranked, Said
from map_ui.wording import THIN_SPACE, month_text, number_text, percent_text, text, thin_spaced

_PAGE = Path(__file__).parent / "pack_page"
_POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
#: The map keeps its view in its address; inside a frame it has none of its own, and the browser would refuse.
_IN_A_FRAME = "<head><script>history.replaceState = () => undefined;</script>"
TRENDS = ("checked_share", "check_density", "group_renting_rate", "accuracy")
STATES = {
    "due": ("未到期", "due"), "done": ("按期完成", "done"), "done_late": ("逾期完成", "done late"),
    "late": ("逾期", "late"), "unrecorded": ("未登记", "not recorded"),
}  # fmt: skip


def pack_page(
    meeting: Meeting, map_page: str, outlines: Mapping[str, Sequence[Sequence[Sequence[float]]]]
) -> str:
    """The whole page as HTML. ``map_page`` is the offline map of the month, ``outlines`` code → rings of (lat, lon).

    The same meeting gives the same bytes.
    """
    data = {"map": map_page.replace("<head>", _IN_A_FRAME, 1), "outlines": outlines}
    # "<" would end the script early wherever a name or the map holds a closing tag.
    body = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).replace("<", "\\u003c")
    title = f"{meeting.town} {meeting.month_zh} 月度会议"
    script = (_PAGE / "pack.js").read_text(encoding="utf-8")
    return (
        '<!doctype html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_style()}</style></head>\n<body>"
        + _header(meeting)
        + "<main>"
        + _headline(meeting)
        + _ranking(meeting)
        + _maps()
        + _trends(meeting)
        + _luck(meeting)
        + _ladder(meeting)
        + _due(meeting)
        + _calendar(meeting)
        + _choices(meeting)
        + f"</main>\n<script>const pack={body};\n{script}</script></body></html>\n"
    )


def both(zh: str, en: str) -> str:
    """A text in both languages; the page shows one of them."""
    return f'<span class="zh">{escape(thin_spaced(zh))}</span><span class="en">{escape(en)}</span>'


def word(key: str, **values: object) -> str:
    """A label of the common wording in both languages."""
    return both(text(key, "zh", **values), text(key, "en", **values))


def _style() -> str:
    roles = "".join(f"--{name.replace('_', '-')}:{colour};" for name, colour in ROLES["light"].items())
    return f":root{{{roles}}}\n" + (_PAGE / "pack.css").read_text(encoding="utf-8")


def _header(m: Meeting) -> str:
    state = both("草稿，未公布", "draft, not published") if m.provisional else word(f"review.state.{m.state}")
    reason = f" · {both(*m.reason)}" if m.reason else ""
    revision = f" · {both(f'第{m.revision}次更正', f'revision {m.revision}')}{reason}" if m.revision else ""
    release = both(f"发布号 {m.release or '—'}", f"release {m.release or '—'}")
    return (
        f'<header class="{"draft" if m.provisional else ""}"><div><h1>{both(m.town, m.town_en or m.town)} '
        f"{both(m.month_zh, month_text(m.key, 'en'))}</h1><p>{both('月度会议', 'Monthly meeting')}</p></div>"
        f'<p class="facts">{state}{revision} · {release}<br>{both("规则", "rules")} {both(*m.rule_name)} '
        f"{escape(m.rule_document)} · {both('划格版本', 'boundaries')} {escape(m.version_name)} · "
        f"{both('数据截至', 'as of')} {m.as_of.isoformat()}</p>"
        f'<button type="button" id="language" lang="en">中 / EN</button></header>'
    )


def _headline(m: Meeting) -> str:
    now = m.trends[-1] if m.trends else {}
    before = m.trends[-2] if len(m.trends) > 1 else {}
    tiles = [_tile(name, now.get(name), before.get(name)) for name in TRENDS]
    ends = m.town_accuracy
    known = ends.low is not None and ends.high is not None
    verdict = charts.verdict_of(ends.low, ends.high, m.accuracy_target)
    said = {"meets": ("达到目标", "meets the target"), "misses": ("未达目标", "misses the target"),
            "cannot_tell": ("尚不能判定", "cannot tell yet")}[verdict]  # fmt: skip
    target = f"{100 * m.accuracy_target:g}%"
    line = (
        both(f"考核口径准确率{percent_text(ends.value)}，{ends.checked}人次，95%区间"
             f"{100 * (ends.low or 0):.1f}–{100 * (ends.high or 0):.1f}%，目标{target}：{said[0]}",
             f"Accuracy as assessed {percent_text(ends.value)} of {ends.checked}, 95 % interval "
             f"{100 * (ends.low or 0):.1f}–{100 * (ends.high or 0):.1f} %, target {target}: {said[1]}")
        if known else both("本月没有可计算准确率的核查", "No checks to work an accuracy out of")
    )  # fmt: skip
    return f'<section class="tiles">{"".join(tiles)}</section><p class="line">{line}</p>'


def _tile(name: str, value: float | None, before: float | None) -> str:
    shown = _say(name, value)
    change = ""
    if value is not None and before is not None:
        moved = value - before
        mark = "▲" if moved > 0 else "▼" if moved < 0 else "＝"
        size = number_text(abs(moved), 1) if name == "check_density" else f"{100 * abs(moved):.1f}"
        change = f"<small>{mark}{THIN_SPACE}{size}</small>"
    unit = both("次/百套", "per 100 dwellings") if name == "check_density" else ""
    return f'<div class="tile"><h2>{word(f"measure.{name}")}</h2><b>{shown}</b> {unit}{change}</div>'


def _say(name: str, value: float | None) -> str:
    return number_text(value, 1) if name == "check_density" else percent_text(value)


def _ranking(m: Meeting) -> str:
    lows = [r.accuracy.low for r in m.ranking if r.accuracy.low is not None]
    least = max(0.0, min([*lows, m.accuracy_target]) - 0.01)
    heads = [
        both("名次", "Place"), both("单位", "Unit"), both("得分", "Score"), both("准确率", "Accuracy"),
        both(f"95%区间（虚线为目标{100 * m.accuracy_target:g}%）", f"95 % interval (target {100 * m.accuracy_target:g} % dashed)"),
        both("核查", "Checked"), both("可能名次", "Could be"), both("难分组", "Group"), both("阶梯", "Ladder"),
    ]  # fmt: skip
    rows = "".join(_line(m, r, least) for r in m.ranking)
    empty = "" if m.ranking else f'<p class="empty">{word("review.ranking.none")}</p>'
    note = both(
        "有相同字母的单位分不出先后：它们的区间重叠，差别可能只是偶然。点选一行，地图上标出该居委会；再点字母，标出整组。",
        "Units with a common letter cannot be told apart: their intervals overlap and the difference may be chance. "
        "Choose a row to see it on the map; choose a letter to mark its whole group.",
    )
    return (
        f'<section id="ranking"><h2>{both("排名", "Ranking")}</h2><p class="note">{note}</p>'
        f'<div class="scroll"><table><thead><tr>{"".join(f"<th>{h}</th>" for h in heads)}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{empty}</section>"
    )


def _line(m: Meeting, r: Ranked, least: float) -> str:
    moved = ""
    if r.rank is not None and r.previous_rank is not None and r.rank != r.previous_rank:
        moved = f"<small>{'▲' if r.rank < r.previous_rank else '▼'}{abs(r.rank - r.previous_rank)}</small>"
    short = r.target is not None and r.accuracy.checked < r.target
    checked = (
        f"{number_text(r.accuracy.checked)}{f'<small>/{r.target}</small>' if r.target is not None else ''}"
    )
    bar = charts.interval_bar(r.accuracy.value, r.accuracy.low, r.accuracy.high, m.accuracy_target, least)
    letters = "".join(
        f'<button type="button" class="group" data-group="{escape(g)}">{escape(g)}</button>' for g in r.groups
    )
    step = (
        f'<b class="step">{both(f"第{r.ladder_level}级", f"level {r.ladder_level}")}</b>'
        if r.ladder_level
        else ""
    )
    told = "；".join(s["zh"] for item in r.items.values() for s in item.get("steps", ()))
    return (
        f'<tr data-code="{escape(r.code)}" data-groups="{escape(r.groups)}" tabindex="0" title="{escape(told)}">'
        f'<td class="n">{r.rank or "—"}{moved}</td><td>{both(r.name, r.name_en or r.name)}</td><td class="n">{escape(r.score)}</td>'
        f'<td class="n">{percent_text(r.accuracy.value)}</td><td>{bar}<small>{interval(r)}</small></td>'
        f'<td class="n{" short" if short else ""}">{checked}</td><td class="n">{span(r)}</td><td>{letters}</td><td>{step}</td></tr>'
    )


def _maps() -> str:
    return (
        f'<section id="maps"><h2>{both("地图：核查覆盖率、核查密度、群租线索、准确率", "Maps: checked share, density, group renting, accuracy")}'
        f'</h2><p class="note">{both("地图右上可换月份、与另一个月对照。", "On the map: another month, or two months compared.")}</p>'
        f'<iframe id="map" title="地图 / map"></iframe></section>'
    )


def _trends(m: Meeting) -> str:
    labels = [month_text(p["month"]) for p in m.trends]
    figures = []
    for name in TRENDS:
        values = [p.get(name) for p in m.trends]
        ends = [
            (p["accuracy_low"], p["accuracy_high"]) if p.get("accuracy_low") is not None else None
            for p in m.trends
        ]
        drawn = charts.trend(
            labels, values, lambda v, n=name: _say(n, v), text(f"measure.{name}"),  # type: ignore[misc]
            band=ends if name == "accuracy" else (), target=m.accuracy_target if name == "accuracy" else None,
        )  # fmt: skip
        if drawn:
            figures.append(f"<figure><figcaption>{word(f'measure.{name}')}</figcaption>{drawn}</figure>")
    return f'<section><h2>{both("趋势", "Trends")}</h2><div class="charts">{"".join(figures)}</div></section>'


def _luck(m: Meeting) -> str:
    if m.luck is None:
        return ""
    held = m.luck
    place = "末位" if held.places == 1 else f"末{held.places}位"
    words = (
        f"今年{held.months}个月里排在{place}的次数", "只凭运气，应有几个居委会", "实际有几个居委会",
    )  # fmt: skip
    drawn = charts.luck_chart(held.expected, held.observed, held.threshold, words)
    how = both(
        f"灰柱：如果{held.units}个居委会的工作完全一样好，光靠抽查的运气也会这样分布。黑点：实际。黑点落在灰柱附近，"
        "名次就说明不了工作好坏；明显高出灰柱的（右侧），才值得约谈。",
        f"Grey bars: what the luck of the draw would do if all {held.units} committees worked equally well. Dots: what "
        "happened. Where dots sit near the bars, the places say nothing about the work; only dots well above a bar on "
        "the right deserve a talk.",
    )
    return (
        f'<section><h2>{both("光凭运气会怎样", "What luck would do")}</h2><div class="charts"><figure>{drawn}</figure>'
        f'<div class="told"><p>{how}</p><p>{both(*held.said)}</p></div></div></section>'
    )


def _ladder(m: Meeting) -> str:
    rows = [
        f'<li data-code="{escape(s.code)}"><b class="step">{escape(s.rule)} {both(f"第{s.level}级", f"level {s.level}")}</b> '
        f"<b>{escape(s.name)}</b> {both(*s.said)} {''.join(f'<small>{both(*n)}</small>' for n in s.notes)}</li>"
        for s in m.ladder
    ]
    return _list(both("约谈阶梯", "Ladder"), rows, word("review.ladder.none"))


def _due(m: Meeting) -> str:
    late = [
        f"<li><b>{escape(x.area) or both('全街镇', 'whole town')}</b> {both(*x.what)} "
        f'<span class="alarm">{both(f"{x.due.isoformat()}到期，逾期{x.days_late}天", f"due {x.due.isoformat()}, {x.days_late} days late")}</span></li>'
        for x in m.late
    ]
    todo = [f"<li><b>{escape(t.area)}</b> {both(*t.what)}</li>" for t in m.todo]
    return _list(both("已逾期", "Late"), late, word("review.late.none")) + _list(
        both("接下来", "Next"), todo, word("review.todo.none")
    )


def _list(title: str, rows: Sequence[str], none: str) -> str:
    shown, rest = rows[:20], rows[20:]
    more = ""
    if rest:
        label = both(f"另有{len(rest)}项", f"{len(rest)} more")
        more = f"<details><summary>{label}</summary><ul>{''.join(rest)}</ul></details>"
    body = f"<ul>{''.join(shown)}</ul>{more}" if rows else f'<p class="empty">{none}</p>'
    return f"<section><h2>{title} <small>{len(rows)}</small></h2>{body}</section>"


def _calendar(m: Meeting) -> str:
    rows = "".join(
        f'<tr class="{d.state}"><td class="n">{d.due:%m-%d %H:%M}</td><td>{escape(d.rule)}</td><td>{both(*d.what)}</td>'
        f"<td>{both(*STATES[d.state])}</td></tr>"
        for d in m.calendar
    )
    note = both("“未登记”：制度要求办、系统里没有记录；可在控制台标为已办。",
                "“Not recorded”: asked for by the rules, no trace in the system; mark it as done in the console.")  # fmt: skip
    heads = "".join(
        f"<th>{h}</th>"
        for h in (both("期限", "Due"), both("条款", "Rule"), both("事项", "What"), both("状态", "State"))
    )
    return (
        f'<section><h2>{both("日程", "Calendar")}</h2><p class="note">{note}</p><details><summary>{both(f"{len(m.calendar)}项", f"{len(m.calendar)} items")}'
        f"</summary><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></details></section>"
    )


def _choices(m: Meeting) -> str:
    said: list[Said] = [*m.warnings, *m.choices]
    items = "".join(f"<li>{both(*s)}</li>" for s in said)
    title = both("口径：文件未写明、由本街镇选定的", "How this town settles what its document leaves open")
    return f"<section><h2>{title}</h2><ul class='small'>{items}</ul></section>" if said else ""


def data_of(meeting: Meeting) -> dict[str, Any]:
    """The ranking, ladder and lists as plain values: the pack's data file."""
    return {
        "town": meeting.town, "month": meeting.key, "state": meeting.state, "revision": meeting.revision,
        "provisional": meeting.provisional, "rule_set": meeting.rule_set, "version": meeting.version,
        "release": meeting.release,
        "ranking": [
            {"code": r.code, "name": r.name, "rank": r.rank, "score": r.score, "correct": r.accuracy.correct,
             "checked": r.accuracy.checked, "rank_interval": [r.rank_low, r.rank_high], "groups": r.groups,
             "ladder_level": r.ladder_level, "figures": dict(r.figures), "items": {k: dict(v) for k, v in r.items.items()}}
            for r in meeting.ranking
        ],
        "ladder": [{"code": s.code, "rule": s.rule, "level": s.level, "count": s.count, "zh": s.said[0], "en": s.said[1]}
                   for s in meeting.ladder],
        "trends": [dict(p) for p in meeting.trends],
    }  # fmt: skip
