"""Growth: how the latency of one request at a time changes with the page, the depth of the walk and the registries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.load import Job, ask
from benchmarks.queries import QUERIES, listing
from benchmarks.setting import Setting, listing_bodies

__all__ = ["SIZES", "Growth", "grow"]

SIZES = (10, 20, 50, 100)
"""Rows of a page."""

_TURNS = 3


@dataclass(frozen=True, slots=True)
class Growth:
    """Median latencies in milliseconds at one size of the registries: by query, and by size for pages of Q2's list."""

    queries: Mapping[str, float]
    first: Mapping[int, float]
    deep: Mapping[int, float]


async def grow(setting: Setting, port: int, seconds: float) -> Growth:
    """Asks the gateway alone, one request after another; every figure in three turns of ``seconds``."""
    return Growth(
        {query.name: await _latency(port, setting.bodies["gateway"][query.name], seconds) for query in QUERIES},
        {size: await _latency(port, listing_bodies(listing(size), ()), seconds) for size in SIZES},
        {size: await _latency(port, listing_bodies(listing(size), setting.deep), seconds) for size in SIZES},
    )


async def _latency(port: int, bodies: Sequence[str], seconds: float) -> float:
    await ask(Job(port, "/graphql", bodies, 1, seconds / 2, 0))
    turns = [await ask(Job(port, "/graphql", bodies, 1, seconds, seed)) for seed in range(1, _TURNS + 1)]
    if any(turn.failed for turn in turns):
        raise RuntimeError("the gateway failed")
    return median(turn.p50 for turn in turns)
