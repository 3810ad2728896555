"""Answers as bytes, and errors as clients see them: coded, or masked under a trace ID and logged."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

import orjson
from graphql import GraphQLError

from adapters.contract.errors import ContractBroken
from gateway.errors import ClientError, ErrorCode, internal_error

__all__ = ["Response", "answered", "refused"]

_ARGUMENT = "Argument '"
"""How graphql-core begins to say what is wrong with an argument, for which it has no code."""
_LOG = logging.getLogger(__name__)


class Response(NamedTuple):
    """The answer as JSON. ``executed`` is False where the request itself was wrong, and there is no ``data``.

    ``whole`` says that every registry concerned took part and nothing failed: only such an answer may be kept.
    """

    body: bytes
    executed: bool
    refusal: ErrorCode | None = None
    whole: bool = False
    retry_after: float | None = None
    """Seconds after which it may be asked again, where the refusal says so."""


def answered(
    data: Any, errors: Sequence[GraphQLError], extensions: Mapping[str, Any] | None = None, *, whole: bool
) -> Response:
    """The answer to an operation that was run; ``whole`` where its data tells of no registry that is missing."""
    answer = {"data": data}
    if errors:
        answer["errors"] = [_formatted(error) for error in errors]
    if extensions:
        answer["extensions"] = extensions
    return Response(orjson.dumps(answer), executed=True, whole=whole and not errors)


def refused(errors: Sequence[GraphQLError]) -> Response:
    """The answer to a request that could not be run."""
    formatted = [_formatted(error) for error in errors]
    refusal = ErrorCode(formatted[0]["extensions"]["code"])
    retry_after = formatted[0]["extensions"].get("retryAfter")
    return Response(orjson.dumps({"errors": formatted}), executed=False, refusal=refusal, retry_after=retry_after)


def _formatted(error: GraphQLError) -> dict[str, Any]:
    formatted = dict(error.formatted)
    match error.original_error:
        case ClientError() as known:
            formatted["extensions"] = known.extensions
        case ContractBroken() as broken:
            _LOG.error("contract broken at %s: %s", error.path, broken)
            formatted["message"] = "The registry gave a value here that its contract does not allow."
            formatted["extensions"] = {"code": ErrorCode.CONTRACT_BROKEN.value}
        case None if "code" in (error.extensions or {}):
            pass
        case None | GraphQLError() if error.path is None or error.message.startswith(_ARGUMENT):
            formatted["extensions"] = {"code": ErrorCode.BAD_VARIABLES.value}
        case unexpected:
            trace = uuid4().hex
            _LOG.error("unexpected error, trace %s, at %s", trace, error.path, exc_info=unexpected or error)
            masked = internal_error(trace)
            formatted |= {"message": str(masked), "extensions": masked.extensions}
    return formatted
