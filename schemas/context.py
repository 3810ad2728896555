"""What the schema asks of the gateway: typed here, implemented by ``gateway.execution``."""

from collections.abc import AsyncGenerator, Sequence
from typing import Any, Protocol

from strawberry.types import Info as StrawberryInfo

from adapters.contract.codes import SourceStatus

__all__ = ["Agreements", "Consortia", "Context", "Facts", "Following", "Info", "Interests", "Matches"]


class Facts(Protocol):
    """What the gateway knows without asking a registry."""

    def clusters(self) -> Any:
        """All clusters."""

    def cluster(self, slug: str) -> Any:
        """A cluster by its slug; None where there is none."""

    def health(self, slug: str) -> SourceStatus:
        """How a cluster's registry stands."""

    def concept(self, uri: str) -> Any:
        """A concept of the vocabulary; raises where a registry gave a URI it does not hold."""

    def industry_label(self, term: str, lang: str | None) -> Any:
        """The label of an industry ``system:version:code``, with its language."""

    def value_label(self, facet: str, value: str, lang: str | None) -> str:
        """A facet's value in words."""


class Matches(Protocol):
    """Matching, for one request."""

    async def partners(self, info: "Info") -> Any:
        """A page of the members that fit, by the arguments of the field."""


class Interests(Protocol):
    """Interests, releases of contacts and forgetting, for one viewer. All but ``known`` give the field's payload."""

    async def express(self, about: str, message: str | None, lang: str, contact: str, *, draft: bool, key: str) -> Any:
        """Expresses an interest."""

    async def submit(self, id_: str, version: int, key: str | None) -> Any:
        """Sends a draft."""

    async def screen(self, id_: str, version: int, *, forward: bool, reason: str | None, key: str | None) -> Any:
        """Lets an interest through, or declines it, for the receiver's cluster."""

    async def answer(self, id_: str, version: int, *, accept: bool, contact: str | None, key: str | None) -> Any:
        """Accepts or declines."""

    async def withdraw(self, id_: str, version: int, key: str | None) -> Any:
        """Takes an interest back."""

    async def revoke(self, id_: str, reason: str | None, key: str | None) -> Any:
        """Ends a release."""

    async def forget(self, member: str, key: str | None) -> Any:
        """Forgets a member."""

    async def known(self, state: Any, first: int, after: str | None) -> Any:
        """Some of those that the viewer may know of, behind one of them by global ID."""


class Consortia(Protocol):
    """Consortia and opportunities, for one viewer. What is found is given back where more is asked of it.

    Acts give the field's payload, and read the idempotency key from its arguments.
    """

    async def create(self, info: "Info", given: Any) -> Any:
        """Creates one."""

    async def recruit(self, info: "Info", id_: str, version: int) -> Any:
        """Has one look for members."""

    async def form(self, info: "Info", id_: str, version: int) -> Any:
        """Forms one."""

    async def dissolve(self, info: "Info", id_: str, version: int) -> Any:
        """Gives one up."""

    async def activate(self, info: "Info", id_: str, version: int) -> Any:
        """Has one begin its work."""

    async def close(self, info: "Info", id_: str, version: int) -> Any:
        """Ends one whose work is done."""

    async def shortlist(
        self, info: "Info", consortium: str, member: str, role: Any, covers: Sequence[str], version: int
    ) -> Any:
        """Considers a member."""

    async def invite(
        self,
        info: "Info",
        consortium: str,
        member: str,
        role: Any,
        covers: Sequence[str],
        expires_at: str,
        version: int,
    ) -> Any:
        """Invites a member."""

    async def apply(self, info: "Info", consortium: str, role: Any, covers: Sequence[str]) -> Any:
        """Applies for the viewer's member."""

    async def answer(self, info: "Info", seat: str, version: int, *, accept: bool) -> Any:
        """Answers an invitation or an application."""

    async def revoke(self, info: "Info", seat: str, version: int) -> Any:
        """Takes an invitation back."""

    async def leave(self, info: "Info", seat: str, reason: str | None, version: int) -> Any:
        """Has a member leave."""

    async def remove(self, info: "Info", seat: str, reason: str, version: int) -> Any:
        """Removes a member."""

    async def add_document(
        self, info: "Info", consortium: str, kind: Any, sha256: str, custodian: str, version: int
    ) -> Any:
        """Adds a document."""

    async def sign(self, info: "Info", document: str, seat: str, method: str) -> Any:
        """Records that a member has signed a document."""

    async def publish(self, info: "Info", given: Any) -> Any:
        """Publishes an opportunity."""

    async def opportunities(
        self, open_on: str | None, concepts: Sequence[str] | None, first: int, after: str | None
    ) -> Any:
        """A page of opportunities, behind one of them by global ID."""

    async def opportunity(self, key: Any) -> Any:
        """The opportunity that a consortium answers."""

    async def of_viewer(self, state: Any, first: int, after: str | None) -> Any:
        """The consortia that concern the viewer."""

    async def coverage(self, found: Any) -> Any:
        """The requirements of a consortium, and who covers them."""

    async def blockers(self, found: Any) -> Any:
        """What is in the way of a consortium."""

    async def formable(self, found: Any) -> bool:
        """Whether nothing is."""

    async def history(self, found: Any) -> Any:
        """The states that a consortium has gone through."""

    async def suggestions(self, found: Any, first: int) -> Any:
        """The best teams for a consortium."""

    def rules(self, rules: Any) -> Any:
        """Rules as the schema shows them."""

    def budget(self, found: Any) -> Any:
        """What an opportunity is worth."""

    def clusters(self, found: Any) -> Any:
        """The clusters of those who take part."""

    def signatures(self, found: Any, paper: Any) -> Any:
        """The signatures of a document of a consortium."""


class Following(Protocol):
    """What a viewer can follow. The executor gives each thing that comes to the operation, which reads it anew."""

    def interests(self, member: str | None, after: str | None) -> AsyncGenerator[Any, None]:
        """The interests of a member, or all that are screened for the viewer's cluster, behind an event."""

    def consortium(self, id_: str, after: str | None) -> AsyncGenerator[Any, None]:
        """A consortium, behind an event."""

    def matches(self, need: str, first: int) -> AsyncGenerator[Any, None]:
        """The best matches for a need."""


class Agreements(Protocol):
    """Agreements, for one viewer. All but ``of`` give the field's payload."""

    async def of(self, series: str | None) -> Any:
        """All of them, or those of a series."""

    async def register(
        self,
        series: str,
        parties: Sequence[str],
        purposes: Sequence[Any],
        valid_until: str | None,
        document_hash: str | None,
        key: str | None,
    ) -> Any:
        """Registers one that is being negotiated."""

    async def sign(self, id_: str, version: int, signed_on: str | None, key: str | None) -> Any:
        """Signs for the viewer's cluster."""

    async def assess(
        self,
        id_: str,
        version: int,
        *,
        to_cluster: str,
        categories: Sequence[Any],
        outcome: str,
        assessed_on: str,
        review_by: str,
        key: str | None,
    ) -> Any:
        """Says what came of assessing what goes from the viewer's cluster to another."""

    async def suspend(self, id_: str, version: int, reason: str | None, key: str | None) -> Any:
        """Suspends one."""

    async def resume(self, id_: str, version: int, reason: str | None, key: str | None) -> Any:
        """Puts a suspended one in force again."""

    async def terminate(self, id_: str, version: int, reason: str | None, key: str | None) -> Any:
        """Ends one for good."""


class Context(Facts, Protocol):
    """The gateway, for one request."""

    @property
    def agreements(self) -> Agreements:
        """Agreements."""

    @property
    def following(self) -> Following:
        """What can be followed."""

    @property
    def consortia(self) -> Consortia:
        """Consortia and opportunities."""

    @property
    def interests(self) -> Interests:
        """Interests, releases of contacts and forgetting."""

    @property
    def matches(self) -> Matches:
        """Matching."""

    async def root(self, info: "Info") -> Any:
        """What the registries give for a root field of the operation, whose arguments are read from its plan."""

    def who(self) -> Any:
        """Who asks."""

    async def member(self, info: "Info", id: str) -> Any:
        """A member by global ID, or why it cannot be shown."""

    async def contact(self, info: "Info", id: str) -> Any:
        """The contact that a member shares with the viewer's own; None where there is no release."""

    async def own(self, info: "Info") -> Any:
        """The member that the viewer acts for."""

    async def disclosures(self, first: int, after: str | None) -> Any:
        """A page of what the viewer may read of the disclosure log."""

    def source_healths(self) -> AsyncGenerator[Any, None]:
        """How each registry stands now, and then each change."""

    async def programmes(self, info: "Info", slug: str) -> Any:
        """The programmes of a cluster."""


Info = StrawberryInfo[Context, None]
