"""Forgetting a member: what is open ends, and all that named it names nobody from then on.

The disclosure log stays as it is: it is a chain that cannot be changed, and its subject's right to know who had access.
"""

from collections.abc import Awaitable, Callable, Collection
from uuid import UUID

from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import Viewer
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.failures import Failed
from gateway.corridor.ids import reference_of
from gateway.corridor.interest import Interest, enter, locked_interests
from gateway.corridor.releases import end_release
from schemas.codes import ActorRole, InterestState, ReleaseState

__all__ = ["Forgetting", "LeaveAll", "affected"]

LeaveAll = Callable[[Act, str], Awaitable[Collection[str]]]
"""Has a member (global ID) leave all that it takes part in, within an act; gives the global IDs of what changed."""

_ITS = "select id from corridor.interest where sender = $1 or receiver = $1"
_BLANK = """
    update corridor.interest
    set
        message = case when sender = $1 then null else message end,
        sender_contact = case when sender = $1 then null else sender_contact end,
        receiver_contact = case when receiver = $1 then null else receiver_contact end,
        about = case when receiver = $1 then $1 else about end
    where sender = $1 or receiver = $1
"""
_FORGET = "select corridor.forget($1)"
_FORGOTTEN = "forgotten-"


class Forgetting:
    """Has members forgotten, in one store. Raises Failed, and ``ClientError`` STORE_UNAVAILABLE."""

    def __init__(self, acts: Acts, leave_all: LeaveAll) -> None:
        self._acts = acts
        self._leave_all = leave_all

    async def forget(self, viewer: Viewer, member: str, key: str | None = None) -> Result:
        """Forgets a member: by itself, or a coordinator or privacy officer of its cluster.

        Its open interests are withdrawn and its active releases revoked, by the system; it leaves its seats; what it
        wrote is blanked. Where it was forgotten before there is nothing left to do, and nothing is done.
        """

        async def work(act: Act) -> Result:
            ended = [*await self._leave_all(act, member)]
            keys: list[UUID] = [row["id"] for row in await act.connection.fetch(_ITS, member)]
            for found in (await locked_interests(act, keys)).values():
                ended.extend(await _end(act, found))
            await act.connection.execute(_BLANK, member)
            tombstone = await act.connection.fetchval(_FORGET, member)
            act.events = [
                (entity, id_, version, told)
                for entity, id_, version, topics in act.events
                if (told := [each for each in topics if each != f"Interest:{member}"])
            ]
            if viewer.member == member:
                act.forgotten = tombstone
            return {"affected": " ".join(ended)}

        _check(viewer, member)
        return await self._acts.do(Command(viewer, "forgetMember", {"memberId": member}, key), work)


def affected(result: Result) -> tuple[str, ...]:
    """What changed its state by it, by global ID, from what :meth:`Forgetting.forget` gave."""
    return tuple(result["affected"].split())


async def _end(act: Act, interest: Interest) -> list[str]:
    """Ends what is open of an interest, and gives the global IDs of what was."""
    ended = []
    if interest.open:
        await enter(act, interest, (InterestState.WITHDRAWN, ActorRole.SYSTEM))
        ended.append(interest.id)
    elif interest.written is not interest.state:
        await enter(act, interest, (InterestState.EXPIRED, ActorRole.SYSTEM))
    release = interest.release
    if release is not None and release.state is ReleaseState.ACTIVE:
        await end_release(act, interest, ReleaseState.REVOKED, ActorRole.SYSTEM)
        ended.append(release.id)
    return ended


def _check(viewer: Viewer, member: str) -> None:
    reference = reference_of(member, ("Member",), "memberId")
    if reference.key.startswith(_FORGOTTEN):
        raise Failed.because("not_found", "memberId")
    match viewer:
        case Viewer(kind=ViewerClass.MEMBER, member=own) if own == member:
            return
        case Viewer(kind=ViewerClass.COORDINATOR | ViewerClass.PRIVACY_OFFICER, cluster=cluster) if (
            cluster == reference.cluster
        ):
            return
        case _:
            raise Failed.because("forget_who")
