"""GraphQL over HTTP: POST and GET of one operation, as an ASGI application of its own."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.access.viewer import ViewerClass
from gateway.deadlines import Deadlines
from gateway.errors import ClientError, ErrorCode
from gateway.execution import responses
from gateway.execution.operations import Operation
from gateway.http.answers import Stream, answers, masked
from gateway.http.caching import NO_STORE, Headers, cacheable, entity_tag, matches
from gateway.http.entrance import Asker, Entrance, authorization_of
from gateway.http.errors import STATUS, extra_headers, refusal
from gateway.http.negotiation import EVENT_STREAM, GRAPHQL_RESPONSE, JSON, negotiate
from gateway.http.origins import Origins
from gateway.http.reading import body_of, check_type, parameters, posted
from gateway.http.security import HEADERS, secured
from gateway.http.sent import Sent, Sources
from gateway.http.sse import EventStream, gone
from gateway.http.streams import Kind, Pace, Streams, first_of, until_refused
from gateway.telemetry.metrics import Outcome

__all__ = ["Endpoint", "Record", "Run", "Serving", "unexpected"]

_NOT_ACCEPTABLE = (
    f"The Accept header leaves no form to answer in: name {GRAPHQL_RESPONSE}, {JSON} or {EVENT_STREAM}, in UTF-8."
)
_CONTENT_TYPES = {kind: (b"content-type", f"{kind}; charset=utf-8".encode()) for kind in (JSON, GRAPHQL_RESPONSE)}
_LONGEST_ACCEPT = 1024
"""Bytes of an Accept header that are read: what was read is remembered."""

_FAILURES = frozenset({ErrorCode.INTERNAL_ERROR, ErrorCode.DEADLINE_EXCEEDED})

Run = Callable[[Operation], Awaitable[responses.Response]]
Record = Callable[[Outcome, float], None]
"""Takes in how a request ended, and after how many seconds."""


@dataclass(frozen=True, slots=True)
class Serving:
    """What both the endpoint and the WebSockets answer with.

    ``max_body`` is in bytes.
    """

    run: Run
    stream: Stream
    entrance: Entrance
    sources: Sources
    origins: Origins
    streams: Streams
    max_body: int
    pace: Pace


@dataclass(slots=True)
class _Reply:
    outcome: Outcome
    status: int
    headers: Headers
    body: bytes


class Endpoint:
    """Reads a request, has its operation run, and writes the answer; an ASGI application, for the sake of speed.

    ``max_age`` in seconds; ``record`` is None where nobody counts.
    """

    def __init__(self, serving: Serving, record: Record | None, *, max_age: int) -> None:
        self._serving = serving
        self._bodies = Deadlines(serving.pace.body)
        self._record = record
        self._max_age = max_age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        started = perf_counter()
        headers: Mapping[bytes, bytes] = dict(reversed(scope["headers"]))  # of a header that comes twice, the first
        media_type = negotiate(headers.get(b"accept", b"")[:_LONGEST_ACCEPT])
        form = GRAPHQL_RESPONSE if media_type == GRAPHQL_RESPONSE else JSON
        try:
            if media_type == EVENT_STREAM:
                await self._stream(scope, headers, receive, secured(send))
                return
            reply = await self._reply(scope, headers, receive, media_type)
        except ClientDisconnect:
            return
        except ClientError as error:
            outcome = Outcome.REFUSED
            allow = {"Allow": "GET, POST"} if error.code is ErrorCode.METHOD_NOT_ALLOWED else None
            await refusal(error, form, allow)(scope, receive, secured(send))
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets JSON, and the log the rest
            outcome = Outcome.FAILED
            await unexpected(error, scope["path"], form)(scope, receive, secured(send))
        else:
            outcome = reply.outcome
            await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
            await send({"type": "http.response.body", "body": reply.body})
        if self._record is not None:
            self._record(outcome, perf_counter() - started)

    async def _reply(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, media_type: str | None
    ) -> _Reply:
        if media_type is None:
            raise ClientError(ErrorCode.NOT_ACCEPTABLE, _NOT_ACCEPTABLE)
        asker, read = await self._asked(scope, headers, receive)
        only_query = scope["method"] == "GET"
        with self._serving.entrance.place(asker):
            sent = read()
            operation = await self._serving.sources.operation(sent, asker, only_query=only_query)
            response = await self._serving.run(operation)
        if response.executed:
            self._serving.sources.remember(sent, operation.text)
        public = asker.viewer.kind is ViewerClass.ANONYMOUS and b"authorization" not in headers
        if only_query and response.whole and public:
            return self._kept(response.body, media_type, headers.get(b"if-none-match", b""))
        more = [_CONTENT_TYPES[media_type], (b"content-length", b"%d" % len(response.body)), NO_STORE, *HEADERS]
        if response.refusal is ErrorCode.METHOD_NOT_ALLOWED:
            more.append((b"allow", b"POST"))
        elif response.refusal is not None:
            more += extra_headers(response.refusal, response.retry_after)
        return _Reply(_outcome(response), _status(response, media_type), more, response.body)

    async def _asked(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive
    ) -> tuple[Asker, Callable[[], Sent]]:
        """Who asks, and what was sent, to be read where there is a place for it."""
        serving, most = self._serving, self._serving.max_body
        if (method := scope["method"]) not in {"GET", "POST"}:
            raise ClientError(ErrorCode.METHOD_NOT_ALLOWED, f"GraphQL is asked by POST or GET, not by {method}.")
        if method == "GET":
            serving.origins.check_read(headers)
        else:
            check_type(headers)
        authorization = authorization_of(scope) if b"authorization" in headers else None
        asker = await serving.entrance.asker(scope, headers, authorization)
        if method == "GET":
            return asker, lambda: Sent.of(parameters(scope["query_string"], most))
        body = await body_of(headers, receive, most, self._bodies)
        return asker, lambda: Sent.of(posted(body))

    async def _stream(self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send) -> None:
        """Answers by events; what is wrong with the request itself is told by its status, before."""
        serving, authorization = self._serving, authorization_of(scope)
        serving.streams.check()
        asker, read = await self._asked(scope, headers, receive)
        with serving.streams.place(Kind.EVENTS, asker.payer):
            sent = read()

            async def operation() -> Operation:
                return await serving.sources.operation(sent, asker, only_query=scope["method"] == "GET")

            events = EventStream(send, serving.pace)
            await events.begin()
            try:
                await first_of(
                    events.tell(answers(operation, serving.stream, partial(serving.entrance.place, asker))),
                    events.live(),
                    gone(receive),
                    serving.streams.ended(),
                    until_refused(serving.entrance.authenticate, authorization, serving.pace.recheck),
                )
            except TimeoutError:
                return  # The client does not read: the server ends the connection.
            except Exception as error:  # noqa: BLE001 - it is too late for another answer
                masked(error, "an open stream")
            await events.end()

    def _kept(self, body: bytes, media_type: str, if_none_match: bytes) -> _Reply:
        """An answer that anybody may keep, or word that the client's own is still good."""
        tag = entity_tag(media_type, body)
        kept = [*cacheable(tag, self._max_age), *HEADERS]
        if if_none_match and matches(if_none_match, tag):
            return _Reply(Outcome.WHOLE, 304, kept, b"")
        kept += [_CONTENT_TYPES[media_type], (b"content-length", b"%d" % len(body))]
        return _Reply(Outcome.WHOLE, 200, kept, body)


def unexpected(error: Exception, path: str, media_type: str = JSON) -> Response:
    """The answer to a bug: logged under a trace ID, and masked."""
    return refusal(masked(error, path), media_type)


def _status(response: responses.Response, media_type: str) -> int:
    if response.executed:
        return 200
    status = STATUS.get(response.refusal or ErrorCode.INTERNAL_ERROR, 400)
    # Clients of plain JSON take any other status for a failure of transport.
    return 200 if media_type == JSON and status == 400 else status  # noqa: PLR2004


def _outcome(response: responses.Response) -> Outcome:
    if response.executed:
        return Outcome.WHOLE if response.whole else Outcome.PARTIAL
    return Outcome.FAILED if response.refusal in _FAILURES else Outcome.REFUSED
