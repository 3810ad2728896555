"""State machines: which transitions there are, and in which role somebody may make each of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from adapters.contract.codes import Code
from gateway.corridor.failures import Failed
from schemas.codes import ActorRole

__all__ = ["Machine"]

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
