"""What a viewer can follow: changes of what concerns it, and matches that come up."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from strawberry import ID

from gateway.access.viewer import ViewerClass
from gateway.corridor.events import Event
from gateway.corridor.feed import Feed
from gateway.errors import ClientError, ErrorCode
from gateway.execution.acting import check_page, stored
from gateway.execution.events import BEGUN, News, changes
from gateway.execution.wishes import of_need
from gateway.reference import own_key
from schemas.interest import ExpressionOfInterest
from schemas.match import PartnerMatch
from schemas.subscription import ConsortiumEvent, InterestEvent, MatchEvent
from schemas.transition import moment

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["Following"]

_REMEMBERED = 1000
"""Matches whose score is remembered for one subscriber; those that it was told of longest ago are forgotten first."""


class Following:
    """Implements ``schemas.context.Following``; without a store there are no changes to follow.

    ``interval`` is in seconds. What may be followed is decided when it begins, under the viewer of ``context``, and
    again for each event, under the same viewer in a context of the event's own.
    """

    def __init__(self, context: "RequestContext", feed: Feed | None, interval: float) -> None:
        self._context = context
        self._given = feed
        self._interval = interval

    async def interests(self, member: str | None, after: str | None) -> AsyncGenerator[News, None]:
        """The interests that a member expressed or was met with; for its coordinators, also those still screened.

        Without a member, what is screened for any of a coordinator's cluster.
        """
        topics = self._screened() if member is None else self._of_member(member)

        async def told(context: "RequestContext", number: str, event: Event | None) -> InterestEvent | None:
            if event is None:
                return InterestEvent(event_id=ID(number), at=_now(), interest=None)
            interest = (await context.interests.nodes(event.entity, [event.key])).get(event.key)
            if not isinstance(interest, ExpressionOfInterest):
                return None
            if member not in {None, interest.source.sender, interest.source.receiver}:  # screened, for another member
                return None
            return InterestEvent(event_id=ID(number), at=moment(event.at), interest=interest)

        async with aclosing(changes(self._feed, topics, after, told)) as found:
            async for news in found:
                yield news

    async def consortium(self, id_: str, after: str | None) -> AsyncGenerator[News, None]:
        """A consortium; it ends when the viewer is not to know of it any more."""
        key = own_key(id_, "Consortium")
        await _consortium(self._context, key)

        async def told(context: "RequestContext", number: str, event: Event | None) -> ConsortiumEvent:
            at = _now() if event is None else moment(event.at)
            return ConsortiumEvent(event_id=ID(number), at=at, consortium=await _consortium(context, key))

        async with aclosing(changes(self._feed, [f"Consortium:{key}"], after, told)) as found:
            async for news in found:
                yield news

    async def matches(self, need: str, first: int) -> AsyncGenerator[News, None]:
        """The best matches for a need, asked for again and again: those that are new, or have another score."""
        check_page(first)
        scores: dict[str, int] = {}

        async def read(context: "RequestContext") -> Sequence[MatchEvent]:
            wish = await of_need(context, need)
            found = await context.matches.best(wish, first) if wish.requirements else ()
            fresh = [each for each in found if scores.get(each.member) != each.score]
            for each in fresh:
                scores.pop(each.member, None)
                scores[each.member] = each.score
            while len(scores) > _REMEMBERED:
                del scores[next(iter(scores))]
            return [MatchEvent(at=_now(), match=PartnerMatch(source=each)) for each in fresh]

        async def read_again(context: "RequestContext") -> Sequence[MatchEvent]:
            try:
                return await read(context)
            except ClientError as error:
                if error.extensions.get("retryable"):  # a registry is silent: the next time it may not be
                    return ()
                raise

        yield News(read)
        yield BEGUN
        while True:
            await asyncio.sleep(self._interval)
            yield News(read_again)

    def _of_member(self, member: str) -> list[str]:
        """The topics of a member's interests; NOT_FOUND where the viewer may not follow them."""
        viewer = self._context.viewer
        cluster = self._context.services.reference(member, "Member").cluster
        if viewer.kind is ViewerClass.MEMBER and viewer.member == member:
            return [f"Interest:{member}"]
        if viewer.kind is ViewerClass.COORDINATOR and viewer.cluster == cluster:
            return [f"Interest:{member}", f"Screening:{cluster}"]
        raise _unknown()

    def _screened(self) -> list[str]:
        """The topic of what is screened for the viewer's cluster."""
        viewer = self._context.viewer
        if viewer.kind is not ViewerClass.COORDINATOR:
            raise ClientError(
                ErrorCode.BAD_INPUT,
                "Say with `memberId` whose interests to follow. Only coordinators leave it out, to follow what waits "
                "for the screening of their cluster.",
            )
        return [f"Screening:{viewer.cluster}"]

    @property
    def _feed(self) -> Feed:
        return stored(self._given)


async def _consortium(context: "RequestContext", key: UUID) -> Any:
    found = await context.consortia.node("Consortium", key)
    if found is None:
        raise _unknown()
    return found


def _now() -> Any:
    return moment(datetime.now(UTC))


def _unknown() -> ClientError:
    return ClientError(ErrorCode.NOT_FOUND, "There is nothing of this ID that you may follow.")
