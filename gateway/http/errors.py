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


def refusal(error: ClientError, media_type: str = JSON, headers: Mapping[str, str] | None = None) -> Response:
    """A request that was refused before it was executed."""
    body = orjson.dumps({"errors": [{"message": str(error), "extensions": error.extensions}]})
    return Response(body, STATUS.get(error.code, 400), headers, f"{media_type}; charset=utf-8")
