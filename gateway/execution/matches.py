"""Matching: members that fit, asked of all registries as one list, the best first."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from adapters.contract.errors import ContractBroken
from adapters.contract.match import Match
from adapters.contract.request import MATCH, Condition, Ordering, Where
from adapters.contract.viewers import Purpose
from gateway.errors import ClientError, ErrorCode
from gateway.execution.reports import page_info, source_reports
from gateway.execution.searches import filtered, paging
from gateway.execution.wishes import Wish, of_member, of_need
from gateway.federation.lists import ListRequest, Page, page
from gateway.federation.merge import Placed
from gateway.matching.plan import Asked, plan
from gateway.matching.reasons import Reason, reasons, unmet, wording
from gateway.matching.score import SCORING_VERSION, Parts
from gateway.reference import Reference
from gateway.vocabulary import Vocabulary
from schemas.codes import ReasonCode
from schemas.context import Info
from schemas.match import MatchConnection, MatchEdge, PartnerMatch

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["BEST_FIRST", "Matched", "Matches", "WordedReason", "matched", "today"]

_SIZE = 10
BEST_FIRST = Ordering(MATCH)
"""The order of matches."""
_DAY = 86_400
_DIGITS_OF_DAY = 6


@dataclass(frozen=True, slots=True)
class WordedReason:
    """A reason as the schema shows it."""

    reason: Reason
    vocabulary: Vocabulary

    @property
    def code(self) -> ReasonCode:
        """What it is."""
        return self.reason.code

    @property
    def points(self) -> int:
        """Its part of the score."""
        return self.reason.points

    @property
    def max_points(self) -> int:
        """The most there is for it."""
        return self.reason.max_points

    @property
    def requirement(self) -> str | None:
        """The key of the requirement."""
        return self.reason.requirement

    @property
    def evidence(self) -> Sequence[str]:
        """Global IDs of what shows it."""
        return self.reason.evidence

    def text(self, lang: str | None) -> str:
        """The reason in a sentence."""
        return wording(self.reason, lang, self.vocabulary.concepts)[0]


@dataclass(frozen=True, slots=True)
class Matched:
    """A member that fits, as the schema shows it. ``member`` is its global ID."""

    member: str
    cluster: str
    score: int
    one_sided: bool
    reasons: tuple[WordedReason, ...]
    unmet: tuple[Asked, ...]
    parts: Parts
    version: str = SCORING_VERSION


class Matches:
    """Implements ``schemas.context.Matches``."""

    def __init__(self, context: "RequestContext") -> None:
        self._context = context

    async def partners(self, info: Info) -> MatchConnection:
        """A page of members that fit a need, or what a member looks for."""
        context, services = self._context, self._context.services
        given = context.arguments(info)
        if given.get("scoringVersion") not in {None, SCORING_VERSION}:
            raise _bad(f"Scores are worked out by version {SCORING_VERSION}: there is no other `scoringVersion`.")
        size, cursor, _ = paging(given, _SIZE)
        conditions, clusters = filtered("member", given.get("filter") or {}, services.directory)
        wish = await self._wish(given.get("needId"), given.get("memberId"))
        day = today() if cursor is None else _day(services.codec.sort_of(cursor))
        request = await self._request(wish, day, conditions, clusters, size, cursor)
        found = await page(services.directory, services.codec, request, [])
        for outage in found.outages:
            context.report(context.asked(info), outage)
        edges = self._edges(found, wish)
        return MatchConnection(
            edges=edges,
            nodes=[edge.node for edge in edges],
            page_info=page_info(found),
            sources=source_reports(services, found.sources),
            complete=found.complete,
        )

    async def best(self, wish: Wish, count: int) -> list[Matched]:
        """The best members for a wish, at most so many; what registries did not answer is left out."""
        services = self._context.services
        clusters = tuple(source.cluster.code for source in services.directory)
        request = await self._request(wish, today(), (), clusters, count, None)
        found = await page(services.directory, services.codec, request, [])
        return [each.node.source for each in self._edges(found, wish)]

    async def _wish(self, need: str | None, member: str | None) -> Wish:
        if (need is None) == (member is None):
            raise _bad("Name `needId` or `memberId`, one of the two: it says what partners are looked for.")
        wish = await (of_need(self._context, need) if need else of_member(self._context, member or ""))
        if not wish.requirements:
            raise _bad("Nothing is required there, so nothing can be matched: add a requirement or an interest.")
        return wish

    async def _request(  # noqa: PLR0913 - what makes up a page
        self,
        wish: Wish,
        day: int,
        conditions: tuple[Condition, ...],
        clusters: tuple[str, ...],
        size: int,
        cursor: str | None,
    ) -> ListRequest:
        match = plan(self._context.services.vocabulary.concepts, wish.requirements, wish.asker, as_of=day)
        where = Where("member", conditions, match=match)
        sight = await self._context.crossing.sight(clusters, Purpose.PARTNER_MATCHING)
        return ListRequest(where, BEST_FIRST, size, clusters, cursor, hits=True, sight=sight, apart=wish.member)

    def _edges(self, found: Page, wish: Wish) -> list[MatchEdge]:
        self._context.disclosed.page(found, places=True)
        match = found.request.where.match
        assert match is not None  # noqa: S101 - every request of this module has one
        vocabulary = self._context.services.vocabulary
        return [
            MatchEdge(
                cursor=found.cursor(placed),
                node=PartnerMatch(source=matched(placed, match, wish.requirements, vocabulary)),
            )
            for placed in found.rows
        ]


def matched(placed: Placed, match: Match, asked: Iterable[Asked], vocabulary: Vocabulary) -> Matched:
    """A row of a match as the schema shows it; ContractBroken where its parts do not make its score."""
    parts = Parts.read(placed.row.hits or "")
    if parts.score != placed.row.score:
        raise ContractBroken(f"{placed.cluster}: a match of {parts.score} points says that it has {placed.row.score}")
    missing = set(unmet(parts, match))
    return Matched(
        member=Reference("Member", placed.cluster, placed.row.key).id,
        cluster=placed.cluster,
        score=parts.score,
        one_sided=parts.one_sided,
        reasons=tuple(WordedReason(each, vocabulary) for each in reasons(parts, match, placed.cluster)),
        unmet=tuple(each for each in asked if each.key in missing),
        parts=parts,
    )


def today() -> int:
    """The day, as matches count it: since 1970 in UTC."""
    return int(datetime.now(UTC).timestamp()) // _DAY


def _day(sort: Any) -> int:
    """The day that a walk began on: freshness counts from it on all its pages."""
    text = str(sort)[:_DIGITS_OF_DAY]
    return int(text) if text.isdecimal() else today()


def _bad(message: str) -> ClientError:
    return ClientError(ErrorCode.BAD_INPUT, message)
