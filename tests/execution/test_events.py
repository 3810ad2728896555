"""Each event of a subscription is a request of its own: paid for, read anew, logged, and bounded in time."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
import strawberry
from strawberry.schema.config import StrawberryConfig

from gateway.access.viewer import ViewerClass
from gateway.app import Gateway
from gateway.errors import ClientError, ErrorCode
from gateway.execution import following
from gateway.execution.context import RequestContext
from gateway.execution.costs import CostLimits
from gateway.execution.documents import Limits
from gateway.execution.events import BEGUN, News
from gateway.execution.facts import Services
from gateway.execution.following import Following
from gateway.execution.matches import Matched
from gateway.execution.operations import Operation, Operations
from gateway.execution.wishes import Wish
from gateway.limits.addresses import Addresses
from gateway.limits.admission import Admission
from gateway.limits.bucket import Budget
from gateway.limits.gate import Gate
from gateway.limits.rates import Payer, Rates
from gateway.matching.score import Parts
from schemas.context import Info
from schemas.member import Member, MemberResult
from schemas.scalars import SCALARS
from tests.viewers import PARTNER, Notes, viewer

SECONDS = 30
TEXT = "subscription { happened { number member { __typename ... on Member { displayName } } } }"
BARE = "subscription { happened { number } }"
Source = Callable[[], AsyncGenerator[Any, None]]


@strawberry.type
class Happened:
    """Something that happened to a member."""

    number: int
    whom: strawberry.Private[str]

    @strawberry.field
    async def member(self, info: Info) -> MemberResult:
        return await info.context.member(info, self.whom)  # type: ignore[no-any-return]


@strawberry.type
class Query:
    nothing: int = 0


def operations(services: Services, source: Source, **options: Any) -> Operations:
    """Operations on a schema with one subscription, which tells what the source gives."""

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def happened(self) -> AsyncGenerator[Happened, None]:
            async with aclosing(source()) as found:
                async for each in found:
                    yield each

    schema = strawberry.federation.Schema(
        Query, subscription=Subscription, types=[Member], config=StrawberryConfig(scalar_map=SCALARS)
    )
    return Operations(schema._schema, services, Limits(), most=CostLimits(), **{"deadline": SECONDS, **options})


@pytest.fixture
def notes() -> Notes:
    return Notes()


@pytest.fixture
def services(over_postgres: Gateway, notes: Notes) -> Services:
    return replace(over_postgres.operations.services, log=notes)


@pytest.fixture
def who(seeds: dict[str, Sequence[str]]) -> str:
    return seeds["Member"][0]


def telling(who: str, contexts: list[RequestContext], *numbers: int) -> Source:
    """A source that begins, and then tells of each number."""

    def news(number: int) -> News:
        async def read(context: RequestContext) -> Sequence[Happened]:
            contexts.append(context)
            return [Happened(number=number, whom=who)]

        return News(read)

    async def source() -> AsyncGenerator[News, None]:
        yield BEGUN
        for number in numbers:
            yield news(number)

    return source


async def answers(running: Operations, text: str = TEXT, **options: Any) -> list[Any]:
    """All answers; None where there was nothing to tell."""
    async with asyncio.timeout(SECONDS):
        return [
            None if each is None else json.loads(each.body)
            async for each in running.stream(Operation(text, viewer=PARTNER, **options))
        ]


def code(answer: Any) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


async def test_each_event_is_read_in_a_context_of_its_own(services: Services, who: str) -> None:
    contexts: list[RequestContext] = []
    begun, *told = await answers(operations(services, telling(who, contexts, 1, 2)))
    assert begun is None
    assert [each["data"]["happened"]["number"] for each in told] == [1, 2]
    assert all(each["data"]["happened"]["member"]["__typename"] == "Member" for each in told)
    assert len({id(each) for each in contexts}) == 2


async def test_what_an_event_discloses_is_logged_before_it_is_told(services: Services, notes: Notes, who: str) -> None:
    stream = operations(services, telling(who, [], 1, 2)).stream(Operation(TEXT, viewer=PARTNER))
    assert await anext(stream) is None
    for number in (1, 2):
        assert await anext(stream) is not None
        assert [disclosed.members for _, disclosed in notes.written] == [(who,)] * number


async def test_what_cannot_be_logged_is_not_told(
    services: Services, notes: Notes, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object) -> None:
        raise ClientError(ErrorCode.STORE_UNAVAILABLE, "The log is away.", retryable=True)

    monkeypatch.setattr(notes, "write", refuse)
    begun, refused = await answers(operations(services, telling(who, [], 1, 2)))
    assert (begun, code(refused), "data" in refused) == (None, "STORE_UNAVAILABLE", False)


async def test_each_event_is_paid_for_and_who_cannot_hears_no_more(services: Services, who: str) -> None:
    contexts: list[RequestContext] = []
    (free,) = (await answers(operations(services, telling(who, [], 1)), BARE, tell_cost=True))[1:]
    cost = free["extensions"]["cost"]["total"]
    rates = Rates({"partner_app": Budget(8 * cost, 1e-9)})
    admission = Admission(Gate(10), rates, Addresses(()))
    running = operations(services, telling(who, contexts, *range(20)), admission=admission)
    found = await answers(running, BARE, payer=Payer("partner_app", "somebody"))
    assert code(found[-1]) == "RATE_LIMITED"
    assert found[-1]["errors"][0]["extensions"]["retryAfter"] > 0
    assert 1 <= len(contexts) == len(found) - 2 < 8, "nothing is read that was not paid for"


async def test_an_event_without_anything_to_tell_is_silent(services: Services, notes: Notes, who: str) -> None:
    async def nothing(context: RequestContext) -> Sequence[Any]:
        return ()

    async def source() -> AsyncGenerator[Any, None]:
        yield News(nothing)
        yield Happened(number=1, whom=who)

    (told,) = await answers(operations(services, source))
    assert told["data"]["happened"]["number"] == 1
    assert len(notes.written) == 1


async def test_an_error_ends_it_and_closes_its_source(services: Services) -> None:
    closed = asyncio.Event()

    async def broken(context: RequestContext) -> Sequence[Any]:
        raise ClientError(ErrorCode.NOT_FOUND, "There is nothing of this ID.")

    async def source() -> AsyncGenerator[News, None]:
        try:
            yield News(broken)
            yield News(broken)
        finally:
            closed.set()

    (ended,) = await answers(operations(services, source), BARE)
    assert code(ended) == "NOT_FOUND"
    assert closed.is_set()


async def test_an_event_that_takes_too_long_ends_it(services: Services) -> None:
    async def endless(context: RequestContext) -> Sequence[Any]:
        await asyncio.Event().wait()
        raise AssertionError

    async def source() -> AsyncGenerator[News, None]:
        yield News(endless)

    (ended,) = await answers(operations(services, source, deadline=0.05), BARE)
    assert code(ended) == "DEADLINE_EXCEEDED"


async def test_only_so_many_events_are_answered_at_once(services: Services, who: str) -> None:
    running, most, all_wait = 0, 0, asyncio.Event()

    async def read(context: RequestContext) -> Sequence[Any]:
        nonlocal running, most
        running += 1
        most = max(most, running)
        if running == 2:
            all_wait.set()
        await all_wait.wait()
        await asyncio.sleep(0)
        running -= 1
        return [Happened(number=1, whom=who)]

    async def source() -> AsyncGenerator[News, None]:
        yield News(read)

    made = operations(services, source, events=2)
    found = await asyncio.gather(*(answers(made, BARE) for _ in range(9)))
    assert (len(found), most) == (9, 2)


class Scripted:
    """In place of the registries: what they find best, time after time."""

    def __init__(self, *found: dict[str, int] | ClientError) -> None:
        self._found = iter(found)

    @property
    def matches(self) -> "Scripted":
        return self

    async def best(self, _wish: Wish, _first: int) -> list[Matched]:
        found = next(self._found)
        if isinstance(found, ClientError):
            raise found
        return [
            Matched(member, "technomontreal", score, one_sided=False, reasons=(), unmet=(), parts=Parts.__new__(Parts))
            for member, score in found.items()
        ]


async def test_matches_are_told_that_are_new_or_have_another_score(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wish(*_: object) -> Any:
        return Wish(requirements=(object(),))  # type: ignore[arg-type]

    monkeypatch.setattr(following, "of_need", wish)
    away = ClientError(ErrorCode.STORE_UNAVAILABLE, "away", retryable=True)
    gone = ClientError(ErrorCode.NOT_FOUND, "gone")
    context: Any = Scripted({"a": 9, "b": 8}, {"a": 9, "b": 8}, away, {"b": 8, "c": 7}, {"a": 9, "b": 9}, gone)
    told: list[dict[str, int]] = []

    async def follow() -> None:
        async with aclosing(Following(context, None, 0).matches("need", 2)) as source:
            async for news in source:
                if news.read is not None:
                    found: Any = await news.read(context)
                    told.append({each.match.source.member: each.match.source.score for each in found})

    with pytest.raises(ClientError) as ended:
        await follow()
    assert told == [{"a": 9, "b": 8}, {}, {}, {"c": 7}, {"b": 9}]
    assert ended.value is gone


async def test_matches_that_cannot_be_asked_for_at_first_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def wish(*_: object) -> Any:
        raise ClientError(ErrorCode.SOURCE_UNAVAILABLE, "away", retryable=True)

    monkeypatch.setattr(following, "of_need", wish)
    context: Any = Scripted()
    async with aclosing(Following(context, None, 0).matches("need", 2)) as source:
        first = await anext(source)
        assert first.read is not None
        with pytest.raises(ClientError):
            await first.read(context)


@pytest.mark.parametrize("first", [0, 101])
async def test_so_many_matches_cannot_be_followed(first: int) -> None:
    context: Any = Scripted()
    with pytest.raises(ClientError) as refused:
        await anext(Following(context, None, 0).matches("need", first))
    assert refused.value.code is ErrorCode.PAGE_TOO_LARGE


async def test_without_a_store_there_is_nothing_to_follow(over_postgres: Gateway, who: str) -> None:
    asking = viewer(ViewerClass.MEMBER, "technomontreal", who)
    text = "subscription ($m: ID!) { interestChanged(memberId: $m) { eventId } }"
    (refused,) = [
        json.loads(each.body)
        async for each in over_postgres.operations.stream(Operation(text, variables={"m": who}, viewer=asking))
        if each is not None
    ]
    assert code(refused) == "STORE_UNAVAILABLE"
