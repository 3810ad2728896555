"""The quorum of a consortium: what registries and agreements say of its members now, and what follows from it."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from adapters.contract.viewers import Purpose
from gateway.corridor.agreements import Agreements
from gateway.corridor.concepts import Concepts
from gateway.corridor.consortium import Consortium
from gateway.corridor.coverage import Assessment, Profiles, assess, taking_part
from gateway.corridor.failures import Failed
from gateway.corridor.ports import Absence, Profile, Registries

__all__ = ["Facts", "Quorum"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was said of some members, asked at one moment. ``agreed`` says whether some clusters may meet."""

    profiles: Profiles
    agreed: Callable[[Collection[str]], bool]

    def admit(self, member: str, *path: str, clusters: Collection[str]) -> Profile:
        """The profile of who is to take a seat beside members of these clusters; Failed where it cannot."""
        match self.profiles.get(member, Absence.SILENT):
            case Absence.SILENT:
                raise Failed.because("source_silent", *path)
            case Profile() as profile:
                if not self.agreed({profile.cluster, *clusters}):
                    raise Failed.because("no_agreement", *path)
                if taking_part(profile) is None:
                    raise Failed.because("consent_consortium", *path)
                return profile
            case _:
                raise Failed.because("member_unknown", *path)


class Quorum:
    """Asks what has to be known from outside of the store, and judges consortia by it."""

    def __init__(self, registries: Registries, agreements: Agreements, concepts: Concepts) -> None:
        self._registries = registries
        self._agreements = agreements
        self.concepts = concepts

    async def facts(self, members: Collection[str]) -> Facts:
        """What registries say of these members now, one statement each; all may be asked about in one call."""
        await self._agreements.current()
        profiles = await self._registries.profiles(sorted(set(members))) if members else {}
        return Facts(profiles, self.agreed)

    async def current(self) -> None:
        """Returns when :meth:`agreed` answers by the agreements as they are now."""
        await self._agreements.current()

    def agreed(self, clusters: Collection[str]) -> bool:
        """Whether an agreement in force lets all these clusters form consortia; one alone needs none."""
        asked = set(clusters)
        return len(asked) <= 1 or self._agreements.covering(asked, Purpose.CONSORTIUM) is not None

    def assess(self, consortium: Consortium, profiles: Profiles) -> Assessment:
        """How a consortium stands by these profiles."""
        agreed = self.agreed(consortium.clusters)
        return assess(consortium, profiles, self.concepts.within, agreed=agreed)
