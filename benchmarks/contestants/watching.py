"""A contestant that is watched while it serves: what its process has taken so far, and a profile of a while of it."""

import cProfile
from pathlib import Path
from time import process_time, process_time_ns

from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["PROFILE", "TIMES", "Watched", "profiler"]

TIMES = "/watch/times"
"""The processor's seconds of the process so far."""
PROFILE = "/watch/profile"
"""Begins to profile; the next time ends it and writes the file."""


def profiler() -> cProfile.Profile:
    """A profiler of the processor's time: the process shares its cores with the load and the databases."""
    return cProfile.Profile(process_time_ns, 1e-9)


class Watched:
    """An application, and the two paths beside it."""

    def __init__(self, app: ASGIApp, file: Path) -> None:
        self._app = app
        self._file = file
        self._profiler: cProfile.Profile | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """As ASGI has it."""
        path = scope.get("path")
        if path == TIMES:
            await Response(str(process_time()))(scope, receive, send)
        elif path == PROFILE:
            self._turn()
            await Response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _turn(self) -> None:
        if self._profiler is None:
            self._profiler = profiler()
            self._profiler.enable()
        else:
            self._profiler.disable()
            self._profiler.dump_stats(self._file)
            self._profiler = None
