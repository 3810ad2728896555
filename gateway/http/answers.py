"""The answers to one operation, one after the other: the first of them takes the place of an operation that runs."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractContextManager, aclosing
from uuid import uuid4

from graphql import GraphQLError

from gateway.errors import ClientError, internal_error
from gateway.execution.operations import Operation
from gateway.execution.responses import Response, refused

__all__ = ["Stream", "answers", "masked"]

_LOG = logging.getLogger(__name__)

Stream = Callable[[Operation], AsyncIterator[Response | None]]
"""Answers an operation: a subscription again and again, anything else once. None: it has begun, and waits for news."""


async def answers(
    operation: Callable[[], Awaitable[Operation]], stream: Stream, place: Callable[[], AbstractContextManager[object]]
) -> AsyncGenerator[Response, None]:
    """What an operation answers, whatever happens: an error is the last answer, and a bug a masked one.

    To find, check and begin an operation needs a place among those that run, and so does a query as long as it runs.
    A subscription that waits for news needs none: the streams are counted.
    """
    try:
        with place():
            events = stream(await operation())
            first = await anext(events, None)
        async with aclosing(events):  # type: ignore[type-var]
            if first is not None:
                yield first
            async for event in events:
                if event is not None:
                    yield event
    except ClientError as error:
        yield refused([GraphQLError(str(error), original_error=error)])
    except Exception as error:  # noqa: BLE001 - whatever it is, the client gets JSON, and the log the rest
        hidden = masked(error, "a stream")
        yield refused([GraphQLError(str(hidden), original_error=hidden)])


def masked(error: Exception, place: str) -> ClientError:
    """What a client sees of a bug, which is logged under a trace ID."""
    trace = uuid4().hex
    _LOG.error("unexpected error at %s, trace %s", place, trace, exc_info=error)
    return internal_error(trace)
