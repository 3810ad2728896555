"""What the kernel says about processes that are not our own children, read from /proc."""

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path

_POLL = 0.01


def alive(pid: int) -> bool:
    """Whether `pid` runs. A zombie does not: it is only waiting for its parent to notice."""
    return _status(pid)[0] not in "ZX"


def children(pid: int) -> list[int]:
    """Answer the processes whose parent is `pid`."""
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [number for number in numbers if _status(number)[1] == pid]


def arguments(pid: int) -> list[str]:
    """Answer the command line of `pid`; empty when it is gone, a zombie, or a thread of the kernel."""
    try:
        line = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [os.fsdecode(argument) for argument in line.split(b"\0")]


def wait_gone(pids: Iterable[int], seconds: float) -> bool:
    """Wait until none of `pids` is alive; False when that took longer than `seconds`."""
    remaining = list(pids)
    return wait_until(lambda: not any(map(alive, remaining)), seconds)


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until `condition` holds; False when that took longer than `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def _status(pid: int) -> tuple[str, int]:
    """Answer the state letter and the parent of `pid`; ("X", 0) when there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return "X", 0
    # The line reads like this one, with any character in the name: 1234 (name) S 1 and so on
    state, parent = text.rpartition(")")[2].split()[:2]
    return state, int(parent)
