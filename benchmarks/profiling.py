"""Where the time of a request goes: the processor's time of the gateway's process under load, by layer.

Each query is measured twice: the process as it is, for its time in all, and under cProfile, for whose it is. What
the profiler cannot see (the loop and the driver's protocol, which are compiled) is the rest.
"""

import asyncio
import cProfile
import pstats
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import httpx
from rich.console import Console

from benchmarks.contestants.watching import PROFILE, TIMES
from benchmarks.layers import LAYERS, Cost, by_layer
from benchmarks.load import Job, ask
from benchmarks.processes import serving
from benchmarks.queries import QUERIES
from benchmarks.setting import Setting

__all__ = ["Spent", "profile_table", "profiled"]

_CONCURRENCY = 32
_CALLS = 200_000
_COMPILED = "The loop and the driver's protocol, compiled"
_KERNEL = "The kernel: sockets"


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one request, in seconds: the processor's time by layer, and how long one takes alone."""

    layers: Mapping[str, float]
    alone: float


def profiled(dsns: Mapping[str, str], plans: Path, seconds: float, console: Console) -> Mapping[str, Spent]:
    """What a request of each query costs the gateway's process, under load."""
    setting = Setting.of(dsns, plans)
    cost = _cost()
    file = plans.with_name("gateway.profile")
    found = {}
    with serving(dsns, plans, ("gateway",), file) as ports, httpx.Client(timeout=120) as client:
        address = f"http://127.0.0.1:{ports['gateway']}"
        for query in QUERIES:
            path = setting.dialects["gateway"].path(query.name)
            job = Job(ports["gateway"], path, setting.bodies["gateway"][query.name], _CONCURRENCY, seconds)
            asyncio.run(ask(job))
            alone = asyncio.run(ask(replace(job, concurrency=1)))
            before = client.get(address + TIMES).json()
            bare = asyncio.run(ask(job))
            after = client.get(address + TIMES).json()
            client.get(address + PROFILE)
            slowed = asyncio.run(ask(job))
            client.get(address + PROFILE)
            user, kernel = ((after[each] - before[each]) / bare.requests for each in ("user", "system"))
            stats = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
            layers = {label: took / slowed.requests for label, took in by_layer(stats, cost).items()}
            compiled = max(user - sum(layers.values()), 0.0)
            found[query.name] = Spent({**layers, _COMPILED: compiled, _KERNEL: kernel}, alone.p50 / 1000)
            console.print(f"{query.name}: {bare.requests:,} requests, {slowed.requests:,} under the profiler")
    return found


def profile_table(found: Mapping[str, Spent]) -> str:
    """The layers of each query's request, in microseconds."""

    def row(label: str, of: Callable[[Spent], float]) -> str:
        return f"| {label} | {' | '.join(f'{of(spent) * 1e6:,.0f}' for spent in found.values())} |"

    rows = [
        f"| | {' | '.join(f'{name} µs' for name in found)} |",
        "|---|" + "---:|" * len(found),
        *(row(label, lambda spent, label=label: spent.layers[label]) for label in (*LAYERS, _COMPILED, _KERNEL)),
        row("**the gateway's process in all**", lambda spent: sum(spent.layers.values())),
        row("one request alone, until it is answered", lambda spent: spent.alone),
    ]
    return "\n".join(rows)


def _cost() -> Cost:
    """What the profiler adds to a call, found by calling something empty with and without it."""

    def empty() -> None:
        pass

    def calls() -> float:
        started = perf_counter()
        for _ in range(_CALLS):
            empty()
        return perf_counter() - started

    bare = min(calls() for _ in range(3))
    profiler = cProfile.Profile()
    return Cost((min(profiler.runcall(calls) for _ in range(3)) - bare) / _CALLS)
