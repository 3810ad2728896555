"""The text of an API key: ``cgw_<prefix>_<secret><checksum>``, as it is shown once and sent with each request."""

import re
import secrets
import string
import zlib
from dataclasses import dataclass, field

__all__ = ["PREFIX", "KeyText", "is_key", "make_key", "read_key"]

_MARK = "cgw_"
"""By it people, and programs that search for leaked secrets, know a key of this gateway."""

_SMALL = string.ascii_lowercase + string.digits
_ALL = string.digits + string.ascii_uppercase + string.ascii_lowercase
_PREFIX_LENGTH, _SECRET_LENGTH, _SUM_LENGTH = 12, 43, 6  # 62, 256 and 32 bits

PREFIX = re.compile(rf"[a-z0-9]{{{_PREFIX_LENGTH}}}")
"""What a prefix looks like. It is no secret: lists and logs name a key by it."""

_KEY = re.compile(rf"{_MARK}({PREFIX.pattern})_([0-9A-Za-z]{{{_SECRET_LENGTH}}})([0-9A-Za-z]{{{_SUM_LENGTH}}})")


@dataclass(frozen=True, slots=True)
class KeyText:
    """A key in its parts. Only letters and digits, so that a double click takes it whole; the secret has 256 bits."""

    prefix: str
    secret: str = field(repr=False)

    def __str__(self) -> str:
        """The whole text, which only its holder may see."""
        body = f"{_MARK}{self.prefix}_{self.secret}"
        return body + _checksum(body)


def make_key() -> KeyText:
    """A new key, from the operating system's randomness."""
    prefix, secret = (
        "".join(secrets.choice(alphabet) for _ in range(length))
        for alphabet, length in ((_SMALL, _PREFIX_LENGTH), (_ALL, _SECRET_LENGTH))
    )
    return KeyText(prefix, secret)


def is_key(credential: str) -> bool:
    """Whether a credential is meant to be an API key.

    >>> is_key("cgw_typed by hand"), is_key("eyJhbGciOiJSUzI1NiJ9.e30.c2ln")
    (True, False)
    """
    return credential.startswith(_MARK)


def read_key(credential: str) -> KeyText | None:
    """A key in its parts; None where the text is not of the form, or its checksum is wrong: somebody mistyped it."""
    found = _KEY.fullmatch(credential)
    if found is None:
        return None
    prefix, secret, checksum = found.groups()
    return KeyText(prefix, secret) if checksum == _checksum(f"{_MARK}{prefix}_{secret}") else None


def _checksum(body: str) -> str:
    """CRC-32 in base 62: it finds slips of the hand, and protects nothing."""
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(_SUM_LENGTH):
        number, digit = divmod(number, len(_ALL))
        digits = _ALL[digit] + digits
    return digits
