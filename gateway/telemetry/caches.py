"""How a cache tells how it fares: as those of ``functools.lru_cache`` do."""

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

__all__ = ["CacheInfo", "Caches", "Counts"]


class Counts(Protocol):
    """What ``cache_info()`` of any cache gives; ``maxsize`` is None where it has no bound."""

    @property
    def hits(self) -> int:
        """How often something was there."""

    @property
    def misses(self) -> int:
        """How often it had to be made, or was not to be had."""

    @property
    def maxsize(self) -> int | None:
        """How many things it may hold."""

    @property
    def currsize(self) -> int:
        """How many it holds."""


class CacheInfo(NamedTuple):
    """The counts of a cache of the gateway's own."""

    hits: int
    misses: int
    maxsize: int | None
    currsize: int


Caches = Mapping[str, Callable[[], Counts]]
"""The ``cache_info`` of each cache, by the name that it has in the metrics."""
