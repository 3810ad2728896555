"""Whether an index serves each request, by the plan that Postgres makes of it; and how long the slowest takes."""

import json
import re
from collections.abc import Iterator, Mapping
from time import perf_counter
from typing import Any

import asyncpg

from adapters.contract.codes import Visibility
from adapters.kit.check.probe import Probe, finding
from adapters.kit.check.report import Finding, Status
from adapters.kit.check.requests import Asked, asked
from adapters.kit.statement import Statement

__all__ = ["plans", "tables_of"]

_FEW = 100  # rows: reading so small a table from end to end is the right plan
# With these off, Postgres reads a table whole, or sorts it, only where it has no other way; and where every row
# costs as much as a page, a small registry is planned for as a large one.
_PLANNED = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "cpu_tuple_cost": "1",
    "cpu_index_tuple_cost": "1",
}
# The first has to have every index. Under the others rows may better be met by their level, so it is asked only whether
# lists come in their order and rows by their key; PRIVATE has no lists, and sees all that hangs on a row.
_VIEWS = (Visibility.CORRIDOR, Visibility.PUBLIC, Visibility.PRIVATE)
_EXPRESSION = 300
_PATIENCE = 30  # seconds that a request is let run, however short its deadline
_Node = Mapping[str, Any]


async def plans(probe: Probe) -> list[Finding]:
    """Plans first, without running; then each request once, against the clock.

    A request that ``indexes.sql`` says it has no index for, in a line ``-- no index: order HEADCOUNT of member``, is
    a warning: the city knows, and the deadline decides.
    """
    indexes = probe.folder / "indexes.sql"
    accepted = _accepted(indexes.read_text(encoding="utf-8") if indexes.exists() else "")
    small = {
        f"{record['schema']}.{record['name']}"
        for record in await probe.rows(
            "select relnamespace::regnamespace::text as schema, relname as name from pg_class"
            " where relkind in ('r', 'm', 'p') and reltuples between 0 and $1",
            _FEW,
        )
    }
    found: list[Finding] = []
    slowest = (0.0, "nothing")
    late: list[str] = []
    for view in _VIEWS:
        async for each in asked(probe.under(view)):
            what = f"{each.what}, as {view}"
            if each.ordered or each.by_key or (view is _VIEWS[0] and not each.whole):
                plan = await explained(probe, each.statement, ordered=each.ordered)
                problems = [*dict.fromkeys(_unserved(probe, each, plan, small))]
                status = Status.WARN if accepted.search(each.what) else Status.FAIL
                found += finding("index", what, problems, "an index serves it", status)
            seconds = await _timed(probe, each)
            slowest = max(slowest, (seconds, what))
            if seconds > probe.limits.statement_timeout:
                late.append(f"{what} took {_spoken(seconds)}, {_deadline_of(probe)}: {probe.place(each.projection)}.")
    return [*found, *_deadline(probe, slowest, late)]


def _accepted(indexes: str) -> re.Pattern[str]:
    """Matches the requests that do without an index; nothing where no line says so.

    >>> _accepted("-- no index: order HEADCOUNT of member").search("order HEADCOUNT of member, ascending")[0]
    'order HEADCOUNT of member'
    """
    named = re.findall(r"^-- no index: (.+?)\s*$", indexes, re.MULTILINE)
    return re.compile("|".join(rf"^{re.escape(name)}\b" for name in named) or r"(?!)")


def _deadline(probe: Probe, slowest: tuple[float, str], late: list[str]) -> list[Finding]:
    seconds, what = slowest
    said = f"the slowest answer took {_spoken(seconds)} ({what}), {_deadline_of(probe)}"
    if not late and seconds > probe.limits.statement_timeout / 2:
        return [Finding("deadline", what, Status.WARN, f"{said}: more than half of it. Look at its plan.")]
    return finding("deadline", "all requests", late, said)


def _deadline_of(probe: Probe) -> str:
    return f"the deadline is {_spoken(probe.limits.statement_timeout)}"


def _spoken(seconds: float) -> str:
    return f"more than {_PATIENCE} s" if seconds >= _PATIENCE else f"{seconds * 1000:.0f} ms"


async def _timed(probe: Probe, each: Asked) -> float:
    """The seconds that a request takes; ``_PATIENCE`` when it was given up."""
    began = perf_counter()
    try:
        async with probe.connection.transaction():
            await probe.connection.execute(f"set local statement_timeout = '{_PATIENCE}s'")
            await probe.rows(each.statement.sql, *each.statement.values)
    except asyncpg.QueryCanceledError:
        return _PATIENCE
    return min(perf_counter() - began, _PATIENCE)


async def explained(probe: Probe, statement: Statement, *, ordered: bool = False) -> _Node:
    """The plan of a statement that avoids reading whole tables, and sorting where rows have to come in order."""
    async with probe.connection.transaction():
        for setting, value in {**_PLANNED, "enable_sort": "off" if ordered else "on"}.items():
            await probe.connection.execute(f"set local {setting} = {value}")
        record = await probe.row(f"explain (format json, verbose, costs off) {statement.sql}", *statement.values)
    plan: _Node = json.loads(record[0])[0]["Plan"]
    return plan


async def tables_of(probe: Probe, name: str) -> set[str]:
    """The native tables that a projection reads, as ``schema.table``."""
    return {
        table
        for node in _nodes(await explained(probe, Statement(probe.projections[name], ())))
        if (table := _table(node))
    }


def _unserved(probe: Probe, each: Asked, plan: _Node, small: set[str]) -> Iterator[str]:
    """The big tables that are read from end to end, and sorts of them where an order is asked for."""
    for node in _nodes(plan):
        table = _table(node)
        if not table or table in small:
            continue
        whole = node["Node Type"] == "Seq Scan" or (
            "Index" in node["Node Type"] and "Index Cond" not in node and not each.ordered
        )
        if whole:
            on = str(node.get("Filter", ""))[:_EXPRESSION]
            yield (
                f"{table} is read from end to end{f' for {on}' if on else ''}. indexes.sql has no index for"
                f" {each.column} of {probe.place(each.projection, each.column)}: add one on the same expression,"
                f" {_or_declare(each)}."
            )
    if each.ordered:
        for node, sources in _sorted(plan):
            tables = sources - small
            if tables:
                yield (
                    f"{', '.join(sorted(tables))} is sorted whole, by {', '.join(node['Sort Key'])[:_EXPRESSION]}."
                    f" indexes.sql has no index in the order of {each.column} of"
                    f' {probe.place(each.projection, each.column)}, then key, both as bytes (collate "C"): add one'
                    f" on the same expressions, {_or_declare(each)}."
                )


def _or_declare(each: Asked) -> str:
    named = each.what.partition(",")[0].partition(" '")[0]  # whichever way the order goes, whatever word is sought
    return f"or accept that there is none with a line `-- no index: {named}`"


def _nodes(plan: _Node) -> Iterator[_Node]:
    """All nodes of a plan."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _sorted(plan: _Node) -> Iterator[tuple[_Node, set[str]]]:
    """Each sort with the tables whose rows it gets: not those below a limit, nor what is worked out for each row."""
    for node in _nodes(plan):
        if node["Node Type"] == "Sort":
            yield node, set(_sources(node))


def _sources(node: _Node) -> Iterator[str]:
    if table := _table(node):
        yield table
    for below in node.get("Plans", ()):
        if below["Node Type"] != "Limit" and below.get("Parent Relationship") not in {"SubPlan", "InitPlan"}:
            yield from _sources(below)


def _table(node: _Node) -> str:
    return f"{node['Schema']}.{node['Relation Name']}" if "Relation Name" in node else ""
