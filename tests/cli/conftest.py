"""The command line as people use it: in processes of its own, from a folder without settings."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.demo import RunningDemo

Corridor = Callable[..., subprocess.CompletedProcess[str]]

SECONDS = 90


@pytest.fixture(scope="session")
def environment() -> dict[str, str]:
    """The environment without any setting of the gateway."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CORRIDOR_")}


@pytest.fixture
def corridor(tmp_path: Path, environment: dict[str, str]) -> Corridor:
    """Runs a command to its end: `corridor("serve", CORRIDOR_PORT="1")`, in `tmp_path`."""

    def run(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "gateway.cli", *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment | settings,
            timeout=SECONDS,
        )

    return run


@pytest.fixture(scope="session")
def open_folder() -> Iterator[Path]:
    """A folder that every account can reach, so that root's servers can live in it."""
    with tempfile.TemporaryDirectory(prefix="corridor-tests-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@pytest.fixture(scope="session")
def start_demo(open_folder: Path, environment: dict[str, str]) -> Iterator[Callable[..., RunningDemo]]:
    """A factory of demos, which are ended after the session: `start_demo("name", members=20, seed=1)`."""
    started: list[RunningDemo] = []

    def start(name: str, members: int = 20, seed: int = 1, *, wait: bool = True) -> RunningDemo:
        demo = RunningDemo(open_folder / name, members, seed, environment)
        started.append(demo)
        if wait:
            demo.wait_ready()
        return demo

    yield start
    for demo in reversed(started):  # a later one may have the home, and the output, of an earlier one
        demo.kill()


@pytest.fixture(scope="session")
def demo(start_demo: Callable[..., RunningDemo]) -> RunningDemo:
    """A demo for the tests that leave it as they found it."""
    return start_demo("shared")
