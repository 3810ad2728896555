"""Who asks, and whether there is room: what every request meets first, whatever it comes by."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple, Protocol

from starlette.types import Scope

from gateway.access.authentication import unhindered
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.errors import ClientError, ErrorCode
from gateway.limits.admission import Admission
from gateway.limits.rates import Payer

__all__ = ["Asker", "Authenticate", "Entrance", "authorization_of", "only_anonymous"]


class Authenticate(Protocol):
    """Finds out who asks."""

    def __call__(self, authorization: bytes | None, before: Callable[[], None] = ..., /) -> Awaitable[Viewer]:
        """The viewer by the value of an Authorization header, None where there is none; raises ClientError.

        ``before`` is called before a credential is looked at that is not remembered for good, and may raise.
        """


class Asker(NamedTuple):
    """The viewer of a request, and who it is counted for; None where nobody counts."""

    viewer: Viewer
    payer: Payer | None


@dataclass(frozen=True, slots=True)
class Entrance:
    """Lets in who may come in; ``admission`` is None where everybody finds room."""

    authenticate: Authenticate
    admission: Admission | None = None

    async def asker(self, scope: Scope, headers: Mapping[bytes, bytes], authorization: bytes | None) -> Asker:
        """Who asks; raises ClientError where the credential does not count, or there is no room.

        ``headers`` are those of the scope by name. That there is no room at all is said first, as it costs nothing to
        find out. A credential that does not count is paid for by the address, and who has paid too much for such is
        told so before the next is looked at.
        """
        if self.admission is None:
            return Asker(await self.authenticate(authorization), None)
        self.admission.check()
        if authorization is None:
            viewer = await self.authenticate(None)
        else:
            try:
                viewer = await self.authenticate(authorization, partial(self._check_stranger, scope))
            except ClientError as error:
                if error.code is ErrorCode.UNAUTHENTICATED:
                    await self.admission.fine(_stranger(self.admission, scope))
                raise
        forwarded = _all(scope, b"x-forwarded-for") if b"x-forwarded-for" in headers else b""
        payer = self.admission.payer(viewer.kind.lower(), viewer.id, _peer(scope), forwarded.decode("latin-1"))
        self.admission.check(payer)
        return Asker(viewer, payer)

    def place(self, asker: Asker) -> AbstractContextManager[None]:
        """A place among the operations that run, for as long as the block does; raises ClientError without one."""
        if self.admission is None or asker.payer is None:
            return nullcontext()
        return self.admission.place(asker.payer)

    async def fine(self, asker: Asker) -> None:
        """Takes what it costs to refuse a request after some work."""
        if self.admission is not None and asker.payer is not None:
            await self.admission.fine(asker.payer)

    def _check_stranger(self, scope: Scope) -> None:
        if self.admission is None:
            return
        try:
            self.admission.check(_stranger(self.admission, scope))
        except ClientError as error:
            if error.code is not ErrorCode.RATE_LIMITED:
                raise
            raise ClientError(
                error.code,
                "Too many credentials that do not count have come from your address. Yours was not looked at: send it "
                f"again in {error.extensions['retryAfter']} s.",
                retryable=True,
                retryAfter=error.extensions["retryAfter"],
            ) from None


def authorization_of(scope: Scope) -> bytes | None:
    """The Authorization header; one that comes twice is none that anybody knows. None where there is none."""
    given = [value for name, value in scope["headers"] if name == b"authorization"]
    return b", ".join(given) if given else None


def _stranger(admission: Admission, scope: Scope) -> Payer:
    return admission.stranger(_peer(scope), _all(scope, b"x-forwarded-for").decode("latin-1"))


def _peer(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _all(scope: Scope, wanted: bytes) -> bytes:
    return b", ".join(value for name, value in scope["headers"] if name == wanted)


async def only_anonymous(authorization: bytes | None, before: Callable[[], None] = unhindered, /) -> Viewer:
    """Knows nobody: who brings a credential all the same is refused, not taken for anonymous."""
    if authorization is not None:
        before()
        raise ClientError(ErrorCode.UNAUTHENTICATED, "This gateway takes no credentials. Leave the header out.")
    return ANONYMOUS
