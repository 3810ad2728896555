"""The score of a match: how its parts come about and add up. Registries compute the same in SQL; this is the reference.

Everything is a whole number: similarities and levels from 0 to 100, parts and scores from 0 to 10,000.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

import orjson

from adapters.contract.codes import Level

__all__ = ["SCORING_VERSION", "WEIGHTS", "Met", "Parts", "average", "closeness"]

SCORING_VERSION = "1"
"""Changes when the same parts give another score, or the same members other parts."""

WEIGHTS: Mapping[str, int] = MappingProxyType(
    {"mutual": 60, "market": 12, "mode": 10, "programme": 8, "language": 6, "freshness": 4}
)
"""What each part counts, in hundredths of the score."""

_LEVELS = tuple(Level)
_AT_LEVEL, _ONE_BELOW, _FURTHER_BELOW = 100, 60, 0


def closeness(similarity: int, held: Level, wanted: Level) -> int:
    """How near a capability is to a requirement, 0 to 10,000, from the similarity of their concepts and the levels.

    >>> closeness(100, Level.EXPERT, Level.ADVANCED), closeness(70, Level.WORKING, Level.ADVANCED)
    (10000, 4200)
    >>> closeness(100, Level.AWARENESS, Level.ADVANCED)
    0
    """
    match _LEVELS.index(wanted) - _LEVELS.index(held):
        case 1:
            return similarity * _ONE_BELOW
        case below if below > 1:
            return similarity * _FURTHER_BELOW
        case _:
            return similarity * _AT_LEVEL


def average(weighted: Iterable[tuple[int, int]]) -> int:
    """The average of (weight, best closeness) over all requirements, rounded down; 0 where nothing has weight.

    >>> average([(2, 10_000), (1, 0)])
    6666
    """
    each = tuple(weighted)
    total = sum(weight for weight, _ in each)
    return sum(weight * best for weight, best in each) // total if total else 0


@dataclass(frozen=True, slots=True)
class Met:
    """What a candidate has for one requirement: the capability that is closest, and whether it covers it."""

    key: str
    best: int
    concept: str
    level: Level
    covers: bool


@dataclass(frozen=True, slots=True)
class Parts:
    """What a registry says of one candidate: the parts of its score, and what composition needs to know.

    ``need`` is the registry's key of the need that the asker meets best, None where it meets none.
    """

    met: tuple[Met, ...]
    fit: int
    reverse: int
    one_sided: bool
    market: int
    mode: int
    programme: int
    language: int
    freshness: int
    need: str | None
    org_type: str
    country: str

    @classmethod
    def read(cls, hits: str) -> Self:
        """The parts from the JSON text that a row of a match carries."""
        given: dict[str, Any] = orjson.loads(hits)
        return cls(
            met=tuple(
                Met(each["key"], each["best"], each["concept"], Level(each["level"]), each["covers"])
                for each in given["requirements"]
                if each["best"]
            ),
            fit=given["fit"],
            reverse=given["reverse"],
            one_sided=given["oneSided"],
            market=given["market"],
            mode=given["mode"],
            programme=given["programme"],
            language=given["language"],
            freshness=given["freshness"],
            need=given["need"],
            org_type=given["orgType"],
            country=given["country"],
        )

    @property
    def mutual(self) -> int:
        """H: how well both sides serve each other, the harmonic mean of ``fit`` and ``reverse``.

        >>> from dataclasses import replace
        >>> both = Parts((), 8000, 2000, False, 5000, 0, 10_000, 10_000, 9000, None, "SME", "CA")
        >>> both.mutual, replace(both, reverse=0).mutual, replace(both, reverse=0, one_sided=True).mutual
        (3200, 0, 4800)

        It is rounded down, as all of a score is.

        >>> odd = replace(both, fit=6714, reverse=8550)  # 7521.6 and 4028.4
        >>> odd.mutual, replace(odd, reverse=0, one_sided=True).mutual
        (7521, 4028)
        """
        if self.one_sided:
            return 6 * self.fit // 10
        return 2 * self.fit * self.reverse // ((self.fit + self.reverse) or 1)

    @property
    def score(self) -> int:
        """The score.

        >>> Parts((), 8000, 2000, False, 5000, 0, 10_000, 10_000, 9000, None, "SME", "CA").score
        4280
        """
        return sum(weight * int(getattr(self, part)) for part, weight in WEIGHTS.items()) // 100
