"""A demo in a process of its own, and what it printed."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx

from gateway.embedded.processes import wait_gone, wait_until

_SECONDS = 120.0
_LAST_LINE = "Ctrl-C ends everything."


class RunningDemo:
    """Starts with the object; everything it prints goes to a file beside its home."""

    def __init__(self, home: Path, members: int, seed: int, environment: dict[str, str]) -> None:
        self.home = home
        self._output = home.with_suffix(".out")
        with self._output.open("w", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "gateway.cli", "demo", "--port", "0", "--home", str(home)),
                    *("--members", str(members), "--seed", str(seed)),
                ],
                stdout=output,
                stderr=output,
                env=environment,
            )

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self._output.read_text(encoding="utf-8")

    @property
    def url(self) -> str:
        """The address of GraphQL, as printed."""
        return self._printed(r"^GraphQL +(\S+)$")

    @property
    def curl(self) -> str:
        """The line to paste."""
        return self._printed(r"^ *(curl .+)$")

    @property
    def keys(self) -> dict[str, str]:
        """The API keys by the names of their viewers, as printed."""
        return dict(re.findall(r"^  (\S.*?) +sees .+\n +(cgw_\w+)$", self.output, re.MULTILINE))

    @property
    def servers(self) -> list[int]:
        """The processes of its Postgres servers, as printed."""
        return [int(pid) for pid in re.findall(r"Postgres on port \d+, process (\d+)", self.output)]

    def wait_ready(self) -> None:
        """Waits for the end of the block that it prints."""
        assert wait_until(lambda: _LAST_LINE in self.output or self.process.poll() is not None, _SECONDS), self.output
        assert self.process.poll() is None, self.output

    def ask(self, query: str, key: str | None = None) -> dict[str, Any]:
        """The answer to a query, as whoever holds the key."""
        login = {} if key is None else {"authorization": f"Bearer {key}"}
        answer: dict[str, Any] = httpx.post(self.url, json={"query": query}, headers=login, timeout=20).json()
        return answer

    def kill(self) -> None:
        """Ends it without giving it a chance to clean up, and waits for its servers."""
        self.process.kill()
        self.process.wait()
        assert wait_gone(self.servers, _SECONDS)

    def _printed(self, pattern: str) -> str:
        found = re.search(pattern, self.output, re.MULTILINE)
        assert found is not None, self.output
        return found[1]
