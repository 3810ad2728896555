"""Errors of HTTP as JSON, each with the status that its code has."""

from collections.abc import Mapping

import orjson
from starlette.responses import Response

from gateway.errors import ClientError, ErrorCode
from gateway.http.negotiation import JSON

__all__ = ["STATUS", "refusal"]

STATUS: Mapping[ErrorCode, int] = {
    ErrorCode.METHOD_NOT_ALLOWED: 405,
    ErrorCode.NOT_ACCEPTABLE: 406,
    ErrorCode.BODY_TOO_LARGE: 413,
    ErrorCode.UNSUPPORTED_MEDIA_TYPE: 415,
    ErrorCode.NO_SUCH_PAGE: 404,
    ErrorCode.INTERNAL_ERROR: 500,
    ErrorCode.DEADLINE_EXCEEDED: 504,
}
"""The statuses of refused requests; 400 for every other code."""

_PART_OF_THE_PROTOCOL = frozenset({ErrorCode.PERSISTED_QUERY_NOT_FOUND, ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED})
"""Answers that a client counts on: plain JSON takes any status but 200 for the end of persisted queries."""


def refusal(error: ClientError, media_type: str = JSON, headers: Mapping[str, str] | None = None) -> Response:
    """A request that was refused before it was executed; nobody may keep the answer."""
    body = orjson.dumps({"errors": [{"message": str(error), "extensions": error.extensions}]})
    counted_on = media_type == JSON and error.code in _PART_OF_THE_PROTOCOL
    return Response(
        body,
        200 if counted_on else STATUS.get(error.code, 400),
        {"Cache-Control": "no-store", **(headers or {})},
        f"{media_type}; charset=utf-8",
    )
