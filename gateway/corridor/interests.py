"""The acts on expressions of interest: expressed, sent, screened, answered, taken back, run out."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID, uuid4

from adapters.contract.languages import chain
from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.failures import Failed
from gateway.corridor.inquiries import Covering, Inquiries, Target
from gateway.corridor.interest import (
    MACHINE,
    Interest,
    enter,
    known_interests,
    locked_interests,
    read_interests,
    topics,
)
from gateway.corridor.ports import Registries
from gateway.corridor.releases import end_release, open_release
from gateway.corridor.texts import check_text
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import ActorRole, InterestState, ReleaseState

__all__ = ["Interests", "Rules"]

_SYSTEM = Viewer(ViewerClass.SYSTEM, "system", "The corridor")
_AT_ONCE = 100
"""Rows that one act of the system writes at most."""
_OVERDUE = """
    select interest.id
    from corridor.interest
    where interest.state in ('DRAFT', 'SUBMITTED', 'SCREENING', 'FORWARDED') and interest.expires_at <= now()
    union all
    select contact_release.id
    from corridor.contact_release
    where contact_release.state = 'ACTIVE' and contact_release.valid_until <= now()
    limit $1
"""
_OVERDUE_OF = """
    select interest.id
    from corridor.interest
    where interest.sender = $1
        and interest.about = $2
        and interest.state in ('DRAFT', 'SUBMITTED', 'SCREENING', 'FORWARDED')
        and interest.expires_at <= now()
"""
_INSERT = """
    insert into corridor.interest (
        id, about, anonymous, sender, sender_cluster, sender_contact, receiver, receiver_cluster, message, lang, state,
        submitted_at, arrived_at, expires_at
    )
    values (
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
        case when $11 <> 'DRAFT' then now() end,
        case when $11 = 'SUBMITTED' then now() end,
        now() + make_interval(days => $12)
    )
"""
_READDRESS = """
    update corridor.interest
    set anonymous = $2, receiver = $3, expires_at = now() + make_interval(days => $4)
    where id = $1
"""
_STATE = InterestState
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rules:
    """``screened``: codes of the clusters that look at interests before their members do. The rest is in days."""

    screened: frozenset[str] = frozenset()
    interest_days: int = 30
    release_days: int = 183


class Interests:
    """Expressions of interest in one store.

    The acts give the key of the interest as ``interest``. They raise Failed, and ``ClientError`` STORE_UNAVAILABLE.
    What registries have to say is asked before the transaction.
    """

    def __init__(
        self, store: Store, acts: Acts, registries: Registries, agreements: Covering, rules: Rules | None = None
    ) -> None:
        self._store = store
        self._acts = acts
        self._inquiries = Inquiries(registries, agreements)
        self._rules = rules or Rules()

    async def read(self, keys: Collection[UUID], viewer: Viewer) -> Mapping[UUID, Interest]:
        """By key, what the viewer may know of those that it may know of."""
        found = await read_interests(self._store, keys)
        seen = ((key, each.seen_by(viewer)) for key, each in found.items())
        return {key: each for key, each in seen if each is not None}

    async def known(
        self, viewer: Viewer, state: InterestState | None, first: int, behind: UUID | None = None
    ) -> list[Interest]:
        """Those that the viewer may know of, the latest first, behind one of them."""
        return await known_interests(self._store, viewer, state, first, behind)

    async def express(  # noqa: PLR0913 - as the mutation
        self,
        viewer: Viewer,
        about: str,
        message: str | None,
        lang: str,
        contact: str,
        *,
        draft: bool = False,
        key: str | None = None,
    ) -> Result:
        """Expresses a member's interest in a need, an offer or a member."""
        given = {"aboutId": about, "message": message, "lang": lang, "shareContactRef": contact, "draft": draft}
        sender = viewer.member or ""

        async def asked() -> Target:
            if viewer.kind is not ViewerClass.MEMBER or not sender:
                raise Failed.because("interest_member")
            check_text(message, "message")
            return await self._inquiries.target(sender, about, contact, "aboutId", "shareContactRef")

        async def work(act: Act, target: Target) -> Result:
            overdue = await act.connection.fetch(_OVERDUE_OF, sender, about)
            await _expire(act, [row["id"] for row in overdue])
            interest = uuid4()
            steps = ((_STATE.DRAFT, ActorRole.MEMBER),) if draft else self._sent(target)
            await act.connection.execute(
                _INSERT,
                interest,
                about,
                target.anonymous,
                sender,
                Reference.parse(sender).cluster,
                contact,
                target.receiver,
                target.cluster,
                message,
                chain(lang)[0],
                steps[-1][0],
                self._rules.interest_days,
            )
            before: InterestState | None = None
            for state, role in steps:
                await act.transition("ExpressionOfInterest", interest, before, state, role)
                before = state
            arrived, screened = before is _STATE.SUBMITTED, before is _STATE.SCREENING
            told = topics(sender, target.receiver, target.cluster, arrived=arrived, screened=screened)
            act.tell("ExpressionOfInterest", interest, 1, *told)
            return {"interest": str(interest)}

        return await self._once(Command(viewer, "expressInterest", given, key), asked, work)

    async def submit(self, viewer: Viewer, interest: UUID, version: int, key: str | None = None) -> Result:
        """Sends what was drafted."""

        def ready(found: Interest | None) -> Interest:
            return _ready(found, viewer, "interest_sender", version, _STATE.SUBMITTED)

        async def asked() -> Target:
            found = ready((await read_interests(self._store, [interest])).get(interest))
            return await self._inquiries.target(found.sender, found.about, found.sender_contact or "", "id", "id")

        async def work(act: Act, target: Target) -> Result:
            found = ready((await locked_interests(act, [interest])).get(interest))
            await act.connection.execute(
                _READDRESS, interest, target.anonymous, target.receiver, self._rules.interest_days
            )
            (found,) = (await read_interests(act.connection, [interest])).values()
            await enter(act, found, *self._sent(target))
            return {"interest": str(interest)}

        return await self._once(_command(viewer, "submitInterest", key, interest, version), asked, work)

    async def screen(  # noqa: PLR0913 - as the mutation
        self,
        viewer: Viewer,
        interest: UUID,
        version: int,
        *,
        forward: bool,
        reason: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Lets an interest through to the receiver, or declines it in its stead; by the receiver's cluster."""
        wanted = _STATE.FORWARDED if forward else _STATE.DECLINED

        def ready(found: Interest | None) -> Interest:
            return _ready(found, viewer, "interest_screener", version, wanted)

        async def asked() -> None:
            check_text(reason, "reason")
            found = ready((await read_interests(self._store, [interest])).get(interest))
            if forward:
                await self._inquiries.agreed({found.sender_cluster, found.receiver_cluster})

        async def work(act: Act, _asked: None) -> Result:
            found = ready((await locked_interests(act, [interest])).get(interest))
            await enter(act, found, (wanted, ActorRole.CLUSTER_COORDINATOR), reason=reason)
            return {"interest": str(interest)}

        command = _command(viewer, "screenInterest", key, interest, version, forward=forward, reason=reason)
        return await self._once(command, asked, work)

    async def answer(  # noqa: PLR0913 - as the mutation
        self,
        viewer: Viewer,
        interest: UUID,
        version: int,
        *,
        accept: bool,
        contact: str | None = None,
        key: str | None = None,
    ) -> Result:
        """Accepts, which opens the contacts of both sides to each other, or declines; by the receiver."""
        wanted = _STATE.MUTUAL if accept else _STATE.DECLINED

        def ready(found: Interest | None) -> Interest:
            return _ready(found, viewer, "interest_receiver", version, wanted)

        async def asked() -> None:
            found = ready((await read_interests(self._store, [interest])).get(interest))
            if accept:
                await self._inquiries.both_share(found, contact)

        async def work(act: Act, _asked: None) -> Result:
            found = ready((await locked_interests(act, [interest])).get(interest))
            await enter(act, found, (wanted, ActorRole.MEMBER), contact=contact if accept else None)
            if accept:
                await open_release(act, found, self._rules.release_days)
            return {"interest": str(interest)}

        command = _command(viewer, "answerInterest", key, interest, version, accept=accept, shareContactRef=contact)
        return await self._once(command, asked, work)

    async def withdraw(self, viewer: Viewer, interest: UUID, version: int, key: str | None = None) -> Result:
        """Takes an interest back before both sides are interested; by the sender."""

        async def work(act: Act) -> Result:
            found = (await locked_interests(act, [interest])).get(interest)
            found = _ready(found, viewer, "interest_sender", version, _STATE.WITHDRAWN)
            await enter(act, found, (_STATE.WITHDRAWN, ActorRole.MEMBER))
            return {"interest": str(interest)}

        return await self._acts.do(_command(viewer, "withdrawInterest", key, interest, version), work)

    async def expire(self) -> None:
        """Writes down which interests and releases have run out, by the system. For reads it makes no difference."""
        while keys := [row["id"] for row in await self._store.fetch(_OVERDUE, _AT_ONCE)]:

            async def work(act: Act, keys: Sequence[UUID] = keys) -> Result:
                await _expire(act, keys)
                return {}

            await self._acts.do(Command(_SYSTEM, "expireInterests", {}), work)

    async def _once(
        self, command: Command, asked: Callable[[], Awaitable[T]], work: Callable[[Act, T], Awaitable[Result]]
    ) -> Result:
        """Does the work with what was asked before it, or gives the result that the same command had before.

        What others answer may have changed since then, so that is looked up first, and again where they are against
        it: at the same moment it may have been done.
        """
        if (known := await self._acts.done(command)) is not None:
            return known
        try:
            found = await asked()
        except Failed:
            if (known := await self._acts.done(command)) is not None:
                return known
            raise
        return await self._acts.do(command, lambda act: work(act, found))

    def _sent(self, target: Target) -> tuple[tuple[InterestState, ActorRole], ...]:
        """The states that an interest goes through when it is sent, each with who takes it there."""
        sent = (_STATE.SUBMITTED, ActorRole.MEMBER)
        screened = target.cluster in self._rules.screened
        return (sent, (_STATE.SCREENING, ActorRole.SYSTEM)) if screened else (sent,)


def _command(viewer: Viewer, name: str, key: str | None, interest: UUID, version: int, **given: object) -> Command:
    return Command(viewer, name, {"id": str(interest), "expectedVersion": version, **given}, key)


def _ready(found: Interest | None, viewer: Viewer, who: str, version: int, wanted: InterestState) -> Interest:
    """The interest, where this viewer can take it to the state wanted; raises Failed otherwise.

    ``who`` is the reason of the failure where it is for somebody else to do.
    """
    if found is None or found.seen_by(viewer) is None:
        raise Failed.because("not_found", "id")
    member = viewer.kind is ViewerClass.MEMBER
    may = {
        "interest_sender": member and found.from_sender(viewer),
        "interest_receiver": member and found.to_receiver(viewer),
        "interest_screener": not member and found.to_receiver(viewer),
    }
    if not may[who]:
        raise Failed.because(who)
    if found.version != version:
        raise Failed.because("stale", "expectedVersion", version=found.version)
    MACHINE.check(found.state, wanted, ActorRole.MEMBER if member else ActorRole.CLUSTER_COORDINATOR)
    return found


async def _expire(act: Act, keys: Sequence[UUID]) -> None:
    """Writes down of each of these what has run out by now."""
    for found in (await locked_interests(act, keys)).values():
        if MACHINE.open(found.written) and found.state is _STATE.EXPIRED:
            await enter(act, found, (_STATE.EXPIRED, ActorRole.SYSTEM))
        elif found.release is not None and found.release.written is not found.release.state:
            await end_release(act, found, ReleaseState.EXPIRED, ActorRole.SYSTEM)
