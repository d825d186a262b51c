"""GCJ-02 and BD-09: the two systems of Chinese web maps, which are WGS 84 moved by a published wobble.

GCJ-02 (national web maps) lies 100 to 700 m off, some 476 m in Shanghai; BD-09 (Baidu) is GCJ-02 moved again.
Neither has an EPSG code. Everything here is plain arrays in degrees, lon before lat.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

Array = npt.NDArray[np.float64]

# GCJ-02 lives on the Krasovsky 1940 ellipsoid and is defined as "no shift" outside this box.
_KRASOVSKY_A_M = 6_378_245.0
_KRASOVSKY_E2 = 0.006693421622965943
_CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)
_BAIDU_OFFSET = (0.0065, 0.006)
_SAME_PLACE_DEG = 1e-10  # 0.01 mm: where the iterated inverse stops
_METRES_PER_DEGREE = 111_195.0


def gcj02_from_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """GCJ-02 degrees of WGS 84 degrees; arrays of any equal shape, unchanged outside China.

    >>> lon, lat = gcj02_from_wgs84(121.4737, 31.2304)
    >>> round(float(lon), 9), round(float(lat), 9)
    (121.478223059, 31.228457738)
    """
    x, y = _as_arrays(lon, lat)
    dx, dy = _gcj02_offset(x, y)
    inside = _inside(x, y, _CHINA_BOX)
    return np.where(inside, x + dx, x), np.where(inside, y + dy, y)


def wgs84_from_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """WGS 84 degrees of GCJ-02 degrees, by iteration: the round trip closes within 0.1 mm.

    One step alone is up to 2.2 m off. Unchanged outside China.

    >>> lon, lat = wgs84_from_gcj02(121.478223059, 31.228457738)
    >>> round(float(lon), 7), round(float(lat), 7)
    (121.4737, 31.2304)
    """
    x, y = _as_arrays(lon, lat)

    def forward(u: Array, v: Array) -> tuple[Array, Array]:
        dx, dy = _gcj02_offset(u, v)
        return u + dx, v + dy

    inside = _inside(x, y, _CHINA_BOX)
    u, v = _inverted(forward, x, y)
    return np.where(inside, u, x), np.where(inside, v, y)


def bd09_from_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """BD-09 degrees of GCJ-02 degrees.

    >>> lon, lat = bd09_from_gcj02(*gcj02_from_wgs84(121.4737, 31.2304))
    >>> round(float(lon), 9), round(float(lat), 9)
    (121.484781469, 31.234310594)
    """
    x, y = _as_arrays(lon, lat)
    wobble = np.pi * 3000.0 / 180.0
    radius = np.hypot(x, y) + 2e-5 * np.sin(y * wobble)
    angle = np.arctan2(y, x) + 3e-6 * np.cos(x * wobble)
    return radius * np.cos(angle) + _BAIDU_OFFSET[0], radius * np.sin(angle) + _BAIDU_OFFSET[1]


def gcj02_from_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """GCJ-02 degrees of BD-09 degrees, by iteration; the round trip closes within 0.1 mm."""
    x, y = _as_arrays(lon, lat)
    return _inverted(bd09_from_gcj02, x, y)


def looks_shifted_like_gcj02(
    points: npt.ArrayLike, reference: npt.ArrayLike, *, paired: bool = False, at_least: int = 20
) -> bool:
    """Whether ``points`` are GCJ-02 mistaken for WGS 84, judged by places already known.

    Both are (n, 2) arrays of lon, lat. ``paired`` says that row i of both is the same thing (one building
    code): then the middle displacement must be the wobble's own at that place. Unpaired, taking the wobble out
    must bring most points onto a reference point, where before they lay among them. Fewer than ``at_least``
    points, or a reference of other things than the points, answer False: no claim without evidence.

    >>> homes = np.random.default_rng(1).uniform((121.46, 31.22), (121.48, 31.24), (200, 2))
    >>> moved = np.column_stack(gcj02_from_wgs84(homes[:, 0], homes[:, 1]))
    >>> looks_shifted_like_gcj02(moved, homes), looks_shifted_like_gcj02(homes, homes)
    (True, False)
    """
    ours, known = _finite_pairs(points), _finite_pairs(reference)
    if paired:
        same = np.isfinite(np.asarray(points)).all(axis=1) & np.isfinite(np.asarray(reference)).all(axis=1)
        ours, known = np.asarray(points)[same], np.asarray(reference)[same]
    if len(ours) < at_least or len(known) < at_least:
        return False
    scale = _METRES_PER_DEGREE * np.array([np.cos(np.radians(np.median(known[:, 1]))), 1.0])
    unshifted = np.column_stack(wgs84_from_gcj02(ours[:, 0], ours[:, 1]))
    if paired:
        as_given, without = (np.median((p - known) * scale, axis=0) for p in (ours, unshifted))
        return bool(np.hypot(*without) < 0.2 * np.hypot(*as_given))
    tree = cKDTree(known * scale)
    as_given_m = float(np.median(tree.query(ours * scale)[0]))
    without_m = float(np.median(tree.query(unshifted * scale)[0]))
    # Strangers scattered among the reference lie at half its spacing; the same things within a few metres.
    return without_m < min(5.0, 0.4 * as_given_m)


def _finite_pairs(points: npt.ArrayLike) -> Array:
    pairs = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    return pairs[np.isfinite(pairs).all(axis=1)]


def _as_arrays(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _inside(x: Array, y: Array, box: tuple[float, float, float, float]) -> npt.NDArray[np.bool_]:
    return (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])


def _inverted(
    forward: Callable[[Array, Array], tuple[Array, Array]], x: Array, y: Array
) -> tuple[Array, Array]:
    """The point that ``forward`` moves to (x, y): a fixed point, since the shift changes slowly."""
    u, v = x.copy(), y.copy()
    for _ in range(12):
        fx, fy = forward(u, v)
        du, dv = x - fx, y - fy
        u, v = u + du, v + dv
        # A point that is not a number never converges and must not keep the others waiting.
        if not np.any(np.maximum(np.abs(du), np.abs(dv)) > _SAME_PLACE_DEG):
            break
    return u, v


def _gcj02_offset(lon: Array, lat: Array) -> tuple[Array, Array]:
    """The wobble in degrees at WGS 84 (lon, lat): two polynomials with three sine waves each."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    ripple = (20.0 * np.sin(6.0 * x * np.pi) + 20.0 * np.sin(2.0 * x * np.pi)) * 2.0 / 3.0
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east_m += _waves(x, ((20.0, 1.0), (40.0, 1 / 3), (150.0, 1 / 12), (300.0, 1 / 30)))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north_m += _waves(y, ((20.0, 1.0), (40.0, 1 / 3), (160.0, 1 / 12), (320.0, 1 / 30)))
    phi = np.radians(lat)
    w2 = 1.0 - _KRASOVSKY_E2 * np.sin(phi) ** 2
    meridian_m = _KRASOVSKY_A_M * (1.0 - _KRASOVSKY_E2) / (w2 * np.sqrt(w2))
    parallel_m = _KRASOVSKY_A_M / np.sqrt(w2) * np.cos(phi)
    with np.errstate(divide="ignore", invalid="ignore"):  # at the poles, outside the box anyway
        return np.degrees(east_m / parallel_m), np.degrees(north_m / meridian_m)


def _waves(t: Array, terms: tuple[tuple[float, float], ...]) -> Array:
    total = np.zeros_like(t)
    for amplitude_m, frequency in terms:
        total += amplitude_m * np.sin(t * frequency * np.pi) * 2.0 / 3.0
    return total
