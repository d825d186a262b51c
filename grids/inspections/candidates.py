"""Candidate sites for joint inspections: place-level signals with reasons in words, and a random control share.

A signal says something about a place and its records, never about who lives there, and none is conclusive.
The control share is drawn at random from all sites, so that what inspections find can be compared with chance.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from grids.assessment.rule_set import Values
from grids.errors import InputError

SIGNALS = (
    "overdue", "listed", "over_capacity", "churn", "crowded_dwelling", "source_mismatch", "open_finding",
    "no_access", "complaint", "hotspot",
)  # fmt: skip
COLUMNS = (
    "kind", "last_visit_on", "opened_on", "closed_on", "listed_from", "listed_to", "registrations", "capacity",
    "churn", "mean_registered", "crowded_dwellings", "source_mismatches", "source_as_of", "open_findings",
    "oldest_finding_on", "no_access_visits", "last_no_access_on", "complaints", "last_complaint_on", "hotspot",
)  # fmt: skip
# The number at which a counted signal has its whole weight; below it, it weighs in proportion.
SATURATION: Mapping[str, float] = {
    "crowded_dwelling": 3,
    "source_mismatch": 5,
    "open_finding": 3,
    "complaint": 3,
}
Z_95 = 1.959963984540054


class NoCandidates(InputError):
    """There is no open site to choose from."""


@dataclass(frozen=True)
class Ranking:
    """``sites``: score, rank (ties share the best place), strongest signal, by site, best first.

    ``signals``: one row for each signal that a site raises: site, signal, weight, strength (0 to 1), points,
    value, age_days (absent where undated), zh, en.
    """

    sites: pd.DataFrame
    signals: pd.DataFrame


def rank(
    sites: pd.DataFrame, values: Values, day: dt.date, saturation: Mapping[str, float] = SATURATION
) -> Ranking:
    """Rank open sites by the weighted sum of their signals on ``day``.

    ``sites`` is indexed by site code and holds ``kind`` and any of ``COLUMNS``; a signal whose columns are
    missing or empty is not raised. Dates are date or datetime64. ``churn`` is additions plus deregistrations in
    the window of ``in1.churn_window_days``, ``capacity`` the persons EX-1 allows. Sites closed by ``day`` are
    left out. Raises NoCandidates where none is open, InputError for a twice-listed site.
    """
    if sites.index.has_duplicates:
        raise InputError(f"site {sites.index[sites.index.duplicated()][0]!r} is listed twice")
    facts = _facts(sites, day)
    if facts.empty:
        raise NoCandidates(f"no site is open on {day}")
    weights = {name: float(weight) for name, weight in values["in1.weights"].items()}
    unknown = weights.keys() - set(SIGNALS)
    if unknown or "default" not in values["in1.interval_days"]:
        raise InputError(
            f"in1.weights knows no signal {min(unknown)!r}"
            if unknown
            else "in1.interval_days needs a default"
        )
    raised = [
        signal
        for name in SIGNALS
        if (signal := _signal(name, facts, values, weights, saturation)) is not None
    ]
    signals = pd.concat(raised, ignore_index=True) if raised else _nothing()
    signals = signals.sort_values(
        ["site", "points"], ascending=[True, False], kind="stable", ignore_index=True
    )
    return Ranking(_ordered(facts, signals), signals)


def _facts(sites: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """All columns there, dates as days before ``day``, closed sites gone."""
    held = sites.reindex(columns=list(COLUMNS))
    today = pd.Timestamp(day)
    closed, opened = pd.to_datetime(held["closed_on"]), pd.to_datetime(held["opened_on"])
    held = held[~(closed <= today) & ~(opened > today)].copy()
    for name in [column for column in COLUMNS if column.endswith(("_on", "_of", "_from", "_to"))]:
        held[name] = (today - pd.to_datetime(held[name])).dt.days.astype(float)
    for name in set(COLUMNS) - {"kind"}:
        held[name] = pd.to_numeric(held[name]).astype(float)
    return held


Raised = tuple[np.ndarray, np.ndarray, np.ndarray]  # strength (0: not raised), value, age in days


def _overdue(facts: pd.DataFrame, values: Values) -> Raised:
    table = {kind: float(days) for kind, days in values["in1.interval_days"].items()}
    interval = facts["kind"].map(lambda kind: table.get(kind, table["default"])).to_numpy(dtype=float)
    since = facts["last_visit_on"].fillna(facts["opened_on"]).to_numpy()
    over = np.where(
        np.isnan(since), interval, since - interval
    )  # never seen and of unknown age: one interval over
    return np.clip(over / interval, 0, 1), over, since


def _listed(facts: pd.DataFrame, values: Values) -> Raised:
    begun, ended = facts["listed_from"].to_numpy(), facts["listed_to"].to_numpy()
    on = (begun >= 0) & ~(ended > 0)
    return on.astype(float), begun, begun


def _over_capacity(facts: pd.DataFrame, values: Values) -> Raised:
    limit = float(values["in1.capacity_ratio"])
    room = facts["capacity"].to_numpy() * limit
    excess = facts["registrations"].to_numpy() - room
    return np.where(excess > 0, np.clip(_share(excess, room), 0.1, 1), 0), excess, _undated(facts)


def _churn(facts: pd.DataFrame, values: Values) -> Raised:
    limit = float(values["in1.churn_ratio"])
    ratio = _share(facts["churn"].to_numpy(), facts["mean_registered"].to_numpy())
    return np.where(ratio > limit, np.clip(ratio / (2 * limit), 0, 1), 0), ratio, _undated(facts)


def _no_access(facts: pd.DataFrame, values: Values) -> Raised:
    visits = facts["no_access_visits"].to_numpy()
    return (
        (visits >= values["in1.no_access_visits"]).astype(float),
        visits,
        facts["last_no_access_on"].to_numpy(),
    )


def _hotspot(facts: pd.DataFrame, values: Values) -> Raised:
    on = facts["hotspot"].fillna(0).to_numpy() > 0
    return on.astype(float), on.astype(float), _undated(facts)


def _share(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Quotient; over nothing it is 1 where something stands above (a place that may lodge nobody), else absent."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0, above / below, np.where((below == 0) & (above > 0), 1.0, np.nan))


def _undated(facts: pd.DataFrame) -> np.ndarray:
    return np.full(len(facts), np.nan)


# Counted signals: the column with the number, the column with its day.
COUNTED = {
    "crowded_dwelling": ("crowded_dwellings", None),
    "source_mismatch": ("source_mismatches", "source_as_of"),
    "open_finding": ("open_findings", "oldest_finding_on"),
    "complaint": ("complaints", "last_complaint_on"),
}
MEASURED: Mapping[str, Callable[[pd.DataFrame, Values], Raised]] = {
    "overdue": _overdue, "listed": _listed, "over_capacity": _over_capacity, "churn": _churn,
    "no_access": _no_access, "hotspot": _hotspot,
}  # fmt: skip
# Sentences: {v} is the value as a whole number, {p} as a percentage, {a} the age in days.
SENTENCES: Mapping[str, tuple[str, str]] = {
    "overdue": ("走访超期{v}天", "visit overdue by {v} days"),
    "listed": ("已挂牌{v}天", "listed for {v} days"),
    "over_capacity": ("登记人数比可住人数多{v}人", "{v} registrations more than the letting limits allow"),
    "churn": ("90天内登记变动占平均登记数的{p}%", "registrations turned over by {p} % in the window"),
    "crowded_dwelling": ("{v}户登记人数超过可住人数", "{v} dwellings registered above their capacity"),
    "source_mismatch": ("与外部房源清单有{v}处不一致", "{v} mismatches with the partners’ lists"),
    "open_finding": ("以往检查有{v}项未整改", "{v} earlier findings still open"),
    "no_access": ("{v}次未能入户", "no access at {v} visits"),
    "complaint": ("关于该处的投诉{v}件", "{v} complaints about the place"),
    "hotspot": ("位于统计热点内", "inside a hotspot of findings"),
}


def _signal(
    name: str,
    facts: pd.DataFrame,
    values: Values,
    weights: Mapping[str, float],
    saturation: Mapping[str, float],
) -> pd.DataFrame | None:
    if not weights.get(name):
        return None
    if name in COUNTED:
        column, dated = COUNTED[name]
        value = facts[column].to_numpy()
        strength = np.clip(value / saturation[name], 0, 1)
        age = facts[dated].to_numpy() if dated else _undated(facts)
    else:
        strength, value, age = MEASURED[name](facts, values)
    on = np.flatnonzero(np.nan_to_num(strength) > 0)
    if not len(on):
        return None
    zh, en = _sentences(name, value[on], age[on], int(values["in1.churn_window_days"]))
    return pd.DataFrame({
        "site": facts.index.to_numpy()[on], "signal": name, "weight": weights[name], "strength": strength[on],
        "points": weights[name] * strength[on], "value": value[on], "age_days": age[on], "zh": zh, "en": en,
    })  # fmt: skip


def _sentences(name: str, value: np.ndarray, age: np.ndarray, window: int) -> tuple[list[str], list[str]]:
    """One sentence in each language for each row; a dated one says how old its evidence is."""
    dated = name not in ("overdue", "listed")
    told: tuple[list[str], list[str]] = ([], [])
    for v, a in zip(value.tolist(), age.tolist(), strict=True):
        old = dated and a == a
        for language, text in enumerate(SENTENCES[name]):
            sentence = text.format(v=round(v), p=round(100 * v))
            told[language].append(
                sentence + (f"（{a:.0f}天前）", f" ({a:.0f} days ago)")[language] if old else sentence
            )
    if name == "churn" and window != 90:
        return [text.replace("90天", f"{window}天") for text in told[0]], told[1]
    return told


def _nothing() -> pd.DataFrame:
    columns = ["site", "signal", "weight", "strength", "points", "value", "age_days", "zh", "en"]
    return pd.DataFrame(
        {name: pd.Series(dtype=float if 1 < n < 7 else object) for n, name in enumerate(columns)}
    )


def _ordered(facts: pd.DataFrame, signals: pd.DataFrame) -> pd.DataFrame:
    points = signals.groupby("site", sort=False)["points"]
    first = signals.drop_duplicates("site").set_index("site")["signal"]
    found = pd.DataFrame({"kind": facts["kind"]})
    found["score"] = points.sum().reindex(facts.index).fillna(0.0)
    found["signals"] = points.size().reindex(facts.index).fillna(0).astype(int)
    found["strongest"] = first.reindex(facts.index).astype(object)
    found["rank"] = found["score"].round(9).rank(method="min", ascending=False).astype(int)
    return found.sort_values("rank", kind="stable")


def choose(ranking: Ranking, count: int, values: Values, seed: int) -> pd.DataFrame:
    """``count`` sites for inspection: the control share drawn at random from all sites, the rest from the top.

    The control is drawn first and without looking at the rank, so that its yield is that of chance. A tie at
    the end of the list is settled by the same draw, never by code or row order. Columns of ``Ranking.sites``
    and ``control`` (bool); the same seed gives the same choice.
    """
    if count < 0:
        raise InputError(f"{count} sites cannot be chosen")
    generator = np.random.default_rng(seed)
    drawn = ranking.sites.iloc[np.argsort(ranking.sites.index.astype(str), kind="stable")]
    drawn = drawn.iloc[generator.permutation(len(drawn))]
    count = min(count, len(drawn))
    controls = min(count, int(np.ceil(count * float(values["in1.control_share"]))))
    top = drawn.iloc[controls:].sort_values("rank", kind="stable").iloc[: count - controls]
    chosen = pd.concat([top, drawn.iloc[:controls]])
    return chosen.assign(control=[False] * len(top) + [True] * controls)


@dataclass(frozen=True)
class YieldRatio:
    """Finds per visit of ranked over control sites, with its 95 % interval; absent where nothing was visited."""

    ranked: float | None
    control: float | None
    ratio: float | None
    low: float | None
    high: float | None


def yield_ratio(
    ranked_found: int, ranked_visited: int, control_found: int, control_visited: int, z: float = Z_95
) -> YieldRatio:
    """Does the ranking beat chance? Log interval (Katz) of the ratio of two shares, half a find added to each cell.

    An interval that holds 1 says: not known yet.

    >>> told = yield_ratio(30, 100, 10, 100)
    >>> round(told.ratio, 2), told.low > 1
    (2.9, True)
    """
    for found, visited in ((ranked_found, ranked_visited), (control_found, control_visited)):
        if not 0 <= found <= visited:
            raise InputError(f"{found} finds in {visited} visits is impossible")
    shares = [
        f / n if n else None for f, n in ((ranked_found, ranked_visited), (control_found, control_visited))
    ]
    if not ranked_visited or not control_visited:
        return YieldRatio(shares[0], shares[1], None, None, None)
    a, n, b, m = ranked_found + 0.5, ranked_visited + 0.5, control_found + 0.5, control_visited + 0.5
    ratio = (a / n) / (b / m)
    spread = float(np.exp(z * np.sqrt(max(0.0, 1 / a - 1 / n + 1 / b - 1 / m))))
    return YieldRatio(shares[0], shares[1], ratio, ratio / spread, ratio * spread)
