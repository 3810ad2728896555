"""Serves one contestant on a port of 127.0.0.1, as ``corridor serve`` does, until its parent ends."""

import os
import signal
import sys
from pathlib import Path
from threading import Thread

import uvicorn

from benchmarks import clusters
from benchmarks.contestants import floor, naive
from benchmarks.contestants.watching import Watched
from gateway.app import create_app
from gateway.cli.service import settled
from gateway.settings import Settings

_APPLICATIONS = {
    "gateway": create_app,
    "clusters": clusters.application,
    "floor": floor.application,
    "naive": naive.application,
}


def main() -> None:
    """``python -m benchmarks.contestants NAME PORT [PROFILE]``; PROFILE is the file of a ``Watched`` one."""
    name, port, *profile = sys.argv[1:]
    Thread(target=_end_with_parent, daemon=True).start()
    app = settled(_APPLICATIONS[name](Settings()))
    uvicorn.run(
        Watched(app, Path(profile[0])) if profile else app,
        port=int(port),
        loop="uvloop",
        http="httptools",
        access_log=False,
        proxy_headers=False,
        log_level="warning",
    )


def _end_with_parent() -> None:
    """The parent holds the other end of standard input, however it ends."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
