"""Whether an answer that a page shows is like the one that the gateway gives."""

from collections.abc import Collection, Iterator
from typing import Any

MEANT_EXACTLY = {
    "__typename", "byRole", "cluster", "code", "field", "from", "optimality", "reason", "relation", "slug", "state",
    "status", "to",
}  # fmt: skip
"""Fields whose values a page shows for what they are; others depend on the data."""


def unlike(
    shown: Any, real: Any, at: str = "", *, shortened: bool = False, exactly: Collection[str] = MEANT_EXACTLY
) -> Iterator[str]:
    """What differs: keys, types, nulls, truth values and words that are meant exactly.

    A list may be shown shorter than it is, and in another order: each element shown must be like some real one. One
    that is shown empty is empty. ``shortened`` lets keys be left out, as in errors; ``exactly`` are the fields whose
    words are meant exactly.

    >>> list(unlike({"a": [1]}, {"a": [1, 2]})), list(unlike({"a": 1}, {"a": "x"})), list(unlike({"a": 1}, {"b": 1}))
    ([], ['a: 1 against x'], [': keys a against b'])
    """
    match shown, real:
        case dict(), dict():
            yield from _unlike_objects(shown, real, at, shortened=shortened, exactly=exactly)
        case list(), list():
            yield from _unlike_lists(shown, real, at, shortened=shortened, exactly=exactly)
        case ((bool() | None), _):
            if shown is not real:
                yield f"{at}: {shown} against {real}"
        case _:
            meant = at.rpartition(".")[2] in exactly
            if type(shown) is not type(real) or (meant and shown != real):
                yield f"{at}: {shown} against {real}"


def _unlike_objects(
    shown: dict[str, Any], real: dict[str, Any], at: str, *, shortened: bool, exactly: Collection[str]
) -> Iterator[str]:
    if shown.keys() - real.keys() or (not shortened and shown.keys() != real.keys()):
        yield f"{at}: keys {', '.join(shown)} against {', '.join(real)}"
        return
    for key, value in shown.items():
        within = f"{at}.{key}".lstrip(".")
        yield from unlike(value, real[key], within, shortened=shortened or key == "errors", exactly=exactly)


def _unlike_lists(
    shown: list[Any], real: list[Any], at: str, *, shortened: bool, exactly: Collection[str]
) -> Iterator[str]:
    if real and not shown:
        yield f"{at}: an empty list against {len(real)}"
    for number, value in enumerate(shown):
        tried = [list(unlike(value, each, f"{at}[{number}]", shortened=shortened, exactly=exactly)) for each in real]
        if not tried or all(tried):
            yield from min(tried, key=len, default=[f"{at}: an empty list"])
