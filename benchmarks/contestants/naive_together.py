"""What the naive server shows of consortia and matches: hand-written types, members by the loaders of the request."""

# ruff: noqa: D101, D102 - the types are those of the schema, which says what they are

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from benchmarks.contestants import together
from benchmarks.contestants.naive_members import Member, PageInfo
from gateway.corridor.statements import statement

__all__ = ["Consortium", "MatchConnection", "consortium", "matches"]


@strawberry.type
class Reason:
    code: str
    points: int
    max_points: int
    requirement: str | None
    worded: strawberry.Private[str]

    @strawberry.field
    def text(self, lang: str | None = None) -> str:
        return self.worded


@strawberry.type
class Match:
    told: strawberry.Private[dict[str, Any]]
    at: strawberry.Private[tuple[str, str]]

    @strawberry.field
    def score(self) -> int:
        return self.told["score"]  # type: ignore[no-any-return]

    @strawberry.field
    def one_sided(self) -> bool:
        return self.told["oneSided"]  # type: ignore[no-any-return]

    @strawberry.field
    def reasons(self) -> list[Reason]:
        return [
            Reason(
                code=each["code"],
                points=each["points"],
                max_points=each["maxPoints"],
                requirement=each["requirement"],
                worded=each["text"],
            )
            for each in self.told["reasons"]
        ]

    @strawberry.field
    async def member(self, info: Info) -> Member | None:
        return await _member(info, self.at)


@strawberry.type
class MatchConnection:
    nodes: list[Match]
    page_info: PageInfo


@strawberry.type
class Seat:
    seat: strawberry.Private[Any]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.seat.id)

    @strawberry.field
    def role(self) -> str:
        return str(self.seat.role)

    @strawberry.field
    def state(self) -> str:
        return str(self.seat.state)

    @strawberry.field
    def version(self) -> int:
        return self.seat.version  # type: ignore[no-any-return]

    @strawberry.field
    async def member(self, info: Info) -> Member | None:
        return await _member(info, together.key_of(self.seat))


@strawberry.type
class Named:
    id: strawberry.ID


@strawberry.type
class Requirement:
    key: str
    weight: int


@strawberry.type
class Coverage:
    requirement: Requirement
    covered: bool
    covered_by: list[Named]
    pending_by: list[Named]


@strawberry.type
class Blocker:
    code: str
    nodes: list[strawberry.ID]


@strawberry.type
class Consortium:
    told: strawberry.Private[dict[str, Any]]
    taken: strawberry.Private[Sequence[Any]]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.told["id"])

    @strawberry.field
    def state(self) -> str:
        return str(self.told["state"])

    @strawberry.field
    def version(self) -> int:
        return self.told["version"]  # type: ignore[no-any-return]

    @strawberry.field
    def formable(self) -> bool:
        return self.told["formable"]  # type: ignore[no-any-return]

    @strawberry.field
    def requirements(self) -> list[Coverage]:
        return [
            Coverage(
                requirement=Requirement(**each["requirement"]),
                covered=each["covered"],
                covered_by=[Named(id=one["id"]) for one in each["coveredBy"]],
                pending_by=[Named(id=one["id"]) for one in each["pendingBy"]],
            )
            for each in self.told["requirements"]
        ]

    @strawberry.field
    def blockers(self) -> list[Blocker]:
        return [Blocker(code=str(each["code"]), nodes=list(each["nodes"])) for each in self.told["blockers"]]

    @strawberry.field
    def seats(self) -> list[Seat]:
        return [Seat(seat=each) for each in self.taken]


async def _member(info: Info, at: tuple[str, str]) -> Member | None:
    row = await info.context["loaders"].members.load(at)
    return Member(row=row) if row else None


async def consortium(info: Info, key: UUID) -> Consortium | None:
    """A consortium: its row, then its members and what they are capable of."""
    row = await info.context["store"].fetchrow(
        statement("consortia"), [key], [], [], False, None, None, None, None, None
    )
    if row is None:
        return None
    loaders = info.context["loaders"]
    _, seats = together.consortium(row, {})
    places = [together.key_of(each) for each in seats]
    members = await loaders.members.load_many(places)
    capabilities = await loaders.capabilities.load_many(places)
    profiles = {
        seat.member: together.profile(
            seat.member,
            member["country"],
            member["org_type"],
            member["purposes"],
            {each["concept"]: each["level"] for each in able},
        )
        for seat, member, able in zip(seats, members, capabilities, strict=True)
        if member is not None
    }
    told, seats = together.consortium(row, profiles)
    return Consortium(told=told, taken=seats)


async def matches(info: Info, need: str, first: int) -> MatchConnection:
    """The best members for a need: those of each city, merged."""
    rows = await info.context["cities"].matched(need)
    rows.sort(key=lambda row: (row["sort"], row.cluster, row["key"]))
    sought = info.context["matches"][need]
    return MatchConnection(
        nodes=[
            Match(told=together.matched(row["hits"], sought, row.cluster), at=(row.cluster, row["key"]))
            for row in rows[:first]
        ],
        page_info=PageInfo(has_next_page=len(rows) > first),
    )
