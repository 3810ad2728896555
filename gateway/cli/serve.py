"""``corridor serve``: the gateway over the registries of the settings."""

import logging
from typing import Annotated

import typer

from adapters.contract.errors import ContractBroken
from gateway.app import create_app, open_directory
from gateway.cli.configuration import adapters_of, read_settings
from gateway.cli.service import bind, http_server, url
from gateway.cli.terminal import ERRORS, USAGE, fail

__all__ = ["run"]


def run(
    host: Annotated[str | None, typer.Option(help="The address to listen on, instead of the settings'.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="The port to listen on, instead of the settings'.")
    ] = None,
) -> None:
    """Serve the registries of the settings: your own Postgres servers, 15 or later."""
    settings = read_settings(registries=True)
    adapters_of(settings)
    try:
        directory = open_directory(settings)
    except (ContractBroken, ValueError) as error:
        fail(str(error), USAGE)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    with bind(settings.host if host is None else host, settings.port if port is None else port) as bound:
        ERRORS.print(f"corridor: {', '.join(settings.registries)} at {url(bound)}/graphql")
        http_server(create_app(settings, directory)).run([bound])
