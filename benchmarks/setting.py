"""The setting of a comparison: the cases of each query, and what each contestant is sent for them."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.contract.request import RELEVANCE, Ordering, PageRequest
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.statement import Statement
from benchmarks.cases import cases, draw
from benchmarks.contestants import CONTESTANTS
from benchmarks.contestants.given import search_key
from benchmarks.contestants.given import write as write_given
from benchmarks.dialects import ByCity, Dialect, Itself, Numbered, United, Written
from benchmarks.plans import Plan, Recorder, plan, write
from benchmarks.processes import REGISTRIES, SECRET
from benchmarks.queries import SEARCHED
from benchmarks.store import PARTNER, Unlogged
from gateway.app import Gateway, load_adapters, open_directory
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.settings import Settings
from gateway.vocabulary import Vocabulary

__all__ = ["NUMBER", "Setting", "settings"]

NUMBER = 200
"""Cases of each query: so many different variables, drawn at random for each request."""

_DRAWN = 600


@dataclass(frozen=True, slots=True)
class Setting:
    """What contestants are asked: ``bodies[contestant][query]``, one for each case, in the same order for all.

    ``authorization`` is the header by which the gateway knows the partner who asks; the others let in everybody.
    """

    bodies: Mapping[str, Mapping[str, Sequence[str]]]
    dialects: Mapping[str, Dialect]
    plans: Path
    authorization: Mapping[str, str]

    @classmethod
    def of(cls, dsns: Mapping[str, str], plans: Path, key: str, number: int = NUMBER) -> "Setting":
        """Draws so many cases of each query, and records what the gateway sends for them into ``plans``.

        ``key`` is the partner's.
        """
        return asyncio.run(_prepared(settings(dsns), plans, key, number))


def settings(dsns: Mapping[str, str]) -> Settings:
    """The settings of a gateway over these registries, with patience: here nothing is being measured."""
    patient = {"deadline": 60.0, "statement_timeout": 60.0}
    return Settings(
        registries={city: {"dsn": dsn, **patient} for city, dsn in dsns.items()},
        cursor_secret=SECRET,
        request_deadline=60.0,
    )


async def _prepared(given: Settings, plans: Path, key: str, number: int) -> Setting:
    opened = open_directory(given)
    recorders = [Recorder(source.registry) for source in opened if isinstance(source.registry, PostgresRegistry)]
    gateway = Gateway.of(given, Directory.of(*(Source(recorder, 60.0) for recorder in recorders)), Unlogged())
    codes = tuple(recorder.cluster.code for recorder in recorders)
    dialects = _dialects(given, codes)
    try:
        drawn = await draw([recorder.registry for recorder in recorders], Vocabulary.load(), _DRAWN)
        listed = cases(drawn, number)
        bodies = {
            name: {
                query: [dialects[name].body(query, case, place) for place, case in enumerate(listed[query])]
                for query in each.queries
            }
            for name, each in CONTESTANTS.items()
        }
        recorded: dict[str, list[Plan]] = {}
        searches: dict[str, dict[str, Statement]] = {code: {} for code in codes}
        for name, asked in bodies["gateway"].items():
            recorded[name] = []
            for case, sent in zip(listed[name], asked, strict=True):
                recorded[name].append(await _recorded(gateway, recorders, sent))
                if name == "Q3":
                    sought = search_key(case.variables["search"], case.variables["sectors"])
                    for recorder in recorders:
                        searches[recorder.cluster.code][sought] = _search(recorder)
    finally:
        await opened.close()
    write(recorded, plans)
    write_given(given, searches, plans.with_name(REGISTRIES))
    return Setting(bodies, dialects, plans, {"gateway": f"Bearer {key}"})


def _search(recorder: Recorder) -> Statement:
    """Keys and points of what the recorder was asked last."""
    assert recorder.sought is not None  # noqa: S101 - it has just been asked
    return recorder.registry.compiler.page(PageRequest(recorder.sought, Ordering(RELEVANCE, True), SEARCHED + 1))


def _dialects(given: Settings, clusters: tuple[str, ...]) -> Mapping[str, Dialect]:
    cities = {adapter.cluster.code: city for city, adapter in load_adapters(given).items()}
    return {
        "gateway": Itself(SECRET, clusters),
        "floor": Numbered(),
        "naive": Written("/"),
        "mercurius": Written("/graphql"),
        "hive": ByCity("/graphql", cities),
        "apollo": ByCity("/", cities),
        "postgraphile": United("/graphql"),
    }


async def _recorded(gateway: Gateway, recorders: Sequence[Recorder], sent: str) -> Plan:
    request = json.loads(sent)
    response = await gateway.run(Operation(request["query"], variables=request["variables"], viewer=PARTNER))
    answer = json.loads(response.body)
    if "errors" in answer:
        raise RuntimeError(f"the gateway failed: {answer['errors']}")
    return plan(recorders)
