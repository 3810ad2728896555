"""GraphQL over HTTP: POST and GET of one operation, as an ASGI application of its own."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any
from uuid import uuid4

from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.errors import ClientError, ErrorCode, internal_error
from gateway.execution import responses
from gateway.execution.operations import Operation
from gateway.http.caching import NO_STORE, Headers, cacheable, entity_tag, matches
from gateway.http.errors import STATUS, refusal
from gateway.http.negotiation import GRAPHQL_RESPONSE, JSON, negotiate
from gateway.http.persisted import PersistedQueries
from gateway.http.reading import parameters, posted
from gateway.telemetry.metrics import Outcome

__all__ = ["Endpoint", "Record", "Run", "unexpected"]

_LOG = logging.getLogger(__name__)
_NOT_ACCEPTABLE = f"The Accept header leaves no form to answer in: name {GRAPHQL_RESPONSE} or {JSON}, in UTF-8."
_CONTENT_TYPES = {kind: (b"content-type", f"{kind}; charset=utf-8".encode()) for kind in (JSON, GRAPHQL_RESPONSE)}
_LONGEST_ACCEPT = 1024
"""Bytes of an Accept header that are read: what was read is remembered."""

_FAILURES = frozenset({ErrorCode.INTERNAL_ERROR, ErrorCode.DEADLINE_EXCEEDED})

Run = Callable[[Operation], Awaitable[responses.Response]]
Record = Callable[[Outcome, float], None]
"""Takes in how a request ended, and after how many seconds."""


@dataclass(slots=True)
class _Reply:
    outcome: Outcome
    status: int
    headers: Headers
    body: bytes


class Endpoint:
    """Reads a request, has its operation run, and writes the answer; an ASGI application, for the sake of speed.

    ``max_body`` in bytes, ``max_age`` in seconds; ``record`` is None where nobody counts.
    """

    def __init__(
        self, run: Run, persisted: PersistedQueries, record: Record | None, *, max_body: int, max_age: int
    ) -> None:
        self._run = run
        self._persisted = persisted
        self._record = record
        self._max_body = max_body
        self._max_age = max_age

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        started = perf_counter()
        headers: Mapping[bytes, bytes] = dict(reversed(scope["headers"]))  # of a header that comes twice, the first
        media_type = negotiate(headers.get(b"accept", b"")[:_LONGEST_ACCEPT])
        try:
            reply = await self._reply(scope, headers, media_type, receive)
        except ClientDisconnect:
            return
        except ClientError as error:
            allow = {"Allow": "GET, POST"} if error.code is ErrorCode.METHOD_NOT_ALLOWED else None
            outcome = Outcome.REFUSED
            await refusal(error, media_type or JSON, allow)(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets JSON, and the log the rest
            outcome = Outcome.FAILED
            await unexpected(error, scope["path"], media_type or JSON)(scope, receive, send)
        else:
            outcome = reply.outcome
            await send({"type": "http.response.start", "status": reply.status, "headers": reply.headers})
            await send({"type": "http.response.body", "body": reply.body})
        if self._record is not None:
            self._record(outcome, perf_counter() - started)

    async def _reply(
        self, scope: Scope, headers: Mapping[bytes, bytes], media_type: str | None, receive: Receive
    ) -> _Reply:
        if media_type is None:
            raise ClientError(ErrorCode.NOT_ACCEPTABLE, _NOT_ACCEPTABLE)
        match scope["method"]:
            case "POST":
                given, read_only = await posted(headers, receive, self._max_body), False
            case "GET":
                given, read_only = parameters(scope["query_string"], self._max_body), True
            case method:
                raise ClientError(ErrorCode.METHOD_NOT_ALLOWED, f"GraphQL is asked by POST or GET, not by {method}.")
        operation, digest = self._operation(given, only_query=read_only)
        response = await self._run(operation)
        if digest is not None and response.executed:
            self._persisted.remember(digest, operation.text)
        if read_only and response.whole and b"authorization" not in headers:
            return self._kept(response.body, media_type, headers.get(b"if-none-match", b""))
        more = [_CONTENT_TYPES[media_type], (b"content-length", b"%d" % len(response.body)), NO_STORE]
        if response.refusal is ErrorCode.METHOD_NOT_ALLOWED:
            more.append((b"allow", b"POST"))
        return _Reply(_outcome(response), _status(response, media_type), more, response.body)

    def _operation(self, given: Mapping[str, Any], *, only_query: bool) -> tuple[Operation, str | None]:
        """The operation that was sent, and the hash of its document where the request gives that."""
        text, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
        extensions, digest = given.get("extensions"), None
        if extensions is not None:
            if not isinstance(extensions, dict):
                raise ClientError(ErrorCode.BAD_REQUEST, "`extensions` must be an object.")
            if (named := extensions.get("persistedQuery")) is not None:
                digest = self._persisted.digest(named)
                if not text:
                    text = self._persisted.text(digest)
        if not isinstance(text, str) or not text:
            raise ClientError(ErrorCode.BAD_REQUEST, "`query` must be a string: the text of a GraphQL document.")
        if name is not None and not isinstance(name, str):
            raise ClientError(ErrorCode.BAD_REQUEST, "`operationName` must be a string.")
        if variables is not None and not isinstance(variables, dict):
            raise ClientError(
                ErrorCode.BAD_REQUEST, "`variables` must be an object: a value for each variable, by name."
            )
        if digest is not None:
            self._persisted.check(digest, text)
        return Operation(text, name or None, variables, only_query), digest

    def _kept(self, body: bytes, media_type: str, if_none_match: bytes) -> _Reply:
        """An answer that anybody may keep, or word that the client's own is still good."""
        tag = entity_tag(media_type, body)
        kept = cacheable(tag, self._max_age)
        if if_none_match and matches(if_none_match, tag):
            return _Reply(Outcome.WHOLE, 304, kept, b"")
        kept += [_CONTENT_TYPES[media_type], (b"content-length", b"%d" % len(body))]
        return _Reply(Outcome.WHOLE, 200, kept, body)


def unexpected(error: Exception, path: str, media_type: str = JSON) -> Response:
    """The answer to a bug: logged under a trace ID, and masked."""
    trace = uuid4().hex
    _LOG.error("unexpected error at %s, trace %s", path, trace, exc_info=error)
    return refusal(internal_error(trace), media_type)


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
