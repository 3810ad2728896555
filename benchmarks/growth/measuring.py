"""How growth is measured: gateways side by side, asked in turns, so that what the machine does else befalls all."""

import time
from collections.abc import Hashable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, product
from statistics import median
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import uvloop
from rich.console import Console

from benchmarks.clusters import Cluster, serving
from benchmarks.comparison import Figures, Pace, figures
from benchmarks.growth.figures import DISTANCE, KINDS, PAGE, ROWS, Distance, Grown, Members, Pages, Spread
from benchmarks.growth.requests import Requests
from benchmarks.load import Job, Turn, measure
from benchmarks.queries import QUERIES
from benchmarks.registries import copies, servers
from benchmarks.store import Given, store
from gateway.embedded import EmbeddedServer
from tests.faults.proxy import Network, Proxy

__all__ = ["grow"]

_REGISTRIES = (2, 4, 6, 8)
_MANY = 32
_TRIPS = 15

_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of which gateway, drawn at random, by how many connections at once."""

    port: int
    bodies: Sequence[str]
    connections: int = 1


def grow(sizes: Sequence[int], pace: Pace, console: Console) -> Grown:
    """Measures growth over registries of these sizes; over many registries, and from afar, with the smallest."""
    with ExitStack() as running:
        given = running.enter_context(store())
        held = {members: running.enter_context(servers(members, console)) for members in sorted(sizes)}
        by_size = _members(held, given, pace)
        console.print(f"measured over {', '.join(f'{members:,}' for members in held)} members a registry")
        smallest = held[min(held)]
        spread = _spread(smallest, given, pace)
        console.print(f"measured over {', '.join(map(str, _REGISTRIES))} registries")
        return Grown(by_size, spread, _distance(smallest, given, pace))


def _members(held: Mapping[int, Mapping[str, EmbeddedServer]], given: Given, pace: Pace) -> Mapping[int, Members]:
    with ExitStack() as running:
        questions: dict[tuple[int, str, object], _Question] = {}
        for members, found in held.items():
            clusters = [_only(city, server) for city, server in found.items()]
            requests = uvloop.run(Requests.of(clusters))
            port = running.enter_context(serving(clusters, given.dsn))
            asked = chain(
                (("query", name, bodies) for name, bodies in requests.queries().items()),
                (("first", each, requests.first(*each)) for each in product(KINDS, ROWS)),
                (("deep", each, requests.deep(*each)) for each in product(KINDS, ROWS)),
            )
            questions |= {(members, what, which): _Question(port, bodies) for what, which, bodies in asked}
        p50 = {key: each.p50 for key, each in uvloop.run(_in_turns(questions, given.key, pace)).items()}
    return {
        members: Members(
            {query.name: p50[members, "query", query.name] for query in QUERIES},
            {kind: {rows: p50[members, "first", (kind, rows)] for rows in ROWS} for kind in KINDS},
            {kind: {rows: p50[members, "deep", (kind, rows)] for rows in ROWS} for kind in KINDS},
        )
        for members in held
    }


def _spread(found: Mapping[str, EmbeddedServer], given: Given, pace: Pace) -> Spread:
    each_city = max(_REGISTRIES) // len(found)
    dsns = {city: copies(server, each_city) for city, server in found.items()}
    clusters = [Cluster(f"{city}-{place + 1}", city, dsns[city][place]) for place in range(each_city) for city in dsns]
    with ExitStack() as running:
        questions: dict[tuple[str, int, int], _Question] = {}
        for number in _REGISTRIES:
            taken = clusters[:number]
            requests = uvloop.run(Requests.of(taken))
            port = running.enter_context(serving(taken, given.dsn))
            for connections, kind in product((1, _MANY), KINDS):
                questions[kind, number, connections] = _Question(port, requests.pages(kind, PAGE), connections)
        asked = uvloop.run(_in_turns(questions, given.key, pace))

    def pages(kind: str) -> Mapping[int, Pages]:
        return {number: Pages(asked[kind, number, 1].p50, asked[kind, number, _MANY].rate) for number in _REGISTRIES}

    return Spread(pages("scalars"), pages("nested"))


def _distance(found: Mapping[str, EmbeddedServer], given: Given, pace: Pace) -> Distance:
    near = [_only(city, server) for city, server in found.items()]
    remote = near[-1]
    network = Network()
    road = Proxy(network, found[remote.city].port)
    try:
        road.distant(DISTANCE / 1000)
        far = [*near[:-1], Cluster(remote.code, remote.city, _by_way_of(road, remote.dsn))]
        requests = uvloop.run(Requests.of(near))
        bodies = {
            "member": requests.member(remote.code),
            **{kind: requests.pages(kind, PAGE) for kind in KINDS},
        }
        with serving(near, given.dsn) as beside, serving(far, given.dsn) as away:
            asked = uvloop.run(
                _in_turns(
                    {(port, name): _Question(port, each) for name, each in bodies.items() for port in (beside, away)},
                    given.key,
                    pace,
                )
            )
        return Distance(
            uvloop.run(_round_trip(far[-1].dsn)),
            {name: asked[beside, name].p50 for name in bodies},
            {name: asked[away, name].p50 for name in bodies},
        )
    finally:
        road.close()
        network.close()


def _only(city: str, server: EmbeddedServer) -> Cluster:
    return Cluster(city, city, copies(server, 1)[0])


def _by_way_of(road: Proxy, dsn: str) -> str:
    address = urlsplit(dsn)
    login = address.netloc.rpartition("@")[0]
    return urlunsplit(address._replace(netloc=f"{login}@127.0.0.1:{road.port}"))


async def _round_trip(dsn: str) -> float:
    connection = await asyncpg.connect(dsn)
    try:
        statement = await connection.prepare("select")
        taken = []
        for _ in range(_TRIPS):
            started = time.perf_counter()
            await statement.fetch()
            taken.append((time.perf_counter() - started) * 1000)
        return median(taken)
    finally:
        await connection.close()


async def _in_turns(questions: Mapping[_Key, _Question], key: str, pace: Pace) -> Mapping[_Key, Figures]:
    """Medians of ``pace.rounds`` rounds, in each of which every question has its turn."""
    authorization = f"Bearer {key}"
    for name, each in questions.items():
        await _warm(name, each, authorization)
    turns: dict[_Key, list[Turn]] = {name: [] for name in questions}
    for number in range(pace.rounds):
        for name, each in questions.items():
            seed = number * 1000
            job = Job(each.port, "/graphql", each.bodies, each.connections, pace.seconds, seed, authorization)
            turn = await measure(job)
            if turn.failed:
                raise RuntimeError(f"the gateway failed {turn.failed} times at {name}")
            turns[name].append(turn)
    return {name: figures(found) for name, found in turns.items()}


async def _warm(name: object, question: _Question, authorization: str) -> None:
    """Asks everything once, so that it is in memory; raises RuntimeError unless all answers are whole.

    A gateway answers with status 200 too when a registry is missing.
    """
    async with httpx.AsyncClient(timeout=120) as client:
        for sent in question.bodies:
            response = await client.post(
                f"http://127.0.0.1:{question.port}/graphql",
                content=sent,
                headers={
                    "content-type": "application/json",
                    "accept": "application/json",
                    "authorization": authorization,
                },
            )
            if "errors" in (answer := response.json()) or None in answer["data"].values():
                raise RuntimeError(f"the gateway failed at {name}: {response.text[:500]}")
