"""Lists over all registries: Relay connections that also say who took part."""

from typing import Annotated, Any, Generic, TypeVar

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


Row = TypeVar("Row")
Edge = TypeVar("Edge")


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


@strawberry.type
class _Edge(Generic[Row]):
    cursor: str = shaped(_CURSOR)
    node: Row | None = shaped("The row; null, with an error, where its registry broke the contract.")
    score: int | None = shaped(_SCORE)
    matched_on: list[FieldHit] = shaped(_HITS)


@strawberry.type(description="A member in a list.")
class MemberEdge(_Edge[Member]):
    pass


@strawberry.type(description="An offer in a list.")
class OfferEdge(_Edge[Offer]):
    pass


@strawberry.type(description="A need in a list.")
class NeedEdge(_Edge[Need]):
    pass


@strawberry.type
class _Connection(Generic[Row, Edge]):
    edges: list[Edge] = shaped(_EDGES)
    nodes: list[Row | None] = shaped(_NODES)
    page_info: PageInfo = shaped(_PAGE_INFO)
    total_count: int | None = shaped(_TOTAL_COUNT)
    total: Total = shaped(_TOTAL)
    sources: list[SourceReport] = shaped(_SOURCES)
    complete: bool = shaped(_COMPLETE)


def _facets(by: Any) -> Any:
    """The facets of a list; ``by`` is the enum of the fields it can be counted by."""
    fields_argument = Annotated[list[by], strawberry.argument(description="What to count by.")]

    def facets(root: Any, info: Info, fields: fields_argument) -> list[Facet]:  # noqa: ARG001
        return value_of(root, info)  # type: ignore[no-any-return]

    return strawberry.field(resolver=facets, description=_FACETS)


@strawberry.type(description="A page of members over all registries, in one order.")
class MemberConnection(_Connection[Member, MemberEdge]):
    facets: list[Facet] = _facets(MemberFacetField)


@strawberry.type(description="A page of offers over all registries, in one order.")
class OfferConnection(_Connection[Offer, OfferEdge]):
    facets: list[Facet] = _facets(OfferFacetField)


@strawberry.type(description="A page of needs over all registries, in one order.")
class NeedConnection(_Connection[Need, NeedEdge]):
    facets: list[Facet] = _facets(NeedFacetField)
