"""Whether the gateway lives, and which registries answer."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.contract.codes import SourceStatus
from gateway.federation.directory import Directory
from gateway.federation.fanout import ask

__all__ = ["Health"]


class Health:
    """The two health pages over one directory."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def alive(self, _request: Request) -> Response:
        """The process answers: that is all it says."""
        return JSONResponse({"status": "alive"})

    async def ready(self, _request: Request) -> Response:
        """Asks every registry for a sign of life; ready when at least one gives it."""
        answers = await asyncio.gather(*(ask(source, lambda registry: registry.ping()) for source in self._directory))
        ready = any(answer.status is SourceStatus.OK for answer in answers)
        registries = [
            {
                "cluster": answer.cluster,
                "name": self._directory[answer.cluster].cluster.name,
                "state": answer.status.value,
                "latencyMs": answer.latency_ms,
            }
            for answer in answers
        ]
        return JSONResponse(
            {"status": "ready" if ready else "unready", "registries": registries}, 200 if ready else 503
        )
