"""Automatic persisted queries: a client names a document by its hash, and sends the text only where that is unknown."""

from collections import OrderedDict
from hashlib import sha256

from gateway.errors import ClientError, ErrorCode
from gateway.telemetry.caches import CacheInfo

__all__ = ["PersistedQueries", "check_digest", "digest_of"]

_BYTES_A_DOCUMENT = 8 * 1024


def digest_of(text: str) -> str:
    """The name of a document: the SHA-256 of its text in UTF-8, in lower-case hexadecimal."""
    return sha256(text.encode()).hexdigest()


def check_digest(digest: str, text: str) -> None:
    """Refuses a text that has another hash."""
    if digest_of(text) != digest:
        raise ClientError(
            ErrorCode.BAD_REQUEST,
            "`extensions.persistedQuery.sha256Hash` is not the SHA-256 of `query` in lower-case hexadecimal.",
        )


class PersistedQueries:
    """The texts of documents by their SHA-256 in lower-case hexadecimal; those not asked for the longest time go first.

    There are at most so many ``documents``, and all texts together have at most 8 KiB for each of these;
    with 0 documents there are no persisted queries. The protocol is that of Apollo's clients.
    """

    def __init__(self, documents: int) -> None:
        self._documents = documents
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._bytes = 0
        self._hits = 0
        self._misses = 0

    def text(self, digest: str) -> str:
        """The document of this hash."""
        self._check_supported()
        known = self._texts.get(digest)
        if known is None:
            self._misses += 1
            raise ClientError(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
        self._hits += 1
        self._texts.move_to_end(digest)
        return known

    def check(self, digest: str, text: str) -> None:
        """Refuses a text that does not have the hash that it came with."""
        self._check_supported()
        if self._texts.get(digest) != text:
            check_digest(digest, text)

    def remember(self, digest: str, text: str) -> None:
        """Keeps a document; only those that could be executed are worth it."""
        if digest in self._texts:
            return
        self._texts[digest] = text
        self._bytes += len(text.encode())
        while len(self._texts) > self._documents or self._bytes > self._documents * _BYTES_A_DOCUMENT:
            _, oldest = self._texts.popitem(last=False)
            self._bytes -= len(oldest.encode())

    def _check_supported(self) -> None:
        if not self._documents:
            raise ClientError(ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")

    def cache_info(self) -> CacheInfo:
        """How often a hash alone was enough, and how many documents are known."""
        return CacheInfo(self._hits, self._misses, self._documents, len(self._texts))
