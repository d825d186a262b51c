"""A small map for a printed sheet: streets, numbered stops in order, scale and north. Metres in, SVG out."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
WIDTH, MOST_HEIGHT, MARGIN = 720.0, 430.0, 26.0
STEPS_M = (20, 50, 100, 200, 500, 1000, 2000, 5000)


def route_map(stops: Sequence[tuple[int | None, Point]], streets: Sequence[Sequence[Point]]) -> str:
    """SVG of the streets around ``stops`` (number in the order, metres); nothing where no stop has a place."""
    if not stops:
        return ""
    xs, ys = [p[0] for _, p in stops], [p[1] for _, p in stops]
    left, right, low, high = min(xs) - 150, max(xs) + 150, min(ys) - 120, max(ys) + 120
    scale = min((WIDTH - 2 * MARGIN) / (right - left), (MOST_HEIGHT - 2 * MARGIN) / (high - low))
    height = (high - low) * scale + 2 * MARGIN

    def at(point: Point) -> Point:
        return MARGIN + (point[0] - left) * scale, height - MARGIN - (point[1] - low) * scale

    width = (right - left) * scale + 2 * MARGIN
    roads = "".join(f'<path d="{_path([at(p) for p in line])}"/>' for line in streets)
    ordered = [at(p) for n, p in sorted((s for s in stops if s[0] is not None), key=lambda s: s[0] or 0)]
    line = f'<path d="{_path(ordered)}" stroke-dasharray="5 4"/>' if len(ordered) > 1 else ""
    marks = "".join(_mark(n, at(p)) for n, p in stops)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img">'
        f'<defs><clipPath id="frame"><rect width="{width:.0f}" height="{height:.0f}"/></clipPath></defs>'
        f'<g clip-path="url(#frame)"><g fill="none" stroke="#c9c4b8" stroke-width="4">{roads}</g>'
        f'<g fill="none" stroke="#0f5f7a" stroke-width="1.6">{line}</g>{marks}</g>{_scale_bar(scale, height)}'
        f'<g transform="translate({width - 24:.0f} 30)"><path d="M0 -20 L7 4 L0 -1 L-7 4 Z" fill="#1d2528"/>'
        f'<text y="18" text-anchor="middle" font-size="11">北 N</text></g>'
        f'<rect x=".5" y=".5" width="{width - 1:.0f}" height="{height - 1:.0f}" fill="none" stroke="#8d9498"/></svg>'
    )


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _mark(number: int | None, point: Point) -> str:
    x, y = point
    label = (
        ""
        if number is None
        else f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="middle" font-size="11" font-weight="600" fill="#fff">{number}</text>'
    )
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="9" fill="#0f5f7a" stroke="#fff" stroke-width="1.5"/>{label}'


def _scale_bar(scale: float, height: float) -> str:
    """The longest round length that takes at most 140 units.

    >>> "100 m" in _scale_bar(1.0, 100)
    True
    """
    metres = max((m for m in STEPS_M if m * scale <= 140), default=STEPS_M[0])
    end = 12 + metres * scale
    y = math.floor(height - 10)
    label = f"{metres} m" if metres < 1000 else f"{metres // 1000} km"
    return (
        f'<g stroke="#1d2528" fill="none"><path d="M12 {y - 5} V{y} H{end:.1f} V{y - 5}"/></g>'
        f'<text x="12" y="{y - 8}" font-size="11">{label}</text>'
    )
