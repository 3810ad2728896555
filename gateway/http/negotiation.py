"""Content negotiation, as GraphQL over HTTP asks for it. Pure."""

__all__ = ["GRAPHQL_RESPONSE", "JSON", "negotiate"]

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"
_OFFERED = (GRAPHQL_RESPONSE, JSON)


def negotiate(accept: str | None) -> str | None:
    """The media type of the answer by the Accept header; None where nothing that can be had is acceptable.

    Of equally wanted types the one named first wins; who names none gets plain JSON, as old clients expect.

    >>> negotiate("application/json;q=0.5, application/graphql-response+json")
    'application/graphql-response+json'
    >>> negotiate("*/*"), negotiate(None), negotiate("text/html")
    ('application/json', 'application/json', None)
    """
    if not accept or not accept.strip():
        return JSON
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept.split(",")):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = _quality(parameters)
        if quality > 0 and _charset(parameters):
            wanted += [(-quality, place, offered) for offered in _meant(kind)]
    return min(wanted)[2] if wanted else None


def _meant(kind: str) -> tuple[str, ...]:
    if kind in {"*/*", "application/*"}:
        return (JSON,)
    return (kind,) if kind in _OFFERED else ()


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
    charsets = [value.strip(' "') for name, _, value in (each.partition("=") for each in parameters) if name == "charset"]
    return all(charset in {"utf-8", "utf8"} for charset in charsets)
