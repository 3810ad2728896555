"""Growth in the docs: tables for ``docs/performance.md``, plots beside it, all figures as JSON."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from statistics import median

from benchmarks.comparison import Pace
from benchmarks.growth.figures import DISTANCE, KINDS, PAGE, ROWS, Distance, Grown, Members, Pages, Spread
from benchmarks.report import into_page, machine, save

__all__ = ["publish", "tables"]

_MEMBERS_BOUND = 1.15
_DEEP_BOUND = 1.2
_SPREAD_BOUND = 1.5
_DISTANCE_BOUND = 5.0
"""Milliseconds on top of the round trips."""
_TRIPS = {"member": 1, "scalars": 1, "nested": 2}


def publish(grown: Grown, pace: Pace) -> Path:
    """Writes the JSON, the plots and the tables; gives the JSON's path."""
    # matplotlib is there for this alone.
    from benchmarks.growth.plots import draw  # noqa: PLC0415

    draw(grown)
    for section, text in tables(grown).items():
        into_page(section, text)
    into_page("growth-machine", f"Measured on {machine()}.")
    return save("growth", {"pace": asdict(pace), **asdict(grown)})


def tables(grown: Grown) -> Mapping[str, str]:
    """The tables, by the section of the page that each belongs in."""
    return {
        "growth-targets": _table(("", "target", "measured", ""), _targets(grown)),
        "growth-members": _members(grown.members),
        "growth-pages": _pages(grown.members),
        "growth-registries": _spread(grown.spread),
        "growth-distance": _distance(grown.distance),
    }


def _targets(grown: Grown) -> Iterator[tuple[str, ...]]:
    least, most = min(grown.members), max(grown.members)
    few, many = grown.members[least], grown.members[most]
    for kind, words in _WORDS.items():
        grows = max(_typical(many.first[kind], few.first[kind]), _typical(many.deep[kind], few.deep[kind]))
        yield _target(f"a page {words} at {most:,} members, against {least:,}", grows, _MEMBERS_BOUND)
    for kind, words in _WORDS.items():
        deeper = max(_typical(each.deep[kind], each.first[kind]) for each in grown.members.values())
        yield _target(f"a deep page {words}, against the first", deeper, _DEEP_BOUND)
    for kind, found, again in (("scalars", grown.spread.scalars, 0), ("nested", grown.spread.nested, PAGE)):
        two, eight = min(found), max(found)
        # Every registry sends the keys of a page and one more; with nested lists the page itself comes after them.
        costs = [1 / found[number].rate / (number * (PAGE + 1) + again) for number in (two, eight)]
        what = f"a row sent for a page {_WORDS[kind]}, by {eight} registries against {two}"
        yield _target(what, costs[1] / costs[0], _SPREAD_BOUND)
    for name, trips in _TRIPS.items():
        late = grown.distance.far[name] - trips * grown.distance.round_trip
        within = "met" if late <= _DISTANCE_BOUND else "missed"
        words = f"{trips} round trip{'s' if trips > 1 else ''}"
        yield f"{_NAMES[name]}, {words} away", f"+{_DISTANCE_BOUND:g} ms", f"{late:+.1f} ms", within


def _typical(latencies: Mapping[int, float], others: Mapping[int, float]) -> float:
    """How many times the others, in the median over pages of all sizes."""
    return median(latencies[rows] / others[rows] for rows in ROWS)


def _target(what: str, ratio: float, bound: float) -> tuple[str, ...]:
    return what, f"at most {bound:g} times", f"{ratio:.2f} times", "met" if ratio <= bound else "missed"


_WORDS = {"scalars": "of scalars", "nested": "with nested lists"}
_NAMES = {"member": "a member", "scalars": f"{PAGE} members, scalars", "nested": f"{PAGE} members with nested lists"}


def _members(found: Mapping[int, Members]) -> str:
    names = list(next(iter(found.values())).queries)
    rows = ((f"{members:,}", *(f"{each.queries[name]:.2f}" for name in names)) for members, each in found.items())
    return _table(("members a registry", *(f"{name} ms" for name in names)), rows)


def _pages(found: Mapping[int, Members]) -> str:
    rows = (
        (f"{members:,}", f"{page}, {_WORDS[kind]}", *(f"{latencies[kind][size]:.2f}" for size in ROWS))
        for members, each in found.items()
        for kind in KINDS
        for page, latencies in (("first", each.first), ("deep", each.deep))
    )
    return _table(("members a registry", "page", *(f"{size} rows, ms" for size in ROWS)), rows)


def _spread(spread: Spread) -> str:
    def cells(found: Pages, fewest: Pages) -> tuple[str, ...]:
        return (
            f"{found.latency:.2f}",
            f"{found.rate:,.0f}",
            f"{1e6 / found.rate / PAGE:.0f}",
            f"{fewest.rate / found.rate:.2f}",
        )

    least = min(spread.scalars)
    rows = (
        (str(number), *cells(flat, spread.scalars[least]), *cells(spread.nested[number], spread.nested[least]))
        for number, flat in spread.scalars.items()
    )
    columns = ("ms", "pages/s", "µs a row", f"times {least}")
    heads = (*(f"scalars, {each}" for each in columns), *(f"nested, {each}" for each in columns))
    return _table(("registries", *heads), rows)


def _distance(distance: Distance) -> str:
    rows = (
        (
            _NAMES[name],
            f"{distance.near[name]:.1f}",
            f"{distance.far[name]:.1f}",
            str(trips),
            f"{distance.far[name] - trips * distance.round_trip:+.1f}",
        )
        for name, trips in _TRIPS.items()
    )
    table = _table(("", "both near, ms", "one far, ms", "round trips", "beyond them, ms"), rows)
    return f"{table}\n\nThe round trip took {distance.round_trip:.1f} ms, of which {DISTANCE:g} ms are the road."


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    """A table of Markdown: the first column says what it is about, figures stand to the right."""
    lines = [heads, ("---", *("---:" for _ in heads[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
