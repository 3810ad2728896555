"""A token bucket never gives more than it holds, and says exactly when there is enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.bucket import Bucket, Budget

BUDGETS = st.builds(Budget, st.floats(1, 10_000), st.floats(0.01, 1000))
STEPS = st.lists(st.tuples(st.floats(0, 100), st.floats(0, 12_000)), max_size=40)


@given(BUDGETS, STEPS)
def test_in_any_span_no_more_is_granted_than_the_burst_and_what_comes_back(
    budget: Budget, steps: list[tuple[float, float]]
) -> None:
    bucket, now, granted = Bucket(budget, 0.0), 0.0, []
    for pause, cost in steps:
        now += pause
        if bucket.take(cost, now) == 0:
            granted.append((now, min(cost, budget.burst)))
    for place, (since, _) in enumerate(granted):
        for end in range(place, len(granted)):
            spent = sum(cost for _, cost in granted[place : end + 1])
            assert spent <= (budget.burst + budget.per_second * (granted[end][0] - since)) * (1 + 1e-9)


@given(BUDGETS, STEPS, st.floats(0, 12_000))
def test_who_waits_as_long_as_was_said_gets_it(budget: Budget, steps: list[tuple[float, float]], cost: float) -> None:
    bucket, now = Bucket(budget, 0.0), 0.0
    for pause, earlier in steps:
        now += pause
        bucket.take(earlier, now)
    wait = bucket.take(cost, now)
    if wait:
        assert bucket.take(cost, now + wait * 0.99 - 1e-6) > 0
        assert bucket.take(cost, now + wait * (1 + 1e-9) + 1e-6) == 0


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = Bucket(Budget(10, 1), now=100.0)
    assert bucket.take(10, 100.0) == 0
    assert bucket.take(1, 50.0) == pytest.approx(1.0)
    assert bucket.take(1, 101.0) == 0


def test_what_was_granted_elsewhere_is_drained_but_never_owed() -> None:
    bucket = Bucket(Budget(10, 1), now=0.0)
    bucket.drain(25, 0.0)
    assert bucket.available(0.0) == 0
    assert bucket.available(4.0) == 4
    assert not bucket.full(9.0)
    assert bucket.full(10.0)
