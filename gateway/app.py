"""The composition root: opens the registries, wires the gateway, closes it. There are no globals anywhere."""

import logging
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module

from starlette.applications import Starlette

from adapters.contract.registry import Adapter, Limits
from gateway.execution import operations
from gateway.execution.connections import Services
from gateway.execution.context import RequestContext
from gateway.execution.operations import Operation, Operations, Response
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory, Source
from gateway.federation.reference import Reference
from gateway.http.application import application
from gateway.settings import Settings
from gateway.vocabulary import Vocabulary
from schemas.cluster import Cluster
from schemas.schema import build

__all__ = ["Gateway", "create_app", "load_adapters", "open_directory"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Gateway:
    """A running gateway, apart from HTTP."""

    directory: Directory
    operations: Operations
    services: Services

    @classmethod
    def of(cls, settings: Settings, directory: Directory) -> "Gateway":
        """Wires a gateway over these registries."""
        if settings.cursor_secret is None:
            _LOG.warning("no cursor_secret is set: cursors end with this process")
            secret = secrets.token_bytes(32)
        else:
            secret = settings.cursor_secret.get_secret_value().encode()[:64]
        clusters = {
            source.cluster.code: Cluster(
                source=source.cluster, global_id=Reference("Cluster", source.cluster.code, source.cluster.code).id
            )
            for source in directory
        }
        limits = operations.Limits(
            tokens=settings.max_tokens,
            depth=settings.max_depth,
            fields=settings.max_fields,
            deadline=settings.request_deadline,
            documents=settings.document_cache,
        )
        return cls(
            directory,
            Operations(build()._schema, limits),  # noqa: SLF001 - Strawberry hands out graphql-core's schema no other way
            Services(directory, CursorCodec(secret), Vocabulary.load(), clusters.__getitem__),
        )

    async def run(self, operation: Operation) -> Response:
        """Answers one operation."""
        return await self.operations.run(operation, RequestContext(self.services))


def load_adapters(settings: Settings) -> Mapping[str, Adapter]:
    """The adapters of the settings, by city."""
    return {
        city: import_module(registry.adapter or f"adapters.{city}").ADAPTER
        for city, registry in settings.registries.items()
    }


def open_directory(settings: Settings) -> Directory:
    """The registries of the settings; none is connected to yet."""
    adapters = load_adapters(settings)
    return Directory.of(
        *(
            Source(
                adapters[city].open(
                    registry.dsn.get_secret_value(),
                    Limits(registry.pool_size, registry.connect_timeout, registry.statement_timeout),
                ),
                registry.deadline,
            )
            for city, registry in settings.registries.items()
        )
    )


def create_app(settings: Settings, directory: Directory | None = None) -> Starlette:
    """The gateway as an ASGI application, over the settings' registries or those given."""
    opened = open_directory(settings) if directory is None else directory
    gateway = Gateway.of(settings, opened)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await opened.close()

    return application(gateway.run, opened, lifespan, max_body=settings.max_body, graphiql=settings.graphiql)
