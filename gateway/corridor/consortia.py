"""Consortia: created, recruiting, formed once they are complete by their own rules, at work, and closed."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

import orjson

from gateway.access.viewer import Viewer, ViewerClass
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.consortium import FORMED_OR_LATER, OPEN, Consortium, Requirement, Rules, Seat
from gateway.corridor.coverage import Blocker
from gateway.corridor.drafts import check_markets, check_requirements, check_rules
from gateway.corridor.failures import Failed, Failure
from gateway.corridor.ids import key_of
from gateway.corridor.locked import Locked
from gateway.corridor.machines import Change
from gateway.corridor.opportunities import Opportunities, Opportunity
from gateway.corridor.proceedings import Proceedings, Sitting, Target
from gateway.corridor.quorum import Quorum
from gateway.corridor.texts import text_failures
from gateway.reference import member_cluster
from gateway.store import Store
from schemas.codes import ActorRole, BlockerCode, ConsortiumState, SeatRole, SeatState

__all__ = ["CONSTRAINTS", "Consortia", "Draft"]

CONSTRAINTS = {
    "seat_open": Failure("seat_taken", ("memberId",)),
    "seat_considered": Failure("seat_taken", ("memberId",)),
    "seat_lead": Failure("seat_two_leads", ("seatId",)),
    "document_once": Failure("document_twice", ("sha256",)),
    "signature_once": Failure("document_signed", ("documentId",)),
}
"""For what the constraints of the store stand where an act breaks them."""
_LONGEST_TITLE = 200
_SYSTEM = Viewer(ViewerClass.SYSTEM, "system", "corridor")
_DUE = """
    select consortium from corridor.seat where state = 'INVITED' and expires_at <= now()
    union
    select id from corridor.consortium where repair_until <= now()
    limit $1
"""

_FORMED = "select id from corridor.consortium where state = any($1) and id > $2 order by id limit $3"
_HISTORY = """
    select entity_key, transition.at, from_state, to_state, act.member, act.cluster, by_role, reason
    from corridor.transition
    left join corridor.act on act.id = transition.act and by_role <> 'SYSTEM'
    where entity = 'Consortium' and entity_key = any($1)
    order by transition.id
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A consortium as it is asked for.

    Where it answers an opportunity (a global ID), requirements and rules that are None are those of the opportunity.
    ``lead_covers`` are the requirements that a member who creates it will see to; None for all.
    """

    title: str
    lang: str
    target_markets: tuple[str, ...]
    requirements: tuple[Requirement, ...] | None = None
    rules: Rules | None = None
    opportunity: str | None = None
    lead_covers: tuple[str, ...] | None = None


class Consortia:
    """What is done with consortia as a whole; seats and documents have their own."""

    def __init__(self, store: Store, acts: Acts, proceedings: Proceedings, opportunities: Opportunities) -> None:
        self._store = store
        self._acts = acts
        self._proceedings = proceedings
        self._opportunities = opportunities

    @property
    def quorum(self) -> Quorum:
        """What consortia are judged by."""
        return self._proceedings.quorum

    async def read(self, keys: Collection[UUID], viewer: Viewer) -> Mapping[UUID, Consortium]:
        """Those of these consortia that the viewer may know of, whole: one statement."""
        return await self._proceedings.shown(keys, viewer)

    async def of(
        self, viewer: Viewer, state: ConsortiumState | None, first: int, after: UUID | None = None
    ) -> list[Consortium]:
        """The consortia that concern a member, or a coordinator's cluster, the latest first: one statement."""
        if viewer.kind not in {ViewerClass.MEMBER, ViewerClass.COORDINATOR}:
            return []
        found = await self._proceedings.of(viewer, state, first, after)
        return [shown for each in found if (shown := each.shown(viewer)) is not None]

    async def histories(self, keys: Collection[UUID]) -> Mapping[UUID, Sequence[Change]]:
        """The transitions of consortia that the viewer is known to know of, the earliest first: one statement."""
        found: dict[UUID, list[Change]] = {}
        for key, *change in await self._store.fetch(_HISTORY, list(keys)):
            found.setdefault(key, []).append(Change.of(*change))
        return found

    async def create(self, command: Command, draft: Draft) -> Result:
        """Makes a consortium: by a member, who leads it, or by a coordinator, who has yet to invite a lead."""
        viewer = command.viewer
        member, cluster = viewer.member, viewer.cluster
        opportunity = await self._answered(draft, viewer)
        leads = viewer.kind is ViewerClass.MEMBER and member is not None
        facts = await self.quorum.facts([member] if leads and member is not None else ())

        async def work(act: Act) -> Result:
            by = ActorRole.LEAD if leads else ActorRole.CLUSTER_COORDINATOR
            home = member_cluster(member) if leads and member is not None else cluster
            if home is None or not (leads or viewer.kind is ViewerClass.COORDINATOR):
                raise Failed.because("consortium_creator")
            consortium = self._checked(draft, opportunity, home)
            if leads and member is not None:
                facts.admit(member, clusters=())
                covers = consortium.covering(draft.lead_covers, "input", "leadCovers")
                seat = Seat(uuid4(), member, home, SeatRole.LEAD, SeatState.ACCEPTED, covers)
            else:
                seat = None
            locked = Locked(act, consortium, self._proceedings.repair)
            await _insert(act, consortium)
            await act.transition("Consortium", consortium.key, None, consortium.state, by)
            if seat is not None:
                await locked.place(seat, by)
            act.tell("Consortium", consortium.key, consortium.version, f"Consortium:{consortium.key}")
            return {"consortium": str(consortium.key)}

        return await self._acts.do(command, work)

    async def recruit(self, command: Command, id_: str, version: int) -> Result:
        """Has a consortium look for members."""
        return await self._moved(command, id_, version, ConsortiumState.RECRUITING)

    async def dissolve(self, command: Command, id_: str, version: int) -> Result:
        """Gives a consortium up that was never formed."""
        return await self._moved(command, id_, version, ConsortiumState.DISSOLVED)

    async def activate(self, command: Command, id_: str, version: int) -> Result:
        """Has a consortium begin its work, once its agreement is signed."""
        return await self._moved(command, id_, version, ConsortiumState.ACTIVE, agreed=True)

    async def close(self, command: Command, id_: str, version: int) -> Result:
        """Ends a consortium whose work is done."""
        return await self._moved(command, id_, version, ConsortiumState.CLOSED)

    async def form(self, command: Command, id_: str, version: int) -> Result:
        """Forms a consortium that is complete by its own rules, or again after its repair."""

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            role = sitting.must_lead()
            await sitting.begin(sitting.consortium.version, version)
            await sitting.locked.move(ConsortiumState.FORMED, role)
            assessment = self.quorum.assess(sitting.consortium, sitting.facts.profiles)
            if assessment.silent:
                raise Failed.because("source_silent", "id")
            if assessment.blockers:
                raise Failed(*_reasons(assessment.blockers))
            await sitting.locked.signed()
            return {}

        return await self._proceedings.do(command, _target(id_), work, _concerned)

    async def leave_all(self, act: Act, member: str) -> list[str]:
        """Ends all open seats of a member that is forgotten, within another act; gives the global IDs of consortia.

        Where it was only considered nothing changes: that names nobody any more, and nobody else learned of it.

        Nobody is asked what they are worth without it: those that were formed go into repair.
        """
        rows = await act.connection.fetch("select distinct consortium from corridor.seat where member = $1", member)
        concerned = []
        for key in sorted(row["consortium"] for row in rows):
            locked = await Locked.of(act, key, self._proceedings.repair)
            if locked is not None and await self._left(locked, member):
                concerned.append(locked.consortium.id)
        return concerned

    async def expire(self, most: int = 100) -> int:
        """Writes down for some consortia what time has brought about; gives how many there were."""
        rows = await self._store.fetch(_DUE, most)
        for row in rows:
            await self._acts.do(Command(_SYSTEM, "expire", {}), _expiring(row["consortium"], self._proceedings.repair))
        return len(rows)

    async def review(self, most: int = 100) -> int:
        """Has consortia go into repair that do not hold to their rules any more by what registries say now.

        Asks in batches of so many. Of one with a member whose registry is silent nobody can say. Gives how many it
        were.
        """
        broken, after = 0, UUID(int=0)
        while rows := await self._store.fetch(_FORMED, [*FORMED_OR_LATER], after, most):
            after = rows[-1]["id"]
            found = await self._proceedings.read([row["id"] for row in rows])
            facts = await self.quorum.facts([member for each in found for member in each.members])
            for each in found:
                assessment = self.quorum.assess(each, facts.profiles)
                if not assessment.silent and not assessment.sound:
                    command = Command(_SYSTEM, "review", {})
                    await self._acts.do(command, self._reviewing(each, self._proceedings.repair))
                    broken += 1
        return broken

    def _reviewing(self, judged: Consortium, repair: timedelta) -> Callable[[Act], Awaitable[Result]]:
        async def work(act: Act) -> Result:
            locked = await Locked.of(act, judged.key, repair)
            if locked is not None and locked.consortium.version == judged.version:
                await locked.settle()
                await locked.move(ConsortiumState.REPAIR, ActorRole.SYSTEM)
                await locked.finish()
            return {"consortium": str(judged.key)}

        return work

    async def _left(self, locked: Locked, member: str) -> bool:
        await locked.settle()
        seats = [seat for seat in locked.consortium.seats if seat.member == member and seat.state in OPEN]
        for seat in seats:
            await locked.forget(seat)
        if seats:
            await locked.finish()
        return bool(seats)

    async def _answered(self, draft: Draft, viewer: Viewer) -> Opportunity | None:
        if draft.opportunity is None:
            return None
        key = key_of(draft.opportunity, "Opportunity", "input", "opportunityId")
        return (await self._opportunities.read([key], viewer)).get(key)

    def _checked(self, draft: Draft, opportunity: Opportunity | None, cluster: str) -> Consortium:
        failures = [
            *text_failures(draft.title, _LONGEST_TITLE, "input", "title"),
            *check_markets(draft.target_markets, "input", "targetMarkets"),
        ]
        if draft.opportunity is not None and opportunity is None:
            failures.append(Failure("not_found", ("input", "opportunityId")))
        elif opportunity is not None and opportunity.closed:
            failures.append(Failure("opportunity_closed", ("input", "opportunityId")))
        given = opportunity.requirements if opportunity is not None else ()
        requirements = given if draft.requirements is None else draft.requirements
        rules = draft.rules or (opportunity.rules if opportunity is not None else None) or Rules()
        failures += check_requirements(requirements, self.quorum.concepts.knows, "input", "requirements")
        failures += check_rules(rules, "input", "rules")
        if failures:
            raise Failed(*failures)
        return Consortium(
            key=uuid4(),
            cluster=cluster,
            title=draft.title,
            lang=draft.lang,
            opportunity=None if opportunity is None else opportunity.key,
            target_markets=draft.target_markets,
            requirements=requirements,
            rules=rules,
            state=ConsortiumState.DRAFT,
        )

    async def _moved(
        self, command: Command, id_: str, version: int, to: ConsortiumState, *, agreed: bool = False
    ) -> Result:
        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            role = sitting.must_lead()
            await sitting.begin(sitting.consortium.version, version)
            await sitting.locked.move(to, role)
            if agreed:
                sitting.must_agree("id")
            return {}

        return await self._proceedings.do(command, _target(id_), work)


def _target(id_: str) -> Target:
    return Target("keys", key_of(id_, "Consortium", "id"), ("id",))


def _concerned(consortium: Consortium) -> list[str]:
    return [seat.member for seat in consortium.concerned]


def _reasons(blockers: Collection[Blocker]) -> list[Failure]:
    """Why a consortium cannot be formed: for want of an agreement, for other reasons, or for both."""
    codes = list(dict.fromkeys(blocker.code for blocker in blockers))
    others = [code for code in codes if code is not BlockerCode.AGREEMENT_NOT_IN_FORCE]
    failures = [Failure("no_agreement", ("id",))] if len(others) < len(codes) else []
    if others:
        failures.append(Failure("consortium_unformable", ("id",), {"codes": ", ".join(others)}))
    return failures


def _expiring(key: UUID, repair: timedelta) -> Callable[[Act], Awaitable[Result]]:
    async def work(act: Act) -> Result:
        locked = await Locked.of(act, key, repair)
        if locked is not None and (locked.consortium.due or any(seat.due for seat in locked.consortium.seats)):
            await locked.settle()
            await locked.finish()
        return {"consortium": str(key)}

    return work


async def _insert(act: Act, consortium: Consortium) -> None:
    await act.connection.execute(
        "insert into corridor.consortium"
        " (id, cluster, title, lang, opportunity, target_markets, requirements, rules, state)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        consortium.key,
        consortium.cluster,
        consortium.title,
        consortium.lang,
        consortium.opportunity,
        list(consortium.target_markets),
        orjson.dumps([each.stored for each in consortium.requirements]).decode(),
        orjson.dumps(consortium.rules.stored).decode(),
        consortium.state,
    )
