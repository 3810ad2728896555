"""More is asked than can be done: who finds no place is told so at once, and who has one keeps it."""

import asyncio
from ipaddress import ip_network

import httpx
from starlette.applications import Starlette

from gateway.federation.directory import Directory
from gateway.limits.addresses import Addresses
from gateway.limits.admission import Admission
from gateway.limits.gate import Gate
from gateway.settings import Settings
from tests.faults.conftest import PATIENT, City, ServeGateway
from tests.faults.gateway import PAGE, Answer, RunningGateway, until
from tests.http.made import make

PLACES = 6


class Overloaded:
    """A gateway with few places, asked by clients of many addresses."""

    def __init__(self) -> None:
        self.admission = Admission(Gate(PLACES), None, Addresses([ip_network("127.0.0.0/8")]))
        self.running: RunningGateway

    def make(self, settings: Settings, directory: Directory) -> Starlette:
        return make(settings, directory, admission=self.admission)

    async def ask(self, client: str, number: int = 1) -> httpx.Response:
        """One page, no two of them the same: a registry is really asked for each."""
        answer = await self.running.client.post(
            "/graphql",
            json={"query": PAGE, "variables": {"first": number}},
            headers={"X-Forwarded-For": client},
        )
        self.running.check(answer.text)
        return answer


async def started(serve: ServeGateway) -> Overloaded:
    overloaded = Overloaded()
    overloaded.running = await serve(montreal_limits=PATIENT, make=overloaded.make)
    return overloaded


async def warmed(overloaded: Overloaded, city: City) -> None:
    """Has a connection made for each place, which takes longer than a question over it."""
    city.road.slow(0.2)
    await asyncio.gather(*(overloaded.ask(f"192.0.2.{number}", number) for number in range(1, PLACES + 1)))


def answered(response: httpx.Response) -> bool:
    """Whether it was let in; then its answer is whole, else it says when to come again."""
    if response.status_code == 200:
        return bool(Answer(response.json(), 200, 0.0).members["complete"])
    (error,) = response.json()["errors"]
    assert (response.status_code, error["extensions"]["code"]) in {(503, "OVERLOADED"), (429, "RATE_LIMITED")}
    assert response.headers["Retry-After"] == str(error["extensions"]["retryAfter"]) == "1"
    assert response.headers["Cache-Control"] == "no-store"
    return False


async def test_who_finds_no_place_is_told_so_while_those_inside_still_wait_for_a_slow_registry(
    serve: ServeGateway, montreal: City
) -> None:
    overloaded = await started(serve)
    await warmed(overloaded, montreal)
    montreal.road.slow(1.5)
    async with asyncio.TaskGroup() as group:
        admitted = [group.create_task(overloaded.ask(f"192.0.2.{number}", number)) for number in range(1, PLACES + 1)]
        await until(lambda: overloaded.admission.gate.taken == PLACES, "a full gate")
        refused = await asyncio.gather(*(overloaded.ask(f"198.51.100.{number}") for number in range(12)))
        assert not any(task.done() for task in admitted), "the refusals waited for somebody"
        assert {each.status_code for each in refused} == {503}
        assert not any(map(answered, refused))
    assert all(answered(task.result()) for task in admitted)
    assert overloaded.admission.gate.taken == 0
    assert answered(await overloaded.ask("198.51.100.1"))


async def test_one_loud_client_leaves_room_for_the_others(serve: ServeGateway, montreal: City) -> None:
    overloaded = await started(serve)
    montreal.road.slow(0.5)
    async with asyncio.TaskGroup() as group:
        loud = [group.create_task(overloaded.ask("192.0.2.1", number)) for number in range(1, 2 * PLACES)]
        await until(lambda: sum(task.done() for task in loud) == 2 * PLACES - 1 - PLACES // 2, "a client at its share")
        quiet = group.create_task(overloaded.ask("198.51.100.1", 50))
    statuses = [task.result().status_code for task in loud]
    assert statuses.count(200) == PLACES // 2
    assert statuses.count(429) == len(loud) - PLACES // 2
    assert all(answered(task.result()) for task in loud if task.result().status_code == 200)
    assert answered(quiet.result())


async def test_under_load_every_request_is_answered_whole_or_refused_and_no_place_is_lost(
    serve: ServeGateway, montreal: City
) -> None:
    overloaded = await started(serve)
    montreal.road.slow(0.02)
    asked = [overloaded.ask(f"192.0.2.{number % 50}", 1 + number % 60) for number in range(300)]
    whole = [answered(response) for response in await asyncio.gather(*asked)]
    assert PLACES <= sum(whole) < 300
    assert overloaded.admission.gate.taken == 0
    assert overloaded.admission.gate.refused == 300 - sum(whole)


async def test_a_client_that_goes_away_gives_its_place_back(serve: ServeGateway, montreal: City) -> None:
    overloaded = await started(serve)
    montreal.road.slow(0.5)
    asked = asyncio.create_task(overloaded.ask("192.0.2.1"))
    await until(lambda: overloaded.admission.gate.taken == 1, "a request inside")
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    await until(lambda: overloaded.admission.gate.taken == 0, "an empty gate")
