"""Writing disclosures down before they are made: one transaction for all that wait at the same moment."""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

import orjson

from gateway.audit.entry import Entry, Occasion
from gateway.audit.reading import Page, of_cluster, of_member
from gateway.errors import ClientError
from gateway.store import Connection, Store, unavailable

__all__ = ["Disclosures", "append"]

_LOG = logging.getLogger(__name__)

_APPEND = "select corridor.disclose($1)"

_LARGE = 2000
"""Members after which a batch is full: so many take Postgres some ten milliseconds."""


async def append(connection: Connection, *entries: Entry) -> None:
    """Writes entries in the transaction of this connection: they are in the log when it is committed, or not at all.

    Whoever else writes to the log waits until then: this comes last of what takes time. ValueError as
    :meth:`Entry.check` has it.
    """
    batch = _Batch()
    for entry in entries:
        entry.check()
        batch.add(entry)
    await connection.fetchval(_APPEND, batch.text())


@dataclass(slots=True, eq=False)
class _Batch:
    """What is written together, and who waits for it; each of them is told None, or the failure."""

    rows: dict[Occasion, set[str]] = field(default_factory=dict)
    members: int = 0
    waiting: list[asyncio.Future[Exception | None]] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        self.rows.setdefault(entry.occasion, set()).update(entry.members)
        self.members += len(entry.members)

    def text(self) -> str:
        """The rows as ``corridor.disclose`` takes them."""
        return orjson.dumps([
            {
                "viewer": viewer, "viewer_class": kind, "viewer_org": organisation, "viewer_cluster": home,
                "cluster": cluster, "purpose": purpose, "fields": fields, "members": sorted(members), "basis": basis,
            }
            for (viewer, kind, organisation, home, cluster, purpose, fields, basis), members in self.rows.items()
        ]).decode()  # fmt: skip


class Disclosures:
    """The disclosure log of one store.

    Entries that wait at the same moment are written in one transaction, and those that differ in their members only
    as one row: a busy gateway writes few rows, and the log says all the same who was shown to whom.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._batches: deque[_Batch] = deque()
        self._news = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._closed = False

    async def record(self, *entries: Entry) -> None:
        """Returns when the entries are committed; only then may their values be shown. One without members is none.

        ``ClientError`` STORE_UNAVAILABLE where they could not be written, or nobody knows whether they were: then
        nothing may be shown. A caller that goes away leaves its entries in the log. ValueError as
        :meth:`Entry.check` has it: then none of them is written.
        """
        if self._closed:
            raise unavailable()
        telling = [entry for entry in entries if entry.members]
        if not telling:
            return
        for entry in telling:
            entry.check()
        if not self._batches or self._batches[-1].members >= _LARGE:
            self._batches.append(_Batch())
        batch = self._batches[-1]
        for entry in telling:
            batch.add(entry)
        told: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        batch.waiting.append(told)
        self._news.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(), name="disclosures")
        failure = await told
        if isinstance(failure, ClientError):  # one of its own for each, as each grows a traceback
            retryable = failure.extensions["retryable"]
            raise ClientError(failure.code, str(failure), retryable=retryable) from failure
        if failure is not None:
            raise RuntimeError("the disclosure log did not take an entry") from failure

    async def of_member(self, reference: str, first: int, after: int | None = None) -> Page:
        """The disclosures of one member, by its global ID, the newest first; it learns of no other member."""
        return await of_member(self._store, reference, first, after)

    async def of_cluster(self, cluster: str, first: int, after: int | None = None) -> Page:
        """The disclosures of what one cluster's registry holds, the newest first."""
        return await of_cluster(self._store, cluster, first, after)

    async def close(self) -> None:
        """Takes no more, and returns when what waits is written; the store stays open."""
        self._closed = True
        self._news.set()
        if self._writer is not None:
            await self._writer

    async def _write(self) -> None:
        """Writes batch after batch, as long as it goes well on one connection of its own."""
        batch = _Batch()
        try:
            while await self._more():
                batch = self._batches.popleft()
                try:
                    async with self._store.apart() as connection:
                        await connection.fetchval(_APPEND, batch.text())
                        _tell(batch, None)
                        while await self._more() and not connection.is_closed():
                            batch = self._batches.popleft()
                            await connection.fetchval(_APPEND, batch.text())
                            _tell(batch, None)
                except Exception as error:  # noqa: BLE001 - whatever it is, those who wait have to hear of it
                    if isinstance(error, ClientError):
                        _LOG.warning("the disclosure log: %s", error.__cause__ or error)
                    else:
                        _LOG.exception("the disclosure log")
                    _tell(batch, error)
        finally:
            self._writer = None
            for each in (batch, *self._batches):  # there are none, unless this was ended from outside
                _tell(each, unavailable())
            self._batches.clear()

    async def _more(self) -> bool:
        """Whether there is a batch, waiting for one; False where none will come any more."""
        while not self._batches and not self._closed:
            self._news.clear()
            await self._news.wait()
        return bool(self._batches)


def _tell(batch: _Batch, failure: Exception | None) -> None:
    for told in batch.waiting:
        if not told.done():  # a caller may have gone away
            told.set_result(failure)
