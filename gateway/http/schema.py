"""The page with the schema as text, for those who may read it."""

from collections.abc import Callable
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from gateway.execution.introspection import check_introspection
from gateway.http.entrance import Entrance, authorization_of
from gateway.settings import Introspection

__all__ = ["SchemaPage"]


class SchemaPage:
    """The SDL under the rules of introspection; the first who asks has it printed."""

    def __init__(self, sdl: Callable[[], str], entrance: Entrance, allowed: Introspection) -> None:
        self._print = sdl
        self._entrance = entrance
        self._allowed = allowed

    @cached_property
    def _text(self) -> str:
        return self._print()

    async def read(self, request: Request) -> Response:
        """The schema; raises ClientError where the viewer may not read it, or may not come in at all."""
        named = dict(request.scope["headers"])
        asker = await self._entrance.asker(request.scope, named, authorization_of(request.scope))
        check_introspection(asker.viewer, self._allowed)
        headers = {"Cache-Control": "no-store", "Vary": "Authorization"}
        return Response(self._text, media_type="text/plain; charset=utf-8", headers=headers)
