"""A match as a statement is given it: lists of points by concept and level, so that a registry only looks them up."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

from adapters.contract.codes import Level
from adapters.contract.match import Match

__all__ = ["Points", "Scoring", "scoring"]

_LEVELS = tuple(Level)
_AT_LEVEL, _ONE_BELOW = 100, 60
_EPOCH = date(1970, 1, 1)


class Points(NamedTuple):
    """What a concept is worth at each level, from 0 to 10,000: lists of equal length, by level the last of them."""

    concepts: list[str]
    at: tuple[list[int], ...]


class Scoring(NamedTuple):
    """What the scores of a match depend on.

    A capability is worth ``sought`` points of the requirement with the place ``places[i]`` in ``keys`` (from 1) and the
    weight ``weights[i]``; a requirement is met by the asker with ``able`` points, by the level that it asks for.
    ``weight`` is that of all requirements together, None where it is nothing. ``languages`` are primary tags.
    Every sort text of the match begins with ``prefix``.
    """

    version: str
    keys: list[str]
    weight: int | None
    places: list[int]
    weights: list[int]
    sought: Points
    able: Points
    markets: list[str]
    modes: list[str]
    languages: list[str]
    themes: list[str]
    day: date
    prefix: str
    excluded: list[str]
    each: int | None


def scoring(match: Match) -> Scoring:
    """The lists of a match."""
    sought = [
        (place, each.weight, concept, tuple(sim * _share(level, each.min_level) for level in Level))
        for place, each in enumerate(match.requirements, start=1)
        for concept, sim in _most_similar(each.concepts).items()
    ]
    able: dict[str, tuple[int, ...]] = {}
    for one in match.abilities:
        points = [one.sim * _share(one.level, level) for level in Level]
        known = able.get(one.concept, (0,) * len(points))
        able[one.concept] = tuple(map(max, points, known))
    return Scoring(
        version=match.version,
        keys=[each.key for each in match.requirements],
        weight=sum(each.weight for each in match.requirements) or None,
        places=[place for place, _, _, _ in sought],
        weights=[weight for _, weight, _, _ in sought],
        sought=_points((concept, points) for _, _, concept, points in sought),
        able=_points(able.items()),
        markets=[*dict.fromkeys(match.markets)],
        modes=[*dict.fromkeys(match.modes)],
        languages=[*dict.fromkeys(tag.partition("-")[0].lower() for tag in match.languages)],
        themes=[*dict.fromkeys(match.themes)],
        day=_EPOCH + timedelta(days=match.as_of),
        prefix=f"{match.as_of:06d}:",
        excluded=[*match.excluded],
        each=match.each,
    )


def _share(held: Level, asked: Level) -> int:
    """Hundredths that a level is worth where another is asked for."""
    missing = _LEVELS.index(asked) - _LEVELS.index(held)
    return _AT_LEVEL if missing <= 0 else _ONE_BELOW if missing == 1 else 0


def _most_similar(concepts: Iterable[tuple[str, int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for concept, sim in concepts:
        found[concept] = max(sim, found.get(concept, 0))
    return found


def _points(rows: Iterable[tuple[str, tuple[int, ...]]]) -> Points:
    listed = [*rows]
    return Points(
        [concept for concept, _ in listed],
        tuple([points[place] for _, points in listed] for place in range(len(Level))),
    )
