"""The routes of the gateway, and JSON errors for whatever is none of them."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.errors import ClientError, ErrorCode
from gateway.federation.directory import Directory
from gateway.http import graphiql as page
from gateway.http.answers import Stream
from gateway.http.endpoint import Endpoint, Run, Serving, unexpected
from gateway.http.entrance import Authenticate, Entrance, only_anonymous
from gateway.http.errors import refusal
from gateway.http.health import Checked, Health
from gateway.http.negotiation import negotiate
from gateway.http.origins import Origins
from gateway.http.persisted import PersistedQueries
from gateway.http.reading import is_json
from gateway.http.schema import SchemaPage
from gateway.http.security import secured
from gateway.http.sent import Sources
from gateway.http.streams import STREAMS, Pace, Streams
from gateway.http.trusted import TrustedDocuments
from gateway.http.websocket import Sockets
from gateway.limits.admission import Admission
from gateway.settings import DocumentMode, Settings
from gateway.telemetry.caches import Caches, Counts
from gateway.telemetry.metrics import CONTENT_TYPE, Metrics

__all__ = ["Backend", "application"]


class _Gateway(Starlette):
    """The application; operations go straight to their endpoint, which needs nothing of Starlette's middleware."""

    operations: ASGIApp
    sockets: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        match scope["type"], scope.get("path"):
            case "http", "/graphql":
                await self.operations(scope, receive, send)
            case "websocket", "/graphql":
                await self.sockets(scope, receive, secured(send))
            case _:
                await super().__call__(scope, receive, secured(send))


@dataclass(frozen=True, slots=True)
class Backend:
    """What stands behind the pages: how operations are answered, who asks, what is offered.

    ``sdl`` gives the schema as text. ``admission`` is None where everybody finds room, ``trusted`` and ``store``
    without a store. ``caches`` are those behind all this, which the metrics speak of beside those of HTTP, and ``live``
    what they say of events. ``viewers`` are those that the page of GraphiQL offers to ask as.
    """

    run: Run
    stream: Stream
    sdl: Callable[[], str]
    authenticate: Authenticate = only_anonymous
    admission: Admission | None = None
    trusted: TrustedDocuments | None = None
    store: Checked | None = None
    caches: Caches = field(default_factory=dict)
    live: Callable[[], Mapping[str, int]] = dict
    pace: Pace = field(default_factory=Pace)
    viewers: Sequence[page.PageViewer] = ()


def application(
    backend: Backend,
    directory: Directory,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]],
    settings: Settings,
) -> Starlette:
    """The ASGI application."""
    health = Health(directory, backend.store)
    persisted = PersistedQueries(settings.persisted_queries)
    streams = Streams(settings.max_streams)
    own: dict[str, Callable[[], Counts]] = {
        "accept_headers": negotiate.cache_info,
        "content_types": is_json.cache_info,
        "persisted_queries": persisted.cache_info,
    }
    if backend.trusted is not None:
        own["trusted_documents"] = backend.trusted.cache_info
    metrics = Metrics(
        lambda: {each.cluster.code: each.health for each in directory},
        {**own, **backend.caches},
        streams.counts,
        backend.live,
    )
    entrance = Entrance(backend.authenticate, backend.admission)

    async def measured(_request: Request) -> Response:
        return Response(metrics.text(), headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE})

    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[dict[str, Any]]:
        async with lifespan(app):
            yield {STREAMS: streams}

    app = _Gateway(
        routes=[
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            Route("/schema.graphql", SchemaPage(backend.sdl, entrance, settings.introspection).read),
            *([Route("/metrics", measured)] if settings.metrics else ()),
            *(page.routes(backend.viewers) if settings.graphiql else ()),
        ],
        exception_handlers={HTTPException: _http_error, ClientError: _client_error, Exception: _unexpected},
        lifespan=living,
    )
    only_trusted = settings.documents is DocumentMode.TRUSTED
    serving = Serving(
        backend.run,
        backend.stream,
        entrance,
        Sources(persisted, backend.trusted, entrance.fine, only_trusted=only_trusted),
        Origins(settings.cors_origins),
        streams,
        settings.max_body,
        backend.pace,
    )
    record = metrics.record if settings.metrics else None
    app.operations = _shared(serving.origins, Endpoint(serving, record, max_age=settings.cache_max_age))
    app.sockets = Sockets(
        serving, most_operations=settings.max_subscriptions, init_timeout=settings.subscription_init_timeout
    )
    app.router.redirect_slashes = False  # A redirect would trust the Host header, and has no JSON.
    return app


def _shared(origins: Origins, endpoint: Endpoint) -> ASGIApp:
    """The endpoint for pages of other sites too, where any may come; what answers for it there is secured as it is."""
    shared = origins.shared(endpoint)
    if shared is endpoint:
        return endpoint

    async def operations(scope: Scope, receive: Receive, send: Send) -> None:
        await shared(scope, receive, secured(send))

    return operations


async def _http_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:  # noqa: PLR2004
        only_read = ClientError(ErrorCode.METHOD_NOT_ALLOWED, "This page can only be read, by GET.")
        return refusal(only_read, headers=error.headers)
    return refusal(ClientError(ErrorCode.NO_SUCH_PAGE, "There is nothing at this address. GraphQL is at /graphql."))


async def _client_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, ClientError)  # noqa: S101 - registered for nothing else
    return refusal(error)


async def _unexpected(request: Request, error: Exception) -> Response:
    return unexpected(error, request.url.path)
