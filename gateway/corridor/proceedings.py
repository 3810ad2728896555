"""How anything is done to a consortium: what is needed is asked first, then its row is locked, judged and changed."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from gateway.access.viewer import Viewer
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.consortium import FORMED_OR_LATER, Consortium, Document, Seat
from gateway.corridor.failures import Failed
from gateway.corridor.locked import Locked
from gateway.corridor.quorum import Facts, Quorum
from gateway.corridor.statements import statement
from gateway.store import Store
from schemas.codes import ActorRole, ConsortiumState

__all__ = ["Proceedings", "Sitting", "Target"]

_TRIES = 3
"""How often facts are asked for anew where who takes part changes in the meantime."""


class _Moved(Exception):
    """Somebody has taken a seat about whom nothing was asked: the facts have to be asked for anew."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a command is about: a consortium, a seat or a document, by its key; ``path`` is the argument's."""

    kind: str
    key: UUID
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sitting:
    """A consortium locked for a viewer's command, with what was asked for it."""

    viewer: Viewer
    locked: Locked
    facts: Facts

    @property
    def consortium(self) -> Consortium:
        """The consortium as changed so far."""
        return self.locked.consortium

    @property
    def leading(self) -> ActorRole | None:
        """In which role the viewer decides for the consortium, if it does."""
        return self.consortium.leading(self.viewer)

    async def begin(self, found: int, expected: int) -> None:
        """Compares the version of what is to be changed, then writes down what time has brought about meanwhile."""
        if found != expected:
            raise Failed.because("stale", "expectedVersion", version=found)
        await self.locked.settle()

    def must_lead(self) -> ActorRole:
        """In which role the viewer decides for the consortium; Failed with FORBIDDEN where it does not."""
        role = self.leading
        if role is None:
            raise Failed.because("role", roles=ActorRole.LEAD.value)
        return role

    def must_agree(self, *path: str) -> None:
        """Raises Failed where no agreement lets the viewer's cluster and those who take part meet."""
        cluster = self.viewer.cluster
        if not self.facts.agreed({*self.consortium.clusters, *(() if cluster is None else (cluster,))}):
            raise Failed.because("no_agreement", *path)

    async def weigh(self, assess: Callable[[Consortium, Facts], bool]) -> None:
        """Has a formed consortium go into repair where it does not hold to its rules any more.

        The facts are asked for again where somebody takes part about whom nothing was asked.
        """
        found = self.consortium
        if found.state not in FORMED_OR_LATER:
            return
        if not self.facts.profiles.keys() >= set(found.members):
            raise _Moved
        if not assess(found, self.facts):
            await self.locked.move(ConsortiumState.REPAIR, ActorRole.SYSTEM)


Work = Callable[[Sitting], Awaitable[Mapping[str, UUID]]]
"""What is done with a consortium; gives the keys of what else than the consortium it made or changed."""


class Proceedings:
    """Reads consortia and runs commands on them. ``repair`` is how long one may take to be complete again."""

    def __init__(self, store: Store, acts: Acts, quorum: Quorum, repair: timedelta) -> None:
        self._store = store
        self._acts = acts
        self.quorum = quorum
        self.repair = repair

    async def read(
        self, keys: Collection[UUID] = (), seats: Collection[UUID] = (), documents: Collection[UUID] = ()
    ) -> Sequence[Consortium]:
        """Whole consortia by their keys, or by those of seats or documents of theirs: one statement."""
        rows = await self._store.fetch(
            statement("consortia"), list(keys), list(seats), list(documents), False, None, None, None, None, None
        )
        return [Consortium.read(row) for row in rows]

    async def of(
        self, viewer: Viewer, state: ConsortiumState | None, first: int, after: UUID | None
    ) -> Sequence[Consortium]:
        """The consortia that concern a viewer, the latest first: one statement."""
        cluster = viewer.cluster if viewer.member is None else None
        rows = await self._store.fetch(
            statement("consortia"), [], [], [], True, viewer.member, cluster, state, after, first
        )
        return [Consortium.read(row) for row in rows]

    async def do(
        self,
        command: Command,
        target: Target,
        work: Work,
        ask: Callable[[Consortium], Collection[str]] = lambda _consortium: (),
        *,
        known: Callable[[Consortium], bool] | None = None,
    ) -> Result:
        """Runs a command: ``ask`` says about which members registries are asked before the row is locked.

        Whoever may not know of the consortium is told NOT_FOUND, unless ``known`` lets them. All is judged within the
        act, so that a command that is repeated has its first result whatever has become of the consortium.
        """
        for _ in range(_TRIES):
            keys = {each: {target.key} if target.kind == each else () for each in ("keys", "seats", "documents")}
            consortium = next(iter(await self.read(**keys)), None)
            if consortium is not None and not _knows(consortium, command.viewer, target, known):
                consortium = None
            facts = await self.quorum.facts(() if consortium is None else ask(consortium))
            try:
                return await self._acts.do(command, self._within(command, target, consortium, facts, work, known))
            except _Moved:
                continue
        raise Failed.because("source_silent", *target.path)

    def _within(  # noqa: PLR0913 - all of one act
        self,
        command: Command,
        target: Target,
        seen: Consortium | None,
        facts: Facts,
        work: Work,
        known: Callable[[Consortium], bool] | None,
    ) -> Callable[[Act], Awaitable[Result]]:
        async def act_on(act: Act) -> Result:
            locked = None if seen is None else await Locked.of(act, seen.key, self.repair)
            if locked is None or not _knows(locked.consortium, command.viewer, target, known):
                raise Failed.because("not_found", *target.path)
            made = await work(Sitting(command.viewer, locked, facts))
            await locked.finish()
            keys = {"consortium": locked.consortium.key, **made}
            return {name: str(key) for name, key in keys.items()}

        return act_on

    def sound(self, consortium: Consortium, facts: Facts) -> bool:
        """Whether a consortium holds to its own rules, by these facts."""
        return self.quorum.assess(consortium, facts.profiles).sound

    async def shown(self, keys: Collection[UUID], viewer: Viewer) -> Mapping[UUID, Consortium]:
        """Those of these consortia that the viewer may know of."""
        found = (each.shown(viewer) for each in await self.read(keys))
        return {each.key: each for each in found if each is not None}

    async def shown_seats(
        self, keys: Collection[UUID], viewer: Viewer
    ) -> Mapping[UUID, tuple[Consortium | None, Seat]]:
        """Those of these seats that the viewer may know of, each with its consortium where it may know of that."""
        return {
            seat.key: (each.shown(viewer), seat)
            for each in await self.read(seats=keys)
            for seat in each.seats_shown(viewer)
            if seat.key in keys
        }

    async def shown_documents(
        self, keys: Collection[UUID], viewer: Viewer
    ) -> Mapping[UUID, tuple[Consortium, Document]]:
        """Those of these documents that the viewer may know of, each with its consortium."""
        found = (each.shown(viewer) for each in await self.read(documents=keys))
        return {paper.key: (each, paper) for each in found if each for paper in each.documents if paper.key in keys}


def _knows(consortium: Consortium, viewer: Viewer, target: Target, known: Callable[[Consortium], bool] | None) -> bool:
    if target.kind == "seats":
        return any(seat.key == target.key for seat in consortium.seats_shown(viewer))
    return consortium.shown(viewer) is not None or (known is not None and known(consortium))
