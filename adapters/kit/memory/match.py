"""How well a member fits a match, by the rules as they are written: nothing here is shared with the statement."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, timedelta
from fractions import Fraction
from hashlib import sha256
from math import floor
from typing import Any

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Level
from adapters.contract.match import Match, Sought
from adapters.kit.memory.tables import Record, Tables

__all__ = ["Matched", "matched"]

_WHOLE = 10_000
_SHARES = {"fit_and_return": 60, "market": 12, "mode": 10, "programme": 8, "language": 6, "freshness": 4}
_YEAR = 365


@dataclass(frozen=True, slots=True)
class _Met:
    """The best that a member has for a requirement."""

    key: str
    best: int
    concept: str
    level: str
    covers: bool


@dataclass(frozen=True, slots=True)
class Matched:
    """A member that is listed: its score, its place in the order, and what the score is made of."""

    row: Record
    score: int
    sort: str
    requirements: tuple[_Met, ...]
    fit: int
    reverse: int
    one_sided: bool
    market: int
    mode: int
    programme: int
    language: int
    freshness: int
    need: str | None

    @property
    def hits(self) -> str:
        """The parts as they travel."""
        given = {name: getattr(self, name) for name in _SHARES if name != "fit_and_return"}
        return json.dumps(
            {
                "requirements": [asdict(each) for each in self.requirements],
                "fit": self.fit,
                "reverse": self.reverse,
                "oneSided": self.one_sided,
                **given,
                "need": self.need,
                "orgType": self.row["org_type"],
                "country": self.row["country"],
            }
        )

    @property
    def likeness(self) -> tuple[frozenset[str], str]:
        """Which requirements are covered, and by which kind of organisation."""
        return frozenset(each.key for each in self.requirements if each.covers), self.row["org_type"]


def matched(match: Match, tables: Tables, cluster: str, rows: Iterable[Record]) -> list[Matched]:
    """The members among ``rows`` that are listed, best first."""
    scored = [_scored(match, tables, cluster, row) for row in rows if _may_be_listed(match, row)]
    fitting = sorted((each for each in scored if each.fit > 0), key=lambda each: each.sort)
    if match.each is None:
        return fitting
    listed: dict[tuple[frozenset[str], str], list[Matched]] = {}
    for each in fitting:
        listed.setdefault(each.likeness, []).append(each)
    return sorted((each for alike in listed.values() for each in alike[: match.each]), key=lambda each: each.sort)


def _may_be_listed(match: Match, row: Record) -> bool:
    return set(match.purposes) <= set(row["purposes"]) and row["key"] not in match.excluded


def _scored(match: Match, tables: Tables, cluster: str, row: Record) -> Matched:
    day = date(1970, 1, 1) + timedelta(days=match.as_of)
    met = [found for each in match.requirements if (found := _met(each, tables, row))]
    best = {found.key: found.best for found in met}
    fit = _mean((each.weight, best.get(each.key, 0)) for each in match.requirements)
    answers = {need["key"]: _answered(match, tables, need) for need in _open(tables, "need", row, day)}
    reverse = max(answers.values(), default=0)
    both = floor(Fraction(2 * fit * reverse, fit + reverse)) if fit + reverse else 0
    parts = {
        "market": _share(match.markets, row["target_markets"]),
        "mode": _share(match.modes, (mode for each in _open(tables, "offer", row, day) for mode in each["modes"])),
        "programme": _any(match.themes, tables.values("member", row, ("programmes", "themes"))),
        "language": _any(_primary(match.languages), _primary(row["languages"])),
        "freshness": _fresh(row, match.as_of),
    }
    worth = {"fit_and_return": both if answers else floor(Fraction(6 * fit, 10)), **parts}
    score = floor(Fraction(sum(_SHARES[name] * worth[name] for name in _SHARES), 100))
    tie = sha256(f"{match.version}:Member:{cluster}:{row['key']}".encode()).hexdigest()
    return Matched(
        row=row,
        score=score,
        sort=f"{match.as_of:06}:{_WHOLE - score:05}:{tie}",
        requirements=tuple(met),
        fit=fit,
        reverse=reverse,
        one_sided=not answers,
        need=min((key for key, found in answers.items() if found == reverse), default=None) if reverse else None,
        **parts,
    )


def _met(sought: Sought, tables: Tables, row: Record) -> _Met | None:
    """What the member has for a requirement; None where that is nothing."""
    capabilities = [
        (_near(sought.concepts, each["concept"]) * _level(each["level"], sought.min_level), each)
        for each in tables.where("capability", "member_key", row["key"])
    ]
    best = max((points for points, _ in capabilities), default=0)
    if not best:
        return None
    concept, level = min((each["concept"], each["level"]) for points, each in capabilities if points == best)
    covers = any(
        _near(sought.concepts, each["concept"]) >= 70 and _level(each["level"], sought.min_level) == 100  # noqa: PLR2004
        for _, each in capabilities
    )
    return _Met(sought.key, best, concept, level, covers)


def _answered(match: Match, tables: Tables, need: Record) -> int:
    """How well the asker meets a need."""
    return _mean(
        (
            each["weight"],
            max(
                (
                    able.sim * _level(able.level, each["min_level"])
                    for able in match.abilities
                    if able.concept == each["concept"]
                ),
                default=0,
            ),
        )
        for each in tables.where("requirement", "need_key", need["key"])
    )


def _open(tables: Tables, of: str, row: Record, day: date) -> Iterator[Record]:
    """The member's offers or needs that count: shown as its own, published and not past their last day."""
    for each in tables.where(of, CATALOGUE[of].fields["owner"].link, row["key"]):
        if each["status"] == "PUBLISHED" and each["valid_until"] >= day:
            yield each


def _near(concepts: Iterable[tuple[str, int]], concept: str) -> int:
    return max((sim for uri, sim in concepts if uri == concept), default=0)


def _level(held: str, asked: str) -> int:
    ranks: Mapping[str, int] = {level: rank for rank, level in enumerate(Level)}
    return {0: 100, 1: 60}.get(max(ranks[asked] - ranks[held], 0), 0)


def _mean(weighted: Iterable[tuple[int, int]]) -> int:
    pairs = [*weighted]
    weight = sum(weight for weight, _ in pairs)
    return floor(Fraction(sum(weight * points for weight, points in pairs), weight)) if weight else 0


def _share(asked: Iterable[str], held: Iterable[str]) -> int:
    wanted = {*asked}
    return floor(Fraction(_WHOLE * len(wanted & {*held}), len(wanted))) if wanted else 0


def _any(asked: Iterable[str], held: Iterable[Any]) -> int:
    return 0 if {*asked}.isdisjoint(held) else _WHOLE


def _primary(tags: Iterable[str]) -> set[str]:
    return {tag.split("-")[0].lower() for tag in tags}


def _fresh(row: Record, as_of: int) -> int:
    changed: int = (row["updated_at"].astimezone(UTC).date() - date(1970, 1, 1)).days
    return max(0, _WHOLE - _WHOLE * max(as_of - changed, 0) // _YEAR)
