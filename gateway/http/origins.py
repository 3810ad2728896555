"""Which pages of browsers may ask: those of the gateway itself, and those of the origins in the settings."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp

from gateway.errors import ClientError, ErrorCode
from gateway.http.reading import is_json

__all__ = ["Origins"]

_ANY = "*"
_MAY_ASK = ("Accept", "Apollo-Require-Preflight", "Authorization", "Content-Type", "X-Apollo-Operation-Name")
"""The headers that a page of another origin may send."""

_MAY_READ = ("ETag", "Retry-After", "WWW-Authenticate")
_PREFLIGHTED = (b"apollo-require-preflight", b"authorization", b"x-apollo-operation-name")
"""Headers that a browser sends to another site only after it was allowed to, by a preflight."""

_OWN_SITE = frozenset({b"none", b"same-origin"})
"""What Sec-Fetch-Site says of an address that somebody typed, and of a page of the gateway's own."""


class Origins:
    """The origins that are allowed beside the gateway's own, each exactly so; ``*`` allows all.

    No request has any authority of its own, no cookie and no client certificate: credentials in the sense of CORS are
    never allowed.
    """

    def __init__(self, allowed: Collection[str]) -> None:
        self._allowed = frozenset(allowed)

    def shared(self, app: ASGIApp) -> ASGIApp:
        """The application as pages of the allowed origins may use it; the very same where there are none."""
        if not self._allowed:
            return app
        return CORSMiddleware(
            app,
            allow_origins=self._allowed,
            allow_methods=("GET", "POST"),
            allow_headers=_MAY_ASK,
            expose_headers=_MAY_READ,
        )

    def check_read(self, headers: Mapping[bytes, bytes]) -> None:
        """Refuses a GET that a page of another site makes a browser send without asking before; headers in lower case.

        Programs, typed addresses and browsers too old to say where a request comes from pass.
        """
        if headers.get(b"sec-fetch-site", b"none") in _OWN_SITE or self._allows(headers.get(b"origin", b"")):
            return
        if any(name in headers for name in _PREFLIGHTED) or is_json(headers.get(b"content-type", b"")[:256]):
            return
        raise ClientError(
            ErrorCode.CROSS_SITE_REQUEST,
            "A page of another site asks here by GET. Send the header Apollo-Require-Preflight with any value, from an "
            "origin that the gateway allows.",
        )

    def may_connect(self, origin: bytes | None, host: bytes) -> bool:
        """Whether a page of this origin may open a WebSocket, for which browsers send no preflight.

        Only browsers name an origin. Behind a proxy with the certificate the gateway does not know its own scheme:
        its own origin is known by its host and port.

        >>> own = Origins(())
        >>> own.may_connect(None, b"api.example"), own.may_connect(b"https://api.example", b"api.example")
        (True, True)
        >>> own.may_connect(b"null", b"api.example"), own.may_connect(b"https://x.example", b"")
        (False, False)
        """
        if origin is None or self._allows(origin):
            return True
        try:
            named = urlsplit(origin.decode("ascii").lower())
        except ValueError:
            return False
        return bool(named.netloc) and named.netloc == host.decode("latin-1").lower()

    def _allows(self, origin: bytes) -> bool:
        return _ANY in self._allowed or origin.decode("latin-1") in self._allowed
