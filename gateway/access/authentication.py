"""Who a request comes from, by its header ``Authorization`` and nothing else: no path, no host, no address."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from time import time

from gateway.access.admission import ClusterOf
from gateway.access.key_text import is_key
from gateway.access.keys import Keys
from gateway.access.proof import Proof
from gateway.access.provider import Provider
from gateway.access.refusal import unauthenticated
from gateway.access.tokens import Tokens
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.errors import ClientError, ErrorCode
from gateway.settings import AuthSettings
from gateway.store import Store
from gateway.telemetry.caches import CacheInfo

__all__ = ["Authentication", "unhindered"]

_SCHEME = b"bearer "
_CREDENTIAL = re.compile(rb"[A-Za-z0-9._~+/-]+=*")


def unhindered() -> None:
    """Lets every credential be checked."""


@dataclass(frozen=True, slots=True)
class _Known:
    """A checked credential: whose it is, from when and until when that is taken for granted, in Unix seconds."""

    viewer: Viewer
    since: float
    until: float


_ONCE = _Known(ANONYMOUS, since=inf, until=0.0)
"""Stands for a credential that was good, and is being checked again: at no time is that taken for granted."""


class Authentication:
    """Checks credentials, and remembers by their digest for a short time what it found; ``clock`` gives Unix seconds.

    Without a ``store`` there are no API keys, without providers in the settings no tokens. Only viewers are
    remembered, never refusals, and never beyond the moment at which a credential ends.
    """

    def __init__(
        self,
        settings: AuthSettings,
        store: Store | None,
        cluster_of: ClusterOf,
        clock: Callable[[], float] = time,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._providers = [Provider(name, given, settings, clock) for name, given in settings.providers.items()]
        self._tokens = Tokens(self._providers, cluster_of, clock, settings.leeway)
        self._keys = None if store is None else Keys(store, cluster_of, clock)
        self._known: OrderedDict[bytes, _Known] = OrderedDict()
        self._checks: dict[bytes, asyncio.Task[Viewer]] = {}
        self._hits = self._misses = 0

    async def viewer(self, authorization: bytes | None, before: Callable[[], None] = unhindered, /) -> Viewer:
        """Who sends this header; ANONYMOUS where there is none.

        ``before`` is called before a credential is looked at that was not good when it was last seen, and may raise.

        ClientError UNAUTHENTICATED (401) where it holds no credential that counts; IDENTITY_UNAVAILABLE,
        STORE_UNAVAILABLE or OVERLOADED (503) where that cannot be told now.
        """
        if authorization is None:
            return ANONYMOUS
        if len(authorization) > self._settings.max_credential or authorization[:7].lower() != _SCHEME:
            before()
            raise self._unreadable(authorization)
        credential = authorization[7:].lstrip(b" ")  # spaces make no other credential of it
        digest = hashlib.sha256(credential).digest()
        known = self._known.get(digest)
        if known is not None and known.since <= self._clock() < known.until:
            self._hits += 1
            self._known.move_to_end(digest)
            return known.viewer
        self._misses += 1
        if known is None:
            before()
        check = self._checks.get(digest)
        if check is None:
            check = asyncio.create_task(self._check(digest, credential))
            self._checks[digest] = check
            check.add_done_callback(lambda _: self._checks.pop(digest, None))
        # All that send the same wait for one check, which goes on when the first of them goes away.
        return await asyncio.shield(check)

    def cache_info(self) -> CacheInfo:
        """How often a credential was remembered, and how often it had to be checked."""
        return CacheInfo(self._hits, self._misses, self._settings.credential_cache, len(self._known))

    @property
    def fetches(self) -> int:
        """How often providers were asked for their keys."""
        return sum(provider.fetches for provider in self._providers)

    async def close(self) -> None:
        """Ends what is under way, and gives back the connections to providers."""
        checks = list(self._checks.values())
        for check in checks:
            check.cancel()
        await asyncio.gather(*checks, return_exceptions=True)
        for provider in self._providers:
            await provider.close()

    async def _check(self, digest: bytes, credential: bytes) -> Viewer:
        began = self._clock()
        if digest in self._known:
            self._known[digest] = _ONCE
        try:
            proof = await self._proof(credential)
        except ClientError as error:
            if error.code is ErrorCode.UNAUTHENTICATED:
                self._known.pop(digest, None)
            raise
        until = min(began + self._settings.credential_lifetime, proof.expires)
        if began < until:
            self._known[digest] = _Known(proof.viewer, began, until)
            self._known.move_to_end(digest)
            if len(self._known) > self._settings.credential_cache:
                self._known.popitem(last=False)
        return proof.viewer

    def _unreadable(self, authorization: bytes) -> ClientError:
        most = self._settings.max_credential
        if len(authorization) > most:
            return unauthenticated(f"The header Authorization has more than {most} bytes.")
        return unauthenticated("The header Authorization is not of the form: Bearer <token or API key>.")

    async def _proof(self, given: bytes) -> Proof:
        if _CREDENTIAL.fullmatch(given) is None:
            raise self._unreadable(given)
        credential = given.decode("ascii")
        if not is_key(credential):
            if not self._providers:
                raise unauthenticated("This gateway takes no tokens: no provider is set. Send an API key.")
            return await self._tokens.proof(credential)
        if self._keys is None:
            raise unauthenticated("This gateway takes no API keys: it has no store to keep them in.")
        return await self._keys.proof(credential)
