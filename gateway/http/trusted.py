"""Trusted documents: those that the operator has registered in the corridor store."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from gateway.errors import ClientError, ErrorCode
from gateway.http.persisted import check_digest, digest_of
from gateway.telemetry.caches import CacheInfo

__all__ = ["Reading", "TrustedDocuments"]

_TEXT = "select text from corridor.documents where hash = $1"


class Reading(Protocol):
    """The part of the store that is needed here."""

    async def fetchval(self, statement: str, /, *values: Any) -> Any:
        """The first value of the first row; None where there is no row."""


@dataclass(frozen=True, slots=True)
class _Known:
    text: str
    until: float


class TrustedDocuments:
    """The registered documents by their hash, of which the latest used ``most`` are remembered.

    One that was remembered is looked up again after ``fresh`` seconds, so that a removal takes effect. Where the store
    does not answer then, the document stays good for as long again.
    """

    def __init__(
        self, store: Reading, most: int, *, fresh: float = 30.0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._store = store
        self._most = most
        self._fresh = fresh
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._hits = 0
        self._misses = 0

    async def document(self, digest: str | None, text: str | None) -> str:
        """The registered document of a hash, or this text where it is registered; else DOCUMENT_NOT_TRUSTED."""
        if text is not None:
            if digest is not None:
                check_digest(digest, text)
            digest = digest_of(text)
        found = None if digest is None else await self._text(digest)
        if found is None:
            raise ClientError(
                ErrorCode.DOCUMENT_NOT_TRUSTED,
                "This document is not registered here. Send one that is, or ask the gateway's operator to register it.",
            )
        return found

    async def _text(self, digest: str) -> str | None:
        known = self._known.get(digest)
        if known is not None and self._clock() < known.until:
            self._hits += 1
            self._known.move_to_end(digest)
            return known.text
        self._misses += 1
        try:
            text: str | None = await self._store.fetchval(_TEXT, digest)
        except ClientError:
            if known is None:
                raise
            text = known.text
        if text is None:
            self._known.pop(digest, None)
            return None
        self._known[digest] = _Known(text, self._clock() + self._fresh)
        self._known.move_to_end(digest)
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return text

    def cache_info(self) -> CacheInfo:
        """How often the store was not needed, and how many documents are known."""
        return CacheInfo(self._hits, self._misses, self._most, len(self._known))
