"""``corridor check``: whether a city's database still answers as its projections promise."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from gateway.cli.cities import place
from gateway.cli.demo import HomeOption
from gateway.cli.terminal import OUT

__all__ = ["run"]

_STYLES = {"OK": "green", "WARN": "yellow", "FAIL": "bold red"}


def run(
    city: Annotated[str, typer.Argument(help="The city, or the code of its cluster.")],
    dsn: Annotated[
        str | None, typer.Option(help="The address of its database; else the running demo's, else the settings'.")
    ] = None,
    home: HomeOption = None,
) -> None:
    """Check a city's database: columns, codes, keys, order, visibility, indexes. Ends with 1 where something fails."""
    found = place(city, dsn, home)
    report = asyncio.run(found.adapter.check(found.dsn))
    table = Table("", "Check", "Subject", "Detail", box=None, pad_edge=False, header_style="bold")
    for finding in report.findings:
        status = str(finding.status)
        table.add_row(status, finding.check, finding.subject, finding.detail, style=_STYLES.get(status))
    OUT.print(f"{found.adapter.cluster.name}, at {found.address}")
    OUT.print(table)
