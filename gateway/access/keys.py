"""API keys, as a request's is looked up and checked: one row read by its prefix, nothing written."""

import asyncio
import hashlib
from collections.abc import Callable
from hmac import compare_digest

from asyncpg import Record

from gateway.access.admission import ClusterOf, Holder, NotAdmitted, admit
from gateway.access.key_text import read_key
from gateway.access.proof import Proof
from gateway.access.refusal import unauthenticated
from gateway.errors import ClientError, ErrorCode
from gateway.store import Store

__all__ = ["Keys", "salted_hash"]

_SELECT = """\
select salt, hash, class, organisation, cluster, member, scopes, expires, revoked
from corridor.api_keys
where prefix = $1"""

_AT_ONCE = 2
"""Connections to the store that look-ups take: a flood of invented keys leaves the others to those who are in."""

_MOST = 100
"""Look-ups that are under way or wait for their turn."""

_NOBODY = b"\0" * 16, b"\0" * 32
"""The salt and hash that an unknown prefix is compared with, so that it costs what a known one does."""


def salted_hash(salt: bytes, secret: str) -> bytes:
    """What is stored of a secret.

    One round of SHA-256 is enough: nobody can try out 256 random bits, as they can passwords, and a slow hash would
    only be a way to keep the gateway busy.
    """
    return hashlib.sha256(salt + secret.encode()).digest()


class Keys:
    """Checks API keys against the corridor store. ``clock`` gives Unix seconds."""

    def __init__(self, store: Store, cluster_of: ClusterOf, clock: Callable[[], float]) -> None:
        self._store = store
        self._cluster_of = cluster_of
        self._clock = clock
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._asking = 0

    async def proof(self, credential: str) -> Proof:
        """Who a key speaks for.

        ClientError UNAUTHENTICATED where it does not count; that it was revoked or has expired is said only to who
        holds its secret. STORE_UNAVAILABLE or OVERLOADED where that cannot be told now.
        """
        key = read_key(credential)
        if key is None:
            raise unauthenticated("The API key is not complete, or was mistyped: copy it whole, from cgw_ to its end.")
        row = await self._row(key.prefix)
        salt, expected = _NOBODY if row is None else (row["salt"], row["hash"])
        right = compare_digest(salted_hash(salt, key.secret), expected)
        if row is None or not right:
            raise unauthenticated("The API key is unknown here.")
        if row["revoked"] is not None:
            raise unauthenticated("The API key was revoked: ask whoever runs the gateway for a new one.")
        expires = row["expires"].timestamp()
        if self._clock() >= expires:
            raise unauthenticated("The API key has expired: ask whoever runs the gateway for a new one.")
        holder = Holder(row["class"], row["organisation"], row["cluster"], row["member"], row["scopes"])
        try:
            return Proof(admit(f"key:{key.prefix}", holder, self._cluster_of), expires)
        except NotAdmitted as reason:
            raise unauthenticated(f"The API key lets nobody in: {reason}.") from None

    async def _row(self, prefix: str) -> Record | None:
        if self._asking >= _MOST:
            raise ClientError(
                ErrorCode.OVERLOADED,
                "More API keys are being checked than the gateway can take. Nothing was run: ask again in a moment.",
                retryable=True,
                retryAfter=1,
            )
        self._asking += 1
        try:
            async with self._turns:
                return await self._store.fetchrow(_SELECT, prefix)
        finally:
            self._asking -= 1
