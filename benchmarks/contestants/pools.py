"""asyncpg for the floor: a pool for each city, with the settings that the gateway's own pools have."""

from collections.abc import Mapping

import asyncpg

from adapters.kit.postgres import SESSION
from gateway.settings import Settings

__all__ = ["Pool", "open_pools"]

Pool = asyncpg.Pool


async def open_pools(settings: Settings) -> Mapping[str, "Pool[asyncpg.Record]"]:
    """A pool for each city of the settings."""
    return {
        city: await asyncpg.create_pool(
            registry.dsn.get_secret_value(),
            min_size=0,
            max_size=registry.pool_size,
            statement_cache_size=256,
            max_cacheable_statement_size=0,
            reset=_keep,
            server_settings={"default_transaction_read_only": "on", **SESSION},
        )
        for city, registry in settings.registries.items()
    }


async def _keep(_connection: object) -> None:
    """Nothing to reset: a reset would cost a round trip, and the gateway's pools do without."""
