"""The setting of a comparison: the cases of each query, and what each contestant is sent for them."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.contract.match import Match
from adapters.contract.request import RELEVANCE, Ordering, PageRequest
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.statement import Statement
from benchmarks.cases import Draw, cases, draw
from benchmarks.contestants import CONTESTANTS
from benchmarks.contestants.given import search_key
from benchmarks.contestants.given import write as write_given
from benchmarks.contestants.together import write_matches
from benchmarks.dialects import ByCity, Dialect, Itself, Numbered, United, Written
from benchmarks.plans import Plan, Recorder, plan, write
from benchmarks.processes import MATCHES, REGISTRIES, SECRET
from benchmarks.queries import SEARCHED
from benchmarks.store import COORDINATOR, PARTNER, Given, Unlogged, found
from gateway.access.viewer import Viewer
from gateway.app import Gateway, load_adapters, open_directory
from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements
from gateway.corridor.consortium import Requirement
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.facts import Corridor
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.federation.directory import Directory, Source
from gateway.settings import Settings
from gateway.store import Store
from gateway.vocabulary import Vocabulary

__all__ = ["NUMBER", "Setting", "settings"]

NUMBER = 200
"""Cases of each query: so many different variables, drawn at random for each request."""

_DRAWN = 600
_REQUIRED = 6


@dataclass(frozen=True, slots=True)
class Setting:
    """What contestants are asked: ``bodies[contestant][query]``, one for each case, in the same order for all.

    ``given`` has the keys by which the gateway knows who asks; the others let in everybody.
    """

    bodies: Mapping[str, Mapping[str, Sequence[str]]]
    dialects: Mapping[str, Dialect]
    plans: Path
    given: Given

    @classmethod
    def of(cls, dsns: Mapping[str, str], plans: Path, given: Given, number: int = NUMBER) -> "Setting":
        """Draws so many cases of each query, and records what the gateway sends for them into ``plans``.

        Consortia are founded in the store that is given.
        """
        return asyncio.run(_prepared(settings(dsns), plans, given, number))

    def authorized(self, name: str, query: str) -> str:
        """The header by which a contestant knows who asks: the gateway alone, and consortia are a coordinator's."""
        key = self.given.coordinator if query == "Q5" else self.given.key
        return f"Bearer {key}" if name == "gateway" else ""


def settings(dsns: Mapping[str, str]) -> Settings:
    """The settings of a gateway over these registries, with patience: here nothing is being measured."""
    patient = {"deadline": 60.0, "statement_timeout": 60.0}
    return Settings(
        registries={city: {"dsn": dsn, **patient} for city, dsn in dsns.items()},
        cursor_secret=SECRET,
        request_deadline=60.0,
    )


async def _prepared(given: Settings, plans: Path, around: Given, number: int) -> Setting:
    opened = open_directory(given)
    recorders = [Recorder(source.registry) for source in opened if isinstance(source.registry, PostgresRegistry)]
    directory = Directory.of(*(Source(recorder, 60.0) for recorder in recorders))
    codes = tuple(recorder.cluster.code for recorder in recorders)
    store, agreements, vocabulary = Store(around.dsn, timeout=60.0), Agreements.among(codes), Vocabulary.load()
    building = Building.of(
        store,
        Acts(store, {}),
        registries=AskedRegistries(directory),
        agreements=agreements,
        vocabulary=vocabulary,
        clusters=codes,
        compose=Composer().compose,
    )
    gateway = Gateway.of(given, directory, Unlogged(), corridor=Corridor(agreements, building=building))
    dialects = _dialects(given, codes)
    try:
        drawn = await draw([recorder.registry for recorder in recorders], vocabulary, _DRAWN)
        listed = cases(drawn, number, await found(around.owner, drawn.groups(number), _required(drawn)))
        bodies = {
            name: {
                query: [dialects[name].body(query, case, place) for place, case in enumerate(listed[query])]
                for query in each.queries
            }
            for name, each in CONTESTANTS.items()
        }
        recorded: dict[str, list[Plan]] = {}
        searches: dict[str, dict[str, Statement]] = {code: {} for code in codes}
        matches: dict[str, Match] = {}
        matching: dict[str, dict[str, Statement]] = {code: {} for code in codes}
        for name, asked in bodies["gateway"].items():
            recorded[name] = []
            for case, sent in zip(listed[name], asked, strict=True):
                recorded[name].append(
                    await _recorded(gateway, recorders, sent, COORDINATOR if name == "Q5" else PARTNER)
                )
                if name == "Q3":
                    sought = search_key(case.variables["search"], case.variables["sectors"])
                    for recorder in recorders:
                        searches[recorder.cluster.code][sought] = _search(recorder)
                if name == "Q6":
                    need = str(case.variables["need"])
                    matches[need] = _match(recorders)
                    for sent_page in recorded[name][-1].pages:
                        matching[sent_page.cluster][need] = sent_page.statement
    finally:
        await opened.close()
        await store.close()
    write(recorded, plans)
    write_matches(matches, plans.with_name(MATCHES))
    write_given(given, searches, matching, plans.with_name(REGISTRIES))
    return Setting(bodies, dialects, plans, around)


def _search(recorder: Recorder) -> Statement:
    """Keys and points of what the recorder was asked last."""
    assert recorder.sought is not None  # noqa: S101 - it has just been asked
    return recorder.registry.compiler.page(PageRequest(recorder.sought, Ordering(RELEVANCE, True), SEARCHED + 1))


def _match(recorders: Sequence[Recorder]) -> Match:
    """What all of them were asked last, apart from who is left out: that is only said where it is known."""
    given = [each.sought.match for each in recorders if each.sought is not None and each.sought.match is not None]
    (found,) = {replace(each, excluded=()) for each in given}
    return found


def _required(drawn: Draw) -> list[Requirement]:
    """What consortia have to be able to do."""
    return [Requirement(f"r{place}", concept) for place, concept in enumerate(drawn.concepts[:_REQUIRED])]


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


async def _recorded(gateway: Gateway, recorders: Sequence[Recorder], sent: str, viewer: Viewer) -> Plan:
    request = json.loads(sent)
    response = await gateway.run(Operation(request["query"], variables=request["variables"], viewer=viewer))
    answer = json.loads(response.body)
    if "errors" in answer:
        raise RuntimeError(f"the gateway failed: {answer['errors']}")
    return plan(recorders)
