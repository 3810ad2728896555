"""What a registry did to answer a request: for people who want to see the statement and its plan."""

from collections.abc import Callable
from dataclasses import dataclass

from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where

__all__ = ["Record", "Trace"]


@dataclass(frozen=True, slots=True)
class Trace:
    """One statement that a registry ran.

    ``request`` is what was asked, a bare ``Where`` where rows were counted. ``plan`` is the database's own words.
    ``milliseconds`` are those of a second run, when the connection is open and the statement is known to it.
    """

    cluster: str
    request: PageRequest | FetchRequest | FacetRequest | Where
    statement: str
    values: tuple[object, ...]
    plan: str
    rows: int
    milliseconds: float


Record = Callable[[Trace], None]
"""Is given each statement once it has run."""
