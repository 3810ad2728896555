"""How agreements come about and end: each step by a coordinator of a party, for its own cluster."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from re import fullmatch
from uuid import UUID, uuid4

from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.agreements import Agreement, Assessment, Today, read_agreements, today
from gateway.corridor.failures import Failed, Failure
from gateway.corridor.machines import Machine
from gateway.corridor.texts import check_text
from gateway.store import Store
from schemas.codes import ActorRole, AgreementState

__all__ = ["CONSTRAINTS", "MACHINE", "Agreeing", "Change", "Terms"]

_BY_PARTY = frozenset({ActorRole.CLUSTER_COORDINATOR})
_BY_ITSELF = frozenset({ActorRole.SYSTEM})
_STATE = AgreementState

MACHINE = Machine(
    {
        (_STATE.NEGOTIATION, _STATE.SIGNED): _BY_PARTY,
        (_STATE.SIGNED, _STATE.IN_FORCE): _BY_ITSELF,
        (_STATE.IN_FORCE, _STATE.SUSPENDED): _BY_PARTY,
        (_STATE.SUSPENDED, _STATE.IN_FORCE): _BY_PARTY,
        (_STATE.IN_FORCE, _STATE.TERMINATED): _BY_PARTY,
        (_STATE.SUSPENDED, _STATE.TERMINATED): _BY_PARTY,
        (_STATE.IN_FORCE, _STATE.EXPIRED): _BY_ITSELF,
        (_STATE.SUSPENDED, _STATE.EXPIRED): _BY_ITSELF,
    }
)
"""The transitions of an agreement."""

CONSTRAINTS = {"agreement_ordinal": Failure("agreement_raced", ("series",))}
"""For what a broken constraint of the store stands."""

_SYSTEM = Viewer(ViewerClass.SYSTEM, "system", "The corridor")
_DUE = "from corridor.agreement where state in ('IN_FORCE', 'SUSPENDED') and valid_until < $1"
_SERIES = r"[a-z0-9]+(-[a-z0-9]+)*"
_HASH = r"[0-9a-f]{64}"
_LONGEST_SERIES = 100

_Step = Callable[[Act, Agreement], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What an agreement says: between whom, what for, until when, and the SHA-256 of its document in hexadecimal."""

    series: str
    parties: Sequence[str]
    purposes: Sequence[Purpose]
    valid_until: date | None = None
    document_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes which version of which agreement, and under which idempotency key."""

    viewer: Viewer
    agreement: UUID
    version: int
    key: str | None = None


class Agreeing:
    """The acts on agreements in one store, between these clusters.

    Each gives the key of the agreement as ``agreement``. Raises Failed, and ``ClientError`` STORE_UNAVAILABLE.
    """

    def __init__(self, store: Store, acts: Acts, clusters: Collection[str], clock: Today = today) -> None:
        self._store = store
        self._acts = acts
        self._clusters = clusters
        self._clock = clock

    async def read(self, key: UUID) -> Agreement:
        """One that is there, as it is now."""
        (found,) = await read_agreements(self._store, [key])
        return found

    async def register(self, viewer: Viewer, terms: Terms, key: str | None = None) -> Result:
        """Registers an agreement that is being negotiated, as the next one of its series."""
        parties, purposes = sorted({*terms.parties}), sorted({*terms.purposes})
        command = Command(
            viewer,
            "registerAgreement",
            {
                "series": terms.series,
                "parties": parties,
                "purposes": purposes,
                "validUntil": terms.valid_until,
                "documentHash": terms.document_hash,
            },
            key,
        )

        async def work(act: Act) -> Result:
            self._check(terms)
            _as_party(viewer, parties)
            agreement = uuid4()
            # Whoever adds to a series waits for who does so at the same moment.
            await act.connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 1))", terms.series)
            await act.connection.execute(
                "insert into corridor.agreement"
                " (id, series, ordinal, purposes, state, valid_until, document_hash)"
                " select $1, $2, coalesce(max(ordinal), 0) + 1, $3, $4, $5, $6"
                " from corridor.agreement where series = $2",
                agreement,
                terms.series,
                purposes,
                _STATE.NEGOTIATION,
                terms.valid_until,
                terms.document_hash,
            )
            await act.connection.execute(
                "insert into corridor.agreement_party (agreement, cluster) select $1, unnest($2::text[])",
                agreement,
                parties,
            )
            await act.transition("Agreement", agreement, None, _STATE.NEGOTIATION, ActorRole.CLUSTER_COORDINATOR)
            act.tell("Agreement", agreement, 1, "Agreement")
            return {"agreement": str(agreement)}

        return await self._acts.do(command, work)

    async def sign(self, change: Change, signed_on: date | None = None) -> Result:
        """Signs for the viewer's cluster, on this day or an earlier one; the last signature makes it SIGNED."""
        day, signing = self._clock(), change.viewer.cluster

        async def step(act: Act, found: Agreement) -> None:
            MACHINE.check(found.state(day), _STATE.SIGNED, ActorRole.CLUSTER_COORDINATOR)
            if signing in found.signed_by:
                raise Failed.because("agreement_signed_already", "id")
            if found.past(day):
                raise Failed.because("agreement_past", "id", day=found.valid_until)
            if signed_on is not None and signed_on > day:
                raise Failed.because("agreement_future", "signedOn")
            await act.connection.execute(
                "update corridor.agreement_party set signed_on = $3 where agreement = $1 and cluster = $2",
                found.key,
                signing,
                signed_on or day,
            )
            if {*found.signed_by, signing} == {*found.parties}:
                await act.connection.execute(
                    "update corridor.agreement set state = $2,"
                    " signed_on = (select max(signed_on) from corridor.agreement_party where agreement = $1)"
                    " where id = $1",
                    found.key,
                    _STATE.SIGNED,
                )
                await act.transition(
                    "Agreement", found.key, found.written, _STATE.SIGNED, ActorRole.CLUSTER_COORDINATOR
                )
                await _come_into_force(act, found.key, day)

        return await self._step("signAgreement", change, {"signedOn": signed_on}, step)

    async def assess(self, change: Change, made: Assessment) -> Result:
        """Says what came of assessing the data that goes from the viewer's cluster to another party.

        With the last one that was missing, a signed agreement is in force.
        """
        day = self._clock()

        async def step(act: Act, found: Agreement) -> None:
            if found.state(day) in {_STATE.EXPIRED, _STATE.TERMINATED}:
                raise Failed.because("agreement_over", "id", state=found.state(day).value)
            if found.past(day):
                raise Failed.because("agreement_past", "id", day=found.valid_until)
            if made.from_cluster != change.viewer.cluster:
                raise Failed.because("agreement_party", parties=made.from_cluster)
            if made.to_cluster == made.from_cluster or made.to_cluster not in found.parties:
                raise Failed.because("agreement_other_party", "toCluster")
            _check_assessment(made, day)
            await act.connection.execute(
                "insert into corridor.privacy_assessment"
                " (agreement, from_cluster, to_cluster, data_categories, outcome, assessed_on, review_by)"
                " values ($1, $2, $3, $4, $5, $6, $7)",
                found.key,
                made.from_cluster,
                made.to_cluster,
                sorted({*made.categories}),
                made.outcome,
                made.assessed_on,
                made.review_by,
            )
            await _come_into_force(act, found.key, day)

        given = {
            "toCluster": made.to_cluster,
            "dataCategories": sorted({*made.categories}),
            "outcome": made.outcome,
            "assessedOn": made.assessed_on,
            "reviewBy": made.review_by,
        }
        return await self._step("assessPrivacy", change, given, step)

    async def suspend(self, change: Change, reason: str | None = None) -> Result:
        """Suspends it: nothing rests on it until a party resumes it."""
        return await self._move("suspendAgreement", change, _STATE.SUSPENDED, reason)

    async def resume(self, change: Change, reason: str | None = None) -> Result:
        """Puts it in force again, where no assessment is due meanwhile."""
        return await self._move("resumeAgreement", change, _STATE.IN_FORCE, reason)

    async def terminate(self, change: Change, reason: str | None = None) -> Result:
        """Ends it for good."""
        return await self._move("terminateAgreement", change, _STATE.TERMINATED, reason)

    async def expire(self) -> None:
        """Writes down which agreements have expired, by the system. It changes nothing that is read, nor a version."""
        day = self._clock()
        if await self._store.fetchval(f"select true {_DUE} limit 1", day) is None:
            return

        async def work(act: Act) -> Result:
            for row in await act.connection.fetch(f"select id, state, version {_DUE} order by id for update", day):
                await _enter(act, row["id"], _STATE(row["state"]), _STATE.EXPIRED, ActorRole.SYSTEM)
                act.tell("Agreement", row["id"], row["version"], "Agreement")
            return {}

        await self._acts.do(Command(_SYSTEM, "expireAgreements", {}), work)

    async def _move(self, name: str, change: Change, wanted: AgreementState, reason: str | None) -> Result:
        day = self._clock()

        async def step(act: Act, found: Agreement) -> None:
            check_text(reason, "reason")
            state = found.state(day)
            MACHINE.check(state, wanted, ActorRole.CLUSTER_COORDINATOR)
            if wanted is _STATE.IN_FORCE and not found.assessed(day):
                raise Failed.because("agreement_unassessed", "id")
            await _enter(act, found.key, state, wanted, ActorRole.CLUSTER_COORDINATOR, reason)

        return await self._step(name, change, {"reason": reason}, step)

    async def _step(self, name: str, change: Change, given: Mapping[str, object], step: _Step) -> Result:
        """One step of a party, on the version of the agreement that it has read."""
        await self.expire()

        async def work(act: Act) -> Result:
            locked = "select version from corridor.agreement where id = $1 for update"
            version = await act.connection.fetchval(locked, change.agreement)
            if version is None:
                raise Failed.because("not_found", "id")
            (found,) = await read_agreements(act.connection, [change.agreement])
            _as_party(change.viewer, found.parties)
            if version != change.version:
                raise Failed.because("stale", "expectedVersion", version=version)
            await step(act, found)
            await _changed(act, found.key, version)
            return {"agreement": str(found.key)}

        asked = {"id": str(change.agreement), "expectedVersion": change.version, **given}
        return await self._acts.do(Command(change.viewer, name, asked, change.key), work)

    def _check(self, terms: Terms) -> None:
        if len(terms.series) > _LONGEST_SERIES or not fullmatch(_SERIES, terms.series):
            raise Failed.because("agreement_series", "series", most=_LONGEST_SERIES)
        if len({*terms.parties}) < 2 or len({*terms.parties}) < len(terms.parties):  # noqa: PLR2004 - as the word says
            raise Failed.because("agreement_parties", "parties")
        if not {*terms.parties}.issubset(self._clusters):
            raise Failed.because("agreement_unknown_party", "parties", clusters=", ".join(sorted(self._clusters)))
        if not terms.purposes:
            raise Failed.because("agreement_purposes", "purposes")
        if terms.valid_until is not None and terms.valid_until < self._clock():
            raise Failed.because("agreement_past", "validUntil", day=terms.valid_until)
        if terms.document_hash is not None and not fullmatch(_HASH, terms.document_hash):
            raise Failed.because("agreement_hash", "documentHash")


async def _enter(  # noqa: PLR0913 - a transition has so many sides
    act: Act, key: UUID, before: AgreementState, after: AgreementState, role: ActorRole, reason: str | None = None
) -> None:
    """One transition."""
    MACHINE.check(before, after, role)
    await act.connection.execute("update corridor.agreement set state = $2 where id = $1", key, after)
    await act.transition("Agreement", key, before, after, role, reason)


async def _come_into_force(act: Act, key: UUID, day: date) -> None:
    """What is signed and assessed in each direction comes into force by itself."""
    (found,) = await read_agreements(act.connection, [key])
    if found.written is _STATE.SIGNED and found.assessed(day) and not found.past(day):
        await _enter(act, key, _STATE.SIGNED, _STATE.IN_FORCE, ActorRole.SYSTEM)


async def _changed(act: Act, key: UUID, version: int) -> None:
    """Makes it the next version, and has others hear of it."""
    await act.connection.execute("update corridor.agreement set version = $2 where id = $1", key, version + 1)
    act.tell("Agreement", key, version + 1, "Agreement")


def _as_party(viewer: Viewer, parties: Collection[str]) -> None:
    """Raises Failed unless the viewer acts for one of the parties."""
    if viewer.kind is not ViewerClass.COORDINATOR or viewer.cluster not in parties:
        raise Failed.because("agreement_party", parties=", ".join(parties))


def _check_assessment(made: Assessment, day: date) -> None:
    """Raises Failed where an assessment says too little, or was not made yet, or is due for review already."""
    if not made.categories:
        raise Failed.because("agreement_categories", "dataCategories")
    check_text(made.outcome, "outcome")
    if made.assessed_on > day:
        raise Failed.because("agreement_future", "assessedOn")
    if made.review_by < day or made.review_by <= made.assessed_on:
        raise Failed.because("agreement_review", "reviewBy")
