"""Homes for servers of one test."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.embedded import EmbeddedServer

MakeServer = Callable[..., EmbeddedServer]


@pytest.fixture
def homes() -> Iterator[Path]:
    """A directory that every account can reach, unlike `tmp_path`, so that root's server can live in it."""
    with tempfile.TemporaryDirectory(prefix="corridor-tests-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def make_server(homes: Path) -> Iterator[MakeServer]:
    """A factory of servers, not started: `make_server(name="one", port=None, durable=False)`; same name, same home."""
    made: list[EmbeddedServer] = []

    def make(name: str = "one", port: int | None = None, *, durable: bool = False) -> EmbeddedServer:
        server = EmbeddedServer(name, homes / name, port, durable=durable)
        made.append(server)
        return server

    yield make
    for server in made:
        server.kill()
    for server in made:
        server.destroy()
