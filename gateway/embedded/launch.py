"""A program that becomes another one, which then ends with its parent and never runs as root.

Run as `python -I -S launch.py PARENT UID GID PROGRAM ARGUMENT...`, by path and with the standard library only. It is a
program of its own, not a function between fork and exec, because that is unsafe in a process with threads.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def launch(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Drop root for `uid` and `gid`, ask the kernel for SIGINT when `parent` ends, and become `command`."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o077)
    # After the change of user, which clears it. SIGINT is PostgreSQL's fast, clean shutdown.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it ended before the kernel was asked
        sys.exit(f"launch: process {parent} is gone")
    os.execv(command[0], command)


if __name__ == "__main__":
    launch(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
