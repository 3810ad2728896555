"""``corridor city``: takes a city of the running demo away, and brings it back."""

from typing import Annotated

import typer

from gateway.cli.cities import by_name
from gateway.cli.configuration import read_settings
from gateway.cli.control import NotRunning, tell
from gateway.cli.demo import HomeOption
from gateway.cli.registries import default_home
from gateway.cli.terminal import OUT, fail

__all__ = ["app"]

app = typer.Typer(help="Stop and start one city of the running demo.", no_args_is_help=True)

_City = Annotated[str, typer.Argument(help="The city, or the code of its cluster.")]


@app.command()
def stop(city: _City, home: HomeOption = None) -> None:
    """Shut the city's Postgres server down."""
    _tell("stop", city, home)


@app.command()
def start(city: _City, home: HomeOption = None) -> None:
    """Start the city's Postgres server again."""
    _tell("start", city, home)


def _tell(verb: str, name: str, home: HomeOption) -> None:
    city, adapter = by_name(name, read_settings())
    place = (home or default_home()).absolute()
    try:
        answer = tell(place, f"{verb} {city}")
    except NotRunning:
        fail(f"no demo of yours runs in {place}: start it with corridor demo")
    if answer != "ok":
        fail(answer)
    OUT.print(f"The registry of {adapter.cluster.city} is {'down' if verb == 'stop' else 'up'}.")
