"""The contestants' processes: started on free ports, ended with us."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from benchmarks.contestants import CONTESTANTS, QUICK
from benchmarks.contestants.floor import PLANS
from benchmarks.contestants.given import GIVEN
from benchmarks.contestants.together import MATCHES as TOGETHER
from benchmarks.programs import PROGRAMS, PROJECTS, node, silent
from benchmarks.united import unite
from gateway.embedded.ports import free_port

__all__ = ["MATCHES", "REGISTRIES", "SECRET", "process", "serving", "unbounded", "wait"]

REGISTRIES = "registries.json"
"""Beside the plans: what the hand-written Node server is given."""
MATCHES = "matches.json"
"""Beside them: what was asked of registries for each need."""

SECRET = "a secret for cursors that live no longer than the comparison"  # noqa: S105

_START_SECONDS = 30.0
_STOP_SECONDS = 20.0


@contextmanager
def serving(
    dsns: Mapping[str, str], store: str, plans: Path, names: Sequence[str] = QUICK, profile: Path | None = None
) -> Iterator[Mapping[str, int]]:
    """Runs these contestants, each in processes of its own; gives their ports by name.

    ``dsns`` are those of the registries by city, ``store`` that of the gateway's store. With ``profile``, a file,
    those in Python are watched.
    """
    environment = {
        **os.environ,
        PLANS: str(plans),
        TOGETHER: str(plans.with_name(MATCHES)),
        GIVEN: str(plans.with_name(REGISTRIES)),
        **unbounded(store),
    }
    for city, dsn in dsns.items():
        registry = f"CORRIDOR_REGISTRIES__{city.upper()}__"
        environment |= {f"{registry}DSN": dsn, f"{registry}DEADLINE": "60", f"{registry}STATEMENT_TIMEOUT": "60"}
    with ExitStack() as running:
        subgraphs = _subgraphs(running, plans) if any(CONTESTANTS[name].subgraphs for name in names) else {}
        ports = {}
        for name in names:
            ports[name] = free_port()
            if CONTESTANTS[name].projects:
                around = {"SUBGRAPHS": json.dumps(subgraphs)}
                if CONTESTANTS[name].united:
                    around["DATABASE"] = unite(dsns)
                _node(running, name, ports[name], around, plans)
            else:
                command = [sys.executable, "-m", "benchmarks.contestants", name, str(ports[name])]
                command += [str(profile)] if profile else []
                running.enter_context(process(command, environment))
        for name, port in ports.items():
            wait(name, port)
        yield ports


def _subgraphs(running: ExitStack, plans: Path) -> Mapping[str, str]:
    """Serves every city by itself; gives the addresses by city."""
    ports = {}
    for cluster, known in json.loads(plans.with_name(REGISTRIES).read_text("utf-8"))["clusters"].items():
        ports[known["city"]] = free_port()
        _node(running, "subgraph", ports[known["city"]], {"CITY": known["city"], "CLUSTER": cluster}, plans)
    for city, port in ports.items():
        wait(city, port)
    return {city: f"http://127.0.0.1:{port}/graphql" for city, port in ports.items()}


def _node(running: ExitStack, program: str, port: int, given: Mapping[str, str], plans: Path) -> None:
    folder, *arguments = PROGRAMS[program]
    command = [node(), *(each.format(port=port) for each in arguments)]
    variables = silent({**given, "PORT": str(port), GIVEN: str(plans.with_name(REGISTRIES).resolve())})
    running.enter_context(process(command, variables, PROJECTS / folder))


def unbounded(store: str) -> Mapping[str, str]:
    """The environment of a gateway over this store that checks and counts all it is asked, and refuses nothing."""
    return {
        "CORRIDOR_CURSOR_SECRET": SECRET,
        "CORRIDOR_STORE__DSN": store,
        "CORRIDOR_STORE__TIMEOUT": "60",  # it shares its disk with what fills memory for the first time
        "CORRIDOR_RATES__PARTNER_APP__BURST": "1000000000",
        "CORRIDOR_RATES__PARTNER_APP__PER_SECOND": "1000000000",
        "CORRIDOR_RATES__COORDINATOR__BURST": "1000000000",
        "CORRIDOR_RATES__COORDINATOR__PER_SECOND": "1000000000",
        "CORRIDOR_MAX_CONCURRENT": "1024",
        "CORRIDOR_REQUEST_DEADLINE": "60",  # what is slow is to be measured, not cut off
    }


@contextmanager
def process(command: Sequence[str], environment: Mapping[str, str], folder: Path | None = None) -> Iterator[None]:
    """A process that ends when its standard input does, so that it ends with us, however we end."""
    running = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, cwd=folder)  # noqa: S603
    try:
        yield
    finally:
        assert running.stdin is not None  # noqa: S101 - it is a pipe
        running.stdin.close()
        try:
            running.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def wait(name: str, port: int) -> None:
    """Waits until a process answers on its port; raises TimeoutError."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz")
        except httpx.ConnectError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"the contestant {name} did not start within {_START_SECONDS:.0f} s")
