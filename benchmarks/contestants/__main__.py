"""Serves one contestant on a port of 127.0.0.1, as ``corridor serve`` does, until its parent ends."""

import cProfile
import os
import signal
import sys
from threading import Thread

import uvicorn
from starlette.applications import Starlette

from benchmarks.contestants import floor, naive
from gateway.app import create_app
from gateway.settings import Settings

_APPLICATIONS = {"gateway": create_app, "floor": floor.application, "naive": naive.application}


def main() -> None:
    """``python -m benchmarks.contestants NAME PORT [PROFILE]``; PROFILE is where cProfile's figures go."""
    name, port, *profile = sys.argv[1:]
    Thread(target=_end_with_parent, daemon=True).start()
    app = _APPLICATIONS[name](Settings())
    if not profile:
        _serve(app, int(port))
        return
    profiler = cProfile.Profile()
    profiler.runcall(_serve, app, int(port))
    profiler.dump_stats(profile[0])


def _serve(app: Starlette, port: int) -> None:
    uvicorn.run(app, port=port, loop="uvloop", http="httptools", access_log=False, log_level="warning")


def _end_with_parent() -> None:
    """The parent holds the other end of standard input, however it ends."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
