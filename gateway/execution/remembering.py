"""Caches that a client who only sends large documents cannot fill memory with."""

from collections.abc import Callable
from functools import lru_cache
from typing import Generic, ParamSpec, TypeVar

from gateway.telemetry.caches import CacheInfo

__all__ = ["LARGE", "Remembered"]

LARGE = 4096
"""Characters from which on a document is large. What comes of one takes up to half a megabyte."""
_LARGE_SHARE = 20

P = ParamSpec("P")
T = TypeVar("T")


class Remembered(Generic[P, T]):
    """A function whose latest ``most`` results are remembered, and of those of large documents a twentieth of that.

    >>> double = Remembered(lambda number: 2 * number, 20)
    >>> double.of(large=False)(1), double.of(large=False)(1), double.of(large=True)(3)
    (2, 2, 6)
    >>> double.cache_info()
    CacheInfo(hits=1, misses=2, maxsize=21, currsize=2)
    """

    def __init__(self, make: Callable[P, T], most: int) -> None:
        self._small = lru_cache(most)(make)
        self._large = lru_cache(max(most // _LARGE_SHARE, 1))(make)

    def of(self, *, large: bool) -> Callable[P, T]:
        """The function, for small or large documents."""
        return self._large if large else self._small  # type: ignore[return-value]  # typeshed forgets arguments

    def cache_info(self) -> CacheInfo:
        """How that fares, of both sizes together."""
        small, large = self._small.cache_info(), self._large.cache_info()
        return CacheInfo(
            small.hits + large.hits,
            small.misses + large.misses,
            (small.maxsize or 0) + (large.maxsize or 0),
            small.currsize + large.currsize,
        )
