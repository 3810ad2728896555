"""A gateway on a real port in a thread of its own, and a client that believes nothing it reads."""

import asyncio
import socket
import threading
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx
import uvicorn
from starlette.applications import Starlette

from gateway.app import create_app, open_directory
from gateway.federation.breaker import Breaker
from gateway.federation.directory import Directory
from gateway.settings import RatesSettings, RegistrySettings, Settings

_PATIENCE = 60.0

FORBIDDEN = ("127.0.0.1", "localhost", "asyncpg", "postgres", "traceback", "errno", "internal_error")
"""What no answer of these tests may hold, in lower case: addresses, a driver's words, unexpected errors."""

PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String, $clusters: [String!],
           $mode: OnSourceFailure! = PARTIAL) {
  members(first: $first, after: $after, last: $last, before: $before, onSourceFailure: $mode,
          filter: {clusters: $clusters, sectors: [INSTITUTIONAL, PUBLIC]}) {
    edges { cursor node { id displayName } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    complete
    sources { cluster { slug } status returned asOf latencyMs retryable }
  }
}
"""
"""One page of names: one statement for each registry. The sectors make the list short enough to walk often."""

NESTED = PAGE.replace("node { id displayName }", "node { id offers(first: 2) { id } }")
"""The same page of nested objects: keys first, then the rows of the winners."""

TOLD = """
query Told($clusters: [String!], $mode: OnSourceFailure! = PARTIAL) {
  members(first: 5, filter: {clusters: $clusters}, onSourceFailure: $mode) {
    edges { node { id } }
    complete
    totalCount
    total { value relation bySource { cluster { slug } count } }
    sources { cluster { slug } status returned total }
    facets(fields: [SECTOR, CLUSTER]) { field complete values { value count } }
  }
}
"""
"""A page with its count and its facets: three or four statements for each registry."""

COUNTED = """
query Counted($mode: OnSourceFailure! = PARTIAL) {
  members(onSourceFailure: $mode) { totalCount facets(fields: [SECTOR]) { complete } }
}
"""
"""No page at all."""


async def until(holds: Callable[[], bool], what: str) -> None:
    """Waits for a condition that other threads bring about."""
    ends = monotonic() + _PATIENCE
    while not holds():
        assert monotonic() < ends, f"never came about: {what}"
        await asyncio.sleep(0.01)


def cluster_of(global_id: str) -> str:
    """The cluster of a member's global ID."""
    return urlsafe_b64decode(global_id + "=" * (-len(global_id) % 4)).decode().split(":")[1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client got: the JSON of the body, the status, and after how many seconds."""

    body: Mapping[str, Any]
    status: int
    seconds: float

    @property
    def data(self) -> Any:
        """The data; absent where the request was refused."""
        return self.body["data"]

    @property
    def errors(self) -> Sequence[Mapping[str, Any]]:
        """The errors; empty where there are none."""
        return self.body.get("errors", [])

    @property
    def codes(self) -> list[str]:
        """The codes of the errors."""
        return [error["extensions"]["code"] for error in self.errors]

    @property
    def members(self) -> Any:
        """The connection of ``members``."""
        return self.data["members"]

    @property
    def ids(self) -> list[str]:
        """The IDs of the page's members, in order."""
        return [edge["node"]["id"] for edge in self.members["edges"]]

    @property
    def statuses(self) -> dict[str, str]:
        """How each cluster took part."""
        return {report["cluster"]["slug"]: report["status"] for report in self.members["sources"]}

    def source(self, cluster: str) -> Any:
        """The report on one cluster."""
        (report,) = (each for each in self.members["sources"] if each["cluster"]["slug"] == cluster)
        return report


class RunningGateway:
    """The gateway of some settings, listening on a free port. ``secrets`` must stand in no answer."""

    def __init__(
        self,
        registries: Mapping[str, RegistrySettings],
        secrets: Sequence[str],
        *,
        pause: float,
        deadline: float,
        make: Callable[[Settings, Directory], Starlette] = create_app,
    ) -> None:
        self.settings = Settings(
            registries=dict(registries),
            cursor_secret="of the fault tests",
            request_deadline=deadline,
            graphiql=False,
            rates=RatesSettings(enabled=False),
            max_concurrent=200,
        )
        self.directory: Directory = open_directory(self.settings)
        for source in self.directory:
            source.breaker = Breaker(pause=pause)
        self._secrets = [secret.lower() for secret in (*FORBIDDEN, *secrets)]
        app = make(self.settings, self.directory)
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=2))
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="gateway", daemon=True)
        self.client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{self._socket.getsockname()[1]}", timeout=30)
        self.at_rest = 0

    def _run(self) -> None:
        async def serve() -> None:
            self.loop = asyncio.get_running_loop()
            await self._server.serve(sockets=[self._socket])

        asyncio.run(serve())

    async def start(self) -> None:
        """Begins to listen; asks no registry anything."""
        self._thread.start()
        await until(lambda: self._server.started, "a started gateway")
        self.at_rest = len(self.tasks())

    async def stop(self) -> None:
        """Stops listening, and waits for the thread: it ends when its loop has nothing more to do."""
        await self.client.aclose()
        self._server.should_exit = True
        await until(lambda: not self._thread.is_alive(), "an ended gateway")
        self._socket.close()

    def tasks(self) -> list[str]:
        """The asyncio tasks of the gateway's loop, but those that wait for the next request of a client."""
        assert self.loop is not None
        return [repr(task) for task in asyncio.all_tasks(self.loop) if not task.done()]

    async def ask(self, query: str, within: float, **variables: Any) -> Answer:
        """Asks one operation; the answer must come in time, be JSON and give nothing away."""
        started = monotonic()
        response = await self.client.post("/graphql", json={"query": query, "variables": variables})
        seconds = monotonic() - started
        assert seconds < within, f"answered after {seconds:.2f} s, not within {within:.2f} s: {response.text[:500]}"
        self.check(response.text)
        return Answer(response.json(), response.status_code, seconds)

    async def recovered(self, query: str, within: float, **variables: Any) -> Answer:
        """Asks again and again until the answer is complete: without a restart, and before patience ends."""
        ends = monotonic() + _PATIENCE
        while (answer := await self.ask(query, within, **variables)).errors or not answer.members["complete"]:
            assert monotonic() < ends, f"never complete again: {answer.members['sources']}"
            await asyncio.sleep(0.01)
        return answer

    async def ready(self, within: float) -> tuple[int, dict[str, str]]:
        """The status of /readyz, and the state of each registry there."""
        started = monotonic()
        response = await self.client.get("/readyz")
        assert monotonic() - started < within
        self.check(response.text)
        return response.status_code, {each["cluster"]: each["state"] for each in response.json()["registries"]}

    def check(self, text: str) -> None:
        """Fails on an answer that tells where registries are, or in what words their driver complained."""
        lowered = text.lower()
        found = [secret for secret in self._secrets if secret in lowered]
        assert not found, f"the answer gives away {found}: {text[:2000]}"
