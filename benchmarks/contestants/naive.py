"""Naive Strawberry: what one would write from the documentation, and not badly.

Hand-written types, Strawberry's own ASGI view, asyncpg, rows as they come, a ``DataLoader`` for everything that
nests, so that no query is sent once for each row. Pages are cut by keyset in each city and merged in Python. The
SELECTs are the adapters' projections. Only the statements of a search and of a match are the compiler's: others would
hardly find the same.
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import strawberry
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry import UNSET
from strawberry.asgi import GraphQL
from strawberry.types import Info

from adapters.contract.codes import Sector
from benchmarks.contestants import together
from benchmarks.contestants.naive_members import Member, PageInfo
from benchmarks.contestants.naive_rows import Cities, Loaders
from benchmarks.contestants.naive_together import Consortium, MatchConnection, consortium, matches
from gateway.settings import Settings
from schemas.enums import MemberOrderField

__all__ = ["application"]


@strawberry.type
class MemberEdge:
    node: Member
    score: int | None = None


@strawberry.type
class MemberConnection:
    edges: list[MemberEdge]
    page_info: PageInfo

    @strawberry.field
    def nodes(self) -> list[Member]:
        return [edge.node for edge in self.edges]


@strawberry.input
class MemberFilter:
    sectors: list[Sector] | None = UNSET


@strawberry.input
class MemberOrder:
    field: MemberOrderField


@strawberry.type
class Query:
    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Consortium | None:  # noqa: A002
        return await consortium(info, UUID(_key(id)[1]))

    @strawberry.field
    async def partner_matches(self, info: Info, need_id: strawberry.ID, first: int = 10) -> MatchConnection:
        return await matches(info, need_id, first)

    @strawberry.field
    async def member(self, info: Info, id: strawberry.ID) -> Member | None:  # noqa: A002
        row = await info.context["loaders"].members.load(_key(id))
        return Member(row=row) if row else None

    @strawberry.field
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Member | None]:
        rows = await info.context["loaders"].members.load_many([_key(each) for each in ids])
        return [Member(row=row) if row else None for row in rows]

    @strawberry.field
    async def members(
        self,
        info: Info,
        search: str | None = None,
        filter: MemberFilter | None = None,  # noqa: A002
        order_by: MemberOrder | None = None,
        first: int = 20,
        after: str | None = None,
    ) -> MemberConnection:
        if search:
            return await _search(info, search, filter, first)
        rows = await info.context["cities"].by_name(json.loads(base64.b64decode(after)) if after else None, first + 1)
        rows.sort(key=lambda row: (row["name_key"], row.cluster, row["key"]))
        return MemberConnection(
            edges=[MemberEdge(node=Member(row=row)) for row in rows[:first]],
            page_info=PageInfo(has_next_page=len(rows) > first),
        )


async def _search(info: Info, search: str, given: MemberFilter | None, first: int) -> MemberConnection:
    context = info.context
    found = await context["cities"].found(search, (given and given.sectors) or [])
    found.sort(key=lambda row: (row["score"], row.cluster, row["key"]), reverse=True)
    rows = await context["loaders"].members.load_many([(row.cluster, row["key"]) for row in found[:first]])
    return MemberConnection(
        edges=[
            MemberEdge(node=Member(row=row), score=hit["score"])
            for hit, row in zip(found, rows, strict=False)
            if row is not None
        ],
        page_info=PageInfo(has_next_page=len(found) > first),
    )


def _key(given: str) -> tuple[str, str]:
    _, cluster, key = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode().split(":", 2)
    return cluster, key


class View(GraphQL[dict[str, object], None]):
    """Strawberry's view, with new loaders for each request."""

    def __init__(self) -> None:
        super().__init__(strawberry.Schema(Query, types=[Member]), graphql_ide=None)
        self.cities = Cities()
        self.matches = together.read_matches()
        self.store: asyncpg.Pool[asyncpg.Record] | None = None

    async def get_context(self, request: object, response: object) -> dict[str, object]:
        return {
            "request": request,
            "response": response,
            "cities": self.cities,
            "store": self.store,
            "matches": self.matches,
            "loaders": Loaders(self.cities),
        }


def application(settings: Settings) -> Starlette:
    """The naive server as an ASGI application."""
    view = View()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await view.cities.open()
        assert settings.store is not None  # noqa: S101 - a comparison has one
        view.store = await asyncpg.create_pool(settings.store.dsn.get_secret_value())
        yield
        view.store.terminate()
        view.cities.close()

    return Starlette(routes=[Mount("/", view)], lifespan=lifespan)
