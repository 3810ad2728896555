"""The road between the gateway and a city's server, and all that can go wrong on it: a TCP proxy."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from gateway.embedded.ports import LOOPBACK, free_port

_CHUNK = 65536
_UNDER_WAY = 64
"""Pieces that may be on the road at once."""
_ANSWER = 5.0
"""Seconds within which the proxy's own thread carries out an order."""

_Heard = tuple[float, bytes | None]
"""When something was said, and what: nothing at the end, None where the connection broke."""


class Network:
    """A thread with an event loop of its own, so that proxies go on while a test or a gateway is busy."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, name="network", daemon=True)
        self._thread.start()

    def run(self, order: Coroutine[Any, Any, None]) -> None:
        """Carries out an order in the network's thread and waits for it."""
        asyncio.run_coroutine_threadsafe(order, self.loop).result(_ANSWER)

    def close(self) -> None:
        """Ends the thread; proxies must be closed before."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(_ANSWER)
        self.loop.close()


@dataclass(eq=False, slots=True)
class _Link:
    """One connection through the proxy; a ``lost`` one never hears again, a ``stale`` one is reset when it is used."""

    near: asyncio.StreamWriter
    far: asyncio.StreamWriter | None = None
    lost: bool = False
    stale: bool = False
    pumps: list[asyncio.Task[None]] = field(default_factory=list)


class Proxy:
    """Forwards one port of 127.0.0.1 to another; each method puts the road into another state at once.

    All methods are called from any thread but the network's, and return when the state holds.
    """

    def __init__(self, network: Network, target: int) -> None:
        self._network = network
        self._target = target
        self._links: set[_Link] = set()
        self._accepting: asyncio.Task[None] | None = None
        self._delays = (0.0, 0.0)
        self._budget: int | None = None
        self._resetting = False
        self._garbling = False
        self._flowing = asyncio.Event()
        # Of TCP by name: only then asyncio sends a piece at once, without waiting for the last one to be acknowledged.
        self._listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.port = free_port()  # An explicit one, so that it stays ours while nobody listens.
        self._listener.bind((LOOPBACK, self.port))
        self._listener.setblocking(False)
        self.passing()

    @property
    def connections(self) -> int:
        """How many connections are held open from the gateway's side."""
        return len(self._links)

    def passing(self) -> None:
        """All is well. What was silent flows again, unless it was forgotten."""
        self._order()

    def slow(self, seconds: float) -> None:
        """Whatever the server says comes so much later."""
        self._order(lambda: setattr(self, "_delays", (0.0, seconds)))

    def distant(self, seconds: float) -> None:
        """The server is so far away, there and back: half of it each way, however much is under way."""
        self._order(lambda: setattr(self, "_delays", (seconds / 2, seconds / 2)))

    def silent(self) -> None:
        """A black hole: connections are taken and kept, old ones too, and nothing ever comes of them."""
        self._order(self._flowing.clear)

    def forget(self) -> None:
        """The connections there are stay silent for ever, as behind a firewall that lost its memory; new ones pass."""

        def lose() -> None:
            for link in self._links:
                link.lost = True

        self._order(lose)

    def expire(self) -> None:
        """The connections there are will be reset when they are used, as by a firewall that speaks; new ones pass."""

        def age() -> None:
            for link in self._links:
                link.stale = True

        self._order(age)

    def garbling(self) -> None:
        """Every byte that the server says arrives with a bit turned round."""
        self._order(lambda: setattr(self, "_garbling", True))

    def cutting(self, after: int) -> None:
        """Each connection breaks once the server has said so many bytes on it, counted from now over all."""
        self._order(lambda: setattr(self, "_budget", after))

    def resetting(self) -> None:
        """Every connection is reset: the present ones now, new ones when they are made."""

        def reset() -> None:
            self._resetting = True
            self._break()

        self._order(reset)

    def down(self) -> None:
        """Nobody listens: new connections are refused, the present ones are reset. The port stays ours."""

        async def close() -> None:
            await self._deaf()
            self._break()

        self._network.run(close())

    def close(self) -> None:
        """Ends everything and frees the port."""

        async def close() -> None:
            await self._deaf()
            links = list(self._links)
            self._break()
            for link in links:
                await asyncio.gather(*link.pumps, return_exceptions=True)
            self._listener.close()

        self._network.run(close())

    def _order(self, change: Callable[[], None] = lambda: None) -> None:
        async def carry_out() -> None:
            self._delays, self._budget, self._resetting, self._garbling = (0.0, 0.0), None, False, False
            self._flowing.set()
            if self._accepting is None:
                self._listener.listen(128)
                self._accepting = asyncio.create_task(self._accept())
            change()

        self._network.run(carry_out())

    async def _deaf(self) -> None:
        if self._accepting is None:
            return
        self._accepting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._accepting
        self._accepting = None
        self._listener.shutdown(socket.SHUT_RD)  # On Linux: bound still, listening no more.

    def _break(self) -> None:
        for link in list(self._links):
            self._end(link, reset=True)

    def _end(self, link: _Link, *, reset: bool) -> None:
        self._links.discard(link)
        for pump in link.pumps:
            if pump is not asyncio.current_task():
                pump.cancel()
        if link.far is not None:
            link.far.close()
        if reset:
            _reset(link.near)
        else:
            link.near.close()

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            accepted, _ = await loop.sock_accept(self._listener)
            reader, writer = await asyncio.open_connection(sock=accepted)
            if self._resetting:
                _reset(writer)
                continue
            link = _Link(writer)
            self._links.add(link)
            link.pumps.append(asyncio.create_task(self._connect(link, reader)))

    async def _connect(self, link: _Link, reader: asyncio.StreamReader) -> None:
        await self._flowing.wait()
        try:
            answers, link.far = await asyncio.open_connection(LOOPBACK, self._target)
        except OSError:
            self._end(link, reset=True)
            return
        link.pumps.append(asyncio.create_task(self._pump(link, answers, link.near, answering=True)))
        await self._pump(link, reader, link.far, answering=False)

    async def _pump(
        self, link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answering: bool
    ) -> None:
        under_way: asyncio.Queue[_Heard] = asyncio.Queue(_UNDER_WAY)
        link.pumps.append(asyncio.create_task(_hear(reader, under_way)))
        broken = False
        try:
            while True:
                heard, data = await under_way.get()
                await self._gate(link, heard, answering=answering)
                if not data:
                    broken = data is None
                    break
                if answering and self._garbling:
                    data = bytes(byte ^ 0x01 for byte in data)
                if answering and self._budget is not None:
                    data, self._budget = data[: self._budget], max(0, self._budget - len(data))
                writer.write(data)
                await writer.drain()
                if answering and self._budget == 0:
                    broken = True
                    break
        except OSError:
            broken = True
        self._end(link, reset=broken)

    async def _gate(self, link: _Link, heard: float, *, answering: bool) -> None:
        if (early := heard + self._delays[answering] - monotonic()) > 0:
            await asyncio.sleep(early)
        await self._flowing.wait()
        if link.stale:
            raise ConnectionResetError
        if link.lost:
            await asyncio.get_running_loop().create_future()


async def _hear(reader: asyncio.StreamReader, under_way: "asyncio.Queue[_Heard]") -> None:
    """Notes when each piece was said, so that a delay is that of the road, not of every piece on top of the last."""
    data: bytes | None = b"the first piece"
    while data:
        try:
            data = await reader.read(_CHUNK)
        except OSError:
            data = None
        await under_way.put((monotonic(), data))


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closes with RST, not FIN."""
    connection = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
