"""`corridor serve --workers`: several processes behind one port, restarted, killed and ended while they work."""

import asyncio
import os
import re
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from importlib import import_module
from pathlib import Path
from time import monotonic

import asyncpg
import httpx
import pytest

from gateway.embedded.processes import wait_gone
from tests.cli.conftest import Corridor
from tests.cli.service import SECONDS, RunningService

QUERY = "query ($after: String) { members(first: 2, after: $after) { nodes { id } pageInfo { endCursor } complete } }"
POOL = 6
HELD = """
select count(*) from pg_stat_activity
where application_name = 'corridor-gateway' and datname = current_database()
"""


@pytest.fixture(scope="module")
async def registry(make_session_database) -> str:
    """The DSN of a registry that nobody else asks."""
    dsn = await make_session_database()
    await import_module("adapters.montreal").ADAPTER.create(dsn, 60, 1, lambda _done, _total: None)
    return dsn


@pytest.fixture
async def watch(registry: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees those of the gateway; in the end none of them may be left."""
    connection = await asyncpg.connect(registry)
    yield connection
    await until(lambda: connection.fetchval(HELD), lambda held: held == 0, "no connection left")
    await connection.close()


@pytest.fixture
def start(
    registry: str, watch: asyncpg.Connection, tmp_path: Path, environment: dict[str, str]
) -> Iterator[Callable[..., RunningService]]:
    """Starts a gateway with two workers over the registry, with more settings where they are given."""
    with ExitStack() as running:

        def serve(**settings: str) -> RunningService:
            own = {
                "CORRIDOR_REGISTRIES__MONTREAL__DSN": registry,
                "CORRIDOR_REGISTRIES__MONTREAL__POOL_SIZE": str(POOL),
                "CORRIDOR_REGISTRIES__MONTREAL__DEADLINE": "15",
                "CORRIDOR_REGISTRIES__MONTREAL__STATEMENT_TIMEOUT": "12",
                "CORRIDOR_REGISTRIES__MONTREAL__CONNECT_TIMEOUT": "10",
                "CORRIDOR_REQUEST_DEADLINE": "20",
            }
            service = RunningService(tmp_path, environment | own | settings, "--workers", "2")
            running.callback(service.kill)
            service.wait_ready()
            return service

        yield serve


async def until(look, holds, what: str) -> None:
    """Looks again and again, until what is seen holds."""
    ends = monotonic() + SECONDS
    while not holds(seen := await look()):
        assert monotonic() < ends, f"never came about: {what}; last seen: {seen}"
        await asyncio.sleep(0.02)


async def page(client: httpx.AsyncClient, after: str | None = None) -> dict[str, object]:
    """A page of members, complete or the test fails."""
    response = await client.post("/graphql", json={"query": QUERY, "variables": {"after": after}})
    assert response.status_code == 200
    members: dict[str, object] = response.json()["data"]["members"]
    assert members["complete"] is True, response.text
    return members


async def process_of(client: httpx.AsyncClient) -> int:
    """The worker that has this client's only connection."""
    text = (await client.get("/metrics")).text
    return int(re.search(r'process="(\d+)"', text)[1])


async def test_a_restart_under_load_fails_no_request_and_keeps_to_the_pool(start, watch: asyncpg.Connection) -> None:
    service = start()
    before = service.workers
    assert len(before) == 2
    answered, most, ended = 0, 0, asyncio.Event()

    async def ask_on_one_connection() -> None:
        nonlocal answered
        async with httpx.AsyncClient(base_url=service.url, timeout=SECONDS) as client:
            while not ended.is_set():
                await page(client)
                answered += 1

    async def ask_on_a_new_connection_each_time() -> None:
        nonlocal answered
        while not ended.is_set():
            async with httpx.AsyncClient(base_url=service.url, timeout=SECONDS) as client:
                await page(client)
            answered += 1

    async def count_connections() -> None:
        nonlocal most
        while not ended.is_set():
            most = max(most, await watch.fetchval(HELD))
            await asyncio.sleep(0.005)

    async def workers() -> set[int]:
        return service.workers

    async def answers() -> int:
        return answered

    async def restart() -> None:
        await until(answers, lambda now: now >= 20, "answers before the restart")
        service.process.send_signal(signal.SIGHUP)
        await until(workers, lambda now: len(now) == 2 and not now & before, "new workers")
        enough = answered + 20
        await until(answers, lambda now: now >= enough, "answers after it")
        ended.set()

    async with asyncio.TaskGroup() as tasks:
        for _ in range(4):
            tasks.create_task(ask_on_one_connection())
            tasks.create_task(ask_on_a_new_connection_each_time())
        tasks.create_task(count_connections())
        tasks.create_task(restart())
    assert answered >= 40
    assert 0 < most <= POOL
    assert wait_gone(list(before), SECONDS)
    assert "Traceback" not in service.log


async def test_a_worker_that_dies_is_replaced(start) -> None:
    service = start()
    victim, survivor = sorted(service.workers)
    os.kill(victim, signal.SIGKILL)

    async def workers() -> set[int]:
        return service.workers

    await until(workers, lambda now: len(now) == 2 and victim not in now, "a new worker")
    assert survivor in service.workers
    async with httpx.AsyncClient(base_url=service.url, timeout=SECONDS) as client:
        await page(client)


async def test_a_cursor_of_one_worker_is_good_at_another(start) -> None:
    service = start()
    async with AsyncExitStack() as stack:
        clients: dict[int, httpx.AsyncClient] = {}

        async def meet_some() -> int:
            limits = httpx.Limits(max_connections=1)
            some = [httpx.AsyncClient(base_url=service.url, timeout=SECONDS, limits=limits) for _ in range(20)]
            for client in some:
                await stack.enter_async_context(client)
            clients.update(zip(await asyncio.gather(*map(process_of, some)), some, strict=True))
            return len(clients)

        await until(meet_some, lambda met: met == 2, "a connection to each worker")
        assert clients.keys() == service.workers
        one, other = clients.values()
        first = await page(one)
        second = await page(other, first["pageInfo"]["endCursor"])
        assert first["nodes"] != second["nodes"]
        assert second == await page(one, first["pageInfo"]["endCursor"])


async def test_an_end_lets_what_runs_finish_and_refuses_what_comes(start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.setblocking(False)
        service = start(
            CORRIDOR_REGISTRIES__GUADALAJARA__DSN=f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none",
            CORRIDOR_REGISTRIES__GUADALAJARA__DEADLINE="4",
            CORRIDOR_REGISTRIES__GUADALAJARA__CONNECT_TIMEOUT="4",
        )
        workers = service.workers
        async with httpx.AsyncClient(base_url=service.url, timeout=SECONDS) as client:
            running = asyncio.create_task(client.post("/graphql", json={"query": QUERY}))
            asked, _ = await asyncio.get_running_loop().sock_accept(silent)  # the gateway waits for a word of it now
            service.process.send_signal(signal.SIGTERM)
            await until(lambda: _refused(service.url), bool, "refused connections")
            assert not running.done()
            response = await running
            asked.close()
        assert response.status_code == 200
        assert response.headers["connection"] == "close"
        members = response.json()["data"]["members"]
        assert (len(members["nodes"]), members["complete"]) == (2, False)
        assert await asyncio.to_thread(service.process.wait, SECONDS) == 0
        assert wait_gone(list(workers), SECONDS)
        assert "Traceback" not in service.log


async def _refused(url: str) -> bool:
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            await client.get(f"{url}/healthz")
    except httpx.TransportError:
        return True
    return False


async def test_workers_do_not_outlive_the_process_that_started_them(start) -> None:
    service = start()
    async with httpx.AsyncClient(base_url=service.url, timeout=SECONDS) as client:
        await page(client)
    assert len(service.workers) == 2
    service.kill()  # and looks for what is left behind; so does `watch`


@pytest.mark.parametrize("by_setting", [False, True])
def test_too_few_connections_for_the_workers_are_refused(
    corridor: Corridor, registry: str, *, by_setting: bool
) -> None:
    settings = {
        "CORRIDOR_REGISTRIES__MONTREAL__DSN": registry,
        "CORRIDOR_REGISTRIES__MONTREAL__POOL_SIZE": "3",
        **({"CORRIDOR_WORKERS": "3"} if by_setting else {}),
    }
    refused = corridor("serve", "--port", 0, *(() if by_setting else ("--workers", 3)), **settings)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "registries.montreal.pool_size is 3, which is too few for 3 workers" in refused.stderr
    assert "Traceback" not in refused.stderr
