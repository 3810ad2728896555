"""Releases of contacts: made with a mutual interest, for both sides or for neither, and ended by either."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from adapters.contract.viewers import Purpose, ViewerClass
from gateway.access.viewer import Viewer
from gateway.audit import Entry, append
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.failures import Failed
from gateway.corridor.interest import Interest, locked_interests, topics
from gateway.corridor.machines import Machine
from gateway.corridor.statements import statement
from gateway.corridor.texts import check_text
from gateway.reference import Reference
from gateway.store import Store
from schemas.codes import ActorRole, ReleaseState

__all__ = ["MACHINE", "Released", "Releases", "end_release", "open_release"]

MACHINE = Machine(
    {
        (ReleaseState.ACTIVE, ReleaseState.REVOKED): frozenset(
            {ActorRole.MEMBER, ActorRole.CLUSTER_COORDINATOR, ActorRole.SYSTEM}
        ),
        (ReleaseState.ACTIVE, ReleaseState.EXPIRED): frozenset({ActorRole.SYSTEM}),
    }
)
"""The transitions of a release: revoked by either side or either cluster, and by the system with who is forgotten."""

_OPEN = """
    insert into corridor.contact_release (id, state, valid_until)
    values ($1, 'ACTIVE', now() + make_interval(days => $2))
"""
_END = """
    update corridor.contact_release
    set
        state = $2,
        revoked_at = case when $2 = 'REVOKED' then now() end
    where id = $1
"""
_NEXT = "update corridor.interest set version = version + 1 where id = $1"
_FIELDS = ("contactPoint",)


@dataclass(frozen=True, slots=True)
class Released:
    """That a member's contact is open to another: under which release (global ID), which contact, until when."""

    release: str
    contact: str
    valid_until: datetime


class Releases:
    """Releases of contacts in one store. The acts raise Failed, and ``ClientError`` STORE_UNAVAILABLE."""

    def __init__(self, store: Store, acts: Acts) -> None:
        self._store = store
        self._acts = acts

    async def contact_of(self, viewer_member: str, others: Collection[str]) -> Mapping[str, Released]:
        """Which contacts of other members are open to a member now, by the others' global IDs.

        Of several releases between the same two that one counts which lasts longest.
        """
        rows = await self._store.fetch(statement("contacts_released"), viewer_member, list(others))
        return {row["other"]: Released(_id(row["id"]), row["contact"], row["valid_until"]) for row in rows}

    async def revoke(self, viewer: Viewer, release: UUID, reason: str | None = None, key: str | None = None) -> Result:
        """Ends a release at once: by either side, or a coordinator of either cluster. Gives its key as ``release``."""

        async def work(act: Act) -> Result:
            found = (await locked_interests(act, [release])).get(release)
            seen = None if found is None else found.seen_by(viewer)
            if seen is None or seen.release is None:
                raise Failed.because("not_found", "id")
            member = viewer.kind is ViewerClass.MEMBER
            role = ActorRole.MEMBER if member else ActorRole.CLUSTER_COORDINATOR
            await end_release(act, seen, ReleaseState.REVOKED, role, reason)
            return {"release": str(release)}

        check_text(reason, "reason")
        command = Command(viewer, "revokeContactRelease", {"id": str(release), "reason": reason}, key)
        return await self._acts.do(command, work)


async def open_release(act: Act, interest: Interest, days: int) -> None:
    """Opens the contacts of both sides to each other, and writes both into the disclosure log."""
    await act.connection.execute(_OPEN, interest.key, days)
    await act.transition("ContactRelease", interest.key, None, ReleaseState.ACTIVE, ActorRole.MEMBER)
    sender, receiver = interest.sides
    await append(
        act.connection,
        _disclosed(interest, sender, interest.sender_cluster, to=receiver, of=interest.receiver_cluster),
        _disclosed(interest, receiver, interest.receiver_cluster, to=sender, of=interest.sender_cluster),
    )


async def end_release(
    act: Act, interest: Interest, after: ReleaseState, role: ActorRole, reason: str | None = None
) -> None:
    """Ends the release of an interest, whose row has to be locked, and counts the interest's version up by one."""
    release = interest.release
    assert release is not None  # noqa: S101 - who calls has looked
    MACHINE.check(release.written if role is ActorRole.SYSTEM else release.state, after, role)
    await act.connection.execute(_END, interest.key, after)
    await act.connection.execute(_NEXT, interest.key)
    await act.transition("ContactRelease", interest.key, release.written, after, role, reason)
    told = topics(*interest.sides, interest.receiver_cluster, arrived=True)
    act.tell("ExpressionOfInterest", interest.key, interest.version + 1, *told)


def _disclosed(interest: Interest, member: str, cluster: str, *, to: str, of: str) -> Entry:
    """That a member's contact is opened to another, who is named by its ID: the store knows no names."""
    return Entry(
        viewer=to,
        viewer_class=ViewerClass.MEMBER.value,
        viewer_org=to,
        viewer_cluster=of,
        cluster=cluster,
        purpose=Purpose.CONTACT_RELEASE.value,
        fields=_FIELDS,
        basis=_id(interest.key),
        members=(member,),
    )


def _id(key: UUID) -> str:
    return Reference("ContactRelease", "corridor", str(key)).id
