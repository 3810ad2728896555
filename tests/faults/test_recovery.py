"""Registries that come back: the gateway picks them up by itself, and the breaker and the pools recover."""

import asyncio
from time import monotonic

import pytest

from tests.faults.conftest import BRISK, WITHIN, City, Fault, ServeGateway
from tests.faults.gateway import PAGE, TOLD, RunningGateway

CROWD = range(10, 26)
"""Pages of as many sizes, so that each is a question of its own."""


@pytest.mark.parametrize("how", ["refused", "black hole", "killed"])
async def test_the_gateway_starts_while_a_registry_is_down_and_picks_it_up_later(
    serve: ServeGateway, montreal: City, guadalajara: City, how: str
) -> None:
    match how:
        case "refused":
            montreal.road.down()
        case "black hole":
            montreal.road.silent()
        case _:
            montreal.server.kill()
    gateway = await serve()
    partial = await gateway.ask(PAGE, WITHIN)
    assert partial.members["complete"] is False
    assert partial.ids
    status, before = await gateway.ready(WITHIN)
    assert status == 200
    assert before[guadalajara.cluster] == "OK"
    assert before[montreal.cluster] in {"UNAVAILABLE", "TIMEOUT"}

    montreal.server.start()
    montreal.road.passing()
    whole = await gateway.recovered(PAGE, WITHIN)
    assert whole.statuses == {montreal.cluster: "OK", guadalajara.cluster: "OK"}
    ends = monotonic() + WITHIN
    while (states := await gateway.ready(WITHIN)) == (200, before):  # what was found last is told for a second
        assert monotonic() < ends
        await asyncio.sleep(0.05)
    assert states == (200, {montreal.cluster: "OK", guadalajara.cluster: "OK"})


async def test_the_breaker_opens_answers_at_once_and_closes_again(
    serve: ServeGateway, montreal: City, guadalajara: City
) -> None:
    gateway = await serve(pause=3.0)
    await gateway.ask(PAGE, 6)
    montreal.road.silent()
    await asyncio.gather(*(gateway.ask(PAGE, WITHIN, first=each) for each in range(10, 15)))
    # The pause runs: whoever comes now waits for nobody.
    swift = await gateway.ask(TOLD, WITHIN)
    assert swift.statuses == {montreal.cluster: "CIRCUIT_OPEN", guadalajara.cluster: "OK"}
    assert swift.source(montreal.cluster)["total"] is None
    (error,) = swift.errors
    assert error["extensions"] == {"code": "SOURCE_UNAVAILABLE", "cluster": montreal.cluster, "retryable": True}
    health = await gateway.ask("{ clusters { slug health } }", WITHIN)
    assert {each["slug"]: each["health"] for each in health.data["clusters"]} == swift.statuses

    montreal.road.passing()
    await gateway.recovered(PAGE, WITHIN)
    whole = await gateway.recovered(TOLD, WITHIN)
    assert whole.statuses == {montreal.cluster: "OK", guadalajara.cluster: "OK"}
    assert whole.errors == []


@pytest.mark.parametrize("fault", ["black hole", "killed", "reset", "cut off"], indirect=True)
async def test_pools_recover_and_stay_within_their_size(
    gateway: RunningGateway, montreal: City, guadalajara: City, fault: Fault
) -> None:
    await asyncio.gather(*(gateway.ask(PAGE, 8, first=each) for each in CROWD))
    fault.befall(montreal)
    answers = await asyncio.gather(*(gateway.ask(PAGE, 8, first=each) for each in CROWD))
    assert not any(answer.members["complete"] for answer in answers)
    montreal.server.start()
    montreal.road.passing()
    await gateway.recovered(PAGE, WITHIN)
    again = await asyncio.gather(*(gateway.ask(PAGE, 8, first=each, clusters=[guadalajara.cluster]) for each in CROWD))
    assert all(answer.members["complete"] for answer in again)
    for city in (montreal, guadalajara):
        await city.connections_at_most(6)


async def _with_idle_connections(serve: ServeGateway, montreal: City) -> RunningGateway:
    """A gateway that holds several connections to Montréal, none of which is in use."""
    gateway = await serve(montreal_limits={**BRISK, "pool_size": 4})
    await asyncio.gather(*(gateway.ask(PAGE, 8, first=each) for each in CROWD))
    assert montreal.road.connections == 4
    return gateway


async def test_connections_that_were_forgotten_on_the_way_cost_one_deadline_in_all(
    serve: ServeGateway, montreal: City
) -> None:
    """A firewall that lost its memory: every pooled connection is silent for ever, and new ones are well."""
    gateway = await _with_idle_connections(serve, montreal)
    montreal.road.forget()
    lost = await gateway.ask(PAGE, WITHIN)
    assert lost.statuses[montreal.cluster] == "TIMEOUT"
    for _ in range(4):
        assert (await gateway.ask(PAGE, WITHIN)).members["complete"] is True


async def test_connections_that_ended_on_the_way_cost_nobody_anything(serve: ServeGateway, montreal: City) -> None:
    """A firewall that answers for the server: every pooled connection is reset when it is used."""
    gateway = await _with_idle_connections(serve, montreal)
    montreal.road.expire()
    for _ in range(5):
        assert (await gateway.ask(PAGE, WITHIN)).members["complete"] is True


async def test_the_first_answer_with_a_registry_that_is_back_has_all_of_it(serve: ServeGateway, montreal: City) -> None:
    """One call of a request tries the registry again; the others wait for what it meets."""
    gateway = await serve(pause=0.1)
    whole = await gateway.recovered(TOLD, 6)
    montreal.road.down()
    await asyncio.gather(*(gateway.ask(PAGE, WITHIN, first=each) for each in range(10, 16)))
    assert gateway.directory[montreal.cluster].breaker.open
    montreal.road.passing()
    first = await gateway.recovered(TOLD, WITHIN)
    assert first.members["totalCount"] == whole.members["totalCount"]
    assert first.members["facets"] == whole.members["facets"]
    assert first.errors == []
