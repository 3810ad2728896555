"""Whether the gateway lives, which registries answer, and how its store is."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import monotonic
from typing import Any, Protocol

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adapters.contract.codes import SourceStatus
from gateway.errors import ClientError
from gateway.federation.directory import Directory
from gateway.federation.fanout import ask
from gateway.http.caching import NO_STORE
from gateway.http.negotiation import JSON
from gateway.store import SchemaState

__all__ = ["Checked", "Health"]

_GOOD_FOR = 1.0
"""Seconds for which what was found out is told to whoever asks."""


class Checked(Protocol):
    """A store, as far as its health goes."""

    async def check(self) -> SchemaState:
        """How its schema stands to this gateway; ClientError where it cannot be reached."""


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a look at the registries and the store has found, and until when it is told."""

    body: bytes
    status: int
    until: float


class Health:
    """The two health pages over one directory, and over the ``store`` where there is one.

    All who ask within a second get what one look found, so that nobody has registries asked as often as they like.
    ``clock`` gives seconds.
    """

    def __init__(
        self, directory: Directory, store: Checked | None = None, clock: Callable[[], float] = monotonic
    ) -> None:
        self._directory = directory
        self._store = store
        self._clock = clock
        self._found = _Finding(b"", 0, until=-inf)
        self._look: asyncio.Task[_Finding] | None = None

    async def alive(self, _request: Request) -> Response:
        """The process answers: that is all it says."""
        return _page(b'{"status":"alive"}', 200)

    async def ready(self, _request: Request) -> Response:
        """Asks every registry for a sign of life; ready when at least one gives it, whatever the store does."""
        found = self._found
        if self._clock() >= found.until:
            if self._look is None or self._look.done():
                self._look = asyncio.create_task(self._looked())
            # It goes on for the others when the first who asked goes away.
            found = await asyncio.shield(self._look)
        return _page(found.body, found.status)

    async def _looked(self) -> _Finding:
        store, *answers = await asyncio.gather(
            self._store_state(),
            *(ask(source, lambda registry: registry.ping()) for source in self._directory),
        )
        ready = any(answer.status is SourceStatus.OK for answer in answers)
        page: dict[str, Any] = {
            "status": "ready" if ready else "unready",
            "registries": [
                {
                    "cluster": answer.cluster,
                    "name": self._directory[answer.cluster].cluster.name,
                    "state": answer.status.value,
                    "latencyMs": answer.latency_ms,
                }
                for answer in answers
            ],
        }
        if store is not None:
            page["store"] = {"state": store}
        self._found = _Finding(orjson.dumps(page), 200 if ready else 503, self._clock() + _GOOD_FOR)
        return self._found

    async def _store_state(self) -> str | None:
        if self._store is None:
            return None
        try:
            state = await self._store.check()
        except ClientError:
            return "UNAVAILABLE"
        return "OK" if state is SchemaState.CURRENT else state.name


def _page(body: bytes, status: int) -> Response:
    response = Response(body, status, media_type=JSON)
    response.raw_headers.append(NO_STORE)
    return response
