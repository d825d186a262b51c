"""Why the rules refuse an edit: one sentence per fact, keyed by the problem type that leaves over HTTP."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "refusal.unknown-grid": (
        "这份草稿里没有微网格 {grid_code}，可能已被合并。",
        "There is no micro-grid {grid_code} in this draft; it may have been merged.",
    ),
    "refusal.grid-in-pieces": (
        "微网格 {grid_code} 会断成 {pieces} 块。请改选相邻的地块。",
        "Micro-grid {grid_code} would fall into {pieces} pieces. Choose plots that touch it.",
    ),
    "refusal.across-committee": (
        "地块 {plot_id} 属于居委会 {committee_code}，不能并入别的居委会的微网格 {grid_code}。",
        "Plot {plot_id} belongs to committee {committee_code} and cannot join grid {grid_code} of another.",
    ),
    "refusal.grid-locked": (
        "微网格 {grid_code} 已锁定，请先解锁。",
        "Micro-grid {grid_code} is locked; unlock it first.",
    ),
    "refusal.grid-emptied": (
        "微网格 {grid_code} 会失去最后一块地。请改用合并。",
        "Micro-grid {grid_code} would lose its last plot; merge it instead.",
    ),
    "refusal.not-neighbours": ("所选微网格没有共同边界。", "The chosen micro-grids share no border."),
    "refusal.line-crosses-nothing": (
        "线没有穿过微网格 {grid_code}。请从它的一侧画到另一侧。",
        "The line does not cross {grid_code}. Draw from one side of it to the other.",
    ),
    "refusal.line-ends-inside": (
        "线停在微网格 {grid_code} 里面。请画到边界以外。",
        "The line ends inside {grid_code}. Draw it past the border.",
    ),
    "refusal.line-moves-nothing": (
        "微网格 {grid_code} 的地块都在线的同一侧，没有可移动的。",
        "Every plot of {grid_code} lies on one side of the line, so nothing would move.",
    ),
    "refusal.nothing-changes": ("这一步不会带来任何变化。", "This would change nothing."),
    "refusal.building-on-plot": (
        "地块 {plot_id} 上有楼栋 {building_code}，不能切分。",
        "Plot {plot_id} holds building {building_code} and cannot be split.",
    ),
    "refusal.already-issued": (
        "编码 {grid_code} 已经发布过，不能改号。",
        "Code {grid_code} was already published and cannot be renumbered.",
    ),
}
