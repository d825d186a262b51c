"""Grid teams (XJ-2): leader, officer, auxiliary and others per grid, with the odd vacancy."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd


def teams_for(grids: pd.DataFrame, since: dt.date, seed: int = 7) -> pd.DataFrame:
    """Roles and accounts for grids with ``grid_code`` and ``committee_code`` (or ``code`` instead of ``grid_code``).

    Officers and auxiliaries serve several grids of their committee; about one auxiliary's seat in twenty is vacant
    and one leader in twelve changed halfway through the first year. Columns: grid_code, role, account,
    valid_from, valid_to.
    """
    rng = np.random.default_rng(seed)
    codes = grids["grid_code"] if "grid_code" in grids else grids["code"]
    rows: list[dict[str, object]] = []
    nth = grids.groupby("committee_code").cumcount()
    for code, committee, i in zip(codes, grids["committee_code"], nth, strict=True):
        stem = str(committee)[6:]
        leader = f"{stem}L{i + 1}"
        change = since + dt.timedelta(days=180) if rng.random() < 1 / 12 else None
        rows.append(_row(code, "leader", leader, since, change))
        if change:
            rows.append(_row(code, "leader", f"{leader}b", change, None))
        rows.append(_row(code, "officer", f"{stem}P1", since, None))
        if rng.random() > 0.05:
            rows.append(_row(code, "auxiliary", f"{stem}A{i // 2 + 1}", since, None))
        rows += [
            _row(code, "other", f"{stem}N{i + 1}{'abcd'[k]}", since, None) for k in range(rng.integers(0, 4))
        ]
    return pd.DataFrame(rows, columns=["grid_code", "role", "account", "valid_from", "valid_to"])


def _row(grid: object, role: str, account: str, since: dt.date, until: dt.date | None) -> dict[str, object]:
    return {"grid_code": grid, "role": role, "account": account, "valid_from": since, "valid_to": until}
