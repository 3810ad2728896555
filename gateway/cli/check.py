"""``corridor check``: whether a city's database still answers as its projections promise."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

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
    report = asyncio.run(found.adapter.check(found.dsn, found.limits, record=record))
    table = Table("", "Check", "Subject", "Finding", box=None, padding=(0, 2, 0, 0), header_style="bold")
    for status, *row in map(_row, report.findings) if verbose else _rows(report.findings):
        table.add_row(status, *row, style=_STYLES[status])
    TABLES.print(table)
    counted = Counter(str(finding.status) for finding in report.findings)
    OUT.print(", ".join(f"{counted[status]} {status}" for status in _STYLES))
    if not report.passed:
        raise typer.Exit(1)


def _rows(findings: Iterable[Any]) -> Iterator[tuple[str, str, str, str]]:
    """A row for each finding, but one for all that is well in a check."""
    findings = tuple(findings)
    well = Counter(finding.check for finding in findings if finding.status == _WELL)
    shown: set[str] = set()
    for finding in findings:
        if finding.status != _WELL or well[finding.check] == 1:
            yield _row(finding)
        elif finding.check not in shown:
            shown.add(finding.check)
            said = "as promised; --verbose shows them one by one"
            yield _WELL, finding.check, f"{well[finding.check]} things", said


def _row(finding: Any) -> tuple[str, str, str, str]:
    return finding.status, finding.check, finding.subject, finding.detail
