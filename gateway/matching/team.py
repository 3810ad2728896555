"""The words of composition: whom a team can be made of, what it has to be, and what came of looking for one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from gateway.matching.score import Parts
from schemas.codes import BlockerCode, Optimality

__all__ = ["Blocker", "Candidate", "Composed", "Coverage", "Question", "Requirement", "Rules", "Team"]

_FULL = 10_000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member that can be in a team."""

    id: str
    """Its reference; nothing is read from it."""
    cluster: str
    country: str
    org_type: str
    cost: int
    """10,000 less its score: never negative."""
    covers: frozenset[str]
    """The keys of the requirements that it covers; others than those asked for are ignored."""

    @classmethod
    def matched(cls, id_: str, cluster: str, parts: Parts) -> Self:
        """The candidate that a row of a match tells of."""
        covers = frozenset(met.key for met in parts.met if met.covers)
        return cls(id_, cluster, parts.country, parts.org_type, _FULL - parts.score, covers)


@dataclass(frozen=True, slots=True)
class Requirement:
    """What the team has to be able to do. An optional one decides only between teams of equal cost."""

    key: str
    mandatory: bool = True
    weight: int = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """How a team has to be made up."""

    min_members: int = 1
    min_clusters: int = 1
    min_countries: int = 1
    max_members: int | None = None
    required_types: Mapping[str, int] = field(default_factory=dict)
    """How many members of a type there are at least."""
    lead_types: frozenset[str] = frozenset()
    """At least one member is of one of these types; any type will do where there are none."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. The members in ``seated`` are in every team; a candidate of the same ID is ignored."""

    candidates: tuple[Candidate, ...]
    requirements: tuple[Requirement, ...]
    rules: Rules
    seated: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Who covers a requirement: of several members, the one of the least cost."""

    requirement: str
    member: str


@dataclass(frozen=True, slots=True)
class Team:
    """One option."""

    members: tuple[str, ...]
    """IDs: those seated as they were given, then those added, the least cost first."""
    cost: int
    """The sum over all members, also those seated."""
    coverage: tuple[Coverage, ...]
    """A line for each requirement covered, in the order of the requirements."""
    clusters: tuple[str, ...]
    """In alphabetical order."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """A rule or requirement that is in the way; ``subject`` is the requirement's key or the type, if there is one."""

    code: BlockerCode
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Composed:
    """The best teams, best first; where there is none, a smallest set of what is in the way.

    APPROXIMATE says that time ran out: a better team, or a smaller set, may exist. With neither teams nor blockers,
    not even the first team was found in time.
    """

    optimality: Optimality
    teams: tuple[Team, ...]
    infeasible_because: tuple[Blocker, ...]
