"""Where the time of a request goes: the processor's time of the gateway's process under load, by layer.

Each query is measured twice: the process as it is, for its time in all, and under cProfile, for the shares of it.
What the profiler does not see (compiled code that no Python calls) is what it leaves of the process's time.
"""

import asyncio
import pstats
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import process_time

import httpx
from rich.console import Console

from benchmarks.contestants.watching import PROFILE, TIMES, profiler
from benchmarks.layers import LAYERS, Cost, by_layer
from benchmarks.load import Job, ask
from benchmarks.processes import serving
from benchmarks.queries import QUERIES
from benchmarks.setting import Setting
from benchmarks.store import Given

__all__ = ["Spent", "profile_table", "profiled"]

_CONCURRENCY = 32
_CALLS = 200_000
_UNSEEN = "The loop, the driver's protocol and the kernel under them"


@dataclass(frozen=True, slots=True)
class Spent:
    """Of one request, in seconds: the processor's time by layer, and how long one takes alone."""

    layers: Mapping[str, float]
    alone: float


def profiled(
    dsns: Mapping[str, str], store: Given, plans: Path, seconds: float, console: Console
) -> Mapping[str, Spent]:
    """What a request of each query costs the gateway's process, under load."""
    setting = Setting.of(dsns, plans, store)
    cost = _cost()
    file = plans.with_name("gateway.profile")
    found = {}
    with serving(dsns, store.dsn, plans, ("gateway",), file) as ports, httpx.Client(timeout=120) as client:
        address = f"http://127.0.0.1:{ports['gateway']}"
        for query in QUERIES:
            path = setting.dialects["gateway"].path(query.name)
            bodies, authorization = setting.bodies["gateway"][query.name], setting.authorized("gateway", query.name)
            job = Job(ports["gateway"], path, bodies, _CONCURRENCY, seconds, authorization=authorization)
            asyncio.run(ask(job))
            alone = asyncio.run(ask(replace(job, concurrency=1)))
            bare = _used(client, address, job)
            client.get(address + PROFILE)
            slowed = _used(client, address, job)
            client.get(address + PROFILE)
            profile = pstats.Stats(str(file)).stats  # type: ignore[attr-defined]
            seen = by_layer(profile, cost)
            unseen = slowed.seconds - sum(own for _, _, own, _, _ in profile.values())
            layers = {**seen, _UNSEEN: max(unseen, 0.0)}
            scale = bare.seconds / bare.requests / sum(layers.values())
            found[query.name] = Spent({label: took * scale for label, took in layers.items()}, alone.p50 / 1000)
            console.print(f"{query.name}: {bare.requests:,} requests, {slowed.requests:,} under the profiler")
    return found


@dataclass(frozen=True, slots=True)
class _Used:
    requests: int
    seconds: float


def _used(client: httpx.Client, address: str, job: Job) -> _Used:
    """How many requests were answered, and the processor's seconds that it took the gateway."""
    before: float = client.get(address + TIMES).json()
    requests = asyncio.run(ask(job)).requests
    after: float = client.get(address + TIMES).json()
    return _Used(requests, after - before)


def profile_table(found: Mapping[str, Spent]) -> str:
    """The layers of each query's request, in microseconds."""

    def row(label: str, of: Callable[[Spent], float]) -> str:
        return f"| {label} | {' | '.join(f'{of(spent) * 1e6:,.0f}' for spent in found.values())} |"

    rows = [
        f"| | {' | '.join(f'{name} µs' for name in found)} |",
        "|---|" + "---:|" * len(found),
        *(row(label, partial(_layer, label)) for label in (*LAYERS, _UNSEEN)),
        row("**the gateway's process in all**", lambda spent: sum(spent.layers.values())),
        row("one request alone, until it is answered", lambda spent: spent.alone),
    ]
    return "\n".join(rows)


def _layer(label: str, spent: Spent) -> float:
    return spent.layers[label]


def _cost() -> Cost:
    """What the profiler adds to a call, found by calling something empty with and without it."""

    def empty() -> None:
        pass

    def calls() -> float:
        started = process_time()
        for _ in range(_CALLS):
            empty()
        return process_time() - started

    bare = min(calls() for _ in range(3))
    slowed = profiler()
    return Cost((min(slowed.runcall(calls) for _ in range(3)) - bare) / _CALLS)
