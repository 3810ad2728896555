"""What subscriptions tell: sources of news, each item of which is read anew under a context of its own."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gateway.corridor.events import Event, mark, marked
from gateway.corridor.feed import Feed

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["BEGUN", "News", "Read", "changes"]

Read = Callable[["RequestContext"], Awaitable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class News:
    """Something to tell a subscriber of. ``read`` gives what the field is then, for each answer; nothing to be silent.

    It is called when the event was paid for, with a context that is used for nothing else, and raises ``ClientError``
    where the subscription has to end.
    """

    read: Read | None


BEGUN = News(None)
"""Nothing to tell yet: the subscription stands, and from now on nothing is missed."""

Told = Callable[["RequestContext", str, Event | None], Awaitable[Any]]
"""What is told of an event, whose mark comes first; None where the viewer is not to know of it.

Without an event, what the subscription begins with.
"""


async def changes(feed: Feed, topics: Collection[str], after: str | None, told: Told) -> AsyncGenerator[News, None]:
    """What happens to these topics. Without ``after``, where it begins is told first: so a client can resume there."""
    async with feed.events(topics, None if after is None else marked(after)) as events:
        yield BEGUN if after is not None else _news(told, events.since, None)
        async for event in events.told:
            yield _news(told, event.id, event)


def _news(told: Told, number: int, event: Event | None) -> News:
    async def read(context: "RequestContext") -> Sequence[Any]:
        value = await told(context, mark(number), event)
        return () if value is None else (value,)

    return News(read)
