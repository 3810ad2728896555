"""Content negotiation, as GraphQL over HTTP asks for it. Pure."""

from dataclasses import dataclass
from functools import lru_cache

__all__ = ["EVENT_STREAM", "GRAPHQL_RESPONSE", "JSON", "negotiate"]

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"
_OFFERED = (JSON, GRAPHQL_RESPONSE, EVENT_STREAM)
_RANGES = ("*/*", "application/*")
"""The ranges that take in JSON, from the least to the most specific; below a type's own name."""


@dataclass(frozen=True, slots=True)
class _Wish:
    quality: float
    place: int
    specificity: int


@lru_cache(maxsize=256)
def negotiate(header: bytes) -> str | None:
    """The media type of the answer by the Accept header; None where nothing that can be had is acceptable.

    The most wanted type wins, of equally wanted ones that named first. Who names no type, or any,
    gets plain JSON, as old clients expect.

    >>> negotiate(b"application/json;q=0.5, application/graphql-response+json")
    'application/graphql-response+json'
    >>> negotiate(b"*/*"), negotiate(b""), negotiate(b"text/html")
    ('application/json', 'application/json', None)
    >>> negotiate(b"application/json;q=0, */*")
    'application/graphql-response+json'
    >>> negotiate(b"application/json, text/event-stream"), negotiate(b"text/event-stream, */*;q=0.1")
    ('application/json', 'text/event-stream')
    """
    accept = header.decode("latin-1")
    if not accept.strip():
        return JSON
    wishes = {offered: _wish(offered, accept) for offered in _OFFERED}
    wanted = [offered for offered in _OFFERED if wishes[offered].quality > 0]
    return min(wanted, key=lambda offered: (-wishes[offered].quality, wishes[offered].place), default=None)


def _wish(offered: str, accept: str) -> _Wish:
    """How much one type is wanted: the most specific range that takes it in says so."""
    found = _Wish(0.0, 0, -1)
    names = {offered} if offered == EVENT_STREAM else {offered, *_RANGES}
    for place, part in enumerate(accept.split(",")):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        if kind in names and _charset(parameters):
            specificity = _RANGES.index(kind) if kind in _RANGES else len(_RANGES)
            if specificity > found.specificity:
                found = _Wish(_quality(parameters), place, specificity)
    return found


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def _charset(parameters: list[str]) -> bool:
    named = [value.strip(' "') for name, _, value in (each.partition("=") for each in parameters) if name == "charset"]
    return all(charset in {"utf-8", "utf8"} for charset in named)
