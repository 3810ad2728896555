"""Streams of `corridor serve`: they end when their worker does, at once and in a way that clients come back from."""

import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import httpx
import pytest
import websockets

from tests.cli.service import SECONDS, RunningService
from tests.http.conversation import Conversation, events

HEALTH = "subscription { sourceHealth { cluster { slug } status } }"


@pytest.fixture
def start(tmp_path: Path, environment: dict[str, str]) -> Iterator[Callable[..., RunningService]]:
    """Starts a gateway over a registry that is away; its operations may take long, and its end with them."""
    running: list[RunningService] = []

    def serve(*options: str) -> RunningService:
        own = {
            "CORRIDOR_REGISTRIES__MONTREAL__DSN": "postgresql://nobody@127.0.0.1:1/none",
            "CORRIDOR_REQUEST_DEADLINE": str(SECONDS),
        }
        running.append(RunningService(tmp_path, environment | own, *options))
        running[0].wait_ready()
        return running[0]

    yield serve
    for service in running:
        service.kill()


@pytest.mark.parametrize(
    ("workers", "signal_sent"), [("1", signal.SIGTERM), ("2", signal.SIGTERM), ("2", signal.SIGHUP)]
)
async def test_streams_end_with_their_worker_and_do_not_keep_it(
    start: Callable[..., RunningService], workers: str, signal_sent: signal.Signals
) -> None:
    service = start("--workers", workers)
    async with (
        Conversation(service.url) as talk,
        httpx.AsyncClient(base_url=service.url, timeout=SECONDS) as client,
        events(client, HEALTH) as stream,
    ):
        await talk.init()
        await talk.subscribe("h", HEALTH)
        assert (await talk.hear())["payload"]["data"]["sourceHealth"]["status"] == "OK"
        assert (await stream.next())[0] == "next"
        with pytest.raises(websockets.InvalidStatus):
            async with Conversation(service.url, additional_headers={"Origin": "https://evil.test"}):
                pass
        sent = monotonic()
        service.process.send_signal(signal_sent)
        assert (await talk.closed())[0] == 1012
        assert await stream.next() is None
    if signal_sent is signal.SIGTERM:
        service.process.wait(SECONDS)
        assert monotonic() - sent < SECONDS  # else it waited for them as long as for operations
        assert service.process.returncode in {0, -signal.SIGTERM}
    else:
        async with Conversation(service.url) as talk:
            await talk.init()
    assert "WebSocket" not in service.log  # nobody notes who came from where
    assert "Traceback" not in service.log
    assert "ERROR" not in service.log
