"""No server outlives the process that started it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from gateway.embedded import EmbeddedServer, ServerFailed
from gateway.embedded.processes import alive, wait_gone

MakeServer = Callable[..., EmbeddedServer]
SECONDS = 30.0


@pytest.fixture
def owner(homes: Path) -> Iterator[subprocess.Popen[str]]:
    """Another Python that runs the server of the home `one`; it prints the server's pid and port."""
    root = Path(__file__).parents[2]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in (str(root), *sys.path) if path)}
    command = [sys.executable, str(Path(__file__).with_name("owner.py")), str(homes / "one")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_the_server_shuts_down_when_its_owner_dies(
    owner: subprocess.Popen[str], make_server: MakeServer, number: signal.Signals
) -> None:
    assert owner.stdout is not None
    pid, port = map(int, owner.stdout.readline().split())
    assert alive(pid)
    owner.send_signal(number)
    assert owner.wait(SECONDS) == -number
    assert wait_gone([pid], SECONDS)
    server = make_server()
    assert "database system is shut down" in server.log.read_text(), "cleanly, not as a crash"
    server.start()
    assert server.port == port
    connection = await asyncpg.connect(server.dsn())
    await connection.close()


def test_a_server_that_another_process_runs_is_not_destroyed(
    owner: subprocess.Popen[str], make_server: MakeServer
) -> None:
    assert owner.stdout is not None
    pid, _ = map(int, owner.stdout.readline().split())
    server = make_server()
    with pytest.raises(ServerFailed, match="already run by another process"):
        server.destroy()
    assert alive(pid)
    assert (server.home / "password").exists()
    owner.kill()
    owner.wait(SECONDS)
    assert wait_gone([pid], SECONDS)


async def test_a_server_that_still_shuts_down_is_waited_for(
    owner: subprocess.Popen[str], make_server: MakeServer
) -> None:
    assert owner.stdout is not None
    pid, _ = map(int, owner.stdout.readline().split())
    owner.kill()
    owner.wait(SECONDS)
    server = make_server()
    server.start()  # at once, whether the old one is gone or not
    assert not alive(pid)
    assert server.running
