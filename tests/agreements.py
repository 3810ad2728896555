"""Agreements for tests that are about something else: everything is agreed."""

from gateway.cli.demo_agreement import make_agreement
from gateway.corridor.agreements import Agreement, Agreements
from gateway.execution.facts import Corridor
from gateway.federation.directory import Directory
from gateway.store import Store

__all__ = ["agree", "agreed"]

CLUSTERS = ("technomontreal", "canieti-occidente")


def agreed(directory: Directory) -> Corridor:
    """Everything agreed among the clusters of a directory, for gateways without a store."""
    return Corridor(agreements=Agreements.among(source.cluster.code for source in directory))


async def agree(dsn: str) -> Agreement:
    """Puts the agreement of the demo into a store, for gateways that have one."""
    store = Store(dsn, timeout=10)
    try:
        return await make_agreement(store, CLUSTERS)
    finally:
        await store.close()
