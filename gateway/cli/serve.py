"""``corridor serve``: the gateway over the registries of the settings."""

import asyncio
from typing import Annotated

import asyncpg
import typer
import uvicorn

from adapters.contract.errors import ContractBroken
from gateway.app import create_app, open_directory
from gateway.cli import workers as processes
from gateway.cli.configuration import adapters_of, read_settings
from gateway.cli.service import bind, log_to_terminal, server_config, settled, url
from gateway.cli.terminal import ERRORS, USAGE, fail
from gateway.settings import StoreSettings
from gateway.store.schema import SchemaState, owns, schema_state

__all__ = ["run"]


def run(
    host: Annotated[str | None, typer.Option(help="The address to listen on, instead of the settings'.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port to listen on, instead of the settings'.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="How many processes serve, instead of the settings' number.")
    ] = None,
) -> None:
    """Serve the registries of the settings: your own Postgres servers, 15 or later."""
    settings = read_settings(registries=True)
    adapters_of(settings)
    try:
        directory = open_directory(settings)
    except (ContractBroken, ValueError) as error:
        fail(str(error), USAGE)
    log_to_terminal()
    if settings.store is not None:
        _check_store(settings.store)
    number = settings.workers if workers is None else workers
    shared = processes.shared_out(settings, number) if number > 1 else settings
    with bind(settings.host if host is None else host, settings.port if port is None else port) as bound:
        ERRORS.print(f"corridor: {', '.join(settings.registries)} at {url(bound)}/graphql")
        if number > 1:
            processes.serve(shared, bound, number)
        else:
            uvicorn.Server(server_config(settled(create_app(settings, directory)), settings)).run([bound])


def _check_store(store: StoreSettings) -> None:
    """Ends the command where the schema is of another version; a store that is away may come back."""
    try:
        asyncio.run(_look_at(store))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        said = str(error) or "no answer in time"
        ERRORS.print(f"corridor: the store cannot be reached: {said}. What needs it is refused until it is back.")


async def _look_at(store: StoreSettings) -> None:
    dsn = store.dsn.get_secret_value()
    connection = await asyncpg.connect(dsn, timeout=store.timeout, command_timeout=store.timeout)
    try:
        found = await schema_state(connection)
        if found is not SchemaState.CURRENT:
            fail(found.value)
        if await owns(connection):
            ERRORS.print(
                "corridor: the login of the store could change the disclosure log: use one with no rights but those of "
                "corridor_app."
            )
    finally:
        connection.terminate()
