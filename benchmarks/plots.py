"""Plots for the docs: small SVG files, the same for the same figures, readable on a light page and on a dark one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.typing import RcKeyType

__all__ = ["COLOURS", "IMAGES", "plot"]

IMAGES = Path(__file__).parent.parent / "docs" / "images"

COLOURS = ("#2f81f7", "#d4731c", "#2da44e", "#a371f7", "#cf4a8b", "#8a8f98")
"""Of middling lightness: each stands out from white and from black."""

_INK = "#7d8590"
_STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",  # text stays text: small, and in the reader's own typeface
    "svg.hashsalt": "corridor",
    "font.size": 9,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": _INK,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.6,
    "lines.markersize": 4,
    "legend.frameon": False,
    "xtick.color": _INK,
    "ytick.color": _INK,
}


@contextmanager
def plot(name: str, columns: int = 1) -> Iterator[list[Axes]]:
    """Axes side by side to draw on, written afterwards as ``docs/images/<name>.svg``."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(3.6 * columns if columns > 1 else 5.4, 3.2), layout="constrained")
        axes = figure.subplots(1, columns, squeeze=False)
        yield list(axes[0])
        # Neither the day nor the version of the library: a file changes when its figures do.
        figure.savefig(IMAGES / f"{name}.svg", transparent=True, metadata={"Date": None, "Creator": None})
