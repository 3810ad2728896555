"""The root fields of subscriptions."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry
from strawberry import UNSET

from adapters.contract.viewers import Scope
from schemas.connection import SourceReport
from schemas.consortium import Consortium
from schemas.context import Info
from schemas.interest import ExpressionOfInterest
from schemas.match import PartnerMatch
from schemas.scalars import DateTime
from schemas.scopes import requires

__all__ = ["ConsortiumEvent", "InterestEvent", "MatchEvent", "Subscription"]

_EVENT_ID = "What to send as `after`, so that what comes behind this one is told, too, after a connection was lost."
_AT = "When it was changed; of the first event, when the subscription began."
_BEGINS = (
    "Without `after` the first event comes at once and tells from where on nothing is missed; with it, what happened "
    "behind that event comes first, or EVENTS_GONE says that some of it is not kept any more. An event can come twice."
)
After = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="The `eventId` of the last event that was heard; only what is behind it is told."),
]
_FOLLOW = [requires(Scope.CORRIDOR_READ)]


@strawberry.type(description="That an expression of interest was made or changed.")
class InterestEvent:
    event_id: strawberry.ID = strawberry.field(description=_EVENT_ID)
    at: DateTime = strawberry.field(description=_AT)
    interest: ExpressionOfInterest | None = strawberry.field(
        description="The expression of interest as it is now, which may be further on; null in the first event."
    )


@strawberry.type(description="That a consortium, or a seat or a document of it, was changed.")
class ConsortiumEvent:
    event_id: strawberry.ID = strawberry.field(description=_EVENT_ID)
    at: DateTime = strawberry.field(description=_AT)
    consortium: Consortium = strawberry.field(description="The consortium as it is now, which may be further on.")


@strawberry.type(description="That a member has come up among the best matches, or has another score.")
class MatchEvent:
    at: DateTime = strawberry.field(description="When that was found.")
    match: PartnerMatch = strawberry.field(description="The match.")


@strawberry.type(description="What can be subscribed to.")
class Subscription:
    @strawberry.subscription(
        description="How each cluster's registry stands: all of them at once, and then one whenever it stands "
        "otherwise. It is told from what other requests met, and asks the registries nothing."
    )
    async def source_health(self, info: Info) -> AsyncGenerator[SourceReport, None]:
        async with aclosing(info.context.source_healths()) as found:
            async for report in found:
                yield report

    @strawberry.subscription(
        description="The interests that a member expressed or is met with, whenever one is new or changed. "
        f"Coordinators hear of those, too, that wait for their screening. {_BEGINS}",
        directives=_FOLLOW,
    )
    async def interest_changed(
        self,
        info: Info,
        member_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="The viewer's own member, or one of its cluster. A coordinator leaves it out to follow all "
                "that waits for the screening of its cluster."
            ),
        ] = UNSET,
        after: After = UNSET,
    ) -> AsyncGenerator[InterestEvent, None]:
        async with aclosing(
            info.context.following.interests(
                None if member_id is UNSET else member_id, None if after is UNSET else after
            )
        ) as found:
            async for news in found:
                yield news

    @strawberry.subscription(
        description=f"A consortium, whenever it is changed. {_BEGINS} It ends when the viewer is not to know of it.",
        directives=_FOLLOW,
    )
    async def consortium_changed(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The consortium.")],
        after: After = UNSET,
    ) -> AsyncGenerator[ConsortiumEvent, None]:
        async with aclosing(info.context.following.consortium(id, None if after is UNSET else after)) as found:
            async for news in found:
                yield news

    @strawberry.subscription(
        description="The best matches for a need: all of them at once, and then each that is new among them or has "
        "another score. The registries are asked again and again; what each time costs is paid each time.",
        directives=_FOLLOW,
    )
    async def matches_for_need(
        self,
        info: Info,
        need_id: Annotated[strawberry.ID, strawberry.argument(description="The need.")],
        first: Annotated[int, strawberry.argument(description="How many of the best, 1 to 100.")] = 10,
    ) -> AsyncGenerator[MatchEvent, None]:
        async with aclosing(info.context.following.matches(need_id, first)) as found:
            async for news in found:
                yield news
