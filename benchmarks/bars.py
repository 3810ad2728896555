"""The plot of the comparison: everyone's rate as a part of the floor's."""

from collections.abc import Mapping

from benchmarks.comparison import Figures
from benchmarks.plots import COLOURS, plot

__all__ = ["draw"]

_GROUP = 0.84
"""The part of a query's place that its bars fill."""


def draw(found: Mapping[str, Mapping[str, Figures]]) -> None:
    """Writes ``docs/images/comparison.svg``."""
    names = [name for name in next(iter(found.values())) if name != "floor"]
    width = _GROUP / len(names)
    with plot("comparison") as (axes,):
        for number, (name, colour) in enumerate(zip(names, COLOURS, strict=False)):
            bars = [
                (place + (number + 0.5) * width - _GROUP / 2, by_name[name].ratio(by_name["floor"]))
                for place, by_name in enumerate(found.values())
                if name in by_name
            ]
            axes.bar([left for left, _ in bars], [share for _, share in bars], width, color=colour, label=name)
        axes.axhline(1, color=axes.xaxis.label.get_color(), linewidth=1)
        axes.set_xticks(range(len(found)), list(found))
        axes.grid(visible=False, axis="x")
        axes.set_ylabel("requests/s, as a part of the floor's")
        axes.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.5, 1.0))
