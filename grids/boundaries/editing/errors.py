"""Why an edit is refused: each leaf is a fact about the drawing and names the place."""

from __future__ import annotations

from collections.abc import Sequence

from grids.errors import GridError


class EditRefused(GridError):
    """Root of the refusals. The drawing is unchanged."""


class UnknownGrid(EditRefused):
    """The drawing has no such grid."""

    def __init__(self, grid_code: str) -> None:
        super().__init__(f"There is no grid {grid_code} in this drawing.")
        self.grid_code = grid_code


class UnknownPlot(EditRefused):
    """The drawing has no such plot."""

    def __init__(self, plot_id: int) -> None:
        super().__init__(f"There is no plot {plot_id} in this drawing.")
        self.plot_id = plot_id


class UnknownCommittee(EditRefused):
    """The drawing has no such committee, or it has nothing to divide."""

    def __init__(self, committee_code: str) -> None:
        super().__init__(f"Committee {committee_code} has no unlocked plots in this drawing.")
        self.committee_code = committee_code


class GridInPieces(EditRefused):
    """The edit would leave a grid in more pieces than its ground has; ``plot_ids`` are the smallest loose piece."""

    def __init__(self, grid_code: str, pieces: int, plot_ids: Sequence[int]) -> None:
        some = ", ".join(str(p) for p in plot_ids[:5]) + (" …" if len(plot_ids) > 5 else "")
        super().__init__(f"Grid {grid_code} would fall into {pieces} pieces; loose: plots {some}.")
        self.grid_code, self.pieces, self.plot_ids = grid_code, pieces, tuple(plot_ids)


class AcrossCommittee(EditRefused):
    """A plot would join a grid of another committee without an explicit transfer."""

    def __init__(self, plot_id: int, committee_code: str, grid_code: str, grid_committee: str) -> None:
        super().__init__(
            f"Plot {plot_id} belongs to committee {committee_code}, grid {grid_code} to {grid_committee}; "
            "a plot changes committee only by a transfer."
        )
        self.plot_id, self.committee_code = plot_id, committee_code
        self.grid_code, self.grid_committee = grid_code, grid_committee


class GridLocked(EditRefused):
    """The edit would change a locked grid."""

    def __init__(self, grid_code: str) -> None:
        super().__init__(f"Grid {grid_code} is locked.")
        self.grid_code = grid_code


class GridEmptied(EditRefused):
    """The edit would take a grid's last plot; a merge says so openly."""

    def __init__(self, grid_code: str) -> None:
        super().__init__(f"Grid {grid_code} would lose its last plot; merge it instead.")
        self.grid_code = grid_code


class NotNeighbours(EditRefused):
    """The two grids share no border."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"Grids {first} and {second} share no border.")
        self.grid_codes = (first, second)


class LineCrossesNothing(EditRefused):
    """The line divides no ground of the grid."""

    def __init__(self, grid_code: str) -> None:
        super().__init__(f"The line does not cross {grid_code}.")
        self.grid_code = grid_code


class LineEndsInside(EditRefused):
    """The line stops before it divides anything; ``at`` is the loose end in the drawing's coordinates."""

    def __init__(self, grid_code: str, at: tuple[float, float]) -> None:
        super().__init__(f"The line ends inside {grid_code} at ({at[0]:.1f}, {at[1]:.1f}); draw it across.")
        self.grid_code, self.at = grid_code, at


class LineMovesNothing(EditRefused):
    """The line crosses the grid, but every plot lies mostly on one side of it."""

    def __init__(self, grid_code: str) -> None:
        super().__init__(
            f"Every plot of {grid_code} lies mostly on one side of the line, so nothing would move."
        )
        self.grid_code = grid_code


class NothingChanges(EditRefused):
    """The edit would leave everything as it is."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Nothing would change: {what}.")


class BuildingOnPlot(EditRefused):
    """Only ground without a building may be split."""

    def __init__(self, plot_id: int, building_code: str) -> None:
        super().__init__(f"Plot {plot_id} holds building {building_code} and cannot be split.")
        self.plot_id, self.building_code = plot_id, building_code


class GroundTooThin(EditRefused):
    """A split of ground would leave a strip that nobody can use, less than a metre wide (2A/P)."""

    def __init__(self, plot_id: int, thickness_m: float) -> None:
        super().__init__(f"The line would leave a strip of plot {plot_id} only {thickness_m:.2f} m wide.")
        self.plot_id, self.thickness_m = plot_id, thickness_m


class AlreadyIssued(EditRefused):
    """Codes that were once published are never renumbered."""

    def __init__(self, grid_code: str) -> None:
        super().__init__(f"Code {grid_code} was already published; codes are numbered at first issue only.")
        self.grid_code = grid_code


class EditConflict(EditRefused):
    """The drawing is no longer as the operation found it; ``plot_ids`` and ``grid_codes`` are what changed."""

    def __init__(self, plot_ids: Sequence[int], grid_codes: Sequence[str]) -> None:
        super().__init__(
            f"Someone else changed {len(plot_ids)} plots of grids {', '.join(grid_codes)} in the meantime."
        )
        self.plot_ids, self.grid_codes = tuple(plot_ids), tuple(grid_codes)
