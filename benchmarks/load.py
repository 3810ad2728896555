"""The load: so many connections, each asking again as soon as it is answered. A process of its own.

``python -m benchmarks.load`` reads a :class:`Job` as JSON from standard input and writes :class:`Turn`.
A client of a few lines, because it shares the cores with what it measures: any library of HTTP costs more than Q1.
"""

import asyncio
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import perf_counter, process_time
from typing import cast

import uvloop

__all__ = ["Job", "Turn", "ask", "measure"]

_END = b"\r\n\r\n"
_OK = b"HTTP/1.1 200 "
_LENGTH = b"content-length: "
_CHUNKED = b"transfer-encoding: chunked"
_ERRORS = b'"errors":'
_LAST_CHUNK = b"\r\n0\r\n\r\n"
_GRACE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Job:
    """What to send where: ``bodies`` are JSON texts, drawn at random for ``seconds``."""

    port: int
    path: str
    bodies: Sequence[str]
    concurrency: int
    seconds: float
    seed: int = 1
    authorization: str = ""
    """The header of this name, where there is one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What came of a job: how many answers in how many seconds, and their latencies in milliseconds.

    50, 95 and 99 in a hundred answers did not pass the three. ``failed`` were not of status 200, or told errors.
    """

    requests: int
    seconds: float
    failed: int
    p50: float
    p95: float
    p99: float
    busy: float
    """The share of a core that the load itself took: it must stay far from 1, or it is the load that is measured."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


class _Connection(asyncio.Protocol):
    """One connection: sends requests until the time is over."""

    def __init__(self, requests: Sequence[bytes], until: float, seed: int) -> None:
        self._requests = requests
        self._until = until
        self._random = random.Random(seed)  # noqa: S311
        self._transport: asyncio.Transport
        self._received = bytearray()
        self._sent = 0.0
        self.milliseconds: list[float] = []
        self.failed = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class is none of asyncio's
        self._send()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        if not _whole(received):
            return
        now = perf_counter()
        self.milliseconds.append((now - self._sent) * 1000)
        self.failed += not received.startswith(_OK) or _ERRORS in received
        received.clear()
        if now < self._until:
            self._send()
        else:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is not None or perf_counter() < self._until:
            self.ended.set_exception(ConnectionError(f"the contestant hung up: {exc}"))
        else:
            self.ended.set_result(None)

    def _send(self) -> None:
        self._sent = perf_counter()
        self._transport.write(self._random.choice(self._requests))


def _whole(received: bytearray) -> bool:
    """Whether a response is there to its end, by its length or its last chunk."""
    head = received.find(_END)
    if head < 0:
        return False
    headers = received[:head].lower()
    start = headers.find(_LENGTH)
    if start < 0:
        return _CHUNKED in headers and received.endswith(_LAST_CHUNK)
    end = headers.find(b"\r", start)
    length = int(headers[start + len(_LENGTH) : end if end > 0 else None])
    return len(received) >= head + len(_END) + length


async def measure(job: Job) -> Turn:
    """Runs the job in this process."""
    requests = [_request(job, body) for body in job.bodies]
    started, worked = perf_counter(), process_time()
    loop = asyncio.get_running_loop()
    connections = [_Connection(requests, started + job.seconds, job.seed + number) for number in range(job.concurrency)]
    for connection in connections:
        await loop.create_connection(lambda connection=connection: connection, "127.0.0.1", job.port)  # type: ignore[misc]
    await asyncio.gather(*(connection.ended for connection in connections))
    seconds = perf_counter() - started
    milliseconds = sorted(latency for connection in connections for latency in connection.milliseconds)
    failed = sum(connection.failed for connection in connections)
    busy = (process_time() - worked) / seconds
    p50, p95, p99 = (milliseconds[int(len(milliseconds) * share)] for share in (0.5, 0.95, 0.99))
    return Turn(len(milliseconds), seconds, failed, p50, p95, p99, busy)


def _request(job: Job, body: str) -> bytes:
    content = body.encode()
    credential = f"authorization: {job.authorization}\r\n" if job.authorization else ""
    head = (
        f"POST {job.path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n{credential}"
        f"content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


async def ask(job: Job) -> Turn:
    """Runs the job in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.load", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(job.seconds + _GRACE_SECONDS):
            answer, _ = await process.communicate(json.dumps(asdict(job)).encode())
    except TimeoutError:
        process.kill()
        raise
    if process.returncode:
        raise RuntimeError(f"the load process ended with {process.returncode}")
    return Turn(**json.loads(answer))


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(measure(Job(**json.load(sys.stdin.buffer)))))))
