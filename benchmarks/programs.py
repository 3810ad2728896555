"""The programs of the Node contestants: npm projects under ``benchmarks/node``, installed when they are asked for."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from rich.console import Console

from benchmarks.contestants import CONTESTANTS

__all__ = ["PROGRAMS", "PROJECTS", "able", "node", "silent"]

PROJECTS = Path(__file__).parent / "node"
PROGRAMS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "mercurius": ("mercurius", "server.js"),
        "subgraph": ("mercurius", "subgraph.js"),
        "hive": ("hive", "node_modules/.bin/hive-gateway", "supergraph", "--host", "127.0.0.1", "--port", "{port}"),
        "apollo": ("apollo", "gateway.js"),
        "postgraphile": ("postgraphile", "server.js"),
    }
)
"""What Node is given to run: a project, a file of it, arguments."""

_RUNTIME = "runtime"
_REPORTING = ("APOLLO_", "HIVE_", "OTEL_", "OPENTELEMETRY")


def able(names: Sequence[str], console: Console) -> Sequence[str]:
    """Those of these contestants that can run here; installs what they need, and says who is left out and why."""
    runnable = []
    for name in names:
        projects = CONTESTANTS[name].projects
        try:
            _install((_RUNTIME, *projects) if projects else (), console)
        except _NotInstalled as reason:
            console.print(f"[bold]{name} is left out[/bold]: {reason}")
        else:
            runnable.append(name)
    return runnable


def node() -> str:
    """The Node that all of them run on: the one of ``benchmarks/node/runtime``, else the machine's own."""
    found = next((PROJECTS / _RUNTIME).glob("node_modules/node-*/bin/node"), None) or shutil.which("node")
    if found is None:
        raise FileNotFoundError("no Node: neither in benchmarks/node/runtime nor on the PATH")
    return str(found)


def silent(given: Mapping[str, str]) -> Mapping[str, str]:
    """Our environment and this, in production, without anything that would make a router report to its makers."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(_REPORTING)}
    return {**ours, "NODE_ENV": "production", "LOG_LEVEL": "error", **given}


class _NotInstalled(Exception):
    """What a contestant is made of is not there."""


def _install(projects: Iterable[str], console: Console) -> None:
    for project in projects:
        folder = PROJECTS / project
        installed = folder / "node_modules" / ".package-lock.json"
        if installed.exists() and installed.stat().st_mtime >= (folder / "package-lock.json").stat().st_mtime:
            continue
        npm = shutil.which("npm")
        if npm is None:
            raise _NotInstalled("npm is not installed. Install Node 20 or later with npm to measure it too.")
        console.print(f"npm ci in {folder.relative_to(PROJECTS.parent.parent)}")
        command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
        if run.returncode:
            raise _NotInstalled(f"npm ci failed in {folder}: {run.stderr.strip()[-500:]}")
