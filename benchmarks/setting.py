"""The setting of a comparison: the cases of each query, and what each contestant is sent for them."""

import asyncio
import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from adapters.contract.request import Boundary, Ordering, Where
from adapters.kit.postgres import PostgresRegistry
from benchmarks.cases import Case, cases, draw
from benchmarks.plans import Plan, Recorder, plan, write
from benchmarks.processes import SECRET
from benchmarks.queries import QUERIES
from gateway.app import Gateway, open_directory
from gateway.execution.operations import Operation
from gateway.federation.cursor import Cursor, CursorCodec
from gateway.federation.directory import Directory, Source
from gateway.federation.lists import ListRequest
from gateway.settings import Settings
from gateway.vocabulary import Vocabulary

__all__ = ["NUMBER", "Setting", "listing_bodies", "settings"]

NUMBER = 200
"""Cases of each query: so many different variables, drawn at random for each request."""

_DRAWN = 600
_DEEP = (0.8, 0.93)
"""Where deep pages begin, as shares of the list: far down, with more than a page left."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What contestants are asked: ``bodies[contestant][query]``, one for each case, in the same order for all."""

    bodies: Mapping[str, Mapping[str, Sequence[str]]]
    plans: Path
    deep: Sequence[str]
    """Cursors far down the list by name."""

    @classmethod
    def of(cls, dsns: Mapping[str, str], plans: Path, number: int = NUMBER) -> "Setting":
        """Draws so many cases of each query, and records what the gateway sends for them into ``plans``."""
        return asyncio.run(_prepared(settings(dsns), plans, number))

    @staticmethod
    def path(contestant: str, query: str) -> str:
        """Where a contestant is asked a query."""
        return {"floor": f"/{query}", "naive": "/"}.get(contestant, "/graphql")


def settings(dsns: Mapping[str, str]) -> Settings:
    """The settings of a gateway over these registries, with patience: here nothing is being measured."""
    patient = {"deadline": 60.0, "statement_timeout": 60.0}
    return Settings(
        registries={city: {"dsn": dsn, **patient} for city, dsn in dsns.items()},
        cursor_secret=SECRET,
        request_deadline=60.0,
    )


def listing_bodies(text: str, cursors: Sequence[str]) -> Sequence[str]:
    """Requests for pages of Q2's list behind these cursors; for the first page where there is none."""
    return [_body(text, {"after": cursor}) for cursor in cursors] or [_body(text, {})]


def _cursor(boundary: Boundary, clusters: tuple[str, ...]) -> str:
    """A cursor behind this member of the list by name, as the gateway would have given it out."""
    request = ListRequest(Where("member"), Ordering("NAME"), 1, clusters)
    return CursorCodec(SECRET.encode()[:64]).encode(Cursor(boundary, clusters), request.walk)


async def _prepared(given: Settings, plans: Path, number: int) -> Setting:
    opened = open_directory(given)
    recorders = [Recorder(source.registry) for source in opened if isinstance(source.registry, PostgresRegistry)]
    gateway = Gateway.of(given, Directory.of(*(Source(recorder, 60.0) for recorder in recorders)))
    try:
        drawn = await draw([recorder.registry for recorder in recorders], Vocabulary.load(), _DRAWN)
        listed = cases(drawn, number)
        codes = tuple(recorder.cluster.code for recorder in recorders)
        recorded = {
            query.name: [await _recorded(gateway, recorders, query.text, case, codes) for case in listed[query.name]]
            for query in QUERIES
        }
    finally:
        await opened.close()
    write(recorded, plans)
    bodies = {
        "gateway": {
            query.name: [_body(query.text, _sealed(each, codes)) for each in listed[query.name]] for query in QUERIES
        },
        "floor": {name: [_numbered(each, place) for place, each in enumerate(found)] for name, found in listed.items()},
        "naive": {query.name: [_body(query.text, _bare(each)) for each in listed[query.name]] for query in QUERIES},
    }
    ordered = sorted(drawn.members, key=lambda each: (each.sort, each.cluster, each.key))
    deep = ordered[int(len(ordered) * _DEEP[0]) : int(len(ordered) * _DEEP[1])]
    return Setting(bodies, plans, [_cursor(each, codes) for each in deep])


async def _recorded(
    gateway: Gateway, recorders: Sequence[Recorder], text: str, case: Case, codes: tuple[str, ...]
) -> Plan:
    response = await gateway.run(Operation(text, variables=_sealed(case, codes)))
    answer = json.loads(response.body)
    if "errors" in answer:
        raise RuntimeError(f"the gateway failed: {answer['errors']}")
    return plan(recorders)


def _sealed(case: Case, codes: tuple[str, ...]) -> Mapping[str, object]:
    return {**case.variables, "after": _cursor(case.behind, codes)} if case.behind else case.variables


def _bare(case: Case) -> Mapping[str, object]:
    if case.behind is None:
        return case.variables
    after = json.dumps([case.behind.sort, case.behind.cluster, case.behind.key]).encode()
    return {**case.variables, "after": base64.b64encode(after).decode()}


def _numbered(case: Case, place: int) -> str:
    return json.dumps({"case": place, **({"ids": case.variables["ids"]} if "ids" in case.variables else {})})


def _body(text: str, variables: Mapping[str, object]) -> str:
    return json.dumps({"query": text, "variables": variables})
