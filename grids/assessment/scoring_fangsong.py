"""方松 FS-1 person–house linkage, FS-2 three dimensions of quality, FS-4 classes (RULES.md section 1.5)."""

from __future__ import annotations

from fractions import Fraction

from grids.assessment.absence import absent
from grids.assessment.exact import rate, shown
from grids.assessment.rule_set import Values
from grids.assessment.score import Said, Score
from grids.errors import InputError


def fs1(values: Values, linked: int | None, records: int | None) -> Score:
    """FS-1: records whose dwelling code resolves to a valid, current dwelling ÷ all records."""
    return _share(values, "FS-1", linked, records, Said("人房关联率", "link rate"), "fs1.link_share_target")


def fs1_reverse(values: Values, with_record: int | None, occupied: int | None) -> Score:
    """FS-1 the other way: occupied dwellings with at least one record ÷ occupied dwellings."""
    return _share(
        values,
        "FS-1",
        with_record,
        occupied,
        Said("有登记的在住房屋占比", "occupied dwellings with a record"),
    )


def fs2(
    values: Values, records: int | None, duplicates: int | None, checked: int | None, omissions: int | None,
    errors: int | None,
) -> dict[str, Score]:  # fmt: skip
    """FS-2 「不重复、不遗漏、准确无误」: duplicates ÷ records, 应登未登 ÷ found in checks, errors ÷ checked.

    Duplicates are counted while a file is read; omissions and errors come from checks on the ground.
    """
    return {
        "duplicates": _share(values, "FS-2", duplicates, records, Said("重复率", "share of duplicates")),
        "omissions": _share(values, "FS-2", omissions, checked, Said("遗漏率", "share omitted")),
        "errors": _share(values, "FS-2", errors, checked, Said("差错率", "share in error")),
    }


def fs4_class(values: Values, accuracy: Fraction | None) -> str | None:
    """FS-4: the class whose threshold (in percent) the accuracy reaches; None while classes are not set."""
    thresholds = values["fs4.class_thresholds"]
    if thresholds is None or accuracy is None:
        return None
    reached = [(least, name) for name, least in thresholds.items() if 100 * accuracy >= least]
    return max(reached)[1] if reached else None


def _share(
    values: Values, rule: str, part: int | None, whole: int | None, what: Said, target_key: str | None = None
) -> Score:
    v = values.reading()
    inputs = {"part": part, "whole": whole}
    if part is not None and whole is not None and (min(part, whole) < 0 or part > whole):
        raise InputError(f"{what.en}: {part} of {whole} is impossible")
    share = None if part is None or whole is None else rate(part, whole)
    if share is None:
        return absent(v, rule, inputs)
    target = v[target_key] if target_key else None
    said = Said(
        f"{what.zh} {part}/{whole} = {shown(100 * share)}%",
        f"{what.en} {part}/{whole} = {shown(100 * share)} %",
    )
    met = None if target is None else share >= target
    return Score(rule, share, Fraction(1), met, inputs, dict(v.read), (said,), rule_set=v.label)
