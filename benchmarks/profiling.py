"""A profile of the gateway under load: which functions its time goes to."""

import asyncio
import io
import pstats
import re
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from benchmarks.load import Job, ask
from benchmarks.processes import serving
from benchmarks.setting import Setting

__all__ = ["profiled"]

_PROFILED = ("Q1", "Q2", "Q3", "Q4")
_FUNCTIONS = 20
_INSTALLED = re.compile(r"\S*/(?:site-packages|python3\.\d+)/")


def profiled(dsns: Mapping[str, str], plans: Path, seconds: float, console: Console) -> None:
    """Prints the functions that take most of their own time, for each query. cProfile slows calls: read the shares."""
    setting = Setting.of(dsns, plans)
    for query in _PROFILED:
        figures = plans.with_name(f"{query}.profile")
        with serving(dsns, plans, ("gateway",), figures) as ports:
            job = Job(ports["gateway"], "/graphql", setting.bodies["gateway"][query], 32, seconds)
            turn = asyncio.run(ask(job))
        written = io.StringIO()
        pstats.Stats(str(figures), stream=written).sort_stats("tottime").print_stats(_FUNCTIONS)
        console.print(f"\n{query}: {turn.requests} requests")
        functions = _INSTALLED.sub("", written.getvalue()).replace(f"{Path.cwd()}/", "")
        console.print(functions, markup=False, highlight=False, soft_wrap=True)
