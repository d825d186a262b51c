"""What ``wangge boundaries`` says on a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grids.boundaries.agreement import Agreement
    from grids.boundaries.coverage import Defect

GRADES = {
    "highly_consistent": "高度一致 / highly consistent",
    "same_buildings": "楼栋一致，边界有出入 / same buildings, lines differ",
    "differs": "不一致 / differs",
}


def defects_text(valid: bool, kinds: Mapping[str, Sequence[Defect]]) -> str:
    """Each kind of defect with its number and size, and the first ten places."""
    lines = ["✔ 无缺陷 / no defects" if valid else "✘ 有缺陷 / defects"]
    for kind, defects in kinds.items():
        if defects:
            lines.append(f"{kind}: {len(defects)} ({sum(d.area_m2 for d in defects):.2f} m²)")
            lines += [f"  {', '.join(d.ids)}  {d.area_m2:.4f} m²  {d.note}".rstrip() for d in defects[:10]]
            lines += [f"  … {len(defects) - 10} more"] if len(defects) > 10 else []
    return "\n".join(lines)


def agreement_text(found: Agreement) -> str:
    """The grade, the figures of the town, and the grids that are not highly consistent."""
    now = found.figures
    lines = [
        GRADES[found.grade],
        f"同格人口 same grid {now['same_share']:.2%} · 楼栋 moved buildings {now['moved_buildings']:.0f} · "
        f"边界 border within 2 m {now['within_2m']:.1%}, 5 m {now['within_5m']:.1%} · IoU {now['mean_iou']:.4f}",
        f"碎缝 slivers {now['slivers']:.0f} · 待定 for a person {now['real_differences']:.0f}",
    ]
    if found.datum.kind:
        lines.insert(0, f"坐标偏移 datum: {found.datum.kind}, {found.datum.displacement_m:.0f} m")
    lines += [
        f"  {code} {row['relation']} → {row['mate']}: {row['moved_buildings']} 栋 buildings, IoU {row['iou']:.3f}"
        for code, row in found.grids[found.grids["grade"] != "highly_consistent"].iterrows()
    ]
    return "\n".join(lines)
