"""Errors of HTTP as JSON, each with the status that its code has."""

from collections.abc import Mapping
from math import ceil

import orjson
from starlette.responses import Response

from gateway.errors import ClientError, ErrorCode
from gateway.http.caching import NO_STORE, Headers
from gateway.http.negotiation import JSON

__all__ = ["STATUS", "extra_headers", "refusal"]

STATUS: Mapping[ErrorCode, int] = {
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.NOT_ACCEPTABLE: 406,
    ErrorCode.BODY_TOO_LARGE: 413,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.NO_SUCH_PAGE: 404,
    ErrorCode.UNAUTHENTICATED: 401,
    ErrorCode.CROSS_SITE_REQUEST: 403,
    ErrorCode.DOCUMENT_NOT_TRUSTED: 403,
    ErrorCode.FORBIDDEN: 403,
    ErrorCode.INTROSPECTION_DISABLED: 403,
    ErrorCode.BODY_TOO_SLOW: 408,
    ErrorCode.IDENTITY_UNAVAILABLE: 503,
    ErrorCode.RATE_LIMITED: 429,
    ErrorCode.OVERLOADED: 503,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.STORE_UNAVAILABLE: 503,
    ErrorCode.DEADLINE_EXCEEDED: 504,
}
"""The statuses of refused requests; 400 for every other code."""

_PART_OF_THE_PROTOCOL = frozenset({ErrorCode.PERSISTED_QUERY_NOT_FOUND, ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED})
"""Answers that a client counts on: plain JSON takes any status but 200 for the end of persisted queries."""


_SECONDS_UNTIL_RETRY = 5
"""After which a client may try again where nothing better is known."""

_LATER = frozenset({429, 503})


def extra_headers(code: ErrorCode, retry_after: float | None = None) -> Headers:
    """The headers that go with an error: what to bring, or when to come again, in whole seconds."""
    if code is ErrorCode.BODY_TOO_SLOW:
        return [(b"connection", b"close")]  # no other request can follow one that is not whole
    if code is ErrorCode.UNAUTHENTICATED:
        return [(b"www-authenticate", b'Bearer realm="corridor", error="invalid_token"')]
    if STATUS.get(code) in _LATER:
        return [(b"retry-after", b"%d" % max(1, ceil(retry_after or _SECONDS_UNTIL_RETRY)))]
    return []


def refusal(error: ClientError, media_type: str = JSON, headers: Mapping[str, str] | None = None) -> Response:
    """A request that was refused before it was executed; nobody may keep the answer."""
    body = orjson.dumps({"errors": [{"message": str(error), "extensions": error.extensions}]})
    counted_on = media_type == JSON and error.code in _PART_OF_THE_PROTOCOL
    response = Response(
        body, 200 if counted_on else STATUS.get(error.code, 400), headers, f"{media_type}; charset=utf-8"
    )
    response.raw_headers += [NO_STORE, *extra_headers(error.code, error.extensions.get("retryAfter"))]
    return response
