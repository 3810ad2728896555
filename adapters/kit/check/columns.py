"""Whether each projection runs, and gives the columns of the contract in their types."""

from collections.abc import Iterator, Sequence

import asyncpg

from adapters.kit.check.probe import Probe, finding
from adapters.kit.check.report import Finding, Status
from adapters.kit.columns import OPTIONAL, PROJECTIONS, Column
from adapters.kit.folder import VIEW

__all__ = ["columns"]

_TYPES = {  # as Postgres shows them, for the two names that it has for one type
    "int4": "integer",
    "bool": "boolean",
    "timestamptz": "timestamp with time zone",
}


async def columns(probe: Probe) -> list[Finding]:
    """Nothing is run: Postgres tells a prepared statement's columns."""
    found: list[Finding] = []
    for name, wanted in {**PROJECTIONS, **OPTIONAL}.items():
        if name in probe.projections:
            found += await _projection(probe, name, wanted)
    return found


async def _projection(probe: Probe, name: str, wanted: Sequence[Column]) -> list[Finding]:
    try:
        prepared = await probe.connection.prepare(probe.projections[name])
    except asyncpg.PostgresError as error:
        return finding(
            "columns",
            name,
            [f"{probe.place(name)} does not run: {error}. {_advice(error, probe.files.texts[name])}"],
            "",
        )
    given = {attribute.name: _type(attribute.type) for attribute in prepared.get_attributes()}
    problems = [*_problems(probe, name, wanted, given)]
    extra = sorted(given.keys() - {column.name for column in wanted})
    return [
        *finding("columns", name, problems, f"{len(wanted)} columns of the contract"),
        *(
            Finding(
                "columns", name, Status.WARN,
                f"{probe.place(name, column)}: the contract has no column {column}; it is never read. Take it out.",
            )
            for column in extra
        ),
    ]  # fmt: skip


def _problems(probe: Probe, name: str, wanted: Sequence[Column], given: dict[str, str]) -> Iterator[str]:
    for column in wanted:
        if column.name not in given:
            instead = "" if column.required else f", for want of data: null::{column.type} as {column.name}"
            yield (
                f"{probe.place(name)}: the column {column.name} ({column.type}) is missing."
                f' Add a line that ends in "as {column.name}"{instead}.'
            )
        elif given[column.name] != column.type:
            yield (
                f"{probe.place(name, column.name)}: {column.name} is {given[column.name]},"
                f" the contract has {column.type}. Cast it: (...)::{column.type} as {column.name}."
            )


def _type(type_: asyncpg.Type) -> str:
    name = type_.name
    if type_.kind == "array":
        element = name.removeprefix("_").removesuffix("[]")
        return f"{_TYPES.get(element, element)}[]"
    return _TYPES.get(name, name)


def _advice(error: asyncpg.PostgresError, projection: str) -> str:
    match error:
        case asyncpg.UndefinedColumnError() | asyncpg.UndefinedTableError():
            return 'It was renamed or dropped: write its present name left of "as".'
        case asyncpg.UndefinedFunctionError():
            return (
                "If the function is corridor's, run adapters/kit/sql/corridor.sql and the city's visibility.sql as the"
                " owner of the database."
            )
        case asyncpg.PostgresSyntaxError() if VIEW not in projection and ":" in str(error):
            return f"The viewer's view is written {VIEW}, quotes and all."
        case asyncpg.InsufficientPrivilegeError():
            return "Grant select on it to the gateway's role."
        case _:
            return "Run the file in psql to see where."
