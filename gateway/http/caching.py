"""What may be kept of an answer, by whom and for how long. Pure."""

from hashlib import sha256

__all__ = ["NO_STORE", "Headers", "cacheable", "entity_tag", "matches"]

Headers = list[tuple[bytes, bytes]]

NO_STORE = (b"cache-control", b"no-store")

_VARY = (b"vary", b"Accept, Authorization")
"""The headers of a request that its answer depends on: its form, and who asks."""


def entity_tag(media_type: str, body: bytes) -> bytes:
    """A strong tag: it changes with every byte of the answer, and with its form.

    >>> entity_tag("application/json", b"{}") == entity_tag("application/json", b"{ }")
    False
    >>> len(entity_tag("application/json", b"{}"))
    34
    """
    return b'"' + sha256(media_type.encode() + b"\n" + body).hexdigest()[:32].encode() + b'"'


def cacheable(tag: bytes, max_age: int) -> Headers:
    """The headers of an answer that anybody may keep for ``max_age`` seconds; with 0, if they ask each time.

    >>> cacheable(b'"1"', 60)[1], cacheable(b'"1"', 0)[1]
    ((b'cache-control', b'public, max-age=60'), (b'cache-control', b'no-cache'))
    """
    kept = b"public, max-age=%d" % max_age if max_age else b"no-cache"
    return [(b"etag", tag), (b"cache-control", kept), _VARY]


def matches(if_none_match: bytes, tag: bytes) -> bool:
    """Whether the client has the answer of this tag already; a cache on the way may have made its tag a weak one.

    >>> matches(b'"1", W/"2"', b'"2"'), matches(b"*", b'"2"'), matches(b'"1"', b'"2"'), matches(b"", b'"2"')
    (True, True, False, False)
    """
    known = {each.strip().removeprefix(b"W/") for each in if_none_match.split(b",")}
    return tag in known or known == {b"*"}
