"""Opportunities: what a cluster publishes for consortia to answer."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from adapters.contract.codes import Level, OrgType
from adapters.contract.viewers import Scope
from schemas.acting import IdempotencyKey, UserError
from schemas.cluster import Cluster
from schemas.codes import OpportunityKind
from schemas.context import Info
from schemas.node import Owned
from schemas.posting import Requirement
from schemas.scalars import URL, ConceptURI, CountryCode, CurrencyCode, Date, DateTime, LanguageTag
from schemas.scopes import requires
from schemas.transition import moment
from schemas.vocabulary import Lang, LocalizedText, Written

__all__ = [
    "ConsortiumRules",
    "ConsortiumRulesInput",
    "Money",
    "Opportunity",
    "OpportunityMutation",
    "OpportunityQuery",
    "RequirementInput",
]


@strawberry.type(description="An amount of money.")
class Money:
    amount: str = strawberry.field(description="The amount, as a decimal number.")
    currency: CurrencyCode = strawberry.field(description="The currency.")


@strawberry.type(description="How many members of a type there have to be.")
class TypeQuota:
    org_type: OrgType = strawberry.field(description="The type.")
    min: int = strawberry.field(description="The least number.")


@strawberry.type(description="How a consortium has to be made up.")
class ConsortiumRules:
    min_members: int = strawberry.field(description="The least number of members that have accepted.")
    min_clusters: int = strawberry.field(description="The least number of clusters that they come from.")
    min_countries: int = strawberry.field(description="The least number of countries that they come from.")
    max_members: int | None = strawberry.field(description="The most members there may be; null for no limit.")
    lead_types: list[OrgType] | None = strawberry.field(description="The types that may lead; null for any.")
    required_types: list[TypeQuota] = strawberry.field(description="How many members of some types there have to be.")


@strawberry.type(description="Something that consortia can be built to answer.")
class Opportunity(Owned):
    @strawberry.field(description="What it is.")
    def kind(self) -> OpportunityKind:
        return self.source.kind  # type: ignore[no-any-return]

    @strawberry.field(description="The title, in the language it was written in.")
    def title(self, lang: Lang = UNSET) -> LocalizedText:
        return Written(self.source.title, self.source.lang)  # type: ignore[return-value]

    @strawberry.field(description="Who offers it.")
    def issuer(self) -> str | None:
        return self.source.issuer  # type: ignore[no-any-return]

    @strawberry.field(description="The country it is about.")
    def market(self) -> CountryCode:
        return CountryCode(self.source.market)

    @strawberry.field(description="What whoever answers has to be able to do.")
    def requirements(self) -> list[Requirement]:
        return list(self.source.requirements)

    @strawberry.field(description="How whoever answers has to be made up; null where nothing is said.")
    def rules(self, info: Info) -> ConsortiumRules | None:
        return info.context.consortia.rules(self.source.rules)  # type: ignore[no-any-return]

    @strawberry.field(description="What it is worth.")
    def budget(self, info: Info) -> Money | None:
        return info.context.consortia.budget(self.source)  # type: ignore[no-any-return]

    @strawberry.field(description="The first day on which it can be answered; null where it can already.")
    def opens_on(self) -> Date | None:
        return None if self.source.opens_on is None else Date(self.source.opens_on.isoformat())

    @strawberry.field(description="The last moment at which it can be answered.")
    def closes_at(self) -> DateTime:
        return moment(self.source.closes_at)

    @strawberry.field(description="Where it is described.")
    def source_url(self) -> URL | None:
        return self.source.source_url  # type: ignore[no-any-return]

    @strawberry.field(description="The cluster that published it.")
    def published_by(self, info: Info) -> Cluster:
        return info.context.cluster(self.source.cluster)  # type: ignore[no-any-return]


@strawberry.input(description="Something that a consortium has to be able to do.")
class RequirementInput:
    key: str = strawberry.field(description="Its name among the requirements: 1 to 40 letters, digits, `-` or `_`.")
    concept: ConceptURI = strawberry.field(description="What it is about: a concept of the vocabulary.")
    min_level: Level = strawberry.field(default=Level.WORKING, description="The least level.")
    weight: int = strawberry.field(default=1, description="How much it counts beside the others, 1 to 100.")
    mandatory: bool = strawberry.field(default=True, description="Whether there is no doing without it.")


@strawberry.input(description="How many members of a type there have to be.")
class TypeQuotaInput:
    org_type: OrgType = strawberry.field(description="The type.")
    min: int = strawberry.field(description="The least number.")


@strawberry.input(description="How a consortium has to be made up.")
class ConsortiumRulesInput:
    min_members: int = strawberry.field(default=2, description="The least number of members that have accepted.")
    min_clusters: int = strawberry.field(default=2, description="The least number of clusters that they come from.")
    min_countries: int = strawberry.field(default=2, description="The least number of countries that they come from.")
    max_members: int | None = strawberry.field(default=None, description="The most members there may be, 50 at most.")
    lead_types: list[OrgType] | None = strawberry.field(default=None, description="The types that may lead.")
    required_types: list[TypeQuotaInput] | None = strawberry.field(
        default=None, description="How many members of some types there have to be."
    )


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount: str = strawberry.field(description="The amount, as a decimal number such as `250000.00`.")
    currency: CurrencyCode = strawberry.field(description="The currency.")


@strawberry.input(description="An opportunity to publish.")
class PublishOpportunityInput:
    kind: OpportunityKind = strawberry.field(description="What it is.")
    title: str = strawberry.field(description="The title, 1 to 200 characters.")
    lang: LanguageTag = strawberry.field(description="The language of the title.")
    market: CountryCode = strawberry.field(description="The country it is about.")
    requirements: list[RequirementInput] = strawberry.field(description="What is required, 1 to 20.")
    closes_at: DateTime = strawberry.field(description="The last moment at which it can be answered.")
    issuer: str | None = strawberry.field(default=None, description="Who offers it.")
    rules: ConsortiumRulesInput | None = strawberry.field(
        default=None, description="How whoever answers has to be made up."
    )
    budget: MoneyInput | None = strawberry.field(default=None, description="What it is worth.")
    opens_on: Date | None = strawberry.field(default=None, description="The first day on which it can be answered.")
    source_url: URL | None = strawberry.field(default=None, description="Where it is described.")


@strawberry.type(description="What came of it.")
class OpportunityPayload:
    opportunity: Opportunity | None = strawberry.field(description="The opportunity; null where there are errors.")
    errors: list[UserError] = strawberry.field(description="Why nothing was changed; empty where it was.")


@strawberry.type
class OpportunityQuery:
    @strawberry.field(
        description="Opportunities of the viewer's cluster and of those that it can build consortia with; those that "
        "close soonest first.",
        directives=[requires(Scope.CORRIDOR_READ)],
    )
    async def opportunities(
        self,
        info: Info,
        open_on: Annotated[
            Date | None, strawberry.argument(description="Only those that can be answered on this day.")
        ] = UNSET,
        concepts: Annotated[
            list[ConceptURI] | None,
            strawberry.argument(description="Only those that require one of these, or something that is part of one."),
        ] = UNSET,
        first: Annotated[int, strawberry.argument(description="How many at most, 1 to 100.")] = 20,
        after: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those behind the one of this ID.")
        ] = UNSET,
    ) -> list[Opportunity]:
        return await info.context.consortia.opportunities(open_on or None, concepts or None, first, after or None)  # type: ignore[no-any-return]


@strawberry.type
class OpportunityMutation:
    @strawberry.field(
        description="A coordinator publishes an opportunity for its cluster.",
        directives=[requires(Scope.CORRIDOR_ACT)],
    )
    async def publish_opportunity(
        self,
        info: Info,
        input: Annotated[PublishOpportunityInput, strawberry.argument(description="The opportunity.")],
        idempotency_key: IdempotencyKey = None,
    ) -> OpportunityPayload:
        return await info.context.consortia.publish(info, input)  # type: ignore[no-any-return]
