"""Several processes behind one port: each a gateway of its own, with its share of every registry's connections."""

import logging
import multiprocessing
import os
import secrets
import signal
import socket
import threading
from functools import partial
from multiprocessing.process import BaseProcess

from pydantic import SecretStr
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from gateway.app import create_app
from gateway.cli.service import log_to_terminal, server_config, settled
from gateway.cli.terminal import USAGE, fail
from gateway.settings import Settings

__all__ = ["serve", "shared_out"]

_LOG = logging.getLogger(__name__)


def shared_out(settings: Settings, workers: int) -> Settings:
    """The settings of each of so many workers; ends the command where there are too few connections for all.

    There is a share for one worker more, as at a restart a new one takes over from each old one while that still
    finishes what it began: at no time has a registry, or the store, more than ``pool_size`` connections.
    """
    registries = {
        city: registry.model_copy(update={"pool_size": _share(f"registries.{city}", registry.pool_size, workers)})
        for city, registry in settings.registries.items()
    }
    store = settings.store
    if store is not None:
        store = store.model_copy(update={"pool_size": _share("store", store.pool_size, workers)})
    return settings.model_copy(
        update={
            "registries": registries,
            "store": store,
            "cursor_secret": settings.cursor_secret or _common_secret(),
        }
    )


def _share(of: str, pool_size: int, workers: int) -> int:
    share = pool_size // (workers + 1)
    if not share:
        fail(
            f"{of}.pool_size is {pool_size}, which is too few for {workers} workers: each needs a connection, and so "
            f"does one more that takes over at a restart. Set {workers + 1} at least.",
            USAGE,
        )
    return share


def serve(settings: Settings, bound: socket.socket, workers: int) -> None:
    """Serves with the settings of each worker, until SIGTERM or SIGINT; SIGHUP replaces the workers one by one."""
    config = server_config(partial(_worker, settings), settings, workers=workers)
    _Supervisor(config, [bound]).run()


class _Supervisor(Multiprocess):
    """Uvicorn's supervisor, which starts workers, replaces dead ones and passes signals on."""

    def terminate_all(self) -> None:
        # The workers close the port, but as long as it is open here the system takes connections that nobody answers.
        for bound in self.sockets:
            bound.close()
        super().terminate_all()


def _worker(settings: Settings) -> Starlette:
    """The application of one worker, made in its process."""
    log_to_terminal()
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), name="parent", daemon=True).start()
    return settled(create_app(settings))


def _end_with(parent: BaseProcess) -> None:
    """Ends this process when the one that started it is gone, however it went."""
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)


def _common_secret() -> SecretStr:
    _LOG.warning("no cursor_secret is set: cursors end with this gateway")
    return SecretStr(secrets.token_hex(32))
