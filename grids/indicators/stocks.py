"""Stocks per building (residents, dwellings by use and status) as change points, and their value in a month."""

from __future__ import annotations

import numpy as np
import pandas as pd

from grids.errors import InputError

STOCKS = (
    "residents",
    "dwellings",
    "dwellings_occupied",
    "dwellings_rented",
    "dwellings_vacant",
    "occupied_without_records",
    "records_unlinked",
    "key_sites",
    "organisations",
)
RENTED_USES = ("rented", "long_term_rental", "dormitory", "group_renting")
FOREVER = 10**6  # a month number after every real one


def month_start(when: object) -> pd.Timestamp:
    """First day of the month of a day.

    >>> month_start("2024-03-17")
    Timestamp('2024-03-01 00:00:00')
    """
    return pd.Timestamp(when).normalize().replace(day=1)  # type: ignore[arg-type]


def month_starts(days: pd.Series) -> pd.Series:
    """First day of the month of each day, midnight, without a zone."""
    whole = days.astype("datetime64[ns]").dt.normalize()
    return whole - pd.to_timedelta(whole.dt.day - 1, unit="D")


def building_stock(
    dwellings: pd.DataFrame,
    registrations: pd.DataFrame,
    *,
    key_sites: pd.DataFrame | None = None,
    organisations: pd.DataFrame | None = None,
    unlocated: str | None = None,
) -> pd.DataFrame:
    """Recount the stocks of every building: building_code, from_month and ``STOCKS``, one row per change.

    ``dwellings``: code, building_code, use, status, created_on, retired_on; several rows of one code are its
    spells in several buildings. ``registrations``: dwelling_code, since, until. A thing is in a month's stock when
    it has begun by the month's last day and has not ended by then. A record of no known dwelling, or of one not
    standing at the time, is ``records_unlinked`` in the dwelling's last building, else in ``unlocated``.
    ``key_sites`` (building_codes, opened_on, closed_on) count once, in their first building; ``organisations``:
    building_code, opened_on, closed_on.
    """
    spells = _spells(dwellings)
    pieces, loose = _linked(registrations, spells, unlocated)
    events = [
        _span(spells, "dwellings"),
        _span(spells[spells["status"].eq("occupied")], "dwellings_occupied"),
        _span(spells[spells["use"].isin(RENTED_USES)], "dwellings_rented"),
        _span(spells[spells["status"].eq("vacant")], "dwellings_vacant"),
        _span(pieces, "residents"),
        _span(spells[spells["status"].eq("occupied")], "occupied_without_records"),
        _with_records(pieces[pieces["status"].eq("occupied")]),
        loose,
    ]
    if key_sites is not None and len(key_sites):
        first = key_sites["building_codes"].map(_first_building)
        events.append(_span(_dated(key_sites, first, unlocated), "key_sites"))
    if organisations is not None and len(organisations):
        events.append(
            _span(_dated(organisations, organisations["building_code"], unlocated), "organisations")
        )
    return _accumulate(pd.concat(events, ignore_index=True))


def stock_at(stock: pd.DataFrame, month: object) -> pd.DataFrame:
    """Stocks at the end of a month, indexed by building_code; buildings not yet begun have no row.

    ``stock`` is sorted by building_code and from_month, as ``building_stock`` returns it.
    """
    return stock.iloc[latest_rows(stock, month)].set_index("building_code")[list(STOCKS)]


def latest_rows(stock: pd.DataFrame, month: object) -> np.ndarray:
    """Positions of the rows of a sorted stock frame that are in force at the end of a month."""
    begun = pd.to_datetime(stock["from_month"]).to_numpy()
    starts = run_starts(stock["building_code"])
    if (~starts[1:] & (begun[1:] <= begun[:-1])).any():
        raise InputError("The stocks of a building are not in the order of their months.")
    known = np.flatnonzero(begun <= month_start(month).to_numpy())
    run = starts.cumsum()[known]
    return known[np.append(run[1:] != run[:-1], len(run) > 0)[: len(run)]]


def run_starts(column: pd.Series) -> np.ndarray:
    """Where a value differs from the one before it.

    >>> run_starts(pd.Series(["b1", "b1", "b2"])).tolist()
    [True, False, True]
    """
    values = column.cat.codes if isinstance(column.dtype, pd.CategoricalDtype) else column
    plain = values.to_numpy()
    return np.append(len(plain) > 0, plain[1:] != plain[:-1])[: len(plain)]


def _number(days: pd.Series, missing: int) -> pd.Series:
    """Months since January 1900; a missing day takes ``missing``."""
    days = pd.to_datetime(days)
    numbers = (days.dt.year - 1900) * 12 + days.dt.month - 1
    return numbers.fillna(missing).astype("int64").clip(lower=0)


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    return frame[name] if name in frame else pd.Series(pd.NaT, index=frame.index)


def _spells(dwellings: pd.DataFrame) -> pd.DataFrame:
    begun = _number(_column(dwellings, "created_on"), 0)
    ended = _number(_column(dwellings, "retired_on"), FOREVER)
    undated = dwellings["status"].eq("retired") & _column(dwellings, "retired_on").isna()
    spells = dwellings[["code", "building_code", "use", "status"]].assign(begun=begun, ended=ended)
    spells = spells[~undated & (begun < ended)].sort_values(["code", "begun"]).reset_index(drop=True)
    if spells["building_code"].isna().any():
        raise InputError(
            "A dwelling names no building; a home without a footprint belongs to an unlocated one."
        )
    after = spells.groupby("code")["begun"].shift(-1)
    if (after < spells["ended"]).any():
        code = spells.loc[after < spells["ended"], "code"].iloc[0]
        raise InputError(
            f"Dwelling {code} stands in two buildings at the same time; end its earlier spell first."
        )
    return spells.rename_axis("spell").reset_index()


def _linked(
    registrations: pd.DataFrame, spells: pd.DataFrame, unlocated: str | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Pieces of registrations that fall in a standing dwelling, and the events of those that do not."""
    records = pd.DataFrame(
        {
            "record": np.arange(len(registrations)),
            "code": registrations["dwelling_code"].to_numpy(),
            "since": _number(registrations["since"], 0).to_numpy(),
            "until": _number(_column(registrations, "until"), FOREVER).to_numpy(),
        }
    )
    records = records[records["since"] < records["until"]]
    pieces = records.merge(spells, on="code")
    pieces["begun"] = pieces[["begun", "since"]].max(axis=1)
    pieces["ended"] = pieces[["ended", "until"]].min(axis=1)
    pieces = pieces[pieces["begun"] < pieces["ended"]]
    home = records.set_index("record")["code"].map(
        spells.drop_duplicates("code", keep="last").set_index("code")["building_code"]
    )
    covered = (pieces["ended"] - pieces["begun"]).groupby(pieces["record"]).sum()
    whole = records.set_index("record")
    gaps = whole[(whole["until"] - whole["since"]) > covered.reindex(whole.index, fill_value=0)]
    lost = home.reindex(gaps.index)
    if lost.isna().any() and unlocated is None:
        raise InputError(
            f"{int(lost.isna().sum())} registrations name no known dwelling; give the unlocated building."
        )
    lost = lost.fillna(unlocated) if unlocated is not None else lost
    out = gaps.assign(building_code=lost).rename(columns={"since": "begun", "until": "ended"})
    inside = pieces[pieces["record"].isin(gaps.index)]
    inside = inside.assign(building_code=inside["record"].map(lost))
    back = _span(inside, "records_unlinked").assign(delta=lambda e: -e["delta"])
    return pieces, pd.concat([_span(out, "records_unlinked"), back], ignore_index=True)


def _span(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Each row begins (+1) and perhaps ends (-1) in its building."""
    begins = rows[["building_code", "begun"]].rename(columns={"begun": "number"}).assign(delta=1)
    ends = rows.loc[rows["ended"] < FOREVER, ["building_code", "ended"]]
    ends = ends.rename(columns={"ended": "number"}).assign(delta=-1)
    return pd.concat([begins, ends], ignore_index=True).assign(column=column)


def _with_records(pieces: pd.DataFrame) -> pd.DataFrame:
    """Occupied spells that gain their first or lose their last record, as events against the occupied ones."""
    begins = pieces[["spell", "building_code", "begun"]].set_axis(
        ["spell", "building_code", "number"], axis=1
    )
    ends = pieces[["spell", "building_code", "ended"]].set_axis(["spell", "building_code", "number"], axis=1)
    both = pd.concat([begins.assign(delta=1), ends.assign(delta=-1)])
    steps = both.groupby(["spell", "building_code", "number"])["delta"].sum().reset_index()
    held = steps.groupby("spell")["delta"].cumsum().gt(0).astype("int64")
    change = held - held.groupby(steps["spell"]).shift(1, fill_value=0)
    events = steps.assign(delta=-change, column="occupied_without_records")
    events = events[(events["delta"] != 0) & (events["number"] < FOREVER)]
    return events[["building_code", "number", "delta", "column"]]


def _first_building(codes: object) -> object:
    listed = codes.split(";") if isinstance(codes, str) else list(codes)  # type: ignore[call-overload]
    return listed[0].strip() if listed and str(listed[0]).strip() else None


def _dated(frame: pd.DataFrame, buildings: pd.Series, unlocated: str | None) -> pd.DataFrame:
    if buildings.isna().any() and unlocated is None:
        raise InputError(
            "A site or organisation names no building; give the unlocated building that holds it."
        )
    placed = buildings if unlocated is None else buildings.fillna(unlocated)
    begun = _number(_column(frame, "opened_on"), 0)
    ended = _number(_column(frame, "closed_on"), FOREVER)
    rows = pd.DataFrame({"building_code": placed, "begun": begun, "ended": ended})
    return rows[rows["begun"] < rows["ended"]]


def _accumulate(events: pd.DataFrame) -> pd.DataFrame:
    deltas = events.pivot_table(
        index=["building_code", "number"], columns="column", values="delta", aggfunc="sum", fill_value=0
    )
    deltas = deltas.reindex(columns=list(STOCKS), fill_value=0).astype("int64")
    deltas = deltas[(deltas != 0).any(axis=1)]
    table = deltas.groupby(level="building_code").cumsum().reset_index()
    days = pd.to_datetime(
        {"year": 1900 + table["number"] // 12, "month": table["number"] % 12 + 1, "day": 1}
    ).astype("datetime64[ns]")
    table.insert(1, "from_month", days)
    return table.drop(columns="number").rename_axis(columns=None)
