"""What has to be so before an interest is sent or accepted: asked of registries and agreements, in no transaction."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from adapters.contract.viewers import Purpose
from gateway.corridor.failures import Failed
from gateway.corridor.ids import reference_of
from gateway.corridor.interest import Interest
from gateway.corridor.ports import Absence, ContactState, Posting, Registries
from gateway.corridor.texts import storable
from gateway.reference import Reference

__all__ = ["Covering", "Inquiries", "Target"]


class Covering(Protocol):
    """The agreements, as far as interests need them."""

    async def current(self) -> None:
        """Returns when what :meth:`covering` tells is fresh."""

    def covering(self, clusters: Collection[str], purpose: Purpose) -> object | None:
        """The agreement in force among several clusters for a purpose, if any."""


@dataclass(frozen=True, slots=True)
class Target:
    """Who an interest goes to."""

    receiver: str
    cluster: str
    anonymous: bool


class Inquiries:
    """Asks before an act. Each question raises Failed where the answer is against it, or where a registry is silent."""

    def __init__(self, registries: Registries, agreements: Covering) -> None:
        self._registries = registries
        self._agreements = agreements

    async def target(self, sender: str, about: str, contact: str, about_path: str, contact_path: str) -> Target:
        """Who an interest about this goes to; raises Failed where it cannot be sent."""
        reference = reference_of(about, ("Member", "Need", "Offer"), about_path)
        (posting, shared) = await asyncio.gather(self._about(reference), self._contact(sender, contact))
        match posting:
            case Absence.SILENT:
                raise Failed.because("source_silent", about_path)
            case Absence():
                raise Failed.because("interest_about", about_path)
            case Posting(owner=owner) if owner == sender:
                raise Failed.because("interest_oneself", about_path)
        _check_own(shared, contact_path)
        await self.agreed({Reference.parse(sender).cluster, posting.cluster}, about_path)
        return Target(posting.owner, posting.cluster, posting.anonymous)

    async def _about(self, about: Reference) -> Posting | Absence:
        """A need or an offer, or a member as if it were its own posting."""
        if about.typename != "Member":
            return await self._registries.posting(about.id)
        profile = (await self._registries.profiles([about.id]))[about.id]
        return profile if isinstance(profile, Absence) else Posting(about.id, about.cluster, about.id, anonymous=False)

    async def _contact(self, member: str, ref: str) -> ContactState | Absence:
        return await self._registries.contact(member, ref) if storable(ref) else ContactState.MISSING

    async def agreed(self, clusters: set[str], path: str = "id") -> None:
        """Whether an agreement in force lets contacts be released between these clusters; one alone needs none."""
        if len(clusters) > 1:
            await self._agreements.current()
            if self._agreements.covering(clusters, Purpose.CONTACT_RELEASE) is None:
                raise Failed.because("interest_agreement", path)

    async def both_share(self, interest: Interest, contact: str | None) -> None:
        """Raises Failed unless both sides can share the contact that each has named."""
        sender, receiver = interest.sides
        if contact is None:
            raise Failed.because("contact_needed", "shareContactRef")
        await self.agreed({interest.sender_cluster, interest.receiver_cluster})
        (own, other) = await asyncio.gather(
            self._contact(receiver, contact),
            self._contact(sender, interest.sender_contact or ""),
        )
        _check_own(own, "shareContactRef")
        if other is Absence.SILENT:
            raise Failed.because("source_silent", "id")
        if other is not ContactState.SHAREABLE:
            raise Failed.because("contact_other", "id")


def _check_own(shared: ContactState | Absence, path: str) -> None:
    """Raises Failed unless the member's own contact can be shared."""
    match shared:
        case Absence.SILENT:
            raise Failed.because("source_silent", path)
        case ContactState.NOT_CONSENTED:
            raise Failed.because("contact_consent", path)
        case ContactState.MISSING | Absence():
            raise Failed.because("contact_missing", path)
