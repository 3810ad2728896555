"""The routes of the gateway, and JSON errors for whatever is none of them."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from uuid import uuid4

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.errors import ClientError, ErrorCode
from gateway.federation.directory import Directory
from gateway.http import graphiql as page
from gateway.http.endpoint import Endpoint, Run
from gateway.http.errors import refusal
from gateway.http.health import Health

__all__ = ["application"]

_LOG = logging.getLogger(__name__)
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


def application(
    run: Run,
    directory: Directory,
    lifespan: Callable[[Starlette], AbstractAsyncContextManager[None]],
    *,
    max_body: int,
    graphiql: bool,
) -> Starlette:
    """The ASGI application."""
    health = Health(directory)
    app = Starlette(
        routes=[
            Route("/graphql", Endpoint(run, max_body).__call__, methods=_METHODS),
            Route("/healthz", health.alive),
            Route("/readyz", health.ready),
            *(page.routes() if graphiql else ()),
        ],
        exception_handlers={HTTPException: _http_error, Exception: _unexpected},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # A redirect would trust the Host header, and has no JSON.
    return app


async def _http_error(_request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:  # noqa: PLR2004
        only_read = ClientError(ErrorCode.METHOD_NOT_ALLOWED, "This page can only be read, by GET.")
        return refusal(only_read, headers=error.headers)
    return refusal(ClientError(ErrorCode.NO_SUCH_PAGE, "There is nothing at this address. GraphQL is at /graphql."))


async def _unexpected(request: Request, error: Exception) -> Response:
    trace = uuid4().hex
    _LOG.error("unexpected error at %s, trace %s", request.url.path, trace, exc_info=error)
    return refusal(
        ClientError(
            ErrorCode.INTERNAL_ERROR,
            "Something went wrong inside the gateway. It was logged: give `traceId` when you report it.",
            traceId=trace,
        )
    )
