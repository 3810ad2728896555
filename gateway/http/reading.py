"""A request's operation as it was sent: the JSON object of a POST, or the parameters of a GET."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

import orjson
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive

from gateway.deadlines import Deadlines
from gateway.errors import ClientError, ErrorCode
from gateway.http.negotiation import JSON

__all__ = ["body_of", "check_type", "is_json", "parameters", "posted"]

_MOST_PARAMETERS = 16
_LONGEST_TYPE = 256
"""Bytes of a Content-Type header that are read: what was read is remembered."""


def check_type(headers: Mapping[bytes, bytes]) -> None:
    """Refuses what is not announced as JSON, such as the forms that a page of any site can make a browser send."""
    if not is_json(headers.get(b"content-type", b"")[:_LONGEST_TYPE]):
        raise ClientError(
            ErrorCode.UNSUPPORTED_MEDIA_TYPE,
            f"Send the operation as {JSON} in UTF-8, and say so in the Content-Type header.",
        )


async def body_of(
    headers: Mapping[bytes, bytes], receive: Receive, most_bytes: int, deadlines: Deadlines
) -> bytes | bytearray:
    """The body of a POST; ``headers`` by their names in lower case. Raises ClientDisconnect where it breaks off.

    It has to be there within the deadline: who sends it byte by byte shall not keep a connection for ever.
    """
    announced = headers.get(b"content-length", b"")
    _check_size(int(announced) if announced.isdigit() else 0, most_bytes)
    try:
        with deadlines.block():
            return await _body(receive, most_bytes)
    except TimeoutError:
        raise ClientError(
            ErrorCode.BODY_TOO_SLOW, "The request's body took too long to arrive. Send it again.", retryable=True
        ) from None


def posted(body: bytes | bytearray) -> dict[str, Any]:
    """The JSON object of a POST."""
    if not body:
        raise ClientError(ErrorCode.BAD_REQUEST, "The body is empty: it must be a JSON object with a `query`.")
    return _object(body, "The body")


async def _body(receive: Receive, most_bytes: int) -> bytes | bytearray:
    message = await _part(receive)
    body: bytes | bytearray = message.get("body", b"")
    _check_size(len(body), most_bytes)
    if message.get("more_body"):  # seldom: most bodies come in one piece, and are not copied
        body = bytearray(body)
        while message.get("more_body"):
            message = await _part(receive)
            body += message.get("body", b"")
            _check_size(len(body), most_bytes)
    return body


async def _part(receive: Receive) -> Message:
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientDisconnect
    return message


def parameters(query_string: bytes, most_bytes: int) -> dict[str, Any]:
    """The parameters of a GET; of one that is given twice, the last counts."""
    _check_size(len(query_string), most_bytes)
    if query_string.count(b"&") >= _MOST_PARAMETERS:  # each takes time to read, and an operation has four
        raise ClientError(ErrorCode.BAD_REQUEST, f"A GET may have {_MOST_PARAMETERS} parameters at most.")
    given: dict[str, Any] = dict(parse_qsl(query_string.decode("latin-1"), keep_blank_values=True))
    for name in ("variables", "extensions"):
        if name in given:
            given[name] = _object(given[name], f"`{name}`") if given[name] else None
    return given


@lru_cache(maxsize=64)
def is_json(content_type: bytes) -> bool:
    """Whether a Content-Type header announces JSON in UTF-8.

    >>> is_json(b'Application/JSON; charset="UTF-8"'), is_json(b"application/json;charset=utf-16"), is_json(b"")
    (True, False, False)
    """
    kind, *details = (part.strip().lower() for part in content_type.decode("latin-1").split(";"))
    charset = next((each.partition("=")[2].strip('"') for each in details if each.startswith("charset=")), "utf-8")
    return kind == JSON and charset in {"utf-8", "utf8"}


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise ClientError(ErrorCode.BODY_TOO_LARGE, f"The request is too large: it may have {most} bytes at most.")


def _object(text: bytes | bytearray | str, what: str) -> dict[str, Any]:
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
