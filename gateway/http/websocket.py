"""GraphQL over WebSocket: the protocol graphql-transport-ws, and no other."""

import asyncio
from collections.abc import Mapping
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, field
from enum import Enum
from functools import partial
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from gateway.errors import ClientError, ErrorCode
from gateway.execution.operations import Operation
from gateway.http.answers import answers, masked
from gateway.http.endpoint import Serving
from gateway.http.entrance import Asker, authorization_of
from gateway.http.errors import refusal
from gateway.http.sent import Sent
from gateway.http.streams import Kind, first_of, until_refused

__all__ = ["Close", "Sockets"]

_PROTOCOL = "graphql-transport-ws"
_LONGEST_REASON = 120
"""Bytes of the reason for a close: a frame that controls a connection has room for 123."""

_LONGEST_ID = 128
"""Characters of an operation's ID, which comes back with every message."""


class Close(Enum):
    """Why the gateway ends a connection, by the codes of the protocol and of WebSocket itself."""

    BAD_MESSAGE = 4400, "The message is none of the protocol graphql-transport-ws."
    NOT_INITIALISED = 4401, "Unauthorized: send connection_init first, and wait for connection_ack."
    FORBIDDEN = 4403, "Forbidden"
    PROTOCOL = 4406, "Subprotocol not acceptable: offer graphql-transport-ws."
    INIT_TIMEOUT = 4408, "Connection initialisation timeout"
    TAKEN = 4409, "Subscriber already exists"
    INIT_TWICE = 4429, "Too many initialisation requests"
    LATER = 1013, "Try again later."
    TOO_LARGE = 1009, "The message is too large."
    FAILED = 4500, "Internal server error"


class _Closing(Exception):
    """The connection has to end."""

    def __init__(self, close: Close, reason: str | None = None) -> None:
        self.code, usual = close.value
        self.reason = (reason or usual).encode()[:_LONGEST_REASON].decode(errors="ignore")
        super().__init__(self.reason)


class _Gone(Exception):
    """The client has gone away, or takes nothing any more."""


class Sockets:
    """The ASGI application of the WebSockets at ``/graphql``.

    ``most_operations`` is how many may run at once on one connection, ``init_timeout`` after how many seconds one that
    was not initialised ends.
    """

    def __init__(self, serving: Serving, *, most_operations: int, init_timeout: float) -> None:
        self._serving = serving
        self._most_operations = most_operations
        self._init_timeout = init_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serves one connection, from its handshake to its end."""
        await receive()
        with ExitStack() as held:
            try:
                asker = await self._admitted(scope, held)
            except ClientError as error:
                await refusal(error)(scope, receive, send)
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the client gets JSON, and the log the rest
                await refusal(masked(error, "a handshake"))(scope, receive, send)
                return
            if _PROTOCOL not in scope["subprotocols"]:
                await send({"type": "websocket.accept"})
                code, reason = Close.PROTOCOL.value
                await send({"type": "websocket.close", "code": code, "reason": reason})
                return
            await send({"type": "websocket.accept", "subprotocol": _PROTOCOL})
            connection = _Connection(
                self._serving,
                scope,
                receive,
                send,
                asker,
                authorization_of(scope),
                held,
                most_operations=self._most_operations,
                init_timeout=self._init_timeout,
            )
            await connection.serve()

    async def _admitted(self, scope: Scope, held: ExitStack) -> Asker:
        """Who comes in by the header of the handshake; ClientError where nobody may."""
        headers: Mapping[bytes, bytes] = dict(reversed(scope["headers"]))
        if not self._serving.origins.may_connect(headers.get(b"origin"), headers.get(b"host", b"")):
            raise ClientError(
                ErrorCode.CROSS_SITE_REQUEST, "Pages of this origin may not connect. Ask the gateway's operator."
            )
        self._serving.streams.check()
        asker = await self._serving.entrance.asker(scope, headers, authorization_of(scope))
        held.enter_context(self._serving.streams.place(Kind.BEGINNING, asker.payer))
        return asker


@dataclass(slots=True)
class _Connection:
    """One connection. ``asker`` and ``authorization`` are the handshake's, until connection_init brings others.

    ``held`` is its place, among those that begin at first.
    """

    serving: Serving
    scope: Scope
    receive: Receive
    send: Send
    asker: Asker
    authorization: bytes | None
    held: ExitStack
    most_operations: int
    init_timeout: float
    acknowledged: bool = False
    operations: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    running: set[asyncio.Task[None]] = field(default_factory=set)
    """All that is not ended, a cancelled operation and one whose last message waits to be sent too."""
    unread: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the client has left too much unread for too long."""

    async def serve(self) -> None:
        """Takes messages until the connection ends, and ends with it all that runs for it."""
        try:
            await first_of(self._converse(), self._expire(), self._unread())
        except _Gone:
            return
        except _Closing as closing:
            await self._close(closing)
        except Exception as error:  # noqa: BLE001 - as in the endpoint
            trace = masked(error, "a WebSocket").extensions["traceId"]
            await self._close(_Closing(Close.FAILED, f"Internal server error, traceId {trace}"))
        finally:
            for task in self.running:
                task.cancel()
            await asyncio.gather(*self.running, return_exceptions=True)

    async def _converse(self) -> None:
        try:
            async with asyncio.timeout(self.init_timeout):
                while not self.acknowledged:
                    await self._take(await self._next())
        except TimeoutError:
            raise _Closing(Close.INIT_TIMEOUT) from None
        while True:
            await self._take(await self._next())

    async def _expire(self) -> None:
        """Ends the connection when its credential is not good any more."""
        every = self.serving.pace.recheck
        await until_refused(lambda _: self.serving.entrance.authenticate(self.authorization), b"", every)
        raise _Closing(Close.FORBIDDEN, "Forbidden: the credential is not good any more.")

    async def _unread(self) -> None:
        await self.unread.wait()
        raise _Gone

    async def _next(self) -> dict[str, Any]:
        """The next message, with a type."""
        event = await self.receive()
        if event["type"] == "websocket.disconnect":
            raise _Gone
        text = event.get("text")
        if text is None:
            raise _Closing(Close.BAD_MESSAGE, "Messages are text, not binary.")
        if len(text) > self.serving.max_body:
            raise _Closing(Close.TOO_LARGE)
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise _Closing(Close.BAD_MESSAGE, "The message is not valid JSON.") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise _Closing(Close.BAD_MESSAGE, "A message is a JSON object with a type.")
        if not isinstance(message.get("payload"), dict | None):
            raise _Closing(Close.BAD_MESSAGE, "The payload of a message is an object.")
        return message

    async def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "connection_init":
                await self._initialise(message.get("payload") or {})
            case "ping":
                await self._say("pong")
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(_id(message), message.get("payload") or {})
            case "complete":
                if task := self.operations.pop(_id(message), None):
                    task.cancel()
                    await asyncio.wait({task})  # its place is free when the next message is read
            case unknown:
                raise _Closing(Close.BAD_MESSAGE, f"There is no message of type {unknown!a}.")

    async def _initialise(self, payload: Mapping[str, Any]) -> None:
        if self.acknowledged:
            raise _Closing(Close.INIT_TWICE)
        named = [value for name, value in payload.items() if name.lower() == "authorization"]
        if any(not isinstance(each, str) or not each.isascii() for each in named) or len(named) > 1:
            raise _Closing(Close.BAD_MESSAGE, "`Authorization` in the payload of connection_init is one text.")
        try:
            if named:
                self.authorization = named[0].encode()
                self.asker = await self.serving.entrance.asker(
                    self.scope, dict(self.scope["headers"]), self.authorization
                )
            with self.held.pop_all():  # Others may begin now, whether there is room for this one or not.
                self.held.enter_context(self.serving.streams.place(Kind.WEBSOCKET, self.asker.payer))
        except ClientError as error:
            later = error.extensions.get("retryable")
            raise _Closing(Close.LATER if later else Close.FORBIDDEN, str(error)) from None
        self.acknowledged = True
        await self._say("connection_ack")

    async def _subscribe(self, name: str, payload: Mapping[str, Any]) -> None:
        if not self.acknowledged:
            raise _Closing(Close.NOT_INITIALISED)
        if name in self.operations:
            raise _Closing(Close.TAKEN, f"Subscriber for {name} already exists")
        try:
            sent = Sent.of(payload)
        except ClientError as error:
            raise _Closing(Close.BAD_MESSAGE, str(error)) from None
        if len(self.running) >= self.most_operations:
            full = ClientError(
                ErrorCode.TOO_MANY_SUBSCRIPTIONS,
                f"A connection may have {self.most_operations} operations at once. Complete one, or open another.",
            )
            await self._say("error", id=name, payload=[{"message": str(full), "extensions": full.extensions}])
            return
        task = self.operations[name] = asyncio.create_task(self._operate(name, sent))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    async def _operate(self, name: str, sent: Sent) -> None:
        """Answers one operation."""

        async def operation() -> Operation:
            return await self.serving.sources.operation(sent, self.asker)

        last: dict[str, Any] = {"kind": "complete"}
        place = partial(self.serving.entrance.place, self.asker)
        async with aclosing(answers(operation, self.serving.stream, place)) as found:
            async for answer in found:
                if not answer.executed:
                    last = {"kind": "error", "payload": orjson.loads(answer.body)["errors"]}
                    break
                await self._say("next", id=name, payload=orjson.Fragment(answer.body))
        self._forget(name)
        await self._say(id=name, **last)

    def _forget(self, name: str) -> None:
        """Frees an ID for the next operation, unless that has it already."""
        if self.operations.get(name) is asyncio.current_task():
            del self.operations[name]

    async def _say(self, kind: str, **members: Any) -> None:
        text = orjson.dumps({"type": kind, **members}).decode()
        await self._deliver({"type": "websocket.send", "text": text})

    async def _close(self, closing: _Closing) -> None:
        await self._deliver({"type": "websocket.close", "code": closing.code, "reason": closing.reason})

    async def _deliver(self, message: dict[str, Any]) -> None:
        try:
            async with asyncio.timeout(self.serving.pace.patience):
                await self.send(message)
        except TimeoutError:
            self.unread.set()
        except OSError:
            pass  # The client has gone away, which the next message says, too.


def _id(message: Mapping[str, Any]) -> str:
    name = message.get("id")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_ID:
        raise _Closing(Close.BAD_MESSAGE, f"`id` is a text of 1 to {_LONGEST_ID} characters.")
    return name
