"""The comparison: every contestant asked the same, in turns, after their answers were found equal."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

import httpx
from rich.console import Console

from benchmarks.contestants import CONTESTANTS
from benchmarks.load import Job, Turn, ask
from benchmarks.queries import EVERY_QUERY, Query
from benchmarks.setting import Setting

__all__ = ["Figures", "Pace", "check", "compare", "figures"]

_WARM_SECONDS = 1.0
_SHOWN = 2000  # characters of an answer


@dataclass(frozen=True, slots=True)
class Pace:
    """How long it is measured: ``rounds`` in which each contestant has its turn of ``seconds``."""

    rounds: int = 5
    seconds: float = 3.0
    concurrency: int = 32


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians over the rounds: requests a second, and latencies in milliseconds. ``best`` is the best round's rate."""

    rate: float
    best: float
    p50: float
    p95: float
    p99: float
    busy: float
    """The share of a core that the load took meanwhile."""

    def ratio(self, other: "Figures") -> float:
        """How many times the other's rate."""
        return self.rate / other.rate


class AnswersDiffer(Exception):
    """Two contestants do not answer the same: there is nothing to compare."""


async def check(setting: Setting, ports: Mapping[str, int], cases: int) -> None:
    """Asks every contestant the first ``cases`` of each query; raises AnswersDiffer unless they answer alike."""
    async with httpx.AsyncClient(timeout=120) as client:
        for query in EVERY_QUERY:
            for place in range(cases):
                able = [name for name in ports if query.name in CONTESTANTS[name].queries]
                answers = dict(
                    zip(
                        able,
                        await asyncio.gather(
                            *(_answer(client, ports[name], setting, name, query.name, place) for name in able)
                        ),
                        strict=True,
                    )
                )
                for name, answer in answers.items():
                    if not setting.dialects[name].same(query.name, answer, answers["gateway"]):
                        raise AnswersDiffer(
                            f"{query.name}, case {place}: {name} answers {json.dumps(answer)[:_SHOWN]}"
                            f" and the gateway {json.dumps(answers['gateway'])[:_SHOWN]}"
                        )


async def _answer(client: httpx.AsyncClient, port: int, setting: Setting, name: str, query: str, place: int) -> object:
    response = await client.post(
        f"http://127.0.0.1:{port}{setting.dialects[name].path(query)}",
        content=setting.bodies[name][query][place],
        headers={
            "content-type": "application/json",
            "accept": "application/json",
            "authorization": setting.authorized(name, query),
        },
    )
    answer = response.json()
    if response.status_code != httpx.codes.OK or "errors" in answer:
        raise AnswersDiffer(f"{name} failed at {query}, case {place}: {response.text[:500]}")
    return answer


async def compare(
    setting: Setting, ports: Mapping[str, int], pace: Pace, console: Console, queries: Sequence[Query] = EVERY_QUERY
) -> Mapping[str, Mapping[str, Figures]]:
    """Figures by query and contestant."""
    found: dict[str, Mapping[str, Figures]] = {}
    for query in queries:
        able = [name for name in ports if query.name in CONTESTANTS[name].queries]
        turns: dict[str, list[Turn]] = {name: [] for name in able}
        asked = replace(pace, concurrency=min(pace.concurrency, query.most))
        warming = replace(asked, rounds=1, seconds=min(_WARM_SECONDS, pace.seconds))
        for name in able:
            await _turn(setting, ports, name, query.name, warming, 0)
        for number in range(pace.rounds):
            for name in able:
                turns[name].append(await _turn(setting, ports, name, query.name, asked, number + 1))
        found[query.name] = {name: figures(each) for name, each in turns.items()}
        console.print(
            f"{query.name}: " + ", ".join(f"{name} {each.rate:,.0f}/s" for name, each in found[query.name].items())
        )
    return found


async def _turn(setting: Setting, ports: Mapping[str, int], name: str, query: str, pace: Pace, seed: int) -> Turn:
    bodies = setting.bodies[name][query]
    path, authorization = setting.dialects[name].path(query), setting.authorized(name, query)
    job = Job(ports[name], path, bodies, pace.concurrency, pace.seconds, seed * 1000, authorization)
    turn = await ask(job)
    if turn.failed:
        raise RuntimeError(f"{name} failed {turn.failed} times at {query}")
    return turn


def figures(turns: Sequence[Turn]) -> Figures:
    """The medians of several turns."""
    return Figures(
        median(turn.rate for turn in turns),
        max(turn.rate for turn in turns),
        median(turn.p50 for turn in turns),
        median(turn.p95 for turn in turns),
        median(turn.p99 for turn in turns),
        median(turn.busy for turn in turns),
    )
