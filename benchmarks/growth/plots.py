"""The plots of growth."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.growth.figures import DISTANCE, ROWS, Distance, Grown, Members, Spread
from benchmarks.plots import COLOURS, plot

__all__ = ["draw"]


def draw(grown: Grown) -> None:
    """Writes all of them, as ``docs/images/growth-*.svg``."""
    _draw_members(grown.members)
    _draw_pages(grown.members)
    _draw_spread(grown.spread)
    _draw_distance(grown.distance)


def _draw_members(found: Mapping[int, Members]) -> None:
    with plot("growth-members") as (axes,):
        for colour, query in zip(COLOURS, next(iter(found.values())).queries, strict=False):
            axes.plot(list(found), [each.queries[query] for each in found.values()], "o-", color=colour, label=query)
        axes.set_xscale("log")
        axes.set_yscale("log")
        _label(axes, "members a registry", "median latency, ms", list(found))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.legend(ncols=4)


def _draw_pages(found: Mapping[int, Members]) -> None:
    with plot("growth-pages", 2) as both:
        for axes, (kind, title) in zip(both, (("scalars", "scalars"), ("nested", "nested lists")), strict=True):
            for colour, (members, each) in zip(COLOURS, found.items(), strict=False):
                for page, latencies, line in (("first", each.first[kind], "o-"), ("deep", each.deep[kind], "o--")):
                    label = f"{members:,}, {page}"
                    axes.plot(list(latencies), list(latencies.values()), line, color=colour, label=label)
            axes.set_title(title)
            axes.set_ylim(0)
            _label(axes, "rows of the page", "median latency, ms", list(ROWS))
        both[0].legend(title="members, page")


def _draw_spread(spread: Spread) -> None:
    with plot("growth-registries", 2) as (alone, busy):
        kinds = {"scalars": spread.scalars, "nested lists": spread.nested}
        for colour, (kind, found) in zip(COLOURS, kinds.items(), strict=False):
            alone.plot(list(found), [each.latency for each in found.values()], "o-", color=colour, label=kind)
            busy.plot(list(found), [1000 / each.rate for each in found.values()], "o-", color=colour, label=kind)
        for axes, title in ((alone, "one page at a time"), (busy, "under load, time of the machine")):
            axes.set_title(title)
            axes.set_ylim(0)
            _label(axes, "registries", "ms a page", list(spread.scalars))
        alone.legend()


def _draw_distance(distance: Distance) -> None:
    with plot("growth-distance") as (axes,):
        names = {"member": "a member of the far city", "scalars": "page of scalars", "nested": "page with nested lists"}
        places = range(len(names))
        axes.barh(
            [place - 0.18 for place in places], list(distance.near.values()), 0.32, color=COLOURS[0], label="near"
        )
        axes.barh([place + 0.18 for place in places], list(distance.far.values()), 0.32, color=COLOURS[1], label="far")
        for trips in (1, 2):
            axes.axvline(trips * DISTANCE, color=COLOURS[-1], linestyle="--", linewidth=1)
            axes.annotate(f"{trips * DISTANCE:g} ms", (trips * DISTANCE, -0.55), ha="center", annotation_clip=False)
        axes.set_yticks(list(places), list(names.values()))
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        axes.set_xlabel("median latency, ms", loc="left")
        axes.legend(ncols=2, loc="upper right", bbox_to_anchor=(1, -0.1))


def _label(axes: Axes, across: str, up: str, ticks: list[int]) -> None:
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.set_xticks(ticks, [f"{tick:,}" for tick in ticks])
    axes.xaxis.set_minor_formatter(NullFormatter())
