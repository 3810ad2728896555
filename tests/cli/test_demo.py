"""The demo: two cities over one gateway, a city that goes and comes back, and nothing left behind."""

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from gateway.cli.migrate import owner_dsn
from gateway.embedded.processes import alive, wait_gone, wait_until
from tests.cli.conftest import Corridor
from tests.cli.demo import RunningDemo

SECONDS = 60.0
BOTH = {"canieti-occidente": "OK", "technomontreal": "OK"}
MEMBERS = "{ members(first: 1) { totalCount complete sources { cluster { slug } status } } }"

StartDemo = Callable[..., RunningDemo]


def members(answer: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = answer["data"]["members"]
    return found


def whole(demo: RunningDemo, name: str = "Partner app") -> dict[str, Any]:
    """A complete answer to that viewer; on a busy machine the first ones may miss a deadline."""
    answers: list[dict[str, Any]] = []

    def complete() -> bool:
        answers.append(demo.ask(MEMBERS, demo.keys.get(name)))
        return bool(answers[-1]["data"] and members(answers[-1])["complete"])

    assert wait_until(complete, SECONDS), answers[-1]
    assert statuses(answers[-1]) == BOTH
    return members(answers[-1])


def statuses(answer: dict[str, Any]) -> dict[str, str]:
    return {source["cluster"]["slug"]: source["status"] for source in members(answer)["sources"]}


def test_both_registries_are_ready(demo: RunningDemo) -> None:
    whole(demo)
    ready = httpx.get(demo.url.replace("/graphql", "/readyz"), timeout=20)
    assert ready.status_code == 200
    assert {each["cluster"]: each["state"] for each in ready.json()["registries"]} == BOTH
    assert "server" not in ready.headers
    assert len(demo.servers) == 3
    assert all(map(alive, demo.servers))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_printed_line_can_be_pasted(demo: RunningDemo, tmp_path: Path) -> None:
    whole(demo)
    without = re.sub(r" -H 'authorization: [^']+'", "", demo.curl)
    assert len(without) < len(demo.curl)
    totals, cities = [], []
    for line in (demo.curl, without):
        done = subprocess.run(line, shell=True, capture_output=True, check=True, cwd=tmp_path, timeout=SECONDS)
        answer = json.loads(done.stdout)
        assert "errors" not in answer
        assert statuses(answer) == BOTH
        assert members(answer)["complete"] is True
        totals.append(members(answer)["totalCount"])
        cities.append({node["cluster"]["city"] for node in members(answer)["nodes"]})
    assert cities[0] == {"Montréal", "Guadalajara"}
    assert totals[0] > totals[1] > 0, "the partner sees more than anybody"


def test_it_prints_a_key_of_each_class(demo: RunningDemo) -> None:
    whole(demo)
    asked = "{ viewer { class cluster { slug } member { ... on Member { contacts { ref } needs { id } } } } }"
    viewers = {name: demo.ask(asked, key)["data"]["viewer"] for name, key in demo.keys.items()}
    assert {name: (viewer["class"], (viewer["cluster"] or {}).get("slug")) for name, viewer in viewers.items()} == {
        "Partner app": ("PARTNER_APP", None),
        "Member in Montréal": ("MEMBER", "technomontreal"),
        "Member in Guadalajara": ("MEMBER", "canieti-occidente"),
        "Coordinator": ("COORDINATOR", "technomontreal"),
        "Privacy officer": ("PRIVACY_OFFICER", "technomontreal"),
    }
    acting = {name: viewer["member"] for name, viewer in viewers.items() if viewer["member"]}
    assert list(acting) == ["Member in Montréal", "Member in Guadalajara"]
    assert all(member["contacts"] for member in acting.values()), "what a member sees of itself alone"
    assert acting["Member in Guadalajara"]["needs"]


def test_its_page_offers_its_viewers_and_its_schema_is_public(demo: RunningDemo) -> None:
    root = demo.url.removesuffix("/graphql")
    offered = httpx.get(f"{root}/graphiql/viewers.json", timeout=20).json()
    assert {each["name"]: each["key"] for each in offered} == {"Anonymous": None, **demo.keys}
    assert httpx.get(f"{root}/graphiql", timeout=20).status_code == 200
    assert "errors" not in demo.ask("{ __schema { queryType { name } } }")


def test_a_city_goes_and_comes_back(demo: RunningDemo, corridor: Corridor) -> None:
    total = whole(demo)["totalCount"]
    stopped = corridor("city", "stop", "guadalajara", "--home", demo.home)
    assert stopped.returncode == 0, stopped.stderr
    answer = demo.ask(MEMBERS)
    assert members(answer)["complete"] is False
    assert statuses(answer)["technomontreal"] == "OK"
    assert statuses(answer)["canieti-occidente"] in {"UNAVAILABLE", "CIRCUIT_OPEN"}
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["SOURCE_UNAVAILABLE"]
    started = corridor("city", "start", "canieti-occidente", "--home", demo.home)
    assert started.returncode == 0, started.stderr
    assert whole(demo)["totalCount"] == total


def test_a_city_that_is_none_is_refused(demo: RunningDemo, corridor: Corridor) -> None:
    refused = corridor("city", "stop", "atlantis", "--home", demo.home)
    assert (refused.returncode, "no city 'atlantis'" in refused.stderr) == (2, True)


def test_without_a_demo_a_city_cannot_be_stopped(corridor: Corridor, tmp_path: Path) -> None:
    refused = corridor("city", "stop", "montreal", "--home", tmp_path)
    assert (refused.returncode, "no demo of yours runs in" in refused.stderr) == (1, True)


async def test_the_gateway_can_only_read(demo: RunningDemo) -> None:
    addresses = json.loads((demo.home / "demo.json").read_text(encoding="utf-8"))
    assert addresses.keys() == {"montreal", "guadalajara"}
    for address in addresses.values():
        connection = await asyncpg.connect(address)
        try:
            assert await connection.fetchval("select current_setting('is_superuser')") == "off"
            writable = await connection.fetch(
                "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace "
                "where c.relkind in ('r', 'p') and n.nspname not in ('pg_catalog', 'information_schema') "
                "and has_table_privilege(c.oid, 'insert, update, delete, truncate')"
            )
            assert writable == []
        finally:
            await connection.close()


def test_secrets_are_for_their_owner_alone(demo: RunningDemo) -> None:
    passwords = [f"{server}/password" for server in ("montreal", "guadalajara", "store")]
    for name in ("demo.json", "store.json", "cursor_secret", "control", *passwords):
        assert stat.S_IMODE((demo.home / name).stat().st_mode) == 0o600, name
    assert "postgresql://" not in demo.output


def test_it_has_a_store_that_is_up_to_date(
    demo: RunningDemo, corridor: Corridor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gateway.cli.migrate.default_home", lambda: demo.home)
    monkeypatch.chdir(tmp_path)  # where there is no file with settings
    owner = owner_dsn(None)
    assert corridor("migrate", "--check", "--dsn", owner).returncode == 0
    assert "is whole" in corridor("audit", "verify", "--dsn", owner).stdout


def test_one_home_has_one_demo(demo: RunningDemo, corridor: Corridor) -> None:
    second = corridor("demo", "--port", 0, "--home", demo.home)
    assert (second.returncode, "already run by another process" in second.stderr) == (1, True)
    whole(demo)


def test_a_taken_port_is_said_at_once(corridor: Corridor, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = corridor("demo", "--port", port, "--home", tmp_path / "home")
    assert (refused.returncode, f"cannot listen on 127.0.0.1 port {port}" in refused.stderr) == (2, True)
    assert not (tmp_path / "home").exists()


def test_a_home_that_is_none_is_said(corridor: Corridor, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = corridor("demo", "--port", 0, "--home", tmp_path / "file")
    assert (refused.returncode, "cannot be the demo's home" in refused.stderr) == (2, True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_on_request_and_takes_its_servers_along(start_demo: StartDemo, number: signal.Signals) -> None:
    demo = start_demo("ended", members=3)
    servers = demo.servers
    demo.process.send_signal(number)
    assert demo.process.wait(SECONDS) == 0, demo.output
    assert not any(map(alive, servers))
    assert not (demo.home / "control").exists()


def test_a_killed_demo_leaves_nothing_behind_and_starts_again(start_demo: StartDemo) -> None:
    killed = start_demo("killed", members=3)
    total = whole(killed)["totalCount"]
    servers = killed.servers
    assert len(servers) == 3
    os.kill(killed.process.pid, signal.SIGKILL)
    killed.process.wait()
    assert wait_gone(servers, SECONDS)
    again = start_demo("killed", members=3)
    assert "3/" not in again.output.split("GraphQL")[0], "nothing was filled anew"
    assert whole(again)["totalCount"] == total
    again.kill()
    more = start_demo("killed", members=7)
    assert whole(more)["totalCount"] > total, "another size is made anew"
    more.kill()


def test_without_its_store_anybody_still_sees_what_is_public(start_demo: StartDemo) -> None:
    demo = start_demo("storeless", members=3)
    total, key = whole(demo, "Anonymous")["totalCount"], demo.keys["Partner app"]
    store = demo.servers[-1]
    os.kill(store, signal.SIGINT)
    assert wait_gone([store], SECONDS)
    assert whole(demo, "Anonymous")["totalCount"] == total
    (error,) = demo.ask(MEMBERS, key)["errors"]
    assert error["extensions"] == {"code": "STORE_UNAVAILABLE", "retryable": True}
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(SECONDS) == 0, demo.output
    again = start_demo("storeless", members=3)
    assert whole(again, "Anonymous")["totalCount"] == total
    assert whole(again)["totalCount"] > total
    (error,) = again.ask(MEMBERS, key)["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED", "each start has keys of its own"
    again.kill()


async def test_an_interrupted_first_start_is_made_again(start_demo: StartDemo, demo: RunningDemo) -> None:
    interrupted = start_demo("interrupted", members=400, wait=False)
    server = interrupted.home / "guadalajara"
    log = server / "server.log"
    ready = "ready to accept connections"
    assert wait_until(lambda: log.exists() and ready in log.read_text(encoding="utf-8"), SECONDS), interrupted.output
    port, password = ((server / name).read_text(encoding="utf-8") for name in ("port", "password"))
    connection = await asyncpg.connect(host="127.0.0.1", port=int(port), user="postgres", password=password)
    try:
        filling = "select true from pg_stat_activity where datname = 'registry' and xact_start is not null"
        async with asyncio.timeout(SECONDS):
            while not await connection.fetchval(filling):
                assert interrupted.process.poll() is None, interrupted.output
        interrupted.process.kill()
        interrupted.process.wait()
    finally:
        connection.terminate()
    again = start_demo("interrupted", members=400)
    assert whole(again)["totalCount"] > whole(demo)["totalCount"] + 400
    again.kill()
