"""Whether names and texts have the contract's normal forms, and whether the database orders them by bytes."""

from collections.abc import AsyncIterator

import asyncpg

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.objects import Kind
from adapters.contract.text import fold, words
from adapters.kit.check.probe import Probe, finding, listed
from adapters.kit.check.report import Finding
from adapters.kit.columns import PROJECTIONS
from adapters.kit.promises import FOLDED

__all__ = ["texts"]

_BATCH = 2000


async def texts(probe: Probe) -> list[Finding]:
    """Reads every name and every text once, row by row."""
    found: list[Finding] = []
    for (name, column), field in FOLDED.items():
        found += finding(
            "sort key",
            f"{name}.{column}",
            [said async for said in _folded(probe, name, column, field)],
            f"{column} is the folded {field} in every row",
        )
    for each in CATALOGUE.values():
        for order in [order for order in each.orders.values() if order.kind is Kind.TEXT]:
            found += finding(
                "byte order",
                f"{each.name}.{order.column}",
                [said async for said in _ordered(probe, each.name, order.column)],
                "the database orders by bytes, as the gateway does",
            )
    for name in [name for name in PROJECTIONS if name.endswith("_text")]:
        found += finding(
            "text forms",
            name,
            [said async for said in _normalised(probe, name)],
            "corridor.fold and corridor.words are those of the contract",
        )
    return found


async def _folded(probe: Probe, name: str, column: str, field: str) -> AsyncIterator[str]:
    wrong = [
        record
        async for record in _stream(
            probe, f"select key, {column} as given, {field} as text from ({probe.projections[name]}) as row"
        )
        if record["text"] is not None and record["given"] != fold(record["text"])
    ]
    if wrong:
        one = wrong[0]
        yield (
            f"{probe.place(name, column)}: {column} is not the folded {field} in {len(wrong)} rows, such as"
            f" {listed(record['key'] for record in wrong)}: {one['given']!r} should be {fold(one['text'])!r}."
            f' Write corridor.fold(...) of what stands left of "as {field}", and the same in indexes.sql.'
        )


async def _ordered(probe: Probe, name: str, column: str) -> AsyncIterator[str]:
    before: tuple[str, str] | None = None
    # The gateway's own order by, which no collation of the projection or the database may disturb.
    order = f'row.{column} collate "C", row.key collate "C"'
    async for record in _stream(
        probe, f"select row.key, row.{column} as sort from ({probe.projections[name]}) as row order by {order}"
    ):
        here = (record["sort"] or "", record["key"])
        if before is not None and here < before:
            yield (
                f"{probe.place(name, column)}: the database puts {before} before {here}, byte order does not. Is"
                f" {column} given a collation here, or is the database's encoding not UTF8?"
            )
            return
        before = here


async def _normalised(probe: Probe, name: str) -> AsyncIterator[str]:
    wrong: dict[str, list[str]] = {"fold": [], "words": []}
    async for record in _stream(
        probe,
        "select text, corridor.fold(text) as fold, corridor.words(text) as words"
        f" from ({probe.projections[name]}) as row where text is not null",
    ):
        text = record["text"]
        for form, right in (("fold", fold(text)), ("words", " ".join(words(text)))):
            if record[form] != right:
                wrong[form].append(f"{text!r} gives {record[form]!r} and not {right!r}")
    for form, said in wrong.items():
        if said:
            yield (
                f"corridor.{form} is not that of the contract for {len(said)} texts of {probe.place(name)}: {said[0]}."
                " Run adapters/kit/sql/corridor.sql as the owner, then `reindex database`; if it stays, report"
                " the text."
            )


async def _stream(probe: Probe, sql: str) -> "AsyncIterator[asyncpg.Record]":
    async with probe.connection.transaction():
        async for record in probe.connection.cursor(sql, prefetch=_BATCH):
            yield record
