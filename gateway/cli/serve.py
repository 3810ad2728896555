"""``corridor serve``: the gateway over the registries of the settings."""

from typing import Annotated

import typer
import uvicorn

from adapters.contract.errors import ContractBroken
from gateway.app import create_app, open_directory
from gateway.cli import workers as processes
from gateway.cli.configuration import adapters_of, read_settings
from gateway.cli.service import bind, log_to_terminal, server_config, url
from gateway.cli.terminal import ERRORS, USAGE, fail

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
    number = settings.workers if workers is None else workers
    shared = processes.shared_out(settings, number) if number > 1 else settings
    with bind(settings.host if host is None else host, settings.port if port is None else port) as bound:
        ERRORS.print(f"corridor: {', '.join(settings.registries)} at {url(bound)}/graphql")
        if number > 1:
            processes.serve(shared, bound, number)
        else:
            uvicorn.Server(server_config(create_app(settings, directory), settings)).run([bound])
