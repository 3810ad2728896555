"""One OpenID provider: its keys, fetched when they are needed, renewed as they age, kept while it cannot be reached."""

import asyncio
import logging
from collections.abc import Callable

from jwt import PyJWK

from gateway.access.fetching import KeySource, SourceFailed, key_source
from gateway.access.jwks import KeysUnreadable, PublicKeys, read_keys
from gateway.errors import ClientError, ErrorCode
from gateway.settings import AuthSettings, ProviderSettings

__all__ = ["Provider"]

_LOG = logging.getLogger(__name__)


class Provider:
    """A provider and its keys. ``clock`` gives Unix seconds; ``fetches`` counts how often it was asked for its keys.

    An unknown key makes it fetch them, as the provider may have changed them; but never twice within ``jwks_pause``,
    and never twice at a time, whatever tokens name.
    """

    def __init__(
        self,
        name: str,
        settings: ProviderSettings,
        auth: AuthSettings,
        clock: Callable[[], float],
        source: KeySource | None = None,
    ) -> None:
        self.name = name
        self.settings = settings
        self.fetches = 0
        self._auth = auth
        self._clock = clock
        self._source = source or key_source(settings.jwks, auth.jwks_timeout)
        self._keys: PublicKeys = {}
        self._fetched: float | None = None
        self._tried: float | None = None
        self._failed = False
        self._fetch: asyncio.Task[None] | None = None

    async def key(self, kid: str, algorithm: str) -> PyJWK | None:
        """The key of this ID for this algorithm; None where the provider has none.

        ClientError IDENTITY_UNAVAILABLE where that cannot be told now, as the provider does not give its keys.
        """
        if not self._within(self._fetched, self._auth.jwks_keep):
            self._keys = {}
        found = self._keys.get((kid, algorithm))
        if found is not None:
            if not self._within(self._fetched, self._auth.jwks_lifetime):
                self._begin()  # nobody has to wait for it: the key is still good
            return found
        fetch = self._begin()
        if fetch is not None:
            await asyncio.shield(fetch)  # others wait for it too, and go on when this one is cancelled
            found = self._keys.get((kid, algorithm))
        if found is None and (self._failed or not self._within(self._fetched, self._auth.jwks_keep)):
            raise ClientError(
                ErrorCode.IDENTITY_UNAVAILABLE,
                "The token cannot be checked now: its provider does not give the gateway its keys. Ask again soon.",
                retryable=True,
            )
        return found

    async def close(self) -> None:
        """Ends a fetch that is under way, and gives back connections."""
        if self._fetch is not None:
            self._fetch.cancel()
            await asyncio.wait([self._fetch])
        await self._source.close()

    def _within(self, since: float | None, seconds: float) -> bool:
        """Whether something is less than so many seconds ago; not where a clock was set back behind it."""
        return since is not None and 0 <= self._clock() - since < seconds

    def _begin(self) -> asyncio.Task[None] | None:
        """The fetch that is under way, else a new one; None where the last one began too short a time ago."""
        if self._fetch is not None and not self._fetch.done():
            return self._fetch
        if self._within(self._tried, self._auth.jwks_pause):
            return None
        self._tried = self._clock()
        self.fetches += 1
        self._fetch = asyncio.create_task(self._renew(), name=f"keys of {self.name}")
        return self._fetch

    async def _renew(self) -> None:
        """Fetches the keys; keeps the old ones where that fails, and never raises but what is a bug."""
        try:
            self._keys = read_keys(await self._source.read(), self.settings.algorithms)
        except (SourceFailed, KeysUnreadable) as reason:
            self._failed = True
            _LOG.warning("the keys of the provider %s cannot be read: %s", self.name, reason)
        else:
            self._failed = False
            self._fetched = self._clock()
            if not self._keys:
                _LOG.warning("the provider %s has no key for %s", self.name, ", ".join(self.settings.algorithms))
