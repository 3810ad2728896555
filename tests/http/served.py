"""A gateway on a port of its own, as its users meet it, and what every refusal of it must look like."""

import socket
import threading
from collections.abc import Mapping
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from gateway.cli.service import server_config
from gateway.errors import ErrorCode
from gateway.settings import Settings

__all__ = ["GRAPHQL", "Served", "errors_of"]

GRAPHQL = "application/graphql-response+json"

NEVER_SHOWN = ("Traceback", 'File "', "asyncpg", "postgres", "select ", "Error:", "127.0.0.1", "object at")
"""What only a stack trace, a driver or Python's own words hold. ``Syntax Error:`` is GraphQL's."""


class Served:
    """An application under uvicorn in a thread; it takes requests as soon as it is made."""

    def __init__(self, app: ASGIApp) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(server_config(app, Settings()))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._socket]}, daemon=True)
        self._thread.start()
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def dismiss(self) -> None:
        """Has it end as Ctrl-C would; does not wait for that."""
        self._server.should_exit = True

    def stop(self) -> None:
        """Ends it."""
        self.dismiss()
        self._thread.join()
        self._socket.close()


def errors_of(response: httpx.Response) -> list[Mapping[str, Any]]:
    """The errors of an answer, each found to be JSON, worded, coded, and silent about the inside of the gateway."""
    kind = response.headers["content-type"]
    assert kind in {f"{GRAPHQL}; charset=utf-8", "application/json; charset=utf-8"}, kind
    answer = response.json()
    assert set(answer) <= {"data", "errors"}, answer
    errors: list[Mapping[str, Any]] = answer.get("errors", [])
    for error in errors:
        assert set(error) <= {"message", "locations", "path", "extensions"}, error
        assert error["message"]
        assert error["extensions"]["code"] in set(ErrorCode), error
        shown = error["message"].removeprefix("Syntax Error:")
        assert not any(inner in shown for inner in NEVER_SHOWN), shown
    return errors
