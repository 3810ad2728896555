"""The end of old disclosures: what is left of them lets the rest of the chain be verified still."""

from datetime import datetime

import asyncpg

__all__ = ["expire"]


async def expire(connection: "asyncpg.Connection[asyncpg.Record]", before: datetime) -> int:
    """Removes the rows written before this moment, and answers how many there were.

    A checkpoint keeps the hash that the rest begins from. Only the owner of the log may: asyncpg's
    ``InsufficientPrivilegeError`` for the gateway's own login.
    """
    removed: int = await connection.fetchval("select corridor.expire_disclosures($1)", before)
    return removed
