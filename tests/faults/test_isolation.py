"""What goes wrong in one place stays there: a slow city, a client that leaves, a request that takes too long."""

import asyncio

from tests.faults.conftest import BRISK, PATIENT, WITHIN, City, ServeGateway
from tests.faults.gateway import PAGE, TOLD, RunningGateway, until

CROWD = range(1, 61)
"""Pages of as many sizes, so that each is a question of its own."""
HELD = {"deadline": 3.0, "statement_timeout": 2.9, "connect_timeout": 2.9, "pool_size": 6}


async def test_a_slow_city_does_not_starve_the_other(serve: ServeGateway, montreal: City, guadalajara: City) -> None:
    gateway = await serve(montreal_limits=HELD)
    well = await gateway.ask(PAGE, 6, clusters=[guadalajara.cluster])
    montreal.road.slow(HELD["deadline"] * 2)
    crowd = [asyncio.create_task(gateway.ask(PAGE, 2 * HELD["deadline"], first=each)) for each in CROWD]
    await until(lambda: len(gateway.tasks()) >= gateway.at_rest + len(CROWD), "a crowd that waits for Montréal")
    for _ in range(10):
        answer = await gateway.ask(PAGE, HELD["deadline"], clusters=[guadalajara.cluster])
        assert answer.ids == well.ids
        assert answer.members["complete"] is True
    assert not any(each.done() for each in crowd), "the others were served while the crowd waited"
    for answer in await asyncio.gather(*crowd):
        assert answer.statuses == {montreal.cluster: "TIMEOUT", guadalajara.cluster: "OK"}


async def test_clients_that_leave_take_nothing_with_them(gateway: RunningGateway, montreal: City) -> None:
    await gateway.ask(PAGE, 6)
    montreal.road.silent()
    waiting = [asyncio.create_task(gateway.ask(PAGE, 30, first=each)) for each in range(1, 21)]
    await until(lambda: len(gateway.tasks()) > gateway.at_rest + 20, "clients that wait")
    for each in waiting:
        each.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    montreal.road.passing()
    await gateway.recovered(TOLD, WITHIN)
    await montreal.connections_at_most(BRISK["pool_size"])


async def test_the_deadline_of_the_request_ends_what_a_registry_would_still_wait_for(
    serve: ServeGateway, montreal: City
) -> None:
    gateway = await serve(montreal_limits=PATIENT, deadline=0.5)
    montreal.road.silent()
    answer = await gateway.ask(TOLD, 1.5)
    assert answer.codes == ["DEADLINE_EXCEEDED"]
    assert answer.errors[0]["extensions"]["retryable"] is True
    assert answer.status == 504
    assert "data" not in answer.body
    await until(lambda: len(gateway.tasks()) <= gateway.at_rest, "nothing left of it")
    montreal.road.passing()
    assert (await gateway.recovered(PAGE, 1.5)).errors == []
