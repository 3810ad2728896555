"""Reading the disclosure log: by its subject, and by the cluster whose registry the values are from."""

from dataclasses import dataclass
from datetime import datetime

import asyncpg

from gateway.store import Store

__all__ = ["Disclosed", "Page", "of_cluster", "of_member"]

_NEWEST = 2**63 - 1

_OF_MEMBER = """
    select seq, at, viewer_org, viewer_cluster, purpose, fields, basis, array[$1::text] as members
    from corridor.disclosure
    where members @> array[$1::text] and seq < $2
    order by seq desc
    limit $3
"""
_OF_CLUSTER = """
    select seq, at, viewer_org, viewer_cluster, purpose, fields, basis, members
    from corridor.disclosure
    where cluster = $1 and seq < $2
    order by seq desc
    limit $3
"""


@dataclass(frozen=True, slots=True)
class Disclosed:
    """One row of the log, as its reader may see it.

    ``seq`` is its place in the log, ``at`` when it was written. ``members`` are global IDs: for a member that reads,
    only its own.
    """

    seq: int
    at: datetime
    viewer_org: str
    viewer_cluster: str | None
    purpose: str
    fields: tuple[str, ...]
    basis: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, the newest first; the next ones are those after the last one's ``seq``, if ``has_next``."""

    rows: tuple[Disclosed, ...]
    has_next: bool


async def of_member(store: Store, reference: str, first: int, after: int | None) -> Page:
    """Rows that name this member, by its global ID, behind the row ``after``."""
    async with store.transaction() as connection:
        # A member of many rows is best looked for from the end of the log, one of few in the index: planned for each.
        await connection.execute("set local plan_cache_mode = force_custom_plan")
        return _page(
            await connection.fetch(_OF_MEMBER, reference, _NEWEST if after is None else after, first + 1), first
        )


async def of_cluster(store: Store, cluster: str, first: int, after: int | None) -> Page:
    """Rows of this cluster, by its code, behind the row ``after``."""
    return _page(await store.fetch(_OF_CLUSTER, cluster, _NEWEST if after is None else after, first + 1), first)


def _page(records: list[asyncpg.Record], first: int) -> Page:
    rows = tuple(
        Disclosed(
            record["seq"],
            record["at"],
            record["viewer_org"],
            record["viewer_cluster"],
            record["purpose"],
            tuple(record["fields"]),
            record["basis"],
            tuple(record["members"]),
        )
        for record in records[:first]
    )
    return Page(rows, len(records) > first)
