"""The root fields of queries.

Resolvers of fields that ask registries declare their arguments and leave them: the plan of the operation reads them.
"""

from typing import Annotated

import strawberry
from strawberry import UNSET

from schemas.agreement import AgreementQuery
from schemas.cluster import Cluster
from schemas.connection import MemberConnection, NeedConnection, OfferConnection
from schemas.context import Info
from schemas.enums import OnSourceFailure
from schemas.filters import MemberFilter, MemberOrder, NeedFilter, OfferFilter, PostingOrder
from schemas.match import MatchQuery
from schemas.member import MemberResult
from schemas.node import Node
from schemas.opportunity import OpportunityQuery
from schemas.scalars import LanguageTag
from schemas.viewer import Viewer

__all__ = ["Query"]

SearchText = Annotated[
    str | None,
    strawberry.argument(
        description="Words, in any of the corridor's languages: all must be found, or a concept that they name."
    ),
]
SearchLang = Annotated[
    LanguageTag | None, strawberry.argument(description="The language of the search, for labels of the concepts found.")
]
First = Annotated[
    int | None, strawberry.argument(description="How many rows at most, 1 to 100; 20 where nothing is said.")
]
After = Annotated[str | None, strawberry.argument(description="Only rows behind this cursor.")]
Last = Annotated[int | None, strawberry.argument(description="How many rows at most from the end, 1 to 100.")]
Before = Annotated[str | None, strawberry.argument(description="Only rows before this cursor.")]
OnFailure = Annotated[OnSourceFailure, strawberry.argument(description="What to do when a registry does not answer.")]
ID = Annotated[strawberry.ID, strawberry.argument(description="A global ID.")]
_FILTER = strawberry.argument(description="Which rows.")
_ORDER = strawberry.argument(description="Which order; by points where there is a search, else the object's own.")


@strawberry.type(description="What can be asked.")
class Query(AgreementQuery, MatchQuery, OpportunityQuery):
    @strawberry.field(description="All clusters of the corridor, by slug.")
    def clusters(self, info: Info) -> list[Cluster]:
        return info.context.clusters()  # type: ignore[no-any-return]

    @strawberry.field(description="A cluster; null where there is none of this slug.")
    def cluster(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="The cluster's short name.")]
    ) -> Cluster | None:
        return info.context.cluster(slug)  # type: ignore[no-any-return]

    @strawberry.field(description="Who asks.")
    def viewer(self, info: Info) -> Viewer:
        return Viewer(source=info.context.who())

    @strawberry.field(
        description="A member; null where its registry shows none of this ID, MemberUnavailable where it cannot say."
    )
    async def member(self, info: Info, id: ID) -> MemberResult | None:
        return await info.context.root(info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="What an ID points to; null where there is nothing, an error where its registry does not answer."
    )
    async def node(self, info: Info, id: ID) -> Node | None:
        return await info.context.root(info)  # type: ignore[no-any-return]

    @strawberry.field(description="The same for many IDs, at most 100, in the order asked.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global IDs.")]
    ) -> list[Node | None]:
        return await info.context.root(info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Members of all clusters in one list; by name where no order is given and nothing is sought."
    )
    async def members(
        self,
        info: Info,
        search: SearchText = UNSET,
        lang: SearchLang = UNSET,
        filter: Annotated[MemberFilter | None, _FILTER] = UNSET,
        order_by: Annotated[MemberOrder | None, _ORDER] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        on_source_failure: OnFailure = OnSourceFailure.PARTIAL,
    ) -> MemberConnection:
        return await info.context.root(info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Offers of all clusters in one list; the latest first where no order or search is given."
    )
    async def offers(
        self,
        info: Info,
        search: SearchText = UNSET,
        lang: SearchLang = UNSET,
        filter: Annotated[OfferFilter | None, _FILTER] = UNSET,
        order_by: Annotated[PostingOrder | None, _ORDER] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        on_source_failure: OnFailure = OnSourceFailure.PARTIAL,
    ) -> OfferConnection:
        return await info.context.root(info)  # type: ignore[no-any-return]

    @strawberry.field(
        description="Needs of all clusters in one list; the latest first where no order or search is given."
    )
    async def needs(
        self,
        info: Info,
        search: SearchText = UNSET,
        lang: SearchLang = UNSET,
        filter: Annotated[NeedFilter | None, _FILTER] = UNSET,
        order_by: Annotated[PostingOrder | None, _ORDER] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
        on_source_failure: OnFailure = OnSourceFailure.PARTIAL,
    ) -> NeedConnection:
        return await info.context.root(info)  # type: ignore[no-any-return]
