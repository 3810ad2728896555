"""Consortia: members of several clusters that go for a market together. Coverage and blockers are read live."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from schemas.cluster import Cluster
from schemas.codes import ConsortiumState, DocumentKind, SeatRole, SeatState
from schemas.composition import Blocker, CompositionResult
from schemas.context import Info
from schemas.member import MemberResult
from schemas.node import Owned
from schemas.opportunity import ConsortiumRules, Opportunity
from schemas.posting import Requirement
from schemas.scalars import CountryCode, DateTime
from schemas.transition import Transition, moment
from schemas.vocabulary import Lang, LocalizedText, Written

__all__ = ["Consortium", "ConsortiumDocument", "RequirementCoverage", "Seat", "Signature"]


@strawberry.type(description="A member's place in a consortium.")
class Seat(Owned):
    @strawberry.field(description="Whose it is, live from its cluster's registry.")
    async def member(self, info: Info) -> MemberResult:
        return await info.context.member(info, self.source.member)  # type: ignore[no-any-return]

    @strawberry.field(description="What the member is in the consortium, or would be.")
    def role(self) -> SeatRole:
        return self.source.role  # type: ignore[no-any-return]

    @strawberry.field(description="Where the seat stands.")
    def state(self) -> SeatState:
        return self.source.state  # type: ignore[no-any-return]

    @strawberry.field(description="The keys of the requirements that the member is to see to.")
    def covers(self) -> list[str]:
        return list(self.source.covers)

    @strawberry.field(description="Who invited it: a member or a cluster, by global ID.")
    def invited_by(self) -> strawberry.ID | None:
        return self.source.invited_by  # type: ignore[no-any-return]

    @strawberry.field(description="Until when an invitation can be answered.")
    def expires_at(self) -> DateTime | None:
        return None if self.source.expires_at is None else moment(self.source.expires_at)

    @strawberry.field(description="The version: it goes up with each change of the seat.")
    def version(self) -> int:
        return self.source.version  # type: ignore[no-any-return]


@strawberry.type(description="A requirement of a consortium, and who covers it by what the registries say now.")
class RequirementCoverage:
    requirement: Requirement = strawberry.field(description="The requirement.")
    covered: bool = strawberry.field(description="Whether a member that has accepted covers it.")
    covered_by: list[Seat] = strawberry.field(description="The seats of those who cover it.")
    pending_by: list[Seat] = strawberry.field(description="The seats of those invited who would cover it.")


@strawberry.type(description="That a member has signed a document.")
class Signature:
    seat: Seat = strawberry.field(description="Its seat.")
    signed_at: DateTime = strawberry.field(description="When that was recorded.")
    method: str = strawberry.field(description="How it was signed.")


@strawberry.type(description="A document of a consortium. The corridor has its hash, and never the document.")
class ConsortiumDocument(Owned):
    of: strawberry.Private[Any]

    @strawberry.field(description="What it is.")
    def kind(self) -> DocumentKind:
        return self.source.kind  # type: ignore[no-any-return]

    @strawberry.field(description="Its SHA-256, as 64 hexadecimal digits.")
    def sha256(self) -> str:
        return str(self.source.sha256)

    @strawberry.field(description="The cluster that keeps it.")
    def custodian(self, info: Info) -> Cluster:
        return info.context.cluster(self.source.custodian)  # type: ignore[no-any-return]

    @strawberry.field(description="Who has signed it, the first one first.")
    def signatures(self, info: Info) -> list[Signature]:
        return info.context.consortia.signatures(self.of, self.source)  # type: ignore[no-any-return]

    @strawberry.field(description="Whether all members that have accepted have signed it.")
    def complete(self) -> bool:
        return self.of.complete(self.source)  # type: ignore[no-any-return]


@strawberry.type(
    description="Members of several clusters that go for a market together. Known to the members with a seat and to "
    "the coordinators of their clusters and of the one that created it."
)
class Consortium(Owned):
    @strawberry.field(description="The title, in the language it was written in.")
    def title(self, lang: Lang = UNSET) -> LocalizedText:
        return Written(self.source.title, self.source.lang)  # type: ignore[return-value]

    @strawberry.field(description="The opportunity that it answers; null where there is none, or none for the viewer.")
    async def opportunity(self, info: Info) -> Opportunity | None:
        return await info.context.consortia.opportunity(self.source.opportunity)  # type: ignore[no-any-return]

    @strawberry.field(description="The countries that it aims at.")
    def target_markets(self) -> list[CountryCode]:
        return list(self.source.target_markets)

    @strawberry.field(description="Where it stands.")
    def state(self) -> ConsortiumState:
        return self.source.state  # type: ignore[no-any-return]

    @strawberry.field(description="Until when it has to be complete again, where it is in repair.")
    def repair_until(self) -> DateTime | None:
        return None if self.source.repair_until is None else moment(self.source.repair_until)

    @strawberry.field(description="How it has to be made up.")
    def rules(self, info: Info) -> ConsortiumRules:
        return info.context.consortia.rules(self.source.rules)  # type: ignore[no-any-return]

    @strawberry.field(description="What it has to be able to do, and who covers that now.")
    async def requirements(self, info: Info) -> list[RequirementCoverage]:
        return await info.context.consortia.coverage(self.source)  # type: ignore[no-any-return]

    @strawberry.field(description="Its seats, the oldest first. Whom the lead only considers, it alone sees.")
    def seats(
        self,
        states: Annotated[
            list[SeatState] | None, strawberry.argument(description="Only those in one of these states.")
        ] = UNSET,
    ) -> list[Seat]:
        return [Seat(source=each) for each in self.source.seats if not states or each.state in states]

    @strawberry.field(description="The seat of its lead, once that has accepted.")
    def lead(self) -> Seat | None:
        return None if self.source.lead is None else Seat(source=self.source.lead)

    @strawberry.field(description="The clusters of the members that have accepted.")
    def clusters(self, info: Info) -> list[Cluster]:
        return info.context.consortia.clusters(self.source)  # type: ignore[no-any-return]

    @strawberry.field(description="Whether it could be formed now: nothing is in the way.")
    async def formable(self, info: Info) -> bool:
        return await info.context.consortia.formable(self.source)

    @strawberry.field(description="What is in the way of its being formed, or of its staying so.")
    async def blockers(self, info: Info) -> list[Blocker]:
        return await info.context.consortia.blockers(self.source)  # type: ignore[no-any-return]

    @strawberry.field(description="Its documents, the oldest first.")
    def documents(self) -> list[ConsortiumDocument]:
        return [ConsortiumDocument(source=each, of=self.source) for each in self.source.documents]

    @strawberry.field(
        description="The best teams over all clusters that would complete it, found exactly among the registries' "
        "best; null where they could not be looked for, which an error tells."
    )
    async def suggestions(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="How many teams at most, 1 to 3.")] = 3,
    ) -> CompositionResult | None:
        return await info.context.consortia.suggestions(self.source, first)  # type: ignore[no-any-return]

    @strawberry.field(description="The states that it has gone through, the earliest first.")
    async def history(self, info: Info) -> list[Transition]:
        return await info.context.consortia.history(self.source)  # type: ignore[no-any-return]

    @strawberry.field(description="The version: it goes up by one with each change of the consortium or of its seats.")
    def version(self) -> int:
        return self.source.version  # type: ignore[no-any-return]
