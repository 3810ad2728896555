"""Budgets over time: however many processes share one, and whatever they do at the same moment."""

import asyncio
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ClientError, ErrorCode
from gateway.limits.bucket import Bucket, Budget
from gateway.limits.rates import FINE, Grant, Payer, Rates

BUDGET = Budget(burst=1000, per_second=50)
PAYER = Payer("partner_app", "key:one")


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Shared:
    """One bucket a key, as the store has them (test_leases holds the two against each other), and asked over a road
    on which others overtake: ``roads`` says how many turns of the loop each way takes."""

    clock: Clock
    buckets: dict[str, Bucket] = field(default_factory=dict)
    roads: list[int] = field(default_factory=list)
    down: bool = False
    asked: int = 0

    async def take(self, key: str, budget: Budget, least: float, wanted: float) -> Grant:
        self.asked += 1
        await self._road()
        if self.down:
            raise ClientError(ErrorCode.STORE_UNAVAILABLE, "The store is down.", retryable=True)
        bucket = self.buckets.setdefault(key, Bucket(budget, self.clock.now))
        available = bucket.available(self.clock.now)
        tokens = min(available, wanted) if available >= least else 0.0
        bucket.drain(tokens, self.clock.now)
        await self._road()
        return Grant(tokens, available - tokens)

    async def _road(self) -> None:
        for _ in range(self.roads.pop() if self.roads else 0):
            await asyncio.sleep(0)


async def granted(rates: Rates, payer: Payer, cost: float) -> float:
    """What was granted of a cost: all of it or nothing."""
    try:
        await rates.take(payer, cost)
    except ClientError as error:
        assert error.code is ErrorCode.RATE_LIMITED  # noqa: PT017
        return 0.0
    return cost


async def code(rates: Rates, payer: Payer, cost: float) -> str | None:
    try:
        await rates.take(payer, cost)
    except ClientError as error:
        return error.code.value
    return None


async def test_at_the_budget_all_is_granted_and_over_it_the_answer_says_when() -> None:
    clock = Clock()
    rates = Rates({"partner_app": BUDGET}, clock=clock)
    await rates.take(PAYER, 1000)
    with pytest.raises(ClientError) as refused:
        await rates.take(PAYER, 120)
    assert refused.value.extensions == {"code": "RATE_LIMITED", "retryable": True, "retryAfter": 3}
    clock.now += 3
    assert await granted(rates, PAYER, 120) == 120
    assert await granted(rates, Payer("partner_app", "key:two"), 1000) == 1000


async def test_what_costs_more_than_a_burst_takes_all_of_it_instead_of_never_running() -> None:
    rates = Rates({"partner_app": Budget(100, 1)}, clock=Clock())
    assert await code(rates, PAYER, 900) is None
    assert await code(rates, PAYER, 1) == "RATE_LIMITED"


async def test_who_has_less_left_than_a_refused_document_costs_is_told_so_before_anything_is_read() -> None:
    clock = Clock()
    shared = Shared(clock)
    for rates in (
        Rates({"partner_app": BUDGET}, clock=clock),
        Rates({"partner_app": BUDGET}, shared=shared, clock=clock),
    ):
        rates.check(PAYER)
        await rates.take(PAYER, 1000 - FINE)
        rates.check(PAYER)
        await rates.fine(PAYER)
        await rates.fine(PAYER)  # there is nothing left, and nothing is owed
        with pytest.raises(ClientError, match="used up"):
            rates.check(PAYER)
        clock.now += 1
        rates.check(PAYER)


@given(
    st.integers(1, 4),
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.lists(st.tuples(st.integers(0, 3), st.sampled_from([1, 7, 40, 50, 51, 300, 1000])), max_size=8),
        ),
        max_size=20,
    ),
    st.lists(st.integers(0, 4), max_size=200),
)
def test_replicas_together_never_grant_more_than_one_budget_however_their_requests_interleave(
    replicas: int, steps: list[tuple[float, list[tuple[int, int]]]], roads: list[int]
) -> None:
    clock = Clock()
    shared = Shared(clock, roads=roads)
    gateways = [Rates({"partner_app": BUDGET}, processes=replicas, shared=shared, clock=clock) for _ in range(replicas)]
    spent: list[tuple[float, float]] = []

    async def run() -> None:
        for pause, requests in steps:
            clock.now += pause
            together = [granted(gateways[place % replicas], PAYER, cost) for place, cost in requests]
            spent.append((clock.now, sum(await asyncio.gather(*together))))

    asyncio.run(run())
    for place, (since, _) in enumerate(spent):
        for end in range(place, len(spent)):
            until, total = spent[end][0], sum(cost for _, cost in spent[place : end + 1])
            # What was fetched before the span and is spent within it: less than one lease a process, none at the start.
            slack = replicas * 0.05 * BUDGET.burst if place else 0
            assert total <= BUDGET.burst + BUDGET.per_second * (until - since if place else until) + slack + 1e-6


async def test_most_requests_ask_nobody() -> None:
    clock = Clock()
    shared = Shared(clock)
    rates = Rates({"partner_app": BUDGET}, shared=shared, clock=clock)
    assert sum([await granted(rates, PAYER, 1) for _ in range(1100)]) == 1000
    assert shared.asked == 1000 / (0.05 * BUDGET.burst) + 100


async def test_many_at_once_fetch_once() -> None:
    clock = Clock()
    shared = Shared(clock, roads=[3] * 100)
    rates = Rates({"partner_app": BUDGET}, shared=shared, clock=clock)
    assert sum(await asyncio.gather(*(granted(rates, PAYER, 1) for _ in range(50)))) == 50
    assert shared.asked == 1


async def test_what_others_spend_while_more_is_fetched_is_not_spent_twice() -> None:
    clock = Clock()
    shared = Shared(clock)
    rates = Rates({"partner_app": BUDGET}, shared=shared, clock=clock)
    assert await granted(rates, PAYER, 40) == 40, "of a lease of 50"
    shared.roads = [5, 5]
    assert await asyncio.gather(granted(rates, PAYER, 960), granted(rates, PAYER, 10)) == [0, 10]
    assert await granted(rates, PAYER, 950) == 950


async def test_while_the_store_is_down_each_grants_its_part_and_asks_it_only_now_and_then() -> None:
    clock = Clock()
    shared = Shared(clock)
    replicas = [Rates({"partner_app": BUDGET}, processes=4, shared=shared, clock=clock) for _ in range(4)]
    assert [await granted(rates, PAYER, 50) for rates in replicas] == [50] * 4
    shared.down = True
    shared.asked = 0
    spent = [sum([await granted(rates, PAYER, 10) for _ in range(100)]) for rates in replicas]
    assert spent == [200] * 4, "a quarter of the burst, less what each had spent"
    assert shared.asked == 4
    clock.now += 6
    assert [await granted(rates, PAYER, 10) for rates in replicas] == [10] * 4
    assert shared.asked == 8
    shared.down = False
    clock.now += 6
    assert await granted(replicas[0], PAYER, 500) == 500, "the shared bucket has filled up meanwhile"


async def test_of_many_who_meet_a_store_that_is_down_one_tries_it_again() -> None:
    clock = Clock()
    shared = Shared(clock, down=True)
    rates = Rates({"partner_app": BUDGET}, shared=shared, clock=clock)
    await rates.take(PAYER, 1)
    clock.now += 6
    shared.asked = 0
    shared.roads = [5] * 50
    payers = [Payer("partner_app", f"key:{number}") for number in range(30)]
    assert sum(await asyncio.gather(*(granted(rates, payer, 10) for payer in payers))) == 300
    assert shared.asked == 1


@pytest.mark.parametrize("with_store", [False, True])
async def test_no_number_of_names_grows_the_memory_or_the_store_and_together_they_get_one_budget_more(
    *, with_store: bool
) -> None:
    clock = Clock()
    shared = Shared(clock) if with_store else None
    rates = Rates({"anonymous": Budget(100, 1)}, accounts=50, shared=shared, clock=clock)
    spent = sum([await granted(rates, Payer("anonymous", f"192.0.2.{number}"), 10) for number in range(1000)])
    assert len(rates) == 50
    assert spent == 50 * 10 + 100
    assert shared is None or len(shared.buckets) == 51
    with pytest.raises(ClientError):
        rates.check(Payer("anonymous", "198.51.100.1"))


async def test_nobody_is_forgotten_who_has_spent_something_and_whoever_was_quiet_makes_room() -> None:
    clock = Clock()
    rates = Rates({"anonymous": Budget(100, 1)}, accounts=2, clock=clock)
    first, second, third = (Payer("anonymous", each) for each in ("192.0.2.1", "192.0.2.2", "192.0.2.3"))
    assert await granted(rates, first, 100) == 100
    assert await granted(rates, second, 100) == 100
    assert await granted(rates, third, 100) == 100, "of the account of those who find no room"
    assert await granted(rates, first, 1) == 0, "to make others be forgotten gains nothing"
    clock.now += 101
    assert await granted(rates, third, 100) == 100
    assert await granted(rates, Payer("anonymous", "192.0.2.4"), 60) == 60, "the quietest made room for both"
    assert len(rates) == 2


async def test_who_was_quiet_longest_makes_room_whoever_came_first() -> None:
    clock = Clock()
    rates = Rates({"anonymous": Budget(100, 1)}, accounts=2, clock=clock)
    first, second, third = (Payer("anonymous", each) for each in ("192.0.2.1", "192.0.2.2", "192.0.2.3"))
    assert await granted(rates, first, 1) + await granted(rates, second, 1) == 2
    clock.now += 50
    assert await granted(rates, first, 100) == 100
    assert await granted(rates, third, 100) == 100
    assert await granted(rates, Payer("anonymous", "192.0.2.4"), 100) == 100, "nobody has used what newcomers share"


async def test_classes_have_budgets_of_their_own() -> None:
    rates = Rates({"anonymous": Budget(10, 1), "member": Budget(20, 1)}, accounts=1, clock=Clock())
    assert await granted(rates, Payer("anonymous", "192.0.2.1"), 10) == 10
    assert await granted(rates, Payer("member", "jwt:somebody"), 20) == 20
