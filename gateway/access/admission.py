"""Who can come in: what a viewer of each class has to bring, whichever way it proves who it is."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from gateway.access.viewer import GRANTABLE, Viewer, ViewerClass

__all__ = ["ADMITTED", "ClusterOf", "Holder", "NotAdmitted", "admit"]

ADMITTED = (ViewerClass.PARTNER_APP, ViewerClass.MEMBER, ViewerClass.COORDINATOR, ViewerClass.PRIVACY_OFFICER)
"""The classes that a credential can be of. Who brings none is ANONYMOUS; SYSTEM never comes from outside."""

_LONGEST = 300
"""Characters of a name or ID: more is no name, and would only fill the logs."""

ClusterOf = Callable[[str], str | None]
"""Takes the ID of a member and answers the code of its cluster; None where it is no member's ID."""


class NotAdmitted(Exception):
    """Why nobody can come in like that; safe to be shown to whoever holds the credential."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a credential names, before it is judged: texts as they stand there."""

    kind: str
    organisation: str
    cluster: str | None = None
    member: str | None = None
    scopes: Collection[str] = ()


def admit(id_: str, holder: Holder, cluster_of: ClusterOf) -> Viewer:
    """The viewer of this ID that a credential speaks for; NotAdmitted where there can be none.

    A member's cluster is read from its ID. Scopes that are unknown, or not for the class, count for nothing.
    """
    kind = next((each for each in ADMITTED if each == holder.kind), None)
    if kind is None:
        raise NotAdmitted(f"its class is none of {', '.join(ADMITTED)}")
    named = {"subject": id_, "organisation": holder.organisation, "cluster": holder.cluster, "member": holder.member}
    for what, value in named.items():
        if value is not None and not (0 < len(value) <= _LONGEST and value.isprintable()):
            raise NotAdmitted(f"its {what} is not a text of 1 to {_LONGEST} printable characters")
    cluster, member = holder.cluster, None
    if kind is ViewerClass.MEMBER:
        cluster, member = _own_cluster(holder, cluster_of), holder.member
    if cluster is None and kind is not ViewerClass.PARTNER_APP:
        raise NotAdmitted(f"it is of the class {kind}, and names no cluster")
    scopes = frozenset(scope for scope in GRANTABLE[kind] if scope.value in holder.scopes)
    return Viewer(kind, id_, holder.organisation, cluster, member, scopes)


def _own_cluster(holder: Holder, cluster_of: ClusterOf) -> str:
    if holder.member is None:
        raise NotAdmitted("it is of the class MEMBER, and names no member")
    own = cluster_of(holder.member)
    if own is None:
        raise NotAdmitted("the member that it names is not the ID of a Member")
    if holder.cluster not in {None, own}:
        raise NotAdmitted("its member is of another cluster than it says")
    return own
