"""Plots (地块): the smallest pieces of ground that no border may cut; they tile the town exactly."""

from __future__ import annotations

from grids.plots.burning import BurnResult, burn_grids
from grids.plots.making import make_plots
from grids.plots.result import Place, PlotReport, PlotResult

__all__ = ["BurnResult", "Place", "PlotReport", "PlotResult", "burn_grids", "make_plots"]
