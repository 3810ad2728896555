"""The composition root: opens the registries, wires the gateway, closes it. There are no globals anywhere."""

import logging
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module

from starlette.applications import Starlette

from adapters.contract.registry import Adapter, Limits, Remembering
from gateway.access.authentication import Authentication
from gateway.audit import Disclosures
from gateway.execution.costs import CostLimits
from gateway.execution.documents import Limits as DocumentLimits
from gateway.execution.facts import DisclosureLog, Services
from gateway.execution.log import Log, NoLog
from gateway.execution.operations import Operation, Operations
from gateway.execution.responses import Response
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory, Source
from gateway.federation.flights import SharedRegistry
from gateway.federation.reference import Reference, member_cluster
from gateway.http.application import Backend, application
from gateway.http.graphiql import PageViewer
from gateway.http.trusted import TrustedDocuments
from gateway.limits.admission import Admission
from gateway.settings import RegistrySettings, Settings
from gateway.store import Store
from gateway.telemetry.caches import Caches, Counts
from gateway.vocabulary import Vocabulary
from schemas.cluster import Cluster
from schemas.schema import build

__all__ = ["Gateway", "create_app", "document_limits", "load_adapters", "open_directory", "open_store"]

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class Gateway:
    """A running gateway, apart from HTTP."""

    directory: Directory
    operations: Operations

    @classmethod
    def of(
        cls,
        settings: Settings,
        directory: Directory,
        log: DisclosureLog | None = None,
        admission: Admission | None = None,
        *,
        direct: bool = True,
    ) -> "Gateway":
        """Wires a gateway over these registries; without a log it shows only what is public.

        ``admission`` and ``direct`` are as in :class:`Operations`.
        """
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
        services = Services(directory, CursorCodec(secret), Vocabulary.load(), clusters.__getitem__, log or NoLog())
        operations = Operations(
            build()._schema,  # noqa: SLF001 - Strawberry hands out graphql-core's schema no other way
            services,
            document_limits(settings),
            most=_most(settings),
            admission=admission,
            deadline=settings.request_deadline,
            plans=settings.plan_cache,
            direct=direct,
            introspection=settings.introspection,
        )
        return cls(directory, operations)

    async def run(self, operation: Operation) -> Response:
        """Answers one operation."""
        return await self.operations.run(operation)


def document_limits(settings: Settings) -> DocumentLimits:
    """What one document may hold, by the settings."""
    return DocumentLimits(
        tokens=settings.max_tokens,
        depth=settings.max_depth,
        fields=settings.max_fields,
        documents=settings.document_cache,
        characters=settings.max_document,
        aliases=settings.max_aliases,
        roots=settings.max_roots,
        directives=settings.max_directives,
        crowd=settings.max_directives_at_place,
        repeats=settings.max_repeats,
        items=settings.max_items,
        errors=settings.max_errors,
    )


def load_adapters(settings: Settings) -> Mapping[str, Adapter]:
    """The adapters of the settings, by city."""
    return {
        city: import_module(registry.adapter or f"adapters.{city}").ADAPTER
        for city, registry in settings.registries.items()
    }


def open_directory(settings: Settings) -> Directory:
    """The registries of the settings; none is connected to yet."""
    adapters = load_adapters(settings)

    def source(city: str, given: RegistrySettings) -> Source:
        limits = Limits(given.pool_size, given.connect_timeout, given.statement_timeout)
        registry = adapters[city].open(given.dsn.get_secret_value(), limits)
        shared = SharedRegistry(registry) if settings.share_reads else None
        return Source(registry, given.deadline, shared=shared)

    return Directory.of(*(source(city, given) for city, given in settings.registries.items()))


def create_app(settings: Settings, directory: Directory | None = None, viewers: Sequence[PageViewer] = ()) -> Starlette:
    """The gateway as an ASGI application, over the settings' registries or those given.

    Whoever opens GraphiQL is given the keys of ``viewers``, so only the demo has any.
    """
    opened = open_directory(settings) if directory is None else directory
    store = open_store(settings)
    disclosures = None if store is None else Disclosures(store)
    authentication = Authentication(settings.auth, store, member_cluster)
    admission = Admission.of(settings, store)
    gateway = Gateway.of(settings, opened, None if disclosures is None else Log(disclosures), admission)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await authentication.close()
        if disclosures is not None:
            await disclosures.close()
        if store is not None:
            await store.close()
        await opened.close()

    backend = Backend(
        run=gateway.run,
        stream=gateway.operations.stream,
        sdl=lambda: build().as_str(),
        authenticate=authentication.viewer,
        admission=admission,
        trusted=None if store is None else TrustedDocuments(store, settings.trusted_cache),
        store=store,
        caches={**gateway.operations.caches, "credentials": authentication.cache_info, **_caches(opened)},
        viewers=viewers,
    )
    return application(backend, opened, lifespan, settings)


def open_store(settings: Settings) -> Store | None:
    """The store of the settings; it is not connected to yet."""
    given = settings.store
    return None if given is None else Store(given.dsn.get_secret_value(), given.pool_size, given.timeout)


def _most(settings: Settings) -> CostLimits:
    adapters = load_adapters(settings)
    registries = {adapters[city].cluster.code: given.max_cost for city, given in settings.registries.items()}
    return CostLimits(settings.max_cost, settings.max_nodes, registries)


def _caches(directory: Directory) -> Caches:
    found: dict[str, Callable[[], Counts]] = {}
    for source in directory:
        if isinstance(source.registry, Remembering):
            found |= {f"{name}:{source.cluster.code}": info for name, info in source.registry.caches.items()}
        if source.shared is not None:
            found[f"shared_reads:{source.cluster.code}"] = source.shared.cache_info
    return found
