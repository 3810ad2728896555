"""What the corridor has to ask of the registries; whoever wires the gateway hands it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from adapters.contract.codes import Level, OrgType
from adapters.contract.viewers import Purpose

__all__ = ["Absence", "ContactState", "Posting", "Profile", "Registries"]


class Absence(Enum):
    """Why there is nothing to be had of a member or a posting."""

    GONE = "its registry shows none to the corridor"
    SILENT = "its registry does not answer"
    UNKNOWN = "the gateway serves no such cluster, or the ID is of another kind"


@dataclass(frozen=True, slots=True)
class Profile:
    """What a consortium has to know of a member, live: never kept. ``capabilities`` are levels by concept."""

    id: str
    cluster: str
    country: str
    org_type: OrgType
    capabilities: Mapping[str, Level]
    purposes: frozenset[Purpose]


@dataclass(frozen=True, slots=True)
class Posting:
    """An offer or a need that is open to answers. ``owner`` is a member's ID, of an anonymous posting as well."""

    id: str
    cluster: str
    owner: str
    anonymous: bool


class ContactState(Enum):
    """Whether a contact point of a member can be shared."""

    SHAREABLE = "shareable"
    NOT_CONSENTED = "not consented"
    MISSING = "missing"


class Registries(Protocol):
    """Registries as the corridor asks them: under the view that all parties have, and one statement for each."""

    async def profiles(self, members: Sequence[str]) -> Mapping[str, Profile | Absence]:
        """The profiles of members by global ID."""

    async def posting(self, id_: str) -> Posting | Absence:
        """An offer or a need by global ID."""

    async def contact(self, member: str, ref: str) -> ContactState | Absence:
        """Whether a member's contact point is there, and the member consents to share it."""
