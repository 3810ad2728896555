"""The viewer of a request: who asks, for whom, and what that lets them see."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from adapters.contract.codes import Visibility
from adapters.contract.viewers import Scope, ViewerClass

__all__ = ["ANONYMOUS", "GRANTABLE", "Scope", "Viewer", "ViewerClass"]


GRANTABLE: Mapping[ViewerClass, frozenset[Scope]] = MappingProxyType(
    {
        ViewerClass.ANONYMOUS: frozenset(),
        ViewerClass.PARTNER_APP: frozenset({Scope.PROFILES_READ, Scope.IDENTIFIERS_READ}),
        ViewerClass.MEMBER: frozenset(Scope),
        ViewerClass.COORDINATOR: frozenset(Scope),
        ViewerClass.PRIVACY_OFFICER: frozenset({Scope.DISCLOSURES_READ, Scope.CORRIDOR_ACT}),
        ViewerClass.SYSTEM: frozenset(Scope),
    }
)
"""The scopes that a credential of each class can hold: what else it names counts for nothing."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks.

    ``id`` is stable for one credential's holder (``key:<prefix>``, ``jwt:<provider>:<subject>``), and what rates are
    limited by. ``organisation`` is the name that a disclosure is logged under. ``cluster`` is the code of the one that
    the viewer belongs to or acts for, ``member`` the global ID of the member that it acts for; None where there is
    none.
    """

    kind: ViewerClass
    id: str
    organisation: str
    cluster: str | None = None
    member: str | None = None
    scopes: frozenset[Scope] = frozenset()
    _elsewhere: Visibility = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sees = Visibility.CORRIDOR if Scope.PROFILES_READ in self.scopes else Visibility.PUBLIC
        object.__setattr__(self, "_elsewhere", sees)

    def view(self, cluster: str) -> Visibility:
        """Up to which level the viewer sees what the registry of a cluster holds: PUBLIC, CORRIDOR or CLUSTER."""
        sees = self._elsewhere  # asked for every row: worked out once
        return Visibility.CLUSTER if sees is Visibility.CORRIDOR and self.cluster == cluster else sees


ANONYMOUS = Viewer(ViewerClass.ANONYMOUS, "anonymous", "anonymous")
"""Whoever brings no credential."""
