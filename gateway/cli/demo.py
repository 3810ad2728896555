"""``corridor demo``: two registries and the store on Postgres servers of their own, and the gateway, in one process."""

import asyncio
import json
import logging
import shlex
import signal
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from gateway.app import create_app
from gateway.cli.configuration import read_settings
from gateway.cli.control import ControlServer
from gateway.cli.demo_viewers import make_viewers
from gateway.cli.registries import CITIES, DemoRegistries, FillProgress, Population, default_home
from gateway.cli.service import Background, bind, settled, url
from gateway.cli.terminal import OUT, USAGE, command, fail
from gateway.embedded import PostgresMissing, ServerFailed
from gateway.http.graphiql import PageViewer
from gateway.settings import Settings

__all__ = ["HomeOption", "run"]

HomeOption = Annotated[
    Path | None, typer.Option(help="Where the demo keeps its data: var/demo of a checkout, else your own data folder.")
]

_INTERRUPTED = 130
_QUERY = """{
  members(search: "seguridad de datos", orderBy: { field: NAME }, first: 8) {
    totalCount
    complete
    sources { cluster { slug } status returned }
    nodes { displayName cluster { city } }
  }
}"""


def run(
    members: Annotated[int, typer.Option(min=1, help="How many members are invented in each city.")] = 1000,
    seed: Annotated[int, typer.Option(help="What they are invented from: the same seed, the same members.")] = 1,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The gateway's port; 0 takes one that is free.")] = 8000,
    host: Annotated[str, typer.Option(help="The address that the gateway listens on.")] = "127.0.0.1",
    home: HomeOption = None,
) -> None:
    """Start two city registries and the gateway over them; nothing needs to be installed or set."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts background programs deaf to SIGINT
        signal.signal(number, signal.default_int_handler)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    place = (home or default_home()).absolute()
    read_settings()
    ready = False
    try:
        with bind(host, port) as bound, DemoRegistries(place) as registries:
            registries.start()
            settings, viewers = _prepare(registries, Population(members, seed))
            service = Background(settled(create_app(settings, viewers=viewers)), settings, bound)
            try:
                if not service.start():
                    fail("the gateway did not start; the reason is above")
                ready = True
                with ControlServer(place, _Control(registries), lambda: _watch(service)) as control:
                    OUT.print(_welcome(registries, viewers, bound, None if home is None else place))
                    control.serve_forever()
            finally:
                service.stop()
    except (PostgresMissing, ServerFailed) as error:
        fail(str(error))
    except (PermissionError, FileExistsError, NotADirectoryError) as error:
        fail(f"{place} cannot be the demo's home: {error}. Choose another with --home.", USAGE)
    except KeyboardInterrupt:
        raise typer.Exit(0 if ready else _INTERRUPTED) from None


def _prepare(registries: DemoRegistries, population: Population) -> tuple[Settings, Sequence[PageViewer]]:
    columns = (TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=OUT) as bar:

        def show(city: str, done: int, of: int) -> None:
            if city not in tasks:
                tasks[city] = bar.add_task(registries.adapters[city].cluster.city, total=of)
            bar.update(tasks[city], completed=done)

        return asyncio.run(_prepared(registries, population, show))


async def _prepared(
    registries: DemoRegistries, population: Population, progress: FillProgress
) -> tuple[Settings, Sequence[PageViewer]]:
    settings = await registries.prepare(population, progress)
    cities = [(registries.adapters[city], settings.registries[city].dsn.get_secret_value()) for city in CITIES]
    return settings, await make_viewers(registries.store.owner_dsn, cities)


def _watch(service: Background) -> None:
    if not service.alive:
        fail("the gateway ended by itself; the reason is above")


class _Control:
    """What ``corridor city`` may ask for."""

    def __init__(self, registries: DemoRegistries) -> None:
        self._servers = registries.servers

    def __call__(self, line: str) -> str:
        """Obeys a line and answers one."""
        verb, _, city = line.partition(" ")
        if verb == "ping":
            return "ok"
        server = self._servers.get(city)
        if server is None:
            return f"the demo has no city {city!a}: it has {', '.join(self._servers)}"
        try:
            match verb:
                case "stop":
                    server.stop()
                case "start":
                    server.start()
                case _:
                    return f"nothing to do for {verb!a}"
        except ServerFailed as error:
            return str(error).replace("\n", " | ")
        return "ok"


def _welcome(
    registries: DemoRegistries, viewers: Sequence[PageViewer], bound: socket.socket, home: Path | None
) -> Group:
    """The one block that says what runs, who one can be and what to try; each line can be pasted as it is."""
    root, corridor = url(bound), command()
    where = "" if home is None else f" --home {shlex.quote(str(home))}"
    last, store = next(reversed(registries.servers)), registries.store.server
    body = json.dumps({"query": " ".join(_QUERY.split())})
    partner = next(viewer for viewer in viewers if viewer.key is not None)
    login = f"-H 'authorization: Bearer {partner.key}'"
    curl = f"curl -s {root}/graphql {login} -H 'content-type: application/json' -d {shlex.quote(body)}"
    lines = [
        ("GraphQL", f"{root}/graphql"),
        ("GraphiQL", f"{root}/graphiql"),
        ("Readiness", f"{root}/readyz"),
        *(
            (registries.adapters[city].cluster.city, f"Postgres on port {server.port}, process {server.pid}")
            for city, server in registries.servers.items()
        ),
        ("Store", f"Postgres on port {store.port}, process {store.pid}"),
        ("Postgres", registries.origin),
    ]
    steps = [
        ("Ask both cities at once, as the partner app; without the header authorization you see what is public:", curl),
        ("Stop one city and ask again, for a partial answer:", f"{corridor} city stop {last}{where}"),
        ("Bring it back; the gateway notices within seconds:", f"{corridor} city start {last}{where}"),
        ("Look at what a city's projections promise:", f"{corridor} check {last}{where}"),
    ]
    return Group(
        Text(),
        *(Text.assemble((f"{name:<12}", "bold"), value) for name, value in lines),
        Text(),
        Text('API keys, until the next start or for a week; in GraphiQL, choose at "View as" who asks:', style="bold"),
        *(
            Text(f"  {viewer.name:<23}sees {viewer.sees}\n  {'':<23}{viewer.key}")
            for viewer in viewers
            if viewer.key is not None
        ),
        Text(),
        *(Text.assemble((f"{what}\n", "bold"), f"  {how}") for what, how in steps),
        Text("Ctrl-C ends everything.", style="bold"),
    )
