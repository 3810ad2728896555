"""Agreements between clusters, and which of them counts for a question: the right on which clusters meet at all."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from itertools import permutations
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

from adapters.contract.viewers import Purpose
from gateway.corridor.statements import statement
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import AgreementState, DataCategory

__all__ = ["Agreement", "Agreements", "Assessment", "Today", "read_agreements", "today"]

Today = Callable[[], date]
"""Which day it is. An agreement's days are days of UTC, so that they begin and end for all parties at once."""

_ENDS = {AgreementState.IN_FORCE, AgreementState.SUSPENDED}
"""The states that the last day puts an end to."""


def today() -> date:
    """The day by the clock of this machine."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Assessment:
    """What came of looking at the data that goes from one party to another; it counts up to ``review_by`` inclusive."""

    from_cluster: str
    to_cluster: str
    categories: tuple[DataCategory, ...]
    outcome: str
    assessed_on: date
    review_by: date


@dataclass(frozen=True)
class Agreement:
    """An agreement as the store has it. ``parties`` and ``signed_by`` are codes of clusters, in their order."""

    key: UUID
    series: str
    ordinal: int
    parties: tuple[str, ...]
    signed_by: tuple[str, ...]
    purposes: tuple[Purpose, ...]
    written: AgreementState
    signed_on: date | None
    valid_until: date | None
    document_hash: str | None
    version: int
    assessments: tuple[Assessment, ...]

    @cached_property
    def id(self) -> str:
        """The global ID."""
        return Reference("Agreement", "corridor", str(self.key)).id

    def state(self, day: date) -> AgreementState:
        """The state on this day: past its last one it has expired, also where nobody has written so yet."""
        return AgreementState.EXPIRED if self.written in _ENDS and self.past(day) else self.written

    def past(self, day: date) -> bool:
        """Whether its last day is over."""
        return self.valid_until is not None and self.valid_until < day

    def assessed(self, day: date) -> bool:
        """Whether each direction between its parties has an assessment that is not due for review."""
        reviews = {(each.from_cluster, each.to_cluster): each.review_by for each in self.assessments}
        return all(day <= reviews.get(direction, date.min) for direction in permutations(self.parties, 2))

    def counts(self, day: date) -> bool:
        """Whether anything rests on it on this day."""
        return self.state(day) is AgreementState.IN_FORCE and self.assessed(day)


class _Queries(Protocol):
    """A store, or one connection to it."""

    async def fetch(self, sql: str, *values: object) -> list[Any]:
        """The rows of one statement."""


async def read_agreements(queries: _Queries, keys: Sequence[UUID] | None = None) -> list[Agreement]:
    """Agreements by key, all where no keys are given: those with the lowest ordinal first, then by series."""
    return [
        Agreement(
            key=row["id"],
            series=row["series"],
            ordinal=row["ordinal"],
            parties=tuple(row["parties"]),
            signed_by=tuple(row["signed_by"]),
            purposes=tuple(map(Purpose, row["purposes"])),
            written=AgreementState(row["state"]),
            signed_on=row["signed_on"],
            valid_until=row["valid_until"],
            document_hash=row["document_hash"],
            version=row["version"],
            assessments=tuple(
                Assessment(source, target, tuple(map(DataCategory, categories)), *rest)
                for source, target, categories, *rest in row["assessments"]
            ),
        )
        for row in await queries.fetch(statement("agreements"), keys)
    ]


class Agreements:
    """All agreements, as they were loaded last: questions are answered from memory, by the date of the moment.

    ``load`` gives all of them, the lowest ordinal first; it is called when somebody needs them and ``lifetime``
    seconds are over, or they were forgotten. Its errors are those of ``current``.
    """

    def __init__(
        self, load: Callable[[], Awaitable[Iterable[Agreement]]], lifetime: float = 5.0, clock: Today = today
    ) -> None:
        self._load = load
        self._lifetime = lifetime
        self._clock = clock
        self._all: tuple[Agreement, ...] = ()
        self._fresh_until = -1.0
        self._forgotten = self._known = 0
        self._loading: asyncio.Task[None] | None = None
        self._day = date.min
        self._partners: dict[tuple[str | None, Purpose], Mapping[str, str]] = {}

    @classmethod
    def of(cls, store: Store, lifetime: float = 5.0) -> "Agreements":
        """Those of a store."""
        return cls(lambda: read_agreements(store), lifetime)

    @classmethod
    def among(cls, clusters: Iterable[str]) -> "Agreements":
        """Everything agreed among these clusters. For tools and tests: what serves has those of its store."""
        parties = tuple(sorted(clusters))
        assessments = (
            Assessment(source, target, tuple(DataCategory), "", date.min, date.max)
            for source, target in permutations(parties, 2)
        )
        agreement = Agreement(
            key=UUID(int=0),
            series="all",
            ordinal=1,
            parties=parties,
            signed_by=parties,
            purposes=tuple(Purpose),
            written=AgreementState.IN_FORCE,
            signed_on=date.min,
            valid_until=None,
            document_hash=None,
            version=1,
            assessments=tuple(assessments),
        )

        async def load() -> Iterable[Agreement]:
            return (agreement,)

        return cls(load, float("inf"))

    @classmethod
    def none(cls) -> "Agreements":
        """Those of a gateway without a store: none, so nobody reads across clusters."""

        async def load() -> Iterable[Agreement]:
            return ()

        return cls(load, float("inf"))

    async def current(self) -> None:
        """Returns when what is in memory is fresh; ``ClientError`` STORE_UNAVAILABLE where that cannot be had."""
        while monotonic() >= self._fresh_until:
            if self._loading is None:
                self._loading = asyncio.create_task(self._reload())
            await asyncio.shield(self._loading)  # one load for all that wait, whoever of them goes away
            if self._known == self._forgotten:
                return

    def forget(self) -> None:
        """Has them loaded again before the next question: something has changed."""
        self._forgotten += 1
        self._fresh_until = -1.0

    def all(self) -> Sequence[Agreement]:
        """Each of them, whatever its state: the lowest ordinal first."""
        return self._all

    def covering(self, clusters: Collection[str], purpose: Purpose) -> Agreement | None:
        """The agreement that counts today for this purpose among all these clusters; the lowest ordinal's of several.

        It may have more parties. One cluster alone needs none, and must not be asked about.
        """
        day = self._clock()
        asked = set(clusters)
        return next(
            (
                each
                for each in self._all
                if purpose in each.purposes and asked.issubset(each.parties) and each.counts(day)
            ),
            None,
        )

    def partners(self, of: str | None, purpose: Purpose) -> Mapping[str, str]:
        """The clusters that a cluster meets today for this purpose, each with the ID of the agreement that covers both.

        For who is of no cluster these are all that have such an agreement with anybody.
        """
        day = self._clock()
        if day != self._day:
            self._day, self._partners = day, {}
        found = self._partners.get((of, purpose))
        if found is None:
            found = self._partners[of, purpose] = self._meeting(of, purpose, day)
        return found

    def _meeting(self, of: str | None, purpose: Purpose, day: date) -> Mapping[str, str]:
        meeting: dict[str, str] = {}
        for each in self._all:
            if purpose in each.purposes and (of is None or of in each.parties) and each.counts(day):
                for party in each.parties:
                    if party != of:
                        meeting.setdefault(party, each.id)
        return meeting

    async def _reload(self) -> None:
        forgotten = self._forgotten
        try:
            self._all = tuple(await self._load())
            self._partners = {}
            self._known = forgotten
            if forgotten == self._forgotten:  # else something changed while it was being read
                self._fresh_until = monotonic() + self._lifetime
        finally:
            self._loading = None
