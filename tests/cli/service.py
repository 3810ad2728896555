"""`corridor serve` in processes of its own, seen from outside."""

import re
import subprocess
import sys
from pathlib import Path

import httpx

from gateway.embedded.processes import wait_gone, wait_until

__all__ = ["SECONDS", "RunningService"]

SECONDS = 60.0
"""How long anything may take on a busy machine."""


class RunningService:
    """Starts with the object, in an empty folder; everything it prints goes to a file there."""

    def __init__(self, folder: Path, environment: dict[str, str], *options: str) -> None:
        self._log = folder / "log"
        with self._log.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gateway.cli", "serve", "--port", "0", *options],
                stdout=output, stderr=output, cwd=folder, env=environment,
            )  # fmt: skip

    @property
    def log(self) -> str:
        """What it has printed so far."""
        return self._log.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """Its address, once it is printed."""
        return (re.findall(r"http://127\.0\.0\.1:\d+", self.log) or [""])[0]

    @property
    def workers(self) -> set[int]:
        """The processes that serve: children of the first one, which has another one for its own ends."""
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
        return {int(child) for child in children if b"spawn_main" in _command(child)}

    def answers(self) -> bool:
        """Whether it takes requests."""
        try:
            return bool(self.url) and httpx.get(f"{self.url}/healthz", timeout=SECONDS).status_code == 200
        except httpx.TransportError:
            return False

    def wait_ready(self) -> None:
        """Waits until it takes requests."""
        assert wait_until(self.answers, SECONDS), self.log

    def kill(self) -> None:
        """Ends it without giving it a chance to clean up; its workers have to notice."""
        workers = self.workers if self.process.poll() is None else set()
        self.process.kill()
        self.process.wait()
        assert wait_gone(list(workers), SECONDS), "workers are left behind"


def _command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except FileNotFoundError:
        return b""
