"""A profile by layers: whose code the processor's time of a request goes to. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["LAYERS", "Cost", "by_layer"]

Function = tuple[str, int, str]
"""As ``pstats`` names them: file, line, name; a function of C has ``~`` for a file."""
Profile = Mapping[Function, tuple[int, int, float, float, Mapping[Function, tuple[int, int, float, float]]]]
"""Primitive calls, all calls, own and cumulative seconds; the same by caller, where all calls come first."""

LAYERS: Mapping[str, re.Pattern[str]] = {
    label: re.compile(pattern)
    for label, pattern in {
        "HTTP: uvicorn, Starlette, the endpoint": r"/(uvicorn|starlette|httptools|anyio)/"
        r"|gateway/(http/(?!entrance\.)|app\.py)",
        "The document and its plan": r"gateway/execution/(documents|plans|operations|measure)\.py",
        "graphql-core: parsing, variables, execution": r"/graphql/|/strawberry/",
        "Arguments and selections": r"gateway/execution/(searches|selection|connections|references)\.py|/vocabulary/",
        "Fan-out and merge": r"gateway/federation/",
        "SQL from requests": r"adapters/(kit/(?!postgres\.|connections\.)|contract/)",
        "Driver: connections, asyncpg": r"adapters/kit/(postgres|connections)\.py|asyncpg",
        "Checks: viewer, cost, budget, agreements": r"gateway/(access|limits|corridor)/"
        r"|gateway/execution/(costs|weighing|guards|crossing)\.py|gateway/http/entrance\.py",
        "The disclosure log": r"gateway/(audit|store)/|gateway/execution/(disclosed|log)\.py",
        "The request's context, rendering": r"gateway/execution/|schemas/",
        "Metrics": r"gateway/telemetry/|prometheus_client",
    }.items()
}
"""The first pattern that a function's file fits says whose it is; else it counts for those that call it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What the profiler adds to a call, in seconds: half in the caller's own time, half in that of whom it calls."""

    call: float


def by_layer(profile: Profile, cost: Cost) -> Mapping[str, float]:
    """Seconds by layer, without what the profiler itself took. What nobody of them calls (the loop) is left out."""
    own = dict.fromkeys(LAYERS, 0.0)
    shares: dict[Function, Mapping[str, float]] = {}
    for function, (_, calls, seconds, _, callers) in profile.items():
        for layer, share in _shares(function, profile, shares, ()).items():
            own[layer] += (seconds - calls * cost.call / 2) * share
        for caller, (times, _, _, _) in callers.items():
            for layer, share in _shares(caller, profile, shares, ()).items():
                own[layer] -= times * cost.call / 2 * share
    return {layer: max(seconds, 0.0) for layer, seconds in own.items()}


def _shares(
    function: Function, profile: Profile, known: dict[Function, Mapping[str, float]], path: Sequence[Function]
) -> Mapping[str, float]:
    """Which part of a function's time counts for which layer: the whole for its own one, else as it is called."""
    if function in known:
        return known[function]
    name = function[2] if function[0] == "~" else function[0]
    layer = next((label for label, pattern in LAYERS.items() if pattern.search(name)), None)
    if layer is not None:
        return known.setdefault(function, {layer: 1.0})
    shares: dict[str, float] = {}
    callers: Mapping[Function, tuple[Any, ...]] = profile[function][4] if function in profile else {}
    together = sum(seconds for _, _, seconds, _ in callers.values())
    for caller, (_, _, seconds, _) in callers.items():
        if caller not in path and together:
            for label, share in _shares(caller, profile, known, (*path, function)).items():
                shares[label] = shares.get(label, 0.0) + share * seconds / together
    return shares if path else known.setdefault(function, shares)
