"""Agreements: which of them counts for what, and when they are read."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from adapters.contract.viewers import Purpose
from gateway.corridor.agreements import Agreement, Agreements
from gateway.errors import ClientError
from gateway.store import Store
from schemas.codes import AgreementState
from tests.corridor.negotiation import (
    DAY,
    STATE,
    STATES,
    TODAY,
    A,
    B,
    C,
    assessment,
)

# Which one counts.


def made(
    *parties: str, ordinal: int = 1, purposes: Iterable[Purpose] = Purpose, state: AgreementState = STATE.IN_FORCE
) -> Agreement:
    """An agreement with all its assessments."""
    assessments = tuple(assessment(a, b) for a in parties for b in parties if a != b)
    return Agreement(
        uuid4(), "invented", ordinal, parties, parties, tuple(purposes), state, TODAY, None, None, 1, assessments
    )


async def snapshot(*agreements: Agreement, day: date = TODAY) -> Agreements:
    async def load() -> Iterable[Agreement]:
        return agreements

    found = Agreements(load, clock=lambda: day)
    await found.current()
    return found


EXCHANGE = Purpose.PROFILE_EXCHANGE


async def test_the_lowest_ordinal_that_covers_all_counts() -> None:
    three, two, later = made(A, B, C, ordinal=2), made(A, B), made(A, B, ordinal=3)
    found = await snapshot(two, three, later)
    assert found.covering([A, B], EXCHANGE) is two
    assert found.covering({A, B, C}, EXCHANGE) is three
    assert found.covering([B, C], EXCHANGE) is three
    assert found.partners(A, EXCHANGE) == {B: two.id, C: three.id}
    assert found.partners(None, EXCHANGE) == {A: two.id, B: two.id, C: three.id}


async def test_agreements_do_not_add_up() -> None:
    found = await snapshot(made(A, B), made(B, C, ordinal=2))
    assert found.covering([A, C], EXCHANGE) is None
    assert set(found.partners(A, EXCHANGE)) == {B}


async def test_each_purpose_needs_its_own() -> None:
    found = await snapshot(made(A, B, purposes=[Purpose.MISSION]))
    assert found.covering([A, B], EXCHANGE) is None
    assert found.covering([A, B], Purpose.MISSION) is not None
    assert found.partners(A, EXCHANGE) == found.partners(None, EXCHANGE) == {}


@pytest.mark.parametrize("state", [each for each in STATES if each is not STATE.IN_FORCE])
async def test_in_another_state_it_does_not_count(state: AgreementState) -> None:
    found = await snapshot(made(A, B, state=state))
    assert found.covering([A, B], EXCHANGE) is None
    assert found.partners(A, EXCHANGE) == found.partners(None, EXCHANGE) == {}


async def test_days_count_at_each_question_and_not_when_it_was_loaded() -> None:
    day = TODAY

    async def load() -> Iterable[Agreement]:
        return [replace(made(A, B), valid_until=TODAY + DAY)]

    found = Agreements(load, lifetime=1e9, clock=lambda: day)
    await found.current()
    for passed in (0, 1):
        day = TODAY + passed * DAY
        assert found.covering([A, B], EXCHANGE)
        assert found.partners(A, EXCHANGE)
    day = TODAY + 2 * DAY
    assert found.covering([A, B], EXCHANGE) is None
    assert found.partners(A, EXCHANGE) == {}


@pytest.mark.parametrize("due", [(A, B), (B, A)])
async def test_with_a_review_due_in_one_direction_it_does_not_count(due: tuple[str, str]) -> None:
    agreement = made(A, B)
    reviews = tuple(
        replace(each, review_by=TODAY) if (each.from_cluster, each.to_cluster) == due else each
        for each in agreement.assessments
    )
    assert (await snapshot(replace(agreement, assessments=reviews))).covering([A, B], EXCHANGE)
    found = await snapshot(replace(agreement, assessments=reviews), day=TODAY + DAY)
    assert found.covering([A, B], EXCHANGE) is None
    assert found.partners(A, EXCHANGE) == {}


async def test_without_a_store_there_are_none() -> None:
    found = Agreements.none()
    await found.current()
    assert found.all() == ()
    assert found.partners(None, EXCHANGE) == {}


class Loads:
    """What is loaded, how often, and a moment at which loading stands still."""

    def __init__(self) -> None:
        self.count = 0
        self.given: list[Agreement] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.begun = asyncio.Event()
        self.error: Exception | None = None

    async def __call__(self) -> Iterable[Agreement]:
        self.count += 1
        found = list(self.given)
        self.begun.set()
        await self.go_on.wait()
        if self.error is not None:
            raise self.error
        return found


async def test_it_is_loaded_once_in_its_lifetime_and_at_once_when_forgotten() -> None:
    loads = Loads()
    found = Agreements(loads, lifetime=1e9)
    for _ in range(3):
        await found.current()
    assert loads.count == 1
    loads.given = [made(A, B)]
    found.forget()
    await found.current()
    assert (loads.count, len(found.all())) == (2, 1)


async def test_after_its_lifetime_it_is_loaded_again() -> None:
    loads = Loads()
    found = Agreements(loads, lifetime=1e-9)
    await found.current()
    await found.current()
    assert loads.count == 2


async def test_who_waits_at_the_same_moment_waits_for_one_load() -> None:
    loads = Loads()
    loads.go_on.clear()
    found = Agreements(loads, lifetime=1e9)
    waiting = [asyncio.create_task(found.current()) for _ in range(5)]
    await loads.begun.wait()
    waiting[0].cancel()
    await asyncio.wait(waiting[:1])
    loads.go_on.set()
    await asyncio.gather(*waiting[1:])
    assert loads.count == 1


async def test_what_is_forgotten_while_it_is_read_is_read_again() -> None:
    loads = Loads()
    loads.go_on.clear()
    found = Agreements(loads, lifetime=1e9)
    waiting = asyncio.create_task(found.current())
    await loads.begun.wait()
    loads.given = [made(A, B)]
    found.forget()
    loads.go_on.set()
    await waiting
    assert (loads.count, len(found.all())) == (2, 1)


async def test_who_cannot_load_them_is_told_and_the_next_tries_again() -> None:
    loads = Loads()
    loads.error = ConnectionError("invented")
    found = Agreements(loads)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            await found.current()
    loads.error = None
    await found.current()
    assert loads.count == 3


async def test_a_store_that_does_not_answer_is_unavailable(store: Store) -> None:
    found = Agreements.of(store)
    await found.current()
    found.forget()
    await store.close()
    with pytest.raises(ClientError, match="store does not answer"):
        await found.current()
