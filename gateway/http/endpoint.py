"""GraphQL over HTTP: POST and GET of one operation."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import ClientError, ErrorCode
from gateway.execution import operations
from gateway.execution.operations import Operation
from gateway.http.errors import STATUS, refusal
from gateway.http.negotiation import GRAPHQL_RESPONSE, JSON, negotiate

__all__ = ["Endpoint", "Run"]

_NOT_ACCEPTABLE = f"The Accept header leaves no form to answer in: name {GRAPHQL_RESPONSE} or {JSON}, in UTF-8."

Run = Callable[[Operation], Awaitable[operations.Response]]


class Endpoint:
    """Reads a request, has its operation run, and writes the answer."""

    def __init__(self, run: Run, max_body: int) -> None:
        self._run = run
        self._max_body = max_body

    async def __call__(self, request: Request) -> Response:
        """Answers one request."""
        media_type = negotiate(request.headers.get("accept"))
        if media_type is None:
            return refusal(ClientError(ErrorCode.NOT_ACCEPTABLE, _NOT_ACCEPTABLE))
        try:
            operation = await self._operation(request)
        except ClientError as error:
            allow = {"Allow": "GET, POST"} if error.code is ErrorCode.METHOD_NOT_ALLOWED else None
            return refusal(error, media_type, allow)
        response = await self._run(operation)
        return Response(
            response.body,
            _status(response, media_type),
            {"Allow": "POST"} if response.refusal is ErrorCode.METHOD_NOT_ALLOWED else None,
            f"{media_type}; charset=utf-8",
        )

    async def _operation(self, request: Request) -> Operation:
        match request.method:
            case "POST":
                return _operation(await self._posted(request))
            case "GET":
                return _operation(_parameters(request), only_query=True)
            case method:
                raise ClientError(ErrorCode.METHOD_NOT_ALLOWED, f"GraphQL is asked by POST or GET, not by {method}.")

    async def _posted(self, request: Request) -> dict[str, Any]:
        _check_content_type(request.headers.get("content-type", ""))
        announced = request.headers.get("content-length", "")
        self._check_size(int(announced) if announced.isdecimal() else 0)
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            self._check_size(len(body))
        if not body:
            raise ClientError(ErrorCode.BAD_REQUEST, "The body is empty: it must be a JSON object with a `query`.")
        return _object(bytes(body), "The body")

    def _check_size(self, size: int) -> None:
        if size > self._max_body:
            raise ClientError(
                ErrorCode.BODY_TOO_LARGE, f"The request is too large: it may have {self._max_body} bytes at most."
            )


def _status(response: operations.Response, media_type: str) -> int:
    if response.executed:
        return 200
    status = STATUS.get(response.refusal or ErrorCode.INTERNAL_ERROR, 400)
    # Clients of plain JSON take any other status for a failure of transport.
    return 200 if media_type == JSON and status == 400 else status  # noqa: PLR2004


def _check_content_type(header: str) -> None:
    kind, *parameters = (part.strip().lower() for part in header.split(";"))
    charset = next((part.partition("=")[2].strip('"') for part in parameters if part.startswith("charset=")), "utf-8")
    if kind != JSON or charset not in {"utf-8", "utf8"}:
        raise ClientError(
            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
            f"Send the operation as {JSON} in UTF-8, and say so in the Content-Type header.",
        )


def _parameters(request: Request) -> dict[str, Any]:
    given: dict[str, Any] = dict(request.query_params)
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _object(given[name], f"`{name}`") if given[name] else None
    return given


def _object(text: bytes | str, what: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ClientError(
            ErrorCode.BAD_REQUEST, f"{what} is not valid JSON in UTF-8 (line {error.lineno}, column {error.colno})."
        ) from None
    if isinstance(found, list):
        raise ClientError(ErrorCode.BAD_REQUEST, f"{what} must be a JSON object, not a list: there are no batches.")
    if not isinstance(found, dict):
        raise ClientError(ErrorCode.BAD_REQUEST, f"{what} must be a JSON object.")
    return found


def _operation(given: dict[str, Any], *, only_query: bool = False) -> Operation:
    text, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
    if not isinstance(text, str) or not text:
        raise ClientError(ErrorCode.BAD_REQUEST, "`query` must be a string: the text of a GraphQL document.")
    if name is not None and not isinstance(name, str):
        raise ClientError(ErrorCode.BAD_REQUEST, "`operationName` must be a string.")
    if variables is not None and not isinstance(variables, dict):
        raise ClientError(ErrorCode.BAD_REQUEST, "`variables` must be an object: a value for each variable, by name.")
    if not isinstance(given.get("extensions"), dict | None):
        raise ClientError(ErrorCode.BAD_REQUEST, "`extensions` must be an object.")
    return Operation(text, name or None, variables, only_query)
