"""``corridor explain``: what one operation makes the registries do, statement by statement."""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, Any

import typer
from pydantic import SecretStr
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from adapters.contract.registry import Limits
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.contract.shape import Pick, Shape
from adapters.contract.trace import Trace
from gateway.access.viewer import Scope, Viewer, ViewerClass
from gateway.app import Gateway
from gateway.cli.cities import ALL, Place, places
from gateway.cli.configuration import read_settings
from gateway.cli.demo import HomeOption
from gateway.cli.terminal import OUT, USAGE, fail
from gateway.corridor.agreements import Agreements
from gateway.execution.disclosed import Disclosure
from gateway.execution.facts import Corridor
from gateway.execution.log import NoLog
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source

__all__ = ["outline", "run"]


class View(StrEnum):
    """The views that a list can be asked under."""

    PUBLIC = "PUBLIC"
    CORRIDOR = "CORRIDOR"
    CLUSTER = "CLUSTER"


_SECONDS = 60.0
"""A statement may take this long here, so that a slow one can be looked at."""


def run(
    city: Annotated[str, typer.Argument(help=f"The city, the code of its cluster, or `{ALL}`.")],
    query: Annotated[Path, typer.Argument(help="A file with one GraphQL operation; - reads standard input.")],
    variables: Annotated[Path | None, typer.Option(help="A JSON file with the operation's variables.")] = None,
    operation: Annotated[str | None, typer.Option(help="Which operation to run, where the file holds several.")] = None,
    view: Annotated[
        View, typer.Option(help="What whoever asks may see; CLUSTER is of the first city.")
    ] = View.CORRIDOR,
    dsn: Annotated[str | None, typer.Option(help="The address of the city's database.")] = None,
    home: HomeOption = None,
) -> None:
    """Run an operation, and show for each statement its shape, SQL with parameters, rows, time and plan."""
    found = places(city, dsn, home)
    viewer = _viewer(view, found[0].adapter.cluster.code)
    asked = Operation(_text(query), operation, _variables(variables), viewer=viewer)
    traces, answer = asyncio.run(_trace(found, asked))
    for number, trace in enumerate(traces, 1):
        _show(number, trace)
    OUT.print(Rule("Answer", style="bold"))
    OUT.print(f"{len(traces)} statements, {sum(trace.milliseconds for trace in traces):.1f} ms in the registries")
    errors = answer.get("errors", [])
    for error in errors:
        OUT.print(f"{error['extensions'].get('code')}: {error['message']}", style="red")
    if errors:
        raise typer.Exit(1)


async def _trace(found: Sequence[Place], asked: Operation) -> tuple[list[Trace], dict[str, Any]]:
    traces: list[Trace] = []
    limits = Limits(connect_timeout=_SECONDS, statement_timeout=_SECONDS)
    directory = Directory.of(
        *(Source(each.adapter.trace(each.dsn, limits, traces.append), 2 * _SECONDS) for each in found)
    )
    changed = {"request_deadline": 4 * _SECONDS, "cursor_secret": SecretStr(token_urlsafe())}
    agreed = Agreements.among(source.cluster.code for source in directory)
    try:
        gateway = Gateway.of(
            read_settings().model_copy(update=changed), directory, _Undisclosed(), corridor=Corridor(agreed)
        )
        response = await gateway.run(asked)
    finally:
        await directory.close()
    return traces, json.loads(response.body)


class _Undisclosed(NoLog):
    """The log of answers that are shown to nobody: here they are only counted."""

    async def write(self, viewer: Viewer, disclosures: Sequence[Disclosure]) -> None:
        """Nothing to keep."""


def _viewer(view: View, cluster: str) -> Viewer:
    """Somebody who sees what the view sees of a cluster."""
    scopes = frozenset[Scope]() if view is View.PUBLIC else frozenset(Scope)
    return Viewer(ViewerClass.SYSTEM, "explain", "explain", cluster if view is View.CLUSTER else None, scopes=scopes)


def _text(query: Path) -> str:
    try:
        return sys.stdin.read() if str(query) == "-" else query.read_text(encoding="utf-8")
    except (OSError, UnicodeError) as error:
        fail(f"cannot read {query}: {error}", USAGE)


def _variables(file: Path | None) -> dict[str, Any] | None:
    if file is None:
        return None
    try:
        read = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        fail(f"cannot read {file}: {error}", USAGE)
    if not isinstance(read, dict):
        fail(f"{file} must hold a JSON object", USAGE)
    return read


def _show(number: int, trace: Trace) -> None:
    OUT.print(Rule(f"{number}. {trace.cluster}: {_asked(trace.request)}", style="bold"))
    shape = None if isinstance(trace.request, Where | FacetRequest) else trace.request.shape
    if shape is not None:
        _title("Shape")
        OUT.print("\n".join(outline(shape)))
    _title("SQL")
    OUT.print(Syntax("", "postgresql", theme="ansi_dark").highlight(trace.statement.rstrip()))
    if trace.values:
        _title("Parameters")
        OUT.print("\n".join(f"  ${place} = {value!r}" for place, value in enumerate(trace.values, 1)))
    _title(f"Plan of {trace.rows} rows in {trace.milliseconds:.1f} ms")
    OUT.print(trace.plan)


def _title(text: str) -> None:
    OUT.print(Text(text, style="bold cyan"))


def _asked(request: PageRequest | FetchRequest | FacetRequest | Where) -> str:
    match request:
        case PageRequest():
            way = "descending" if request.ordering.descending else "ascending"
            return f"page of {request.where.object}, {request.limit} rows by {request.ordering.name} {way}"
        case FetchRequest():
            return f"{request.shape.object} by {len(request.keys)} keys"
        case FacetRequest():
            return f"facet {request.facet} of {request.where.object}"
        case Where():
            return f"count of {request.object}"


def outline(shape: Shape, indent: str = "  ") -> Iterator[str]:
    """A shape as indented lines, each a key of the answer and the field behind it where they differ."""
    yield f"{indent}{shape.object}"
    for pick in shape.picks:
        yield f"{indent}  {_pick(pick)}"
        if pick.shape is not None:
            yield from outline(pick.shape, f"{indent}    ")


def _pick(pick: Pick) -> str:
    parts = [pick.key if pick.key == pick.field else f"{pick.key}: {pick.field}"]
    parts += [f"in {', '.join(pick.langs)}"] if pick.langs else []
    parts += [f"first {pick.first}"] if pick.first is not None else []
    return ", ".join(parts)
