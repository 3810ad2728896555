"""Offers and needs: what members post."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET

from adapters.contract.codes import CollaborationMode, Level, NeedKind, OfferKind, PostingStatus
from schemas.cluster import Cluster
from schemas.context import Info
from schemas.node import Node
from schemas.row import is_row_of
from schemas.scalars import CountryCode, Date, DateTime
from schemas.shaped import shaped, value_of
from schemas.vocabulary import Concept, Lang, LocalizedText

if TYPE_CHECKING:
    from schemas.member import Member

__all__ = ["Need", "Offer", "Requirement"]


@strawberry.type(description="What an organisation puts on the table.")
class Offer(Node):
    is_type_of = is_row_of("Offer")

    @strawberry.field(description="The cluster whose registry this comes from.")
    def cluster(root: Any, info: Info) -> Cluster:
        return info.context.cluster(value_of(root, info))  # type: ignore[no-any-return]

    owner: Annotated["Member", strawberry.lazy("schemas.member")] | None = shaped(
        "Who offers it; null where the offer is anonymous."
    )
    kind: OfferKind = shaped("What is put on the table.")

    @strawberry.field(description="The title.")
    def title(root: Any, info: Info, lang: Lang = UNSET) -> LocalizedText:
        return value_of(root, info)  # type: ignore[no-any-return]

    @strawberry.field(description="The offer in some sentences.")
    def summary(root: Any, info: Info, lang: Lang = UNSET) -> LocalizedText | None:
        return value_of(root, info)  # type: ignore[no-any-return]

    @strawberry.field(description="What it is about.")
    def concepts(root: Any, info: Info) -> list[Concept]:
        return [info.context.concept(uri) for uri in value_of(root, info)]

    modes: list[CollaborationMode] = shaped("The forms of collaboration it is open to.")
    trl: int | None = shaped("The technology readiness level, 1 to 9, where it applies.")
    anonymous: bool = shaped("Whether the owner stays unnamed until both sides are interested.")
    status: PostingStatus = shaped("Where it stands.")
    valid_until: Date = shaped("Its last day.")
    updated_at: DateTime = shaped("When the registry last changed it.")


@strawberry.type(description="One thing that a need requires.")
class Requirement:
    key: str = shaped("The name of the requirement within its need.")

    @strawberry.field(description="What it is about.")
    def concept(root: Any, info: Info) -> Concept:
        return info.context.concept(value_of(root, info))  # type: ignore[no-any-return]

    min_level: Level = shaped("The least level.")
    weight: int = shaped("How much it counts beside the others.")
    mandatory: bool = shaped("Whether there is no doing without it.")


@strawberry.type(description="What an organisation looks for.")
class Need(Node):
    is_type_of = is_row_of("Need")

    @strawberry.field(description="The cluster whose registry this comes from.")
    def cluster(root: Any, info: Info) -> Cluster:
        return info.context.cluster(value_of(root, info))  # type: ignore[no-any-return]

    owner: Annotated["Member", strawberry.lazy("schemas.member")] | None = shaped(
        "Who needs it; null where the need is anonymous."
    )
    kind: NeedKind = shaped("What is asked for.")

    @strawberry.field(description="The title.")
    def title(root: Any, info: Info, lang: Lang = UNSET) -> LocalizedText:
        return value_of(root, info)  # type: ignore[no-any-return]

    @strawberry.field(description="The need in some sentences.")
    def summary(root: Any, info: Info, lang: Lang = UNSET) -> LocalizedText | None:
        return value_of(root, info)  # type: ignore[no-any-return]

    requirements: list[Requirement] = shaped("What it requires.")
    modes: list[CollaborationMode] = shaped("The forms of collaboration it is open to.")
    target_markets: list[CountryCode] = shaped("The countries it is about.")
    anonymous: bool = shaped("Whether the owner stays unnamed until both sides are interested.")
    status: PostingStatus = shaped("Where it stands.")
    valid_until: Date = shaped("Its last day.")
    updated_at: DateTime = shaped("When the registry last changed it.")
