"""What every check reads with: one connection, one city's projections, and where in them a column is written."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import asyncpg

from adapters.contract.cluster import Cluster
from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits
from adapters.kit.check.report import Finding, Status
from adapters.kit.columns import OPTIONAL, PROJECTIONS
from adapters.kit.compiler import Compiler
from adapters.kit.folder import Projections, Selects

__all__ = ["EXAMPLES", "Probe", "finding", "listed"]

EXAMPLES = 3
"""How many rows a finding names."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A city under check, as it is seen under ``view``: all that it serves, unless said otherwise."""

    cluster: Cluster
    files: Projections
    connection: "asyncpg.Connection[asyncpg.Record]"
    limits: Limits
    view: Visibility = Visibility.PRIVATE

    def under(self, view: Visibility) -> "Probe":
        """The same city, seen under another view."""
        return replace(self, view=view)

    @property
    def projections(self) -> Selects:
        """The SELECTs under the view."""
        return self.files.under(self.view)

    @property
    def compiler(self) -> Compiler:
        """The compiler that the gateway would use."""
        return Compiler(self.files, self.cluster)

    @property
    def folder(self) -> Path:
        """The city's folder."""
        return self.files.folder

    async def rows(self, sql: str, *values: object) -> "Sequence[asyncpg.Record]":
        """Runs a statement."""
        return await self.connection.fetch(sql, *values)

    async def row(self, sql: str, *values: object) -> Any:
        """Runs a statement that gives one row."""
        return await self.connection.fetchrow(sql, *values)

    def place(self, name: str, column: str = "") -> str:
        """Where a projection, or a column of it, is written: ``projections/member.sql line 12``."""
        file = f"projections/{name}.sql"
        text = (self.folder / file).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            if column and re.search(rf'\bas\s+"?{re.escape(column)}"?\s*,?\s*$', line):
                return f"{file} line {number}"
        return file

    def named(self, name: str) -> str:
        """The column that a row of a projection is told by."""
        columns = [column.name for column in {**PROJECTIONS, **OPTIONAL}[name] if column.required]
        return next((column for column in columns if column == "key" and name != "requirement"), columns[0])


def finding(
    check: str, subject: str, problems: Iterable[str], well: str, status: Status = Status.FAIL
) -> list[Finding]:
    """One finding for each problem, or one that says that all is well."""
    found = [Finding(check, subject, status, problem) for problem in problems]
    return found or [Finding(check, subject, Status.OK, well)]


def listed(items: Iterable[object]) -> str:
    """The first few items, for a sentence."""
    every = [*items]
    return ", ".join(map(str, every[:EXAMPLES])) + (
        f" and {len(every) - EXAMPLES} more" if len(every) > EXAMPLES else ""
    )
