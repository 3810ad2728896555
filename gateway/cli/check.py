"""``corridor check``: whether a city's database still answers as its projections promise."""

import asyncio
from collections import Counter
from typing import Annotated

import typer
from rich.table import Table

from gateway.cli.cities import place
from gateway.cli.demo import HomeOption
from gateway.cli.terminal import OUT, TABLES

__all__ = ["run"]

_WELL = "OK"
_STYLES = {_WELL: "green", "WARN": "yellow", "FAIL": "bold red"}


def run(
    city: Annotated[str, typer.Argument(help="The city, or the code of its cluster.")],
    dsn: Annotated[
        str | None, typer.Option(help="The address of its database; else the running demo's, else the settings'.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="Note the native tables as they are, for later checks to compare with.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show what is well one by one, too.")] = False,
    home: HomeOption = None,
) -> None:
    """Check a city's database: columns, codes, keys, order, visibility, indexes. Ends with 1 where something fails."""
    found = place(city, dsn, home)
    OUT.print(f"{found.adapter.cluster.name}, database {found.address}")
    report = asyncio.run(found.adapter.check(found.dsn, record=record))
    table = Table("", "Check", "Subject", "Finding", box=None, padding=(0, 2, 0, 0), header_style="bold")
    well = Counter(finding.check for finding in report.findings if finding.status == _WELL)
    for finding in report.findings:
        several = 0 if verbose or finding.status != _WELL else well.pop(finding.check, -1)
        match several:
            case -1:  # counted already
                continue
            case 0 | 1:
                row = finding.check, finding.subject, finding.detail
            case _:
                row = finding.check, f"{several} things", "as promised; --verbose shows them one by one"
        table.add_row(finding.status, *row, style=_STYLES[finding.status])
    TABLES.print(table)
    counted = Counter(str(finding.status) for finding in report.findings)
    OUT.print(", ".join(f"{counted[status]} {status}" for status in _STYLES))
    if not report.passed:
        raise typer.Exit(1)
