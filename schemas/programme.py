"""Programmes: what a cluster runs and its members take part in."""

from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry import UNSET

from adapters.contract.codes import ProgrammeStatus
from schemas.context import Info
from schemas.node import Node
from schemas.row import is_row_of
from schemas.shaped import shaped, value_of
from schemas.vocabulary import Concept, Lang, LocalizedText

if TYPE_CHECKING:
    from schemas.cluster import Cluster

__all__ = ["Programme"]


@strawberry.type(
    description="A programme of a cluster, such as a digital city, that members and projects take part in."
)
class Programme(Node):
    is_type_of = is_row_of("Programme")

    @strawberry.field(description="The cluster that runs it.")
    def cluster(root: Any, info: Info) -> Annotated["Cluster", strawberry.lazy("schemas.cluster")]:
        return info.context.cluster(value_of(root, info))  # type: ignore[no-any-return]

    code: str = shaped("The cluster's own code of the programme, as filters take it.")

    @strawberry.field(description="The name.")
    def name(root: Any, info: Info, lang: Lang = UNSET) -> LocalizedText:
        return value_of(root, info)  # type: ignore[no-any-return]

    @strawberry.field(description="What it is about.")
    def themes(root: Any, info: Info) -> list[Concept]:
        return [info.context.concept(uri) for uri in value_of(root, info)]

    status: ProgrammeStatus = shaped("Where it stands.")
