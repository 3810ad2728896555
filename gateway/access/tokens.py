"""JSON Web Tokens: which provider one is from, and whether it was really signed by it."""

from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from jwt import PyJWS
from jwt.exceptions import PyJWTError

from gateway.access.admission import ClusterOf
from gateway.access.claims import end_of, viewer_of
from gateway.access.proof import Proof
from gateway.access.provider import Provider
from gateway.access.refusal import unauthenticated
from gateway.errors import ClientError

__all__ = ["Tokens"]

_TYPES = frozenset({"at+jwt", "jwt"})
"""What a token may say it is (RFC 9068, and what most providers write); who says nothing is not refused.

Others, such as ``logout+jwt``, are signed with the same keys for other ends."""


class Tokens:
    """Checks tokens of these providers. ``clock`` gives Unix seconds, ``leeway`` is in seconds."""

    def __init__(
        self, providers: Iterable[Provider], cluster_of: ClusterOf, clock: Callable[[], float], leeway: float
    ) -> None:
        self._providers = {provider.settings.issuer: provider for provider in providers}
        self._cluster_of = cluster_of
        self._clock = clock
        self._leeway = leeway
        self._jws = PyJWS()

    async def proof(self, token: str) -> Proof:
        """Who a token speaks for.

        ClientError UNAUTHENTICATED where it does not count, IDENTITY_UNAVAILABLE where its provider's keys cannot be
        had. Only the settings name keys: what a token says of them (``jku``, ``jwk``, ``x5u``) counts for nothing.
        """
        header, claims = _unproven(token)
        if "crit" in header:
            raise unauthenticated("The token asks for an extension that is not known here (`crit`).")
        kind = header.get("typ", "JWT")
        if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
            raise unauthenticated("The token is no access token, as its header `typ` says.")
        issuer, kid, algorithm = claims.get("iss"), header.get("kid"), header.get("alg")
        provider = self._providers.get(issuer) if isinstance(issuer, str) else None
        if provider is None:
            raise unauthenticated("The token is from no issuer that is known here.")
        if algorithm not in provider.settings.algorithms:
            raise unauthenticated("The token is signed with an algorithm that is not taken from its issuer.")
        if not isinstance(kid, str):
            raise unauthenticated("The token does not name the key that it is signed with (`kid`).")
        key = await provider.key(kid, algorithm)
        if key is None:
            raise unauthenticated("The token is signed with a key that its issuer does not publish.")
        try:
            payload = self._jws.decode(token, key, [algorithm])
        except PyJWTError:
            raise unauthenticated("The signature of the token is wrong.") from None
        proven = orjson.loads(payload)
        expires = end_of(proven, self._clock(), self._leeway)
        return Proof(viewer_of(proven, provider.name, provider.settings, self._cluster_of), expires)


def _unproven(token: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The header and the claims as they stand there, to find the key that may prove them.

    They are read loosely: the library reads the same text again, strictly, before it says that the signature is right.
    """
    try:
        header, claims = (orjson.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    except ValueError:  # of base 64, of JSON, or of the number of parts
        raise _no_token() from None
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise _no_token()
    return header, claims


def _no_token() -> ClientError:
    return unauthenticated("The credential is neither an API key nor a JSON Web Token that can be read.")
