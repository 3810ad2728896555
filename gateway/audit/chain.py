"""The chain of hashes over the disclosure log: how a row is serialized, and whether a log is as it was written.

``corridor.disclose`` of the migrations makes the chain inside Postgres; here it is computed a second time.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import asyncpg

__all__ = ["GENESIS", "Checkpoint", "Link", "Verdict", "digest", "serialized", "verify"]

GENESIS = bytes(32)
"""The hash before the first row."""

_VERSION = "corridor-disclosure-1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BATCH = 2000

_ROWS = """
    select seq, at, viewer, viewer_class, viewer_org, viewer_cluster, cluster, purpose, fields, members, basis,
        previous, hash
    from corridor.disclosure
    where seq > $1
    order by seq
    limit $2
"""


@dataclass(frozen=True, slots=True)
class Link:
    """One row of the log, with all that is in it."""

    seq: int
    at: datetime
    viewer: str
    viewer_class: str
    viewer_org: str
    viewer_cluster: str | None
    cluster: str
    purpose: str
    fields: Sequence[str]
    members: Sequence[str]
    basis: str
    previous: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What retention left of the rows up to ``seq``, that one too: the hash of the last, and how many they were."""

    seq: int
    hash: bytes
    removed: int
    before: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a look at the whole log found: ``faults`` in sentences, none where it is as it was written.

    ``rows`` is how many were read, ``seq`` and ``head`` the place and the hash that the log says it ends with.
    """

    rows: int
    seq: int
    head: bytes
    checkpoints: Sequence[Checkpoint]
    faults: Sequence[str]


def serialized(link: Link) -> bytes:
    """What the hash of a row is of; no two different rows have the same.

    A part is the length of a text in bytes, a colon and the text, or a hyphen for none; a list is the part of its
    length and the parts in it. The parts are the version of this form, then the row's, as :class:`Link` lists them,
    with microseconds since 1970 for the time; the previous hash follows as it is.

    >>> serialized(Link(1, datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC), "key:a", "PARTNER_APP", "Élan", None,
    ...     "c", "P", ("x",), ("M1", "M2"), "b", b"", b"")).decode()
    '21:corridor-disclosure-11:17:10000005:key:a11:PARTNER_APP5:Élan-1:c1:P1:11:x1:22:M12:M21:b'
    """
    texts = [
        _VERSION,
        str(link.seq),
        str((link.at - _EPOCH) // timedelta(microseconds=1)),
        link.viewer,
        link.viewer_class,
        link.viewer_org,
        link.viewer_cluster,
        link.cluster,
        link.purpose,
        str(len(link.fields)),
        *link.fields,
        str(len(link.members)),
        *link.members,
        link.basis,
    ]
    return b"".join(map(_part, texts)) + link.previous


def digest(link: Link) -> bytes:
    """The hash that a row has to have."""
    return sha256(serialized(link)).digest()


async def verify(connection: "asyncpg.Connection[asyncpg.Record]", noted: bytes | None = None) -> Verdict:
    """Reads the whole log as it is at one moment, in batches, and says what was edited, removed, added or reordered.

    ``noted`` is the hash of a row that somebody wrote down elsewhere: it has to be in the log still. Without it, who
    owns the database could write a whole new chain. asyncpg's errors.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        end = await connection.fetchrow("select seq, hash from corridor.disclosure_head")
        checkpoints = [
            Checkpoint(**record)
            for record in await connection.fetch(
                "select seq, hash, removed, before from corridor.disclosure_checkpoint order by seq"
            )
        ]
        walk = _Walk(checkpoints, noted)
        async for link in _links(connection):
            walk.step(link)
    seq, head = (0, GENESIS) if end is None else (end["seq"], end["hash"])
    return Verdict(walk.rows, seq, head, checkpoints, walk.ended(seq, head, known=end is not None))


class _Walk:
    """Goes along the rows, and notes what does not fit the one before."""

    def __init__(self, checkpoints: Sequence[Checkpoint], noted: bytes | None) -> None:
        self.rows = 0
        self.faults: list[str] = []
        self._seq, self._hash = (checkpoints[-1].seq, checkpoints[-1].hash) if checkpoints else (0, GENESIS)
        self._noted = noted
        self._met = noted in {None, self._hash, *(each.hash for each in checkpoints)}
        self._count(checkpoints)

    def step(self, link: Link) -> None:
        """One row further."""
        self.rows += 1
        if link.seq > self._seq + 1:
            self.faults.append(f"{_rows(self._seq + 1, link.seq - 1)} missing")
        elif link.seq <= self._seq:
            self.faults.append(f"row {link.seq} should have gone with retention, or was added")
        if link.previous != self._hash and link.seq == self._seq + 1:
            self.faults.append(f"row {link.seq} does not continue row {self._seq}: one of them was changed")
        if digest(link) != link.hash:
            self.faults.append(f"row {link.seq} is not what was written: its hash does not fit it")
        self._met = self._met or link.hash == self._noted
        self._seq, self._hash = link.seq, link.hash

    def ended(self, seq: int, head: bytes, *, known: bool) -> Sequence[str]:
        """All faults, with those at the end of the log, which says that it ends there."""
        if not known:
            self.faults.append("the record of where the log ends is gone")
        elif seq > self._seq:
            self.faults.append(f"{_rows(self._seq + 1, seq)} missing at the end")
        elif seq < self._seq:
            self.faults.append(f"{_rows(seq + 1, self._seq)} more than the log says it has")
        elif head != self._hash:
            self.faults.append(f"row {seq} is not the one that the log says it ends with")
        if not self._met:
            self.faults.append("the noted hash is not in the log: rows were removed or written anew since")
        return self.faults

    def _count(self, checkpoints: Iterable[Checkpoint]) -> None:
        before = 0
        for each in checkpoints:
            if each.seq - before != each.removed:
                self.faults.append(f"the checkpoint at row {each.seq} does not account for the rows before it")
            before = each.seq


async def _links(connection: "asyncpg.Connection[asyncpg.Record]") -> AsyncIterator[Link]:
    last = -(2**63)
    while records := await connection.fetch(_ROWS, last, _BATCH):
        for record in records:
            yield Link(*record.values())
        last = records[-1]["seq"]


def _part(text: str | None) -> bytes:
    if text is None:
        return b"-"
    encoded = text.encode()
    return b"%d:%b" % (len(encoded), encoded)


def _rows(first: int, last: int) -> str:
    return f"row {first} is" if first == last else f"rows {first} to {last} are"
