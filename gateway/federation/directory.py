"""The registries of the corridor, by cluster."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field

from adapters.contract.cluster import Cluster
from adapters.contract.codes import SourceStatus
from adapters.contract.registry import Registry
from gateway.deadlines import Deadlines
from gateway.federation.breaker import Breaker
from gateway.federation.flights import SharedRegistry

__all__ = ["Directory", "Probe", "Source"]

_HEAVY_AT_ONCE = 2
"""How many heavy questions a registry is asked at the same time. Each takes a core of its server for a while: many at
once would all pass their deadlines, and the pauses that come of it would bar everybody else from the registry."""


@dataclass(frozen=True, slots=True)
class Probe:
    """The call that tries a registry again after a pause: of which request it is, and whether it has ended."""

    request: object | None
    ended: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class Source:
    """A registry, its deadline in seconds, its breaker, how its last call ended, and the last probe of the breaker.

    ``shared`` is the same registry where identical concurrent reads of it are one; None where each is its own.
    ``watchers`` are set whenever its health becomes another one than was ``known`` last. A heavy question waits for one
    of the ``turns``. ``deadlines`` hold all calls to the deadline.
    """

    registry: Registry
    deadline: float
    breaker: Breaker = field(default_factory=Breaker)
    last: SourceStatus = SourceStatus.OK
    probe: Probe | None = None
    shared: SharedRegistry | None = None
    known: SourceStatus = SourceStatus.OK
    watchers: set[asyncio.Event] = field(default_factory=set)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_HEAVY_AT_ONCE))
    deadlines: Deadlines = field(init=False)

    def __post_init__(self) -> None:
        self.deadlines = Deadlines(self.deadline)

    @property
    def cluster(self) -> Cluster:
        """Whose registry it is."""
        return self.registry.cluster

    @property
    def asked(self) -> Registry:
        """The registry as requests meet it."""
        return self.registry if self.shared is None else self.shared

    @property
    def health(self) -> SourceStatus:
        """How it stands, from what its latest calls met; asks nothing."""
        return SourceStatus.CIRCUIT_OPEN if self.breaker.open else self.last

    def settle(self, permit: int, status: SourceStatus, *, passing: bool = False) -> None:
        """Takes in how a call has ended; ``passing``: so that it may help to leave the registry alone."""
        self.breaker.report(permit, ok=not passing)
        self.last = status
        if self.health is not self.known:
            self.known = self.health
            for watcher in self.watchers:
                watcher.set()


@dataclass(frozen=True, slots=True)
class Directory:
    """All sources by cluster code, in the byte order of the codes."""

    sources: Mapping[str, Source]

    @classmethod
    def of(cls, *sources: Source) -> "Directory":
        """A directory of these sources; a cluster code must be unique."""
        codes = [source.cluster.code for source in sources]
        if len(set(codes)) != len(codes):
            raise ValueError(f"two registries share a cluster code: {sorted(codes)}")
        return cls({source.cluster.code: source for source in sorted(sources, key=lambda each: each.cluster.code)})

    def __iter__(self) -> Iterator[Source]:
        return iter(self.sources.values())

    def __contains__(self, code: str) -> bool:
        return code in self.sources

    def __getitem__(self, code: str) -> Source:
        return self.sources[code]

    async def healths(self) -> AsyncGenerator[tuple[Source, SourceStatus], None]:
        """How each registry stands now, and then each change; asks nothing.

        Whoever takes them slowly gets the latest state of each registry, and never those between: nothing is queued.
        """
        told: dict[str, SourceStatus] = {}
        changed = asyncio.Event()
        for source in self:
            source.watchers.add(changed)
        try:
            while True:
                changed.clear()
                for source in self:
                    health = source.health
                    if told.get(source.cluster.code) is not health:
                        told[source.cluster.code] = health
                        yield source, health
                await changed.wait()
        finally:
            for source in self:
                source.watchers.discard(changed)

    async def close(self) -> None:
        """Ends the connections of all registries."""
        for source in self:
            await source.registry.close()
