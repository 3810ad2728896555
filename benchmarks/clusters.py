"""Gateways over any number of clusters: the cities' own adapters, each under as many codes as it has databases."""

import asyncio
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from importlib import import_module

from starlette.applications import Starlette

from adapters.contract.registry import Limits
from adapters.kit.adapter import PostgresAdapter
from adapters.kit.postgres import PostgresRegistry
from benchmarks.processes import process, unbounded, wait
from benchmarks.store import agree
from gateway.app import create_app
from gateway.embedded.ports import free_port
from gateway.federation.directory import Directory, Source
from gateway.settings import Settings

__all__ = ["Cluster", "application", "serving"]

_CLUSTERS = "BENCHMARKED_CLUSTERS"
_PATIENCE = 60.0
"""Seconds: what is slow is to be measured, not cut off."""
# Several gateways share a server, whose connections have to suffice for all.
_LIMITS = Limits(pool_size=5, connect_timeout=_PATIENCE, statement_timeout=_PATIENCE)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster that keeps its registry as ``city`` does, in a database of its own."""

    code: str
    city: str
    dsn: str

    def open(self) -> PostgresRegistry:
        """Its registry, through the city's adapter."""
        adapter: PostgresAdapter = import_module(f"adapters.{self.city}").ADAPTER
        return replace(adapter, cluster=replace(adapter.cluster, code=self.code)).open(self.dsn, _LIMITS)


def application(settings: Settings) -> Starlette:
    """The gateway over the clusters that ``serving`` names."""
    clusters = [Cluster(**each) for each in json.loads(os.environ[_CLUSTERS])]
    return create_app(settings, Directory.of(*(Source(each.open(), _PATIENCE) for each in clusters)))


@contextmanager
def serving(clusters: Sequence[Cluster], store: str) -> Iterator[int]:
    """Runs a gateway over these clusters and this store in a process of its own; gives its port."""
    asyncio.run(agree(store, [each.code for each in clusters]))
    port = free_port()
    environment = {
        **os.environ,
        _CLUSTERS: json.dumps([asdict(each) for each in clusters]),
        **unbounded(store),
        "CORRIDOR_REQUEST_DEADLINE": str(_PATIENCE),
    }
    with process([sys.executable, "-m", "benchmarks.contestants", "clusters", str(port)], environment):
        wait("gateway", port)
        yield port
