"""Registries at the domain's edge, in memory: what they say is what a test has put there."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from adapters.contract.codes import Level, OrgType
from adapters.contract.viewers import Purpose
from gateway.corridor.ports import Absence, ContactState, Posting, Profile
from gateway.reference import Reference

__all__ = ["InventedRegistries", "global_id", "profile"]

COUNTRIES = {"technomontreal": "CA", "canieti-occidente": "MX"}


def global_id(typename: str, cluster: str, key: str) -> str:
    """The global ID of what a registry holds."""
    return Reference(typename, cluster, key).id


def profile(
    member: str,
    capabilities: Mapping[str, Level] | None = None,
    org_type: OrgType = OrgType.SME,
    purposes: frozenset[Purpose] = frozenset(Purpose),
) -> Profile:
    """The profile of a member, which consents to everything where nothing is said."""
    cluster = Reference.parse(member).cluster
    return Profile(member, cluster, COUNTRIES.get(cluster, "CO"), org_type, capabilities or {}, purposes)


async def _nothing() -> None:
    return None


@dataclass(slots=True)
class InventedRegistries:
    """Implements ``gateway.corridor.ports.Registries``.

    ``silent`` are the codes of clusters whose registries do not answer. ``asked`` counts questions, and ``meanwhile``
    is awaited in each, so that a test can have something happen between a question and the act that it is for.
    """

    members: dict[str, Profile] = field(default_factory=dict)
    postings: dict[str, Posting] = field(default_factory=dict)
    contacts: dict[tuple[str, str], ContactState] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    asked: int = 0
    meanwhile: Callable[[], Awaitable[None]] = _nothing

    def add(self, *profiles: Profile) -> None:
        """Adds members, or changes them."""
        self.members |= {each.id: each for each in profiles}

    async def profiles(self, members: Sequence[str]) -> Mapping[str, Profile | Absence]:
        """The profiles of members by global ID."""
        await self._ask()
        return {
            each: Absence.SILENT if self._silent(each) else self.members.get(each, Absence.GONE) for each in members
        }

    async def posting(self, id_: str) -> Posting | Absence:
        """An offer or a need by global ID."""
        await self._ask()
        return Absence.SILENT if self._silent(id_) else self.postings.get(id_, Absence.GONE)

    async def contact(self, member: str, ref: str) -> ContactState | Absence:
        """Whether a member's contact point can be shared."""
        await self._ask()
        return Absence.SILENT if self._silent(member) else self.contacts.get((member, ref), ContactState.MISSING)

    async def _ask(self) -> None:
        self.asked += 1
        await self.meanwhile()

    def _silent(self, id_: str) -> bool:
        return Reference.parse(id_).cluster in self.silent
