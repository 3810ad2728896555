"""Cursors: opaque, signed, bound to the walk they belong to."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

import orjson

from adapters.contract.request import Boundary, SortValue
from gateway.errors import ClientError, ErrorCode

__all__ = ["Cursor", "CursorCodec", "fingerprint"]

_VERSION = 1
_SIGNATURE = 12
"""Bytes of a signature: a guess costs a request, and 2**96 of them are out of reach."""


def fingerprint(*decisive: object) -> str:
    """A short hash of all that decides which rows a walk meets, and in which order; the viewer's view among it.

    With the words and concepts that a search came to among it, a cursor outlives no change of vocabulary.
    """
    walk = repr(decisive).encode("utf-8", "backslashreplace")
    return hashlib.blake2b(walk, digest_size=9).hexdigest()


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in a walk, and the clusters that still take part in it."""

    boundary: Boundary
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CursorCodec:
    """Writes and reads cursors under the gateway's secret."""

    secret: bytes

    def encode(self, cursor: Cursor, walk: str) -> str:
        """The cursor as text for clients; ``walk`` is the fingerprint of its walk."""
        place = cursor.boundary
        payload = orjson.dumps([_VERSION, walk, place.sort, place.cluster, place.key, cursor.clusters])
        return _text(self._signature(payload) + payload)

    def decode(self, text: str, walk: str) -> Cursor:
        """Reads a cursor; BAD_CURSOR where it is not one of ours, or belongs to another walk."""
        belongs, cursor = self._read(text)
        if belongs != walk:
            raise _bad("It belongs to another search, filter or order. Start again without it.")
        return cursor

    def sort_of(self, text: str) -> SortValue:
        """The sort key of a cursor's boundary, whichever walk it belongs to; BAD_CURSOR where it is not one of ours."""
        return self._read(text)[1].boundary.sort

    def _read(self, text: str) -> tuple[str, Cursor]:
        """The walk of a cursor, and the cursor."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            raise _bad("It was not given out by this gateway, or has been changed. Start again without it.") from None
        signature, payload = raw[:_SIGNATURE], raw[_SIGNATURE:]
        # Base64 has several spellings of the same bytes: only ours is a cursor.
        if _text(raw) != text or not hmac.compare_digest(signature, self._signature(payload)):
            raise _bad("It was not given out by this gateway, or has been changed. Start again without it.")
        version, belongs, sort, cluster, key, clusters = orjson.loads(payload)
        if version != _VERSION:
            raise _bad("It comes from another version of the gateway. Start again without it.")
        return belongs, Cursor(Boundary(sort, cluster, key), tuple(clusters))

    def _signature(self, payload: bytes) -> bytes:
        return hashlib.blake2b(payload, key=self.secret, digest_size=_SIGNATURE).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bad(why: str) -> ClientError:
    return ClientError(ErrorCode.BAD_CURSOR, f"This cursor cannot be used here. {why}")
