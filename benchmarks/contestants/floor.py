"""The floor: the gateway's own statements, their rows merged by sort key, their bytes joined. No GraphQL, no checks.

A request is ``POST /Q2`` with the number of a case, whose statements were recorded beforehand. They run on the
connections of the adapters' kit, so that they are prepared, planned and sent in the very way of the gateway's.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.contract.answer import MARK, Row
from adapters.kit.postgres import PostgresRegistry
from benchmarks import plans
from benchmarks.contestants import together
from benchmarks.contestants.together import read_matches
from benchmarks.plans import Plan, Sent
from benchmarks.queries import MATCHED, PAGE, SEARCHED
from gateway.app import open_directory
from gateway.corridor.ports import Profile
from gateway.corridor.statements import statement
from gateway.execution.registries import values_of
from gateway.reference import Reference
from gateway.settings import Settings
from gateway.store import Store

__all__ = ["PLANS", "application"]

PLANS = "CORRIDOR_BENCH_PLANS"
"""The variable that names the file of the recorded statements."""

_Placed = tuple[int | str, str, str, str]
"""Sort key, cluster, key, JSON."""


class Floor:
    """Answers the queries by hand."""

    def __init__(
        self, recorded: Mapping[str, Sequence[Plan]], registries: Mapping[str, PostgresRegistry], store: Store
    ) -> None:
        self._plans = recorded
        self._registries = registries
        self._store = store
        self._matches = read_matches()

    async def one(self, request: Request) -> Response:
        """Q1."""
        (sent,) = (await self._plan("Q1", request)).fetches
        (row,) = await self._run(sent)
        return _json(f'{{"data":{{"member":{row["text"]}}}}}')

    async def listing(self, request: Request) -> Response:
        """Q2: keys first, JSON for the winners second."""
        plan = await self._plan("Q2", request)
        placed = sorted(await self._placed(plan.pages))
        wanted: dict[str, list[str]] = {}
        for _, cluster, key, _ in placed[:PAGE]:
            wanted.setdefault(cluster, []).append(key)
        rows = await self._fetched(plan.fetches, wanted)
        nodes = ",".join(rows[cluster, key] for _, cluster, key, _ in placed[:PAGE])
        return _json(f'{{"data":{{"members":{{"nodes":[{nodes}],{_page_info(more=len(placed) > PAGE)}}}}}}}')

    async def search(self, request: Request) -> Response:
        """Q3: one statement a city."""
        plan = await self._plan("Q3", request)
        placed = sorted(await self._placed(plan.pages), reverse=True)
        edges = ",".join(
            f'{{"score":{score},"node":{_worded(text, cluster)}}}' for score, cluster, _, text in placed[:SEARCHED]
        )
        return _json(f'{{"data":{{"members":{{"edges":[{edges}],{_page_info(more=len(placed) > SEARCHED)}}}}}}}')

    async def six(self, request: Request) -> Response:
        """Q4."""
        asked = await request.json()
        references = [Reference.parse(each) for each in asked["ids"]]
        wanted: dict[str, list[str]] = {}
        for each in references:
            wanted.setdefault(each.cluster, []).append(each.key)
        rows = await self._fetched(self._plans["Q4"][asked["case"]].fetches, wanted)
        nodes = ",".join(rows[each.cluster, each.key] for each in references)
        return _json(f'{{"data":{{"nodes":[{nodes}]}}}}')

    async def consortium(self, request: Request) -> Response:
        """Q5: the store, then both statements of both cities."""
        asked = await request.json()
        key = UUID(Reference.parse(asked["id"]).key)
        (row,) = await self._store.fetch(statement("consortia"), [key], [], [], False, None, None, None, None, None)
        plan = self._plans["Q5"][asked["case"]]
        answers = await asyncio.gather(*map(self._run, plan.fetches))
        profiles: dict[str, Profile] = {}
        texts: dict[tuple[str, str], str] = {}
        for sent, rows in zip(plan.fetches, answers, strict=True):
            for each in rows:
                if sent.profile:
                    id_ = Reference("Member", sent.cluster, each["key"]).id
                    values = values_of(Row(each["key"], text=each["text"]))
                    able = {one["c"]: one["l"] for one in values.pop("capabilities")}
                    profiles[id_] = together.profile(id_, **values, capabilities=able)
                else:
                    texts[sent.cluster, each["key"]] = each["text"]
        told, seats = together.consortium(row, profiles)
        told["seats"] = [
            {
                "id": each.id,
                "role": each.role,
                "state": each.state,
                "version": each.version,
                "member": orjson.Fragment(texts[together.key_of(each)]),
            }
            for each in seats
        ]
        return _json(orjson.dumps({"data": {"node": told}}).decode())

    async def partners(self, request: Request) -> Response:
        """Q6: the need and its owner, the match, and the members found."""
        asked = await request.json()
        plan, sought = self._plans["Q6"][asked["case"]], self._matches[asked["need"]]
        for sent in plan.fetches:
            if not sent.late:
                await self._run(sent)
        answers = await asyncio.gather(*map(self._run, plan.pages))
        rows = sorted(
            (row["sort"], sent.cluster, row["key"], row["hits"])
            for sent, found in zip(plan.pages, answers, strict=True)
            for row in found
        )
        wanted: dict[str, list[str]] = {}
        for _, cluster, key, _ in rows[:MATCHED]:
            wanted.setdefault(cluster, []).append(key)
        texts = await self._fetched([sent for sent in plan.fetches if sent.late], wanted)
        nodes = [
            {**together.matched(hits, sought, cluster), "member": orjson.Fragment(texts[cluster, key])}
            for _, cluster, key, hits in rows[:MATCHED]
        ]
        page = {"nodes": nodes, "pageInfo": {"hasNextPage": len(rows) > MATCHED}}
        return _json(orjson.dumps({"data": {"partnerMatches": page}}).decode())

    async def _plan(self, query: str, request: Request) -> Plan:
        case: int = (await request.json())["case"]
        return self._plans[query][case]

    async def _run(self, sent: Sent) -> list[asyncpg.Record]:
        return await self._registries[sent.cluster].run(sent.statement)

    async def _placed(self, pages: Sequence[Sent]) -> list[_Placed]:
        answers = await asyncio.gather(*map(self._run, pages))
        return [
            (row["sort"], sent.cluster, row["key"], row["text"])
            for sent, rows in zip(pages, answers, strict=True)
            for row in rows
        ]

    async def _fetched(self, sent: Sequence[Sent], wanted: Mapping[str, list[str]]) -> dict[tuple[str, str], str]:
        answers = await asyncio.gather(*(self._run(_with_keys(each, wanted[each.cluster])) for each in sent))
        return {
            (each.cluster, row["key"]): row["text"] for each, rows in zip(sent, answers, strict=True) for row in rows
        }


def _with_keys(sent: Sent, keys: list[str]) -> Sent:
    sought: object = keys if len(keys) > 1 else keys[0]
    values = [*sent.values[: sent.keys], sought, *sent.values[sent.keys + 1 :]]
    return replace(sent, values=values)


def _worded(text: str, cluster: str) -> str:
    return text.replace(f'{MARK}[0,"{cluster}"]{MARK}', f'{{"slug":"{cluster}"}}')


def _page_info(*, more: bool) -> str:
    return f'"pageInfo":{{"hasNextPage":{"true" if more else "false"}}}'


def _json(body: str) -> Response:
    return Response(body.encode(), media_type="application/json")


def application(settings: Settings) -> Starlette:
    """The floor as an ASGI application."""
    directory = open_directory(settings)
    registries = {each.cluster.code: each.registry for each in directory if isinstance(each.registry, PostgresRegistry)}
    assert settings.store is not None  # noqa: S101 - a comparison has one
    store = Store(settings.store.dsn.get_secret_value(), timeout=60.0)
    floor = Floor(plans.read(Path(os.environ[PLANS])), registries, store)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await store.close()
        await directory.close()

    answers = {
        "/Q1": floor.one,
        "/Q2": floor.listing,
        "/Q3": floor.search,
        "/Q4": floor.six,
        "/Q5": floor.consortium,
        "/Q6": floor.partners,
    }
    return Starlette(
        routes=[Route(path, answer, methods=["POST"]) for path, answer in answers.items()], lifespan=lifespan
    )
