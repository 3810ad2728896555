"""The enums: the contract's code lists, and those that only lists need."""

import strawberry

from adapters.contract import codes as contract_codes
from adapters.contract.codes import Code
from adapters.contract.viewers import Purpose, ViewerClass
from schemas import codes as corridor_codes

__all__ = [
    "MemberOrderField",
    "OnSourceFailure",
    "OrderDirection",
    "PostingOrderField",
    "TotalRelation",
    "UnavailableReason",
    "MemberFacetField",
    "NeedFacetField",
    "OfferFacetField",
    "describe",
]


class OnSourceFailure(Code):
    """What to do when a registry does not answer."""

    PARTIAL = "PARTIAL", "Give what the other registries answer, and say so in `sources`, `complete` and `errors`."
    FAIL = "FAIL", "Give nothing but the error."


class UnavailableReason(Code):
    """Why a member cannot be shown."""

    WITHDRAWN = "WITHDRAWN", "It has left, or taken its profile back."
    NOT_VISIBLE = "NOT_VISIBLE", "It is not shown to this viewer."
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE", "Its registry does not answer now: whether it exists cannot be told."


class TotalRelation(Code):
    """How a total relates to the true number."""

    EQ = "EQ", "It is the number."
    GTE = "GTE", "It is a lower bound: a registry did not say how many it has."


class OrderDirection(Code):
    """Which end of an order comes first. Rows without a value come last both ways."""

    ASC = "ASC", "The least first."
    DESC = "DESC", "The greatest first."


class MemberOrderField(Code):
    """What members can be ordered by."""

    NAME = "NAME", "The name, without regard to case and accents."
    UPDATED_AT = "UPDATED_AT", "When the registry last changed the profile."
    FOUNDED = "FOUNDED", "The year of foundation."
    HEADCOUNT = "HEADCOUNT", "The lower bound of the headcount."
    RELEVANCE = "RELEVANCE", "The points of a search; only together with `search`, and then the default, best first."


class PostingOrderField(Code):
    """What offers and needs can be ordered by."""

    UPDATED_AT = "UPDATED_AT", "When the registry last changed the posting."
    VALID_UNTIL = "VALID_UNTIL", "The last day."
    RELEVANCE = "RELEVANCE", "The points of a search; only together with `search`, and then the default, best first."


_FACET_DOCS = {
    "CLUSTER": "The cluster.",
    "SECTOR": "The sector.",
    "ORG_TYPE": "The kind of organisation.",
    "INDUSTRY": "The industry, by the five digits that NAICS and SCIAN share.",
    "CONCEPT": "The concept: of a capability, an offer or a requirement.",
    "OFFER_KIND": "The kind of offer.",
    "NEED_KIND": "The kind of need.",
    "TARGET_MARKET": "The country aimed at.",
    "LANGUAGE": "The language spoken.",
    "PROGRAMME": "The programme taken part in.",
    "HEADCOUNT": "The size class.",
    "MODE": "The form of collaboration.",
}


class MemberFacetField(Code):
    """What members can be counted by."""

    CLUSTER = "CLUSTER", _FACET_DOCS["CLUSTER"]
    SECTOR = "SECTOR", _FACET_DOCS["SECTOR"]
    ORG_TYPE = "ORG_TYPE", _FACET_DOCS["ORG_TYPE"]
    INDUSTRY = "INDUSTRY", _FACET_DOCS["INDUSTRY"]
    CONCEPT = "CONCEPT", _FACET_DOCS["CONCEPT"]
    OFFER_KIND = "OFFER_KIND", _FACET_DOCS["OFFER_KIND"]
    NEED_KIND = "NEED_KIND", _FACET_DOCS["NEED_KIND"]
    TARGET_MARKET = "TARGET_MARKET", _FACET_DOCS["TARGET_MARKET"]
    LANGUAGE = "LANGUAGE", _FACET_DOCS["LANGUAGE"]
    PROGRAMME = "PROGRAMME", _FACET_DOCS["PROGRAMME"]
    HEADCOUNT = "HEADCOUNT", _FACET_DOCS["HEADCOUNT"]


class OfferFacetField(Code):
    """What offers can be counted by."""

    CLUSTER = "CLUSTER", _FACET_DOCS["CLUSTER"]
    OFFER_KIND = "OFFER_KIND", _FACET_DOCS["OFFER_KIND"]
    CONCEPT = "CONCEPT", _FACET_DOCS["CONCEPT"]
    MODE = "MODE", _FACET_DOCS["MODE"]


class NeedFacetField(Code):
    """What needs can be counted by."""

    CLUSTER = "CLUSTER", _FACET_DOCS["CLUSTER"]
    NEED_KIND = "NEED_KIND", _FACET_DOCS["NEED_KIND"]
    CONCEPT = "CONCEPT", _FACET_DOCS["CONCEPT"]
    MODE = "MODE", _FACET_DOCS["MODE"]
    TARGET_MARKET = "TARGET_MARKET", _FACET_DOCS["TARGET_MARKET"]


def describe(code: type[Code]) -> None:
    """Makes a code list a GraphQL enum that carries its own descriptions."""
    definition = strawberry.enum(code, description=code.__doc__).__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        value.description = code(value.value).doc


for _code in {**vars(contract_codes), **vars(corridor_codes)}.values():
    if isinstance(_code, type) and issubclass(_code, Code) and _code is not Code:
        describe(_code)
for _enum in (
    OnSourceFailure,
    UnavailableReason,
    TotalRelation,
    OrderDirection,
    MemberOrderField,
    PostingOrderField,
    MemberFacetField,
    OfferFacetField,
    NeedFacetField,
    ViewerClass,
    Purpose,
):
    describe(_enum)
