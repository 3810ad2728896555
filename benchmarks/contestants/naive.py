"""Naive Strawberry: what one would write from the documentation, and not badly.

Hand-written types, Strawberry's own ASGI view, asyncpg, rows as they come, a ``DataLoader`` for everything that
nests, so that no query is sent once for each row. Pages are cut by keyset in each city and merged in Python. The
SELECTs are the adapters' projections. Only the statement of a search is the compiler's: another one would hardly find
the same.
"""

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import strawberry
from starlette.applications import Starlette
from starlette.routing import Mount
from strawberry import UNSET
from strawberry.asgi import GraphQL
from strawberry.types import Info

from adapters.contract.codes import NeedKind, OfferKind, OrgType, Sector
from benchmarks.contestants.naive_rows import Cities, Loaders, RowOf
from gateway.settings import Settings
from schemas.enums import MemberOrderField

__all__ = ["application"]


@strawberry.type
class Cluster:
    slug: str


@strawberry.type
class LocalizedText:
    text: str
    lang: str


@strawberry.type
class Posting:
    of: strawberry.Private[str]
    row: strawberry.Private[RowOf]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return _id(self.of.capitalize(), self.row)

    @strawberry.field
    def valid_until(self) -> str:
        return str(self.row["valid_until"])

    @strawberry.field
    async def title(self, info: Info) -> LocalizedText | None:
        texts = await info.context["loaders"].titles[self.of].load((self.row.cluster, self.row["key"]))
        return LocalizedText(text=texts[0]["text"], lang=texts[0]["lang"]) if texts else None


@strawberry.type
class Offer(Posting):
    @strawberry.field
    def kind(self) -> OfferKind:
        return OfferKind(self.row["kind"])

    @strawberry.field
    def trl(self) -> int | None:
        return self.row["trl"]  # type: ignore[no-any-return]


@strawberry.type
class Need(Posting):
    @strawberry.field
    def kind(self) -> NeedKind:
        return NeedKind(self.row["kind"])


@strawberry.type
class Member:
    row: strawberry.Private[RowOf]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return _id("Member", self.row)

    @strawberry.field
    def cluster(self) -> Cluster:
        return Cluster(slug=self.row.cluster)

    @strawberry.field
    def display_name(self) -> str:
        return self.row["display_name"]  # type: ignore[no-any-return]

    @strawberry.field
    def sector(self) -> Sector:
        return Sector(self.row["sector"])

    @strawberry.field
    def org_type(self) -> OrgType:
        return OrgType(self.row["org_type"])

    @strawberry.field
    def founded(self) -> int | None:
        return self.row["founded"]  # type: ignore[no-any-return]

    @strawberry.field
    def city(self) -> str | None:
        return self.row["city"]  # type: ignore[no-any-return]

    @strawberry.field
    def country(self) -> str:
        return self.row["country"]  # type: ignore[no-any-return]

    @strawberry.field
    def updated_at(self) -> str:
        return f"{self.row['updated_at']:%Y-%m-%dT%H:%M:%SZ}"

    @strawberry.field
    async def offers(self, info: Info, first: int = 20) -> list[Offer]:
        rows = await info.context["loaders"].offers.load((self.row.cluster, self.row["key"]))
        return [Offer(of="offer", row=row) for row in rows[:first]]

    @strawberry.field
    async def needs(self, info: Info, first: int = 20) -> list[Need]:
        rows = await info.context["loaders"].needs.load((self.row.cluster, self.row["key"]))
        return [Need(of="need", row=row) for row in rows[:first]]


@strawberry.type
class PageInfo:
    has_next_page: bool


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


def _id(typename: str, row: RowOf) -> strawberry.ID:
    text = f"{typename}:{row.cluster}:{row['key']}"
    return strawberry.ID(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def _key(given: str) -> tuple[str, str]:
    _, cluster, key = base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)).decode().split(":", 2)
    return cluster, key


class View(GraphQL[dict[str, object], None]):
    """Strawberry's view, with new loaders for each request."""

    def __init__(self) -> None:
        super().__init__(strawberry.Schema(Query, types=[Member]), graphql_ide=None)
        self.cities = Cities()

    async def get_context(self, request: object, response: object) -> dict[str, object]:
        return {
            "request": request,
            "response": response,
            "cities": self.cities,
            "loaders": Loaders(self.cities),
        }


def application(_settings: Settings) -> Starlette:
    """The naive server as an ASGI application."""
    view = View()

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await view.cities.open()
        yield
        view.cities.close()

    return Starlette(routes=[Mount("/", view)], lifespan=lifespan)
