"""State machines: which transitions there are, in which role somebody may make each, and those that were made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from adapters.contract.codes import Code
from gateway.corridor.failures import Failed
from gateway.reference import Reference
from schemas.codes import ActorRole

__all__ = ["Change", "Machine"]

S = TypeVar("S", bound=Code)


@dataclass(frozen=True, slots=True)
class Machine(Generic[S]):
    """The transitions of one kind of entity, each with the roles that may make it; there are no others."""

    transitions: Mapping[tuple[S, S], frozenset[ActorRole]]

    def check(self, at: S, wanted: S, role: ActorRole | None) -> None:
        """Raises Failed: INVALID_TRANSITION where there is none, FORBIDDEN where it is not for this role, or none."""
        roles = self.transitions.get((at, wanted))
        if roles is None:
            raise Failed.because("transition", state=at.value, wanted=wanted.value)
        if role not in roles:
            raise Failed.because("role", roles=", ".join(sorted(each.value for each in roles)))

    def open(self, at: S) -> bool:
        """Whether anything can follow on this state."""
        return any(state == at for state, _ in self.transitions)


@dataclass(frozen=True, slots=True)
class Change:
    """A transition that was made. ``by`` is a member's or a cluster's global ID.

    It is None for the system, and for who must stay unknown.
    """

    at: datetime
    before: str | None
    after: str
    by: str | None
    role: ActorRole
    reason: str | None

    @classmethod
    def of(  # noqa: PLR0913 - one column each
        cls,
        at: datetime,
        before: str | None,
        after: str,
        member: str | None,
        cluster: str | None,
        role: str,
        reason: str | None,
    ) -> "Change":
        """As the store has it."""
        by = member or (None if cluster is None else Reference("Cluster", cluster, cluster).id)
        return cls(at, before, after, by, ActorRole(role), reason)
