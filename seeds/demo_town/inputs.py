"""Typed-in assessment inputs (SL-1, SL-3, SL-4, SL-5, staffing) and the dwelling lists of other offices (SL-15)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from seeds.demo_town.areas import committee_code
from seeds.demo_town.scale import Scale

ITEMS = (
    "sl1_cancelled_accounts",
    "sl3_correct",
    "sl3_checked",
    "sl3_town_total",
    "sl4_declared",
    "sl4_base",
    "sl5_contributed",
    "staff_registrars",
)


def assessment(
    months: list[dt.date], residents: pd.Series, scale: Scale, rng: np.random.Generator
) -> pd.DataFrame:
    """One row per month, committee and item; SL-4 and SL-5 are year-to-date from January, as the rule reads them."""
    rows: list[tuple[dt.date, str, str, float]] = []
    town_total = round(scale.residents * 0.011)
    for committee, people in residents.items():
        code = committee_code(scale, int(committee))  # type: ignore[call-overload]
        base, eager = round(people * 0.42), rng.uniform(0.04, 0.14)
        quota = people / scale.residents * 5_025 * rng.uniform(0.6, 1.25)
        registrars = max(1, round(people / 1500 + rng.choice([-1, 0, 0, 0, 1])))
        declared = contributed = 0
        for month in months:
            if month.month == 1:
                declared = contributed = 0
            declared += int(rng.poisson(base * eager / 12))
            contributed += int(rng.poisson(quota / 12))
            checked = int(min(60, max(1, rng.poisson(people * 0.002))))
            values = (
                int(rng.choice([0, 0, 0, 0, 0, 1, 2])),
                int(rng.binomial(checked, 0.985)),
                checked,
                town_total,
                declared,
                base,
                contributed,
                registrars,
            )
            rows += [(month, code, item, float(v)) for item, v in zip(ITEMS, values, strict=True)]
    return pd.DataFrame(rows, columns=["month", "committee_code", "item", "value"])


def source_lists(dwellings: pd.DataFrame, scale: Scale, rng: np.random.Generator) -> pd.DataFrame:
    """Dwelling lists of three sources: most rows match, some are known only here or only by their address."""
    lists = []
    let = dwellings["use"].isin(["rented", "long_term_rental"]).to_numpy()
    wishes = {
        "letting_company": np.where(let, 0.35, 0.004),
        "group_rental_office": np.where(dwellings["hidden_group"], 0.45, 0.003),
        "police_compare": np.where(dwellings["status"] == "occupied", 0.05, 0.01),
    }
    for n, (source, chance) in enumerate(wishes.items()):
        chosen = dwellings[rng.random(len(dwellings)) < chance]
        code = chosen["code"].astype(object).to_numpy(copy=True)
        by_address = (rng.random(len(chosen)) < 0.3) & chosen["address"].notna().to_numpy()
        code[by_address] = None
        stray = ~by_address & (rng.random(len(chosen)) < 0.04)
        code[stray] = [f"{c[:-4]}8{c[-3:]}" for c in code[stray]]
        as_of = scale.until - dt.timedelta(days=10 + 7 * n)
        lists.append(pd.DataFrame({
            "source": source, "dwelling_code": code, "address": chosen["address"].to_numpy(), "as_of": as_of,
        }))  # fmt: skip
    return pd.concat(lists, ignore_index=True)
