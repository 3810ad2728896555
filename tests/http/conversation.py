"""A client of graphql-transport-ws, over a real WebSocket, and one of graphql-sse."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Any, Self

import httpx
import websockets

__all__ = ["PROTOCOL", "Conversation", "Events", "events"]

PROTOCOL = "graphql-transport-ws"
SECONDS = 20
"""How long anything may take on a busy machine."""


class Conversation:
    """One connection: `async with Conversation(url) as talk`."""

    def __init__(self, url: str, **options: Any) -> None:
        options = {"subprotocols": [PROTOCOL], "open_timeout": SECONDS, "close_timeout": SECONDS, **options}
        self._opening = websockets.connect(url.replace("http://", "ws://") + "/graphql", **options)

    async def __aenter__(self) -> Self:
        self.socket = await self._opening.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._opening.__aexit__(kind, error, trace)

    async def say(self, kind: str, **members: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **members}))

    async def hear(self) -> dict[str, Any]:
        """The next message."""
        return json.loads(await self.socket.recv())

    async def init(self, **payload: Any) -> None:
        await self.say("connection_init", payload=payload)
        assert await self.hear() == {"type": "connection_ack"}

    async def subscribe(self, name: str, query: str, **members: Any) -> None:
        await self.say("subscribe", id=name, payload={"query": query, **members})

    async def closed(self) -> tuple[int, str]:
        """With which code and reason the gateway ends the connection, after whatever messages there are before."""
        try:
            while True:
                await self.socket.recv()
        except websockets.ConnectionClosed:
            return self.socket.close_code, self.socket.close_reason


class Events:
    """The events of one stream."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Any] | None:
        """The next event with its data, past the comments; None where the stream has ended."""
        kind, data = "", ""
        async for line in self._lines:
            if not line and kind:
                return kind, json.loads(data) if data else None
            if line.startswith("event:"):
                kind = line.removeprefix("event:").strip()
            elif line.startswith("data:"):
                data += line.removeprefix("data:").strip()
            else:
                assert not line or line.startswith(":")
        return None


@asynccontextmanager
async def events(client: httpx.AsyncClient, query: str, method: str = "POST", **options: Any) -> AsyncIterator[Events]:
    """Opens a stream."""
    sent = {"params": {"query": query}} if method == "GET" else {"json": {"query": query}}
    headers = {"accept": "text/event-stream", **options.pop("headers", {})}
    async with client.stream(method, "/graphql", headers=headers, **sent, **options) as response:
        yield Events(response)
