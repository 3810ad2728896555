"""Composition: the best teams for a consortium over all clusters, and what is in the way where there is none."""

from typing import Any

import strawberry
from strawberry import UNSET

from adapters.contract.codes import Level
from schemas.cluster import Cluster
from schemas.codes import BlockerCode, Optimality
from schemas.connection import SourceReport
from schemas.match import PartnerMatch
from schemas.vocabulary import Lang

__all__ = ["Blocker", "Composition", "CompositionResult", "CoverageLine"]


@strawberry.type(description="Something that keeps a consortium from being formed, or a team from being found.")
class Blocker:
    source: strawberry.Private[Any]

    @strawberry.field(description="What it is, for programs.")
    def code(self) -> BlockerCode:
        return self.source.code  # type: ignore[no-any-return]

    @strawberry.field(description="What it is, for people.")
    def detail(self, lang: Lang = UNSET) -> str:
        return self.source.detail(lang or None)  # type: ignore[no-any-return]

    @strawberry.field(description="The seats concerned, by global ID.")
    def nodes(self) -> list[strawberry.ID]:
        return list(self.source.nodes)


@strawberry.type(description="That a member of a team covers a requirement.")
class CoverageLine:
    requirement: str = strawberry.field(description="The key of the requirement.")
    member: strawberry.ID = strawberry.field(description="The member, by global ID.")
    level: Level = strawberry.field(description="How well it can do what is required.")


@strawberry.type(description="A team that would do, together with those who take part already.")
class Composition:
    members: list[PartnerMatch] = strawberry.field(description="Whom to invite, each with how well it fits.")
    coverage: list[CoverageLine] = strawberry.field(
        description="Who covers each requirement; one that is optional may be missing."
    )
    cost: int = strawberry.field(description="The sum of 10,000 less the score over whom to invite: less is better.")
    clusters: list[Cluster] = strawberry.field(description="The clusters that its members come from.")


@strawberry.type(description="The best teams for a consortium, as the registries' members are now.")
class CompositionResult:
    optimality: Optimality = strawberry.field(description="How sure it is that there is no better team.")
    options: list[Composition] = strawberry.field(description="The teams, the best first.")
    infeasible_because: list[Blocker] = strawberry.field(
        description="Where there is no team: the fewest rules and requirements that would have to be given up."
    )
    sources: list[SourceReport] = strawberry.field(
        description="How each cluster's registry took part: of one that did not, no member is in any team."
    )
