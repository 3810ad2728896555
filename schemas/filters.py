"""What lists can be narrowed to and ordered by."""

from typing import Any

import strawberry
from strawberry import UNSET

from adapters.contract.codes import CollaborationMode, NeedKind, OfferKind, OrgType, Sector
from schemas.enums import MemberOrderField, OrderDirection, PostingOrderField
from schemas.scalars import ConceptURI, CountryCode, LanguageTag

__all__ = ["MemberFilter", "MemberOrder", "NeedFilter", "OfferFilter", "PostingOrder"]

_DIRECTION = "Which end comes first: ASC where nothing is said, but DESC for RELEVANCE."
_CLUSTERS = "Only these clusters, by slug."


def _any_of(what: str) -> Any:
    return strawberry.field(default=UNSET, description=f"Only rows with at least one of these {what}.")


@strawberry.input(description="Which members: all conditions that are given must hold, each by one of its values.")
class MemberFilter:
    clusters: list[str] | None = strawberry.field(default=UNSET, description=_CLUSTERS)
    sectors: list[Sector] | None = _any_of("sectors")
    org_types: list[OrgType] | None = _any_of("kinds of organisation")
    naics5: list[str] | None = _any_of("industries, by the five digits that NAICS and SCIAN share")
    concepts: list[ConceptURI] | None = _any_of("concepts among the capabilities")
    offer_kinds: list[OfferKind] | None = _any_of("kinds among the offers under its own name")
    need_kinds: list[NeedKind] | None = _any_of("kinds among the needs under its own name")
    modes: list[CollaborationMode] | None = _any_of("forms of collaboration among the offers under its own name")
    target_markets: list[CountryCode] | None = _any_of("target markets")
    languages: list[LanguageTag] | None = _any_of("languages; `fr` finds `fr-CA` as well")
    programmes: list[str] | None = _any_of("programmes, by code")


@strawberry.input(description="Which offers: all conditions that are given must hold, each by one of its values.")
class OfferFilter:
    clusters: list[str] | None = strawberry.field(default=UNSET, description=_CLUSTERS)
    kinds: list[OfferKind] | None = _any_of("kinds")
    concepts: list[ConceptURI] | None = _any_of("concepts")
    modes: list[CollaborationMode] | None = _any_of("forms of collaboration")


@strawberry.input(description="Which needs: all conditions that are given must hold, each by one of its values.")
class NeedFilter:
    clusters: list[str] | None = strawberry.field(default=UNSET, description=_CLUSTERS)
    kinds: list[NeedKind] | None = _any_of("kinds")
    concepts: list[ConceptURI] | None = _any_of("concepts among the requirements")
    modes: list[CollaborationMode] | None = _any_of("forms of collaboration")
    target_markets: list[CountryCode] | None = _any_of("target markets")


@strawberry.input(description="The order of a list of members.")
class MemberOrder:
    field: MemberOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection | None = strawberry.field(default=UNSET, description=_DIRECTION)


@strawberry.input(description="The order of a list of offers or needs.")
class PostingOrder:
    field: PostingOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection | None = strawberry.field(default=UNSET, description=_DIRECTION)
