"""A contestant that is watched while it serves: what its process has taken so far, and a profile of a while of it."""

import cProfile
import os
from pathlib import Path

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

__all__ = ["PROFILE", "TIMES", "Watched"]

TIMES = "/watch/times"
"""The processor's seconds of the process so far: ``user`` and ``system``."""
PROFILE = "/watch/profile"
"""Begins to profile; the next time ends it and writes the file."""


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
            times = os.times()
            await Response(orjson.dumps({"user": times.user, "system": times.system}))(scope, receive, send)
        elif path == PROFILE:
            self._turn()
            await Response()(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _turn(self) -> None:
        if self._profiler is None:
            self._profiler = cProfile.Profile()
            self._profiler.enable()
        else:
            self._profiler.disable()
            self._profiler.dump_stats(self._file)
            self._profiler = None
