"""The composition root: opens the registries, wires the gateway, closes it. There are no globals anywhere."""

import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from importlib import import_module

from starlette.applications import Starlette

from adapters.contract.registry import Adapter, Limits, Remembering
from gateway.access.authentication import Authentication
from gateway.audit import Disclosures
from gateway.corridor import agreeing, consortia, interest, interests
from gateway.corridor.acts import Acts
from gateway.corridor.agreements import Agreements
from gateway.corridor.events import expire_events
from gateway.corridor.feed import Feed
from gateway.corridor.sweeper import Sweeper
from gateway.execution.building import Building
from gateway.execution.composing import Composer
from gateway.execution.costs import CostLimits
from gateway.execution.documents import Limits as DocumentLimits
from gateway.execution.facts import Corridor, DisclosureLog, Services
from gateway.execution.interests import InterestActs
from gateway.execution.log import Log, NoLog
from gateway.execution.operations import Operation, Operations
from gateway.execution.registries import AskedRegistries
from gateway.execution.responses import Response
from gateway.federation.cursor import CursorCodec
from gateway.federation.directory import Directory, Source
from gateway.federation.flights import SharedRegistry
from gateway.http.application import Backend, application
from gateway.http.graphiql import PageViewer
from gateway.http.trusted import TrustedDocuments
from gateway.limits.admission import Admission
from gateway.reference import Reference, member_cluster
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
    def of(  # noqa: PLR0913 - what is wired, once
        cls,
        settings: Settings,
        directory: Directory,
        log: DisclosureLog | None = None,
        admission: Admission | None = None,
        *,
        corridor: Corridor | None = None,
        vocabulary: Vocabulary | None = None,
        direct: bool = True,
    ) -> "Gateway":
        """Wires a gateway over these registries; without a log it shows only what is public.

        Without a corridor there are no agreements, and nobody who is of a cluster reads another one's registry.
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
        services = Services(
            directory,
            CursorCodec(secret),
            vocabulary or Vocabulary.load(),
            clusters.__getitem__,
            log or NoLog(),
            corridor or Corridor(),
        )
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
    vocabulary = Vocabulary.load()
    corridor = None if store is None else _corridor(settings, store, opened, vocabulary)
    log = None if disclosures is None else Log(disclosures)
    gateway = Gateway.of(settings, opened, log, admission, corridor=corridor, vocabulary=vocabulary)
    feed = None if corridor is None else corridor.feed
    sweeper = None if corridor is None or store is None else _sweeper(corridor, store, settings)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        if corridor is not None and feed is not None and sweeper is not None:
            feed.listen("Agreement", corridor.agreements.forget)
            feed.start()
            async with sweeper.running():
                yield
            await feed.close()
        else:
            yield
        await authentication.close()
        if disclosures is not None:
            await disclosures.close()
        if store is not None:
            await store.close()
        await opened.close()

    backend = Backend(
        run=gateway.operations.run,
        stream=gateway.operations.stream,
        sdl=lambda: build().as_str(),
        authenticate=authentication.viewer,
        admission=admission,
        trusted=None if store is None else TrustedDocuments(store, settings.trusted_cache),
        store=store,
        caches={**gateway.operations.caches, "credentials": authentication.cache_info, **_caches(opened)},
        live=lambda: {} if feed is None or sweeper is None else {**feed.counts(), **sweeper.counts()},
        viewers=viewers,
    )
    return application(backend, opened, lifespan, settings)


def open_store(settings: Settings) -> Store | None:
    """The store of the settings; it is not connected to yet."""
    given = settings.store
    return None if given is None else Store(given.dsn.get_secret_value(), given.pool_size, given.timeout)


def _corridor(settings: Settings, store: Store, directory: Directory, vocabulary: Vocabulary) -> Corridor:
    """What is done in the corridor, in one store."""
    acts = Acts(store, {**agreeing.CONSTRAINTS, **interest.CONSTRAINTS, **consortia.CONSTRAINTS})
    agreements = Agreements.of(store, settings.agreements_lifetime)
    registries = AskedRegistries(directory)
    clusters = [source.cluster.code for source in directory]
    building = Building.of(
        store,
        acts,
        registries=registries,
        agreements=agreements,
        vocabulary=vocabulary,
        clusters=clusters,
        compose=Composer().compose,
        repair=timedelta(days=settings.consortium_repair),
    )
    adapters = load_adapters(settings)
    screened = frozenset(
        adapters[city].cluster.code for city, each in settings.registries.items() if each.screen_interests
    )
    rules = interests.Rules(frozenset(screened), settings.interest_days, settings.release_days)
    return Corridor(
        agreements=agreements,
        agreeing=agreeing.Agreeing(store, acts, clusters),
        interests=InterestActs.of(store, acts, registries, agreements, building.consortia.leave_all, rules),
        building=building,
        feed=Feed(store),
        match_interval=settings.match_interval,
    )


def _sweeper(corridor: Corridor, store: Store, settings: Settings) -> Sweeper:
    """What is due by the clock alone, in the order in which one follows from another."""
    due: dict[str, Callable[[], Awaitable[object]]] = {}
    if corridor.agreeing is not None:
        due["agreements"] = corridor.agreeing.expire
    if corridor.interests is not None:
        due["interests"] = corridor.interests.interests.expire
    if corridor.building is not None:
        due["consortia"] = corridor.building.consortia.expire
        due["repairs"] = corridor.building.consortia.review
    due["events"] = partial(expire_events, store, settings.event_days)
    return Sweeper(store, due, settings.sweep_interval)


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
