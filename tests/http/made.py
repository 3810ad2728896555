"""Gateways of which a test sets more than the settings do: who may come in, and how long things may take."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette

from gateway.access.authentication import unhindered
from gateway.access.viewer import ANONYMOUS, Scope, Viewer, ViewerClass
from gateway.app import Gateway, open_directory
from gateway.errors import ClientError, ErrorCode
from gateway.federation.directory import Directory
from gateway.http.application import Backend, application
from gateway.settings import Settings
from schemas.schema import build

__all__ = ["PARTNER", "Doorkeeper", "make"]

PARTNER = Viewer(ViewerClass.PARTNER_APP, "key:partner", "Partner", scopes=frozenset({Scope.PROFILES_READ}))


class Doorkeeper:
    """Knows some credentials, and may forget them again; `asked` are those that it was asked about.

    It remembers those that are good, and so looks at no other before it may.
    """

    def __init__(self, *tokens: str) -> None:
        self.viewers = {f"Bearer {token}".encode(): PARTNER for token in tokens}
        self.fails: Exception | None = None
        self.asked: list[bytes | None] = []

    async def __call__(self, authorization: bytes | None, before: Callable[[], None] = unhindered, /) -> Viewer:
        if authorization is not None and authorization not in self.viewers:
            before()
        self.asked.append(authorization)
        if self.fails is not None:
            raise self.fails
        if authorization is None:
            return ANONYMOUS
        if authorization not in self.viewers:
            raise ClientError(ErrorCode.UNAUTHENTICATED, "This credential is not known.")
        return self.viewers[authorization]


def make(settings: Settings, directory: Directory | None = None, **backend: Any) -> Starlette:
    """An application over the settings' registries, or those given; `backend` as in Backend."""
    opened = open_directory(settings) if directory is None else directory
    gateway = Gateway.of(settings, opened, admission=backend.get("admission"))

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await opened.close()

    standing = {"run": gateway.run, "stream": gateway.operations.stream, "sdl": lambda: build().as_str(), **backend}
    return application(Backend(**standing), opened, lifespan, settings)
