"""What the naive server shows of members: hand-written types over rows as they come."""

# ruff: noqa: D101, D102 - the types are those of the schema, which says what they are

import base64

import strawberry
from strawberry.types import Info

from adapters.contract.codes import NeedKind, OfferKind, OrgType, Sector
from benchmarks.contestants.naive_rows import RowOf

__all__ = ["Member", "PageInfo"]


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


def _id(typename: str, row: RowOf) -> strawberry.ID:
    text = f"{typename}:{row.cluster}:{row['key']}"
    return strawberry.ID(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))
