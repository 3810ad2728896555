"""A real OpenID provider (node-oidc-provider) in a process of its own, run by the Node that comes with Playwright."""

import json
import os
import shutil
import socket
import subprocess
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx
import playwright
import pytest

HERE = Path(__file__).parent / "provider"
NODE = Path(playwright.__path__[0]) / "driver" / "node"


@dataclass(frozen=True)
class Client:
    """A client of the provider, the audience and algorithm of its tokens, and the claims that they hold."""

    id: str
    secret: str
    alg: str
    audience: str
    scope: str
    claims: dict[str, str]


def install() -> None:
    """Installs the provider from its lock; without npm its tests are skipped, but on the build server that fails."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    npm = shutil.which("npm")
    if npm is None:
        message = "npm is not installed: without it there is no OpenID provider to test with"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    run = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0, run.stderr


def _free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return bound.getsockname()[1]


@dataclass
class OpenIdProvider:
    """The provider's process. Stopped and started again, it has new keys."""

    clients: list[Client]
    port: int = field(default_factory=_free_port)
    _process: subprocess.Popen[str] | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        clients = json.dumps([asdict(client) for client in self.clients])
        self._process = subprocess.Popen(
            [NODE, "provider.mjs"],
            cwd=HERE,
            env={**os.environ, "PORT": str(self.port), "CLIENTS": clients},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self._expect("listening")

    def tell(self, command: str) -> None:
        """`rotate`: new keys beside the old ones; `retire`: without the old ones."""
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        self._expect(command)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    async def token(self, client_id: str, scope: str | None = None) -> str:
        """An access token by the client credentials grant, with all of the client's scopes where none are named."""
        client = next(each for each in self.clients if each.id == client_id)
        form = {"grant_type": "client_credentials", "scope": client.scope if scope is None else scope}
        async with httpx.AsyncClient() as http:
            response = await http.post(f"{self.issuer}/token", data=form, auth=(client.id, client.secret))
        assert response.status_code == 200, response.text
        return response.json()["access_token"]

    def _expect(self, line: str) -> None:
        while (said := self._process.stdout.readline()) != f"{line}\n":
            assert said, "the provider ended"
