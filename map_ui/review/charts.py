"""Charts of the meeting as SVG text: an interval on a line, a trend over months, luck beside what happened.

They are drawn from numbers alone and say everything in words too, for a reader who cannot see them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from map_ui.palette import ACCURACY, ROLES

INK, QUIET, LINE, ACCENT = (ROLES["light"][name] for name in ("ink", "quiet", "line", "accent"))
MISSES, MEETS = ACCURACY["light"]["misses"].colour, ACCURACY["light"]["meets"].colour
UNSURE = QUIET


def verdict_of(low: float | None, high: float | None, target: float) -> str:
    """meets, misses or cannot_tell: whether an interval lies on one side of the target.

    >>> verdict_of(0.985, 0.999, 0.98), verdict_of(0.90, 0.97, 0.98), verdict_of(0.95, 0.995, 0.98)
    ('meets', 'misses', 'cannot_tell')
    """
    if low is None or high is None:
        return "cannot_tell"
    return "meets" if low >= target else "misses" if high < target else "cannot_tell"


def interval_bar(
    value: float | None, low: float | None, high: float | None, target: float, least: float, width: int = 150
) -> str:
    """A dot with its 95 % interval between ``least`` and 1, and the target as a line; empty where nothing was checked."""
    if value is None or low is None or high is None:
        return ""
    colour = {"meets": MEETS, "misses": MISSES, "cannot_tell": UNSURE}[verdict_of(low, high, target)]

    def x(share: float) -> str:
        return f"{4 + (width - 8) * max(0.0, min(1.0, (share - least) / (1 - least or 1))):.1f}"

    said = f"{100 * value:.1f}% ({100 * low:.1f}–{100 * high:.1f}%)"
    return (
        f'<svg class="bar" viewBox="0 0 {width} 16" width="{width}" height="16" role="img" aria-label="{said}">'
        f'<line x1="{x(target)}" x2="{x(target)}" y1="0" y2="16" stroke="{ACCENT}" stroke-dasharray="2 2"/>'
        f'<line x1="{x(low)}" x2="{x(high)}" y1="8" y2="8" stroke="{colour}" stroke-width="3"/>'
        f'<circle cx="{x(value)}" cy="8" r="4" fill="{colour}" stroke="#fff"/></svg>'
    )


def trend(
    labels: Sequence[str], values: Sequence[float | None], say: Callable[[float], str], title: str,
    band: Sequence[tuple[float, float] | None] = (), target: float | None = None, width: int = 430, height: int = 150,
) -> str:  # fmt: skip
    """A line over months with its interval band and target; months without a value break the line."""
    held = [v for v in values if v is not None]
    if not held:
        return ""
    edges = [*held, *(e for ends in band if ends for e in ends), *([target] if target is not None else [])]
    low, high = min(edges), max(edges)
    pad = (high - low) * 0.08 or abs(high) * 0.1 or 1
    low, high = max(0.0, low - pad) if low >= 0 else low - pad, high + pad
    left, right, top, bottom = 52, 14, 12, 24

    def x(k: int) -> float:
        return left + (width - left - right) * k / max(1, len(values) - 1)

    def y(v: float) -> float:
        return height - bottom - (height - top - bottom) * (v - low) / (high - low)

    parts = [
        f'<line x1="{left}" x2="{width - right}" y1="{y(v):.1f}" y2="{y(v):.1f}" stroke="{LINE}"/>'
        f'<text x="{left - 6}" y="{y(v) + 4:.1f}" text-anchor="end">{escape(say(v))}</text>'
        for v in (low + (high - low) * f for f in (0.08, 0.5, 0.92))
    ]
    parts.append(_band(band, x, y))
    if target is not None:
        parts.append(f'<line x1="{left}" x2="{width - right}" y1="{y(target):.1f}" y2="{y(target):.1f}" '
                     f'stroke="{ACCENT}" stroke-dasharray="4 3"/>')  # fmt: skip
    parts.append(f'<path d="{_path(values, x, y)}" fill="none" stroke="{INK}" stroke-width="1.8"/>')
    parts += [
        f'<circle cx="{x(k):.1f}" cy="{y(v):.1f}" r="{4 if k == len(values) - 1 else 2.2}" fill="{INK}">'
        f"<title>{escape(labels[k])} {escape(say(v))}</title></circle>"
        for k, v in enumerate(values)
        if v is not None
    ]
    step = max(1, (len(labels) + 3) // 4)
    for k in range(len(labels)):
        if (len(labels) - 1 - k) % step == 0:
            anchor = "end" if k == len(labels) - 1 else "middle" if k else "start"
            parts.append(
                f'<text x="{x(k):.1f}" y="{height - 6}" text-anchor="{anchor}">{escape(labels[k])}</text>'
            )
    told = "; ".join(f"{m} {say(v)}" for m, v in zip(labels, values, strict=True) if v is not None)
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}: {escape(told)}">'
        + "".join(parts)
        + "</svg>"
    )


def _path(values: Sequence[float | None], x: Callable[[int], float], y: Callable[[float], float]) -> str:
    drawn, pen = [], "M"
    for k, value in enumerate(values):
        if value is None:
            pen = "M"
        else:
            drawn.append(f"{pen}{x(k):.1f} {y(value):.1f}")
            pen = "L"
    return "".join(drawn)


def _band(
    band: Sequence[tuple[float, float] | None], x: Callable[[int], float], y: Callable[[float], float]
) -> str:
    ends = [(k, pair) for k, pair in enumerate(band) if pair]
    if len(ends) < 2:
        return ""
    upper = [f"{x(k):.1f},{y(pair[1]):.1f}" for k, pair in ends]
    lower = [f"{x(k):.1f},{y(pair[0]):.1f}" for k, pair in reversed(ends)]
    return f'<polygon points="{" ".join(upper + lower)}" fill="{ACCENT}" opacity=".14"/>'


def luck_chart(
    expected: Sequence[float],
    observed: Sequence[int],
    threshold: int,
    words: tuple[str, str, str],
    width: int = 430,
) -> str:
    """How many units stood in the last places 0, 1, 2… times: bars by luck alone, dots as it was.

    ``words`` label the axis, the bars and the dots. Everything from ``threshold`` on, where the ladder ends, is marked.
    """
    last = max(
        [k for k, n in enumerate(observed) if n]
        + [k for k, e in enumerate(expected) if e >= 0.2]
        + [threshold]
    )
    last = min(last, len(expected) - 1)
    left, top, bottom, height = 40, 44, 40, 230
    most = max([*expected[: last + 1], *observed[: last + 1], 1])
    slot = (width - left - 10) / (last + 1)

    def y(n: float) -> float:
        return height - bottom - (height - top - bottom) * n / most

    parts = [f'<line x1="{left}" x2="{width - 10}" y1="{y(0):.1f}" y2="{y(0):.1f}" stroke="{QUIET}"/>']
    for k in range(last + 1):
        centre = left + slot * (k + 0.4)
        beside = centre + slot * 0.36
        parts.append(
            f'<rect x="{centre - slot * 0.3:.1f}" y="{y(expected[k]):.1f}" width="{slot * 0.6:.1f}" '
            f'height="{y(0) - y(expected[k]):.1f}" fill="#c9d3d5"/>'
            f'<text x="{centre:.1f}" y="{y(expected[k]) - 4:.1f}" text-anchor="middle" fill="{QUIET}">{expected[k]:.1f}</text>'
        )
        colour = MISSES if k >= threshold else INK
        parts.append(
            f'<circle cx="{beside:.1f}" cy="{y(observed[k]):.1f}" r="5.5" fill="{colour}" stroke="#fff" stroke-width="1.5"/>'
            f'<text x="{beside + 9:.1f}" y="{y(observed[k]) + 4:.1f}" font-weight="600" fill="{colour}">{observed[k]}</text>'
            f'<text x="{centre:.1f}" y="{height - 24}" text-anchor="middle">{k}</text>'
        )
    axis, bars, dots = (escape(w) for w in words)
    parts.append(f'<text x="{(left + width) / 2:.0f}" y="{height - 6}" text-anchor="middle">{axis}</text>')
    parts.append(
        f'<rect x="{left}" y="4" width="12" height="12" fill="#c9d3d5"/><text x="{left + 18}" y="14">{bars}</text>'
        f'<circle cx="{width / 2 + 20:.0f}" cy="10" r="5.5" fill="{INK}"/><text x="{width / 2 + 32:.0f}" y="14">{dots}</text>'
    )
    told = "; ".join(f"{k}: {observed[k]} / {expected[k]:.1f}" for k in range(last + 1))
    return (
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-label="{axis}. {dots} / {bars}: {told}">'
        + "".join(parts)
        + "</svg>"
    )
