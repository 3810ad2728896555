"""What the gateway knows without asking a registry: its clusters, how they stand, and the vocabulary in words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from strawberry import ID

from adapters.contract.codes import SourceStatus
from adapters.contract.errors import ContractBroken
from adapters.contract.languages import chain
from gateway.access.viewer import Viewer
from gateway.audit.reading import Page
from gateway.corridor.agreeing import Agreeing
from gateway.corridor.agreements import Agreements
from gateway.corridor.feed import Feed
from gateway.errors import ClientError, ErrorCode
from gateway.execution.building import Building
from gateway.execution.disclosed import Disclosure
from gateway.execution.interests import InterestActs
from gateway.execution.selection import OBJECTS
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory
from gateway.reference import OWN, Reference, own_key
from gateway.vocabulary import Vocabulary
from schemas.cluster import Cluster
from schemas.enums import UnavailableReason
from schemas.member import MemberUnavailable
from schemas.vocabulary import Concept

__all__ = ["Corridor", "DisclosureLog", "Facts", "Services"]

OWNED = frozenset(
    {
        "Agreement",
        "Consortium",
        "ConsortiumDocument",
        "ContactRelease",
        "ExpressionOfInterest",
        "Opportunity",
        "Seat",
    }
)
"""The types of what the corridor itself owns."""


class DisclosureLog(Protocol):
    """Where it is kept who was given what about whom."""

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Returns when the disclosures are kept; raises ClientError where they cannot be, and none must be made."""

    async def read(self, viewer: Viewer, first: int, behind: int | None) -> Page:
        """Some rows of what the viewer may read, the newest first, behind that of this place in the log."""


@dataclass(frozen=True, slots=True)
class Corridor:
    """What is done in the corridor beyond reading: one for the life of the gateway.

    Without a store there is nothing of it, and no agreement. ``match_interval`` is in seconds: after it the matches
    that somebody follows are looked for again.
    """

    agreements: Agreements = field(default_factory=Agreements.none)
    agreeing: Agreeing | None = None
    interests: InterestActs | None = None
    building: Building | None = None
    feed: Feed | None = None
    match_interval: float = 60.0


@dataclass(frozen=True, slots=True)
class Services:
    """What answers are made with: one for the life of the gateway.

    ``cluster`` gives a cluster by its code.
    """

    directory: Directory
    codec: CursorCodec
    vocabulary: Vocabulary
    cluster: Callable[[str], Cluster]
    log: DisclosureLog
    corridor: Corridor

    def reference(self, given: str, typename: str | None = None) -> Reference:
        """What an ID points to; BAD_ID where it is of a type or a cluster that is not served, or not of this type."""
        reference = Reference.parse(given)
        if reference.cluster == OWN and reference.typename in OWNED:
            own_key(given, reference.typename)
            known = True
        elif reference.cluster in self.directory:
            known = reference.typename == "Cluster" or (
                reference.typename in OBJECTS and OBJECTS[reference.typename].node
            )
        else:
            known = False
        if not known:
            raise ClientError(ErrorCode.BAD_ID, "This ID is of a type or a cluster that the gateway does not serve.")
        if typename not in {None, reference.typename}:
            raise ClientError(
                ErrorCode.BAD_ID, f"This is the ID of type {reference.typename}, and one of {typename} is needed."
            )
        return reference


class Facts:
    """Implements ``schemas.context.Facts``."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def clusters(self) -> Any:
        """All clusters."""
        return [self.services.cluster(source.cluster.code) for source in self.services.directory]

    def cluster(self, slug: str) -> Any:
        """A cluster by slug."""
        return self.services.cluster(slug) if slug in self.services.directory else None

    def unavailable(
        self, reference: Reference, reason: UnavailableReason = UnavailableReason.SOURCE_UNAVAILABLE
    ) -> MemberUnavailable:
        """A member that cannot be shown: because its registry did not answer, where nothing else is said."""
        return MemberUnavailable(id=ID(reference.id), cluster=self.cluster(reference.cluster), reason=reason)

    def health(self, slug: str) -> SourceStatus:
        """How a cluster's registry stands."""
        return self.services.directory[slug].health

    def concept(self, uri: str) -> Any:
        """A concept; ContractBroken where the vocabulary does not hold it."""
        try:
            return Concept(source=self.services.vocabulary.concepts[uri])
        except KeyError:
            raise ContractBroken(f"the vocabulary holds no concept {uri!r}") from None

    def industry_label(self, term: str, lang: str | None) -> Any:
        """The label of an industry, with its language."""
        return self.services.vocabulary.industry(*term.split(":", 2)).label(chain(lang))

    def value_label(self, facet: str, value: str, lang: str | None) -> str:
        """A facet's value in the words of the vocabulary, or as it is where that has none."""
        vocabulary = self.services.vocabulary
        match facet:
            case "CONCEPT" if value in vocabulary.concepts:
                return vocabulary.concepts[value].label(chain(lang))[0]
            case "INDUSTRY":
                return vocabulary.industry("NAICS", "2017", value).label(chain(lang))[0]
            case "CLUSTER" if value in self.services.directory:
                return self.services.directory[value].cluster.name
            case _:
                return value
