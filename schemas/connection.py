"""Lists over all registries: Relay connections that also say who took part."""

from typing import Annotated, Any

import strawberry

from adapters.contract.codes import SourceStatus
from schemas.cluster import Cluster
from schemas.context import Info
from schemas.enums import MemberFacetField, NeedFacetField, OfferFacetField, TotalRelation
from schemas.member import Member
from schemas.posting import Need, Offer
from schemas.scalars import DateTime, LanguageTag
from schemas.shaped import shaped, value_of
from schemas.vocabulary import Concept, Lang

__all__ = [
    "ClusterCount",
    "Facet",
    "FacetValue",
    "FieldHit",
    "MemberConnection",
    "NeedConnection",
    "OfferConnection",
    "PageInfo",
    "SourceReport",
    "Total",
]


@strawberry.type(description="Where a page stands in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether rows follow.")
    has_previous_page: bool = strawberry.field(description="Whether rows come before.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first row.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last row.")


@strawberry.type(description="How one cluster's registry took part in an answer.")
class SourceReport:
    cluster: Cluster = strawberry.field(description="The cluster.")
    status: SourceStatus = strawberry.field(description="How its registry took part.")
    returned: int = strawberry.field(description="How many rows of this page are its own.")
    total: int | None = strawberry.field(
        description="How many rows it has in all; null where the list's total was not asked for, or it did not say."
    )
    as_of: DateTime | None = strawberry.field(description="When it answered: its rows are as they were then.")
    latency_ms: int | None = strawberry.field(description="After how many milliseconds it answered, or was given up.")
    retryable: bool = strawberry.field(description="Whether asking again may help, without anybody mending anything.")


@strawberry.type(description="A number of rows in one cluster.")
class ClusterCount:
    cluster: Cluster = strawberry.field(description="The cluster.")
    count: int = strawberry.field(description="The number of rows.")


@strawberry.type(description="How many rows a list has over all registries.")
class Total:
    value: int | None = strawberry.field(description="The number; null where no registry said.")
    relation: TotalRelation = strawberry.field(description="Whether it is exact.")
    by_source: list[ClusterCount] = strawberry.field(description="The number in each registry that said.")


@strawberry.type(description="A value that rows were counted by.")
class FacetValue:
    value: str = strawberry.field(description="The value: a code, a country, a language, or a concept's URI.")
    facet: strawberry.Private[str]

    @strawberry.field(description="The value in words.")
    def label(self, info: Info, lang: Lang = strawberry.UNSET) -> str:
        return info.context.value_label(self.facet, self.value, lang or None)

    count: int = strawberry.field(description="The number of rows in all registries that answered.")
    by_cluster: list[ClusterCount] = strawberry.field(description="The number in each of them.")


@strawberry.type(description="Rows counted by the values of one field, most frequent first.")
class Facet:
    field: str = strawberry.field(description="The field.")
    complete: bool = strawberry.field(description="Whether all registries of the list were counted.")
    values: list[FacetValue] = strawberry.field(description="The values that occur.")


@strawberry.type(description="What a search found in a row.")
class FieldHit:
    field: str = strawberry.field(description="The field, such as NAME, SUMMARY or CAPABILITIES.")
    lang: LanguageTag | None = strawberry.field(description="The language of the text; null for names and concepts.")
    snippet: str = strawberry.field(description="Some of the text around the hit, or the concept's label.")
    exact_accents: bool = strawberry.field(
        description="Whether a word stands there just as it was typed, accents and all."
    )
    via_concept: Concept | None = strawberry.field(description="The concept that led here, where it was not the words.")


_EDGES = "The rows of the page, each with its cursor."
_NODES = "The rows of the page, without cursors; null in place of a row that broke its contract, with an error."
_PAGE_INFO = "Where the page stands."
_TOTAL_COUNT = "How many rows there are in all; null where a registry did not say. Counted only when asked for."
_TOTAL = "How many rows there are in all, or at least, and where. Counted only when asked for."
_SOURCES = "How each cluster's registry took part, for all clusters."
_COMPLETE = "Whether every registry of the list took part, now and on each earlier page of this walk."
_FACETS = "Rows of the whole list counted by fields. Counted only when asked for."
_CURSOR = "The place of the row, for `after` and `before` of the same search, filter and order."
_SCORE = "The points of the row in a search: integers that compare between registries; null without a search."
_HITS = "What the search found in the row; empty without a search."


@strawberry.type(description="A member in a list.")
class MemberEdge:
    cursor: str = shaped(_CURSOR)
    node: Member | None = shaped("The member; null, with an error, where its registry broke the contract.")
    score: int | None = shaped(_SCORE)
    matched_on: list[FieldHit] = shaped(_HITS)


@strawberry.type(description="An offer in a list.")
class OfferEdge:
    cursor: str = shaped(_CURSOR)
    node: Offer | None = shaped("The offer; null, with an error, where its registry broke the contract.")
    score: int | None = shaped(_SCORE)
    matched_on: list[FieldHit] = shaped(_HITS)


@strawberry.type(description="A need in a list.")
class NeedEdge:
    cursor: str = shaped(_CURSOR)
    node: Need | None = shaped("The need; null, with an error, where its registry broke the contract.")
    score: int | None = shaped(_SCORE)
    matched_on: list[FieldHit] = shaped(_HITS)


@strawberry.type(description="A page of members over all registries, in one order.")
class MemberConnection:
    edges: list[MemberEdge] = shaped(_EDGES)
    nodes: list[Member | None] = shaped(_NODES)
    page_info: PageInfo = shaped(_PAGE_INFO)
    total_count: int | None = shaped(_TOTAL_COUNT)
    total: Total = shaped(_TOTAL)
    sources: list[SourceReport] = shaped(_SOURCES)
    complete: bool = shaped(_COMPLETE)

    @strawberry.field(description=_FACETS)
    def facets(
        root: Any,
        info: Info,
        fields: Annotated[list[MemberFacetField], strawberry.argument(description="What to count by.")],
    ) -> list[Facet]:
        return value_of(root, info)  # type: ignore[no-any-return]


@strawberry.type(description="A page of offers over all registries, in one order.")
class OfferConnection:
    edges: list[OfferEdge] = shaped(_EDGES)
    nodes: list[Offer | None] = shaped(_NODES)
    page_info: PageInfo = shaped(_PAGE_INFO)
    total_count: int | None = shaped(_TOTAL_COUNT)
    total: Total = shaped(_TOTAL)
    sources: list[SourceReport] = shaped(_SOURCES)
    complete: bool = shaped(_COMPLETE)

    @strawberry.field(description=_FACETS)
    def facets(
        root: Any,
        info: Info,
        fields: Annotated[list[OfferFacetField], strawberry.argument(description="What to count by.")],
    ) -> list[Facet]:
        return value_of(root, info)  # type: ignore[no-any-return]


@strawberry.type(description="A page of needs over all registries, in one order.")
class NeedConnection:
    edges: list[NeedEdge] = shaped(_EDGES)
    nodes: list[Need | None] = shaped(_NODES)
    page_info: PageInfo = shaped(_PAGE_INFO)
    total_count: int | None = shaped(_TOTAL_COUNT)
    total: Total = shaped(_TOTAL)
    sources: list[SourceReport] = shaped(_SOURCES)
    complete: bool = shaped(_COMPLETE)

    @strawberry.field(description=_FACETS)
    def facets(
        root: Any,
        info: Info,
        fields: Annotated[list[NeedFacetField], strawberry.argument(description="What to count by.")],
    ) -> list[Facet]:
        return value_of(root, info)  # type: ignore[no-any-return]
