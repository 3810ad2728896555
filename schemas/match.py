"""Matches: members of the corridor that fit a need, and why.

The arguments of ``partnerMatches`` are declared here and read where it is run, as those of the other lists are.
"""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from adapters.contract.viewers import Scope
from schemas.codes import ReasonCode
from schemas.connection import PageInfo, SourceReport
from schemas.context import Info
from schemas.filters import MemberFilter
from schemas.member import MemberResult
from schemas.posting import Requirement
from schemas.scopes import requires
from schemas.vocabulary import Lang

__all__ = ["MatchConnection", "MatchEdge", "MatchQuery", "MatchReason", "PartnerMatch"]


@strawberry.type(description="Something that a match has points for.")
class MatchReason:
    source: strawberry.Private[Any]

    @strawberry.field(description="What it is, for programs.")
    def code(self) -> ReasonCode:
        return self.source.code  # type: ignore[no-any-return]

    @strawberry.field(description="The points; those of all reasons add up to the score.")
    def points(self) -> int:
        return self.source.points  # type: ignore[no-any-return]

    @strawberry.field(description="The most points that there are for it in this match.")
    def max_points(self) -> int:
        return self.source.max_points  # type: ignore[no-any-return]

    @strawberry.field(description="What it is, for people.")
    def text(self, lang: Lang = UNSET) -> str:
        return self.source.text(lang or None)  # type: ignore[no-any-return]

    @strawberry.field(description="The key of the requirement that it is about; null where it is about none.")
    def requirement(self) -> str | None:
        return self.source.requirement  # type: ignore[no-any-return]

    @strawberry.field(description="The global IDs of what shows it.")
    def evidence(self) -> list[strawberry.ID]:
        return list(self.source.evidence)


@strawberry.type(description="A member that fits, by integers that its own registry worked out.")
class PartnerMatch:
    source: strawberry.Private[Any]

    @strawberry.field(description="The member.")
    async def member(self, info: Info) -> MemberResult:
        return await info.context.member(info, self.source.member)  # type: ignore[no-any-return]

    @strawberry.field(description="How well it fits, from 0 to 10,000.")
    def score(self) -> int:
        return self.source.score  # type: ignore[no-any-return]

    @strawberry.field(description="The version of the rules that the score was worked out by.")
    def scoring_version(self) -> str:
        return self.source.version  # type: ignore[no-any-return]

    @strawberry.field(description="Whether it lists no need of its own, so that only its side could be looked at.")
    def one_sided(self) -> bool:
        return self.source.one_sided  # type: ignore[no-any-return]

    @strawberry.field(description="What the score consists of, the most points first.")
    def reasons(self) -> list[MatchReason]:
        return [MatchReason(source=each) for each in self.source.reasons]

    @strawberry.field(description="The requirements that it meets nothing of.")
    def unmet(self) -> list[Requirement]:
        return self.source.unmet  # type: ignore[no-any-return]


@strawberry.type(description="A match in its list.")
class MatchEdge:
    cursor: str = strawberry.field(description="Its place in the list.")
    node: PartnerMatch = strawberry.field(description="The match.")


@strawberry.type(
    description="Members of all clusters that fit, the best first: what the registries found, merged without copying."
)
class MatchConnection:
    edges: list[MatchEdge] = strawberry.field(description="The matches with their places.")
    nodes: list[PartnerMatch] = strawberry.field(description="The matches.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    sources: list[SourceReport] = strawberry.field(description="How each cluster's registry took part.")
    complete: bool = strawberry.field(
        description="Whether every registry that was to be asked took part, on this page and on all before it."
    )


@strawberry.type
class MatchQuery:
    @strawberry.field(
        description="Members that fit a need, or what a member is looking for; name one of the two. The best first.",
        directives=[requires(Scope.PROFILES_READ)],
    )
    async def partner_matches(
        self,
        info: Info,
        need_id: Annotated[strawberry.ID | None, strawberry.argument(description="The need, by global ID.")] = UNSET,
        member_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The member whose needs, or else interests, are to be met."),
        ] = UNSET,
        filter: Annotated[MemberFilter | None, strawberry.argument(description="Which members.")] = UNSET,
        first: Annotated[int, strawberry.argument(description="How many matches at most, 1 to 100.")] = 10,
        after: Annotated[str | None, strawberry.argument(description="Only matches behind this cursor.")] = UNSET,
        scoring_version: Annotated[
            str | None,
            strawberry.argument(description="The version of the rules that is expected; another one is refused."),
        ] = UNSET,
    ) -> MatchConnection:
        return await info.context.matches.partners(info)  # type: ignore[no-any-return]
