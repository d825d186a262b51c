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
    "refusal.unknown-plot": (
        "这份草稿里没有地块 {plot_id}，请刷新后重试。",
        "There is no plot {plot_id} in this draft; reload and try again.",
    ),
    "refusal.unknown-committee": (
        "居委会 {committee_code} 没有可以划分的地块，可能都已锁定。",
        "Committee {committee_code} has no unlocked plots to divide.",
    ),
    "refusal.ground-too-thin": (
        "线会在地块 {plot_id} 上留下不足 1 米宽的窄条。请把线移开一点。",
        "The line would leave a strip of plot {plot_id} less than a metre wide. Move the line a little.",
    ),
    "refusal.edit-conflict": (
        "他人刚刚改动了同一处地块，请刷新后重试。",
        "Somebody else changed the same plots meanwhile; reload and try again.",
    ),
    "refusal.edit-refused": (
        "这一步不能执行，草稿没有变化。",
        "That cannot be done; the draft is as it was.",
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
    "refusal.codes-exhausted": (
        "该居委会的微网格编码已用完。",
        "The committee has no micro-grid codes left.",
    ),
    "refusal.code-error": ("编码不符合规定的格式。", "The code does not have the required form."),
    "refusal.no-candidates": (
        "没有符合条件的场所，请放宽范围。",
        "No place fits; widen the choice.",
    ),
    "refusal.month-state": (
        "本月现在的状态不允许这一步，请刷新后再看。",
        "The month's present state does not allow that; reload and look again.",
    ),
    "refusal.rule-set": (
        "规则集有误，没有保存。",
        "The rule set is wrong and was not stored.",
    ),
    "refusal.unknown-key": ("规则里没有这个条目。", "No rule knows this entry."),
    "refusal.missing-key": ("规则缺少一个必需的条目。", "The rules lack an entry that they need."),
    "refusal.date-hole": (
        "规则的有效期有空档，请选择相连的日期。",
        "There would be days without rules; choose dates that join.",
    ),
    "refusal.date-overlap": (
        "同一天已有另一版规则，请换一个生效日期。",
        "Another version of the rules begins on that day; choose another.",
    ),
    "refusal.form-identity-broken": (
        "表中各栏相加不等于合计，请核对。",
        "The columns of the form do not add up; check them.",
    ),
    "refusal.crs": (
        "坐标系不对，请使用经纬度（WGS 84）。",
        "The coordinate system is wrong; use longitude and latitude (WGS 84).",
    ),
    "refusal.already-issued": (
        "编码 {grid_code} 已经发布过，不能改号。",
        "Code {grid_code} was already published and cannot be renumbered.",
    ),
}
