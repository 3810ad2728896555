"""The contestants' processes: started on free ports, ended with us."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from benchmarks.contestants import CONTESTANTS
from benchmarks.contestants.floor import PLANS
from gateway.embedded.ports import free_port

__all__ = ["SECRET", "serving"]

SECRET = "a secret for cursors that live no longer than the comparison"  # noqa: S105

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0


@contextmanager
def serving(
    dsns: Mapping[str, str], plans: Path, names: Sequence[str] = CONTESTANTS, profile: Path | None = None
) -> Iterator[Mapping[str, int]]:
    """Runs these contestants, each in a process of its own; gives their ports by name."""
    environment = {**os.environ, PLANS: str(plans), "CORRIDOR_CURSOR_SECRET": SECRET}
    for city, dsn in dsns.items():
        environment[f"CORRIDOR_REGISTRIES__{city.upper()}__DSN"] = dsn
    ports = {name: free_port() for name in names}
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name, port in ports.items():
            command = [sys.executable, "-m", "benchmarks.contestants", name, str(port)]
            command += [str(profile)] if profile else []
            running.append(subprocess.Popen(command, env=environment, stdin=subprocess.PIPE))  # noqa: S603
        for name, port in ports.items():
            _wait(name, port)
        yield ports
    finally:
        for process in running:
            assert process.stdin is not None  # noqa: S101 - it is a pipe
            process.stdin.close()
        for process in running:
            try:
                process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(name: str, port: int) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"the contestant {name} did not start within {_START_SECONDS:.0f} s")
