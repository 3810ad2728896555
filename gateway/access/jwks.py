"""The public keys of an OpenID provider, as its key set names them."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from gateway.settings import SigningAlgorithm

__all__ = ["KeysUnreadable", "PublicKeys", "read_keys"]

_LOG = logging.getLogger(__name__)

PublicKeys = Mapping[tuple[str, str], PyJWK]
"""The keys by their ID and the one algorithm that each entry verifies."""

_KINDS: Mapping[str, tuple[str, str | None]] = {
    "RS256": ("RSA", None),
    "RS384": ("RSA", None),
    "RS512": ("RSA", None),
    "PS256": ("RSA", None),
    "PS384": ("RSA", None),
    "PS512": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""The type and curve of the keys that an algorithm takes. Secrets (``oct``) are of no type here."""

_PUBLIC = ("kty", "n", "e", "crv", "x", "y")
_MOST = 100
"""Keys that are read: providers have two or three."""


class KeysUnreadable(Exception):
    """A document that is no key set."""


def read_keys(document: bytes, algorithms: Sequence[SigningAlgorithm]) -> PublicKeys:
    """The keys of a key set (RFC 7517) that can verify one of the algorithms; KeysUnreadable where it is none.

    Left out is what has no ID, is meant for anything but signatures, or is too weak. A set may hold no key at all:
    then its provider has withdrawn them.
    """
    try:
        listed = orjson.loads(document)["keys"]
    except (ValueError, KeyError, TypeError):
        raise KeysUnreadable("it is no JSON object with a list `keys`") from None
    if not isinstance(listed, list) or len(listed) > _MOST:
        raise KeysUnreadable(f"`keys` is not a list of at most {_MOST}")
    found: dict[tuple[str, str], PyJWK] = {}
    for each in listed:
        if not isinstance(each, dict) or not isinstance(each.get("kid"), str) or each.get("use", "sig") != "sig":
            continue
        for algorithm in algorithms:
            kind, curve = _KINDS[algorithm]
            if (each.get("kty"), each.get("alg", algorithm)) == (kind, algorithm) and curve in {None, each.get("crv")}:
                key = _key(each, algorithm)
                if key is not None:
                    found[each["kid"], algorithm] = key
    return found


def _key(jwk: Mapping[str, Any], algorithm: str) -> PyJWK | None:
    """A key for one algorithm; None where it is broken or too weak for it."""
    try:
        key = PyJWK({name: jwk[name] for name in _PUBLIC if name in jwk}, algorithm)
    except (PyJWTError, ValueError, TypeError):  # the library lets some of its parts' errors through
        _LOG.warning("a key of a provider cannot be read, and is left out: %a", jwk["kid"])
        return None
    if key.Algorithm.check_key_length(key.key):
        _LOG.warning("a key of a provider is too short, and is left out: %a", jwk["kid"])
        return None
    return key
