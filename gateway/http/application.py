"""The routes of the gateway, and JSON errors for whatever is none of them."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from gateway.errors import ClientError, ErrorCode
from gateway.federation.directory import Directory
from gateway.http import graphiql as page
from gateway.http.endpoint import Endpoint, Run, unexpected
from gateway.http.errors import refusal
from gateway.http.health import Health
from gateway.http.negotiation import negotiate
from gateway.http.persisted import PersistedQueries
from gateway.http.reading import is_json
from gateway.settings import Settings
from gateway.telemetry.caches import Caches
from gateway.telemetry.metrics import CONTENT_TYPE, Metrics

__all__ = ["application"]

_GRAPHQL = "/graphql"


class _Gateway(Starlette):
    """The application; operations go straight to their endpoint, which needs nothing of Starlette's middleware."""

    endpoint: Endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == _GRAPHQL:
            await self.endpoint(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


def application(
    run: Run,
    directory: Directory,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]],
    settings: Settings,
    caches: Caches,
) -> Starlette:
    """The ASGI application; ``caches`` are those behind ``run``, which the metrics speak of beside those of HTTP."""
    health = Health(directory)
    persisted = PersistedQueries(settings.persisted_queries)
    own: Caches = {
        "accept_headers": negotiate.cache_info,
        "content_types": is_json.cache_info,
        "persisted_queries": persisted.cache_info,
    }
    metrics = Metrics(lambda: {each.cluster.code: each.health for each in directory}, {**own, **caches})

    async def measured(_request: Request) -> Response:
        return Response(metrics.text(), headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE})

    app = _Gateway(
        routes=[
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            *([Route("/metrics", measured)] if settings.metrics else ()),
            *(page.routes() if settings.graphiql else ()),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _unexpected},
        lifespan=lifespan,
    )
    app.endpoint = Endpoint(
        run,
        persisted,
        metrics.record if settings.metrics else None,
        max_body=settings.max_body,
        max_age=settings.cache_max_age,
    )
    app.router.redirect_slashes = False  # A redirect would trust the Host header, and has no JSON.
    return app


async def _http_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:  # noqa: PLR2004
        only_read = ClientError(ErrorCode.METHOD_NOT_ALLOWED, "This page can only be read, by GET.")
        return refusal(only_read, headers=error.headers)
    return refusal(ClientError(ErrorCode.NO_SUCH_PAGE, "There is nothing at this address. GraphQL is at /graphql."))


async def _unexpected(request: Request, error: Exception) -> Response:
    return unexpected(error, request.url.path)
