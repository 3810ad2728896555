"""The root fields of queries."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from schemas.cluster import Cluster
from schemas.connection import MemberConnection, NeedConnection, OfferConnection
from schemas.context import Info, ListArguments
from schemas.enums import OnSourceFailure, OrderDirection
from schemas.filters import MemberFilter, MemberOrder, NeedFilter, OfferFilter, PostingOrder, conditions
from schemas.member import MemberResult
from schemas.node import Node
from schemas.scalars import LanguageTag

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


def _arguments(
    of: str,
    search: str | None,
    lang: str | None,
    filter: MemberFilter | OfferFilter | NeedFilter | None,
    order_by: MemberOrder | PostingOrder | None,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    on_source_failure: OnSourceFailure,
) -> ListArguments:
    return ListArguments(
        search=search or None,
        lang=lang or None,
        clusters=(filter.clusters if filter and filter.clusters is not UNSET else None),
        conditions=conditions(of, filter),
        order=order_by.field.value if order_by else None,
        descending=(order_by.direction is OrderDirection.DESC if order_by and order_by.direction else None),
        first=None if first is UNSET else first,
        after=after or None,
        last=None if last is UNSET else last,
        before=before or None,
        fail_whole=on_source_failure is OnSourceFailure.FAIL,
    )


@strawberry.type(description="What can be asked.")
class Query:
    @strawberry.field(description="All clusters of the corridor, by slug.")
    def clusters(self, info: Info) -> list[Cluster]:
        return info.context.clusters()  # type: ignore[no-any-return]

    @strawberry.field(description="A cluster; null where there is none of this slug.")
    def cluster(
        self, info: Info, slug: Annotated[str, strawberry.argument(description="The cluster's short name.")]
    ) -> Cluster | None:
        return info.context.cluster(slug)  # type: ignore[no-any-return]

    @strawberry.field(
        description="A member; null where its registry shows none of this ID, MemberUnavailable where it cannot say."
    )
    async def member(self, info: Info, id: ID) -> MemberResult | None:
        return await info.context.member(info, id)  # type: ignore[no-any-return]

    @strawberry.field(
        description="What an ID points to; null where there is nothing, an error where its registry does not answer."
    )
    async def node(self, info: Info, id: ID) -> Node | None:
        return await info.context.node(info, id)  # type: ignore[no-any-return]

    @strawberry.field(description="The same for many IDs, at most 100, in the order asked.")
    async def nodes(
        self, info: Info, ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global IDs.")]
    ) -> list[Node | None]:
        return await info.context.nodes(info, ids)  # type: ignore[no-any-return]

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
        given = _arguments("member", search, lang, filter, order_by, first, after, last, before, on_source_failure)
        return await info.context.listed(info, "member", given)  # type: ignore[no-any-return]

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
        given = _arguments("offer", search, lang, filter, order_by, first, after, last, before, on_source_failure)
        return await info.context.listed(info, "offer", given)  # type: ignore[no-any-return]

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
        given = _arguments("need", search, lang, filter, order_by, first, after, last, before, on_source_failure)
        return await info.context.listed(info, "need", given)  # type: ignore[no-any-return]
