"""GraphQL over server-sent events: the protocol graphql-sse in its mode of distinct connections."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress

from starlette.types import Receive, Send

from gateway.execution.responses import Response
from gateway.http.caching import NO_STORE
from gateway.http.negotiation import EVENT_STREAM
from gateway.http.streams import Pace

__all__ = ["EventStream", "gone"]

_HEADERS = (
    (b"content-type", f"{EVENT_STREAM}; charset=utf-8".encode()),
    NO_STORE,
    (b"x-accel-buffering", b"no"),  # a proxy that gathers what it passes on would hold events back
)
_COMPLETE = b"event: complete\ndata:\n\n"
_COMMENT = b":\n\n"


class EventStream:
    """One answer as a stream of events."""

    def __init__(self, send: Send, pace: Pace) -> None:
        self._send = send
        self._pace = pace

    async def begin(self) -> None:
        """Sends the head."""
        await self._send({"type": "http.response.start", "status": 200, "headers": list(_HEADERS)})
        await self._write(_COMMENT)

    async def tell(self, answers: AsyncGenerator[Response, None]) -> None:
        """Sends each answer as an event, and that there are no more."""
        async with aclosing(answers):
            async for answer in answers:
                await self._write(b"event: next\ndata: " + answer.body + b"\n\n")
        await self._write(_COMPLETE)

    async def live(self) -> None:
        """Sends a comment now and then, so that no proxy takes the connection for dead; never returns."""
        while True:
            await asyncio.sleep(self._pace.keep_alive)
            await self._write(_COMMENT)

    async def end(self) -> None:
        """Ends the answer, for a client that still reads."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._pace.patience):
                await self._send({"type": "http.response.body", "body": b""})

    async def _write(self, text: bytes) -> None:
        async with asyncio.timeout(self._pace.patience):
            await self._send({"type": "http.response.body", "body": text, "more_body": True})


async def gone(receive: Receive) -> None:
    """Returns when the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
