"""The viewer: who asks, and what was told of it."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from adapters.contract.viewers import Purpose, Scope, ViewerClass
from schemas.cluster import Cluster
from schemas.codes import ConsortiumState, InterestState
from schemas.connection import PageInfo
from schemas.consortium import Consortium
from schemas.context import Info
from schemas.interest import ExpressionOfInterest
from schemas.member import MemberResult
from schemas.scalars import DateTime
from schemas.scopes import requires

__all__ = ["DisclosureConnection", "DisclosureEdge", "DisclosureEvent", "Viewer"]


@strawberry.type(description="An entry of the disclosure log: somebody was given something about a member.")
class DisclosureEvent:
    at: DateTime = strawberry.field(description="When.")
    viewer_org: str = strawberry.field(
        description="Whom, by the name of the organisation; where two members shared contacts, the other one by its ID."
    )
    viewer_cluster: Cluster | None = strawberry.field(description="The cluster that it belongs to or acts for.")
    purpose: Purpose = strawberry.field(description="What for.")
    fields: list[str] = strawberry.field(description="Which fields.")
    basis: str = strawberry.field(description="By what right.")
    members: list[strawberry.ID] = strawberry.field(
        description="Which members it was about, by their IDs; a member that asks is told of itself alone."
    )


@strawberry.type(description="An entry in its list.")
class DisclosureEdge:
    cursor: str = strawberry.field(description="Its place in the list.")
    node: DisclosureEvent = strawberry.field(description="The entry.")


@strawberry.type(description="Entries of the disclosure log, the latest first.")
class DisclosureConnection:
    edges: list[DisclosureEdge] = strawberry.field(description="The entries with their places.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")


@strawberry.type(description="Who asks, by the credential of the request.")
class Viewer:
    source: strawberry.Private[Any]

    @strawberry.field(description="What a credential's holder is known by; the same for each of its requests.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.source.id)

    @strawberry.field(name="class", description="What kind of viewer it is.")
    def kind(self) -> ViewerClass:
        return self.source.kind  # type: ignore[no-any-return]

    @strawberry.field(description="The name that disclosures are logged under.")
    def organisation(self) -> str:
        return self.source.organisation  # type: ignore[no-any-return]

    @strawberry.field(description="The cluster that it belongs to or acts for.")
    def cluster(self, info: Info) -> Cluster | None:
        return info.context.cluster(self.source.cluster)  # type: ignore[no-any-return]

    @strawberry.field(description="The scopes that its credential holds.")
    def scopes(self) -> list[str]:
        return sorted(self.source.scopes)

    @strawberry.field(description="The member that it acts for, with all that its registry keeps for the corridor.")
    async def member(self, info: Info) -> MemberResult | None:
        return await info.context.own(info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The expressions of interest of the member that the viewer acts for, and those addressed to it; of "
        "all members of its cluster, to who acts for that. The latest first.",
        directives=[requires(Scope.CORRIDOR_READ)],
    )
    async def interests(
        self,
        info: Info,
        state: Annotated[InterestState | None, strawberry.argument(description="Only those in this state.")] = UNSET,
        first: Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")] = 20,
        after: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those behind this one, by its ID.")
        ] = UNSET,
    ) -> list[ExpressionOfInterest]:
        return await info.context.interests.known(state or None, first, after or None)  # type: ignore[no-any-return]

    @strawberry.field(
        description="The consortia that the member that the viewer acts for has a seat in; to who acts for a cluster, "
        "those of its members and those it created. The latest first.",
        directives=[requires(Scope.CORRIDOR_READ)],
    )
    async def consortia(
        self,
        info: Info,
        state: Annotated[ConsortiumState | None, strawberry.argument(description="Only those in this state.")] = UNSET,
        first: Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")] = 20,
        after: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those behind this one, by its ID.")
        ] = UNSET,
    ) -> list[Consortium]:
        return await info.context.consortia.of_viewer(state or None, first, after or None)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Who was given what about the member that the viewer acts for; to who acts for a cluster, about "
        "any of its members.",
        directives=[requires(Scope.DISCLOSURES_READ)],
    )
    async def disclosures(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many entries at most, 1 to 100.")] = 50,
        after: Annotated[str | None, strawberry.argument(description="Only entries behind this cursor.")] = UNSET,
    ) -> DisclosureConnection:
        return await info.context.disclosures(first, after or None)  # type: ignore[no-any-return]
