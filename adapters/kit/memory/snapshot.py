"""A whole city in memory, read through its projections."""

from collections.abc import Iterable
from typing import Any

from adapters.contract.codes import Visibility
from adapters.contract.text import words
from adapters.kit.columns import PROJECTIONS
from adapters.kit.memory.registry import MemoryRegistry
from adapters.kit.memory.stems import ALGORITHMS, Stem, snowball
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.statement import Statement, identifier

__all__ = ["snapshot"]


async def snapshot(registry: PostgresRegistry) -> MemoryRegistry:
    """Every row of every projection under every view, as it is now, with the registry's own stems of the words in them.

    For registries of some thousands of rows.
    """
    rows = {view: await _tables(registry, view) for view in Visibility}
    everything = rows[Visibility.PRIVATE]
    texts = [row["text"] or "" for name in everything if name.endswith("_text") for row in everything[name]]
    return MemoryRegistry(registry.cluster, rows, await _stems(registry, texts))


async def _tables(registry: PostgresRegistry, view: Visibility) -> dict[str, list[dict[str, Any]]]:
    tables: dict[str, list[dict[str, Any]]] = {}
    projections = registry.compiler.projections.under(view)
    for name, columns in PROJECTIONS.items():
        listed = ", ".join(identifier(column.name) for column in columns if column.type != "tsvector")
        records = await registry.run(Statement(f"select {listed} from ({projections[name]}) as row", ()))
        tables[name] = [dict(record) for record in records]
    return tables


async def _stems(registry: PostgresRegistry, texts: Iterable[str]) -> Stem:
    """Stems as this server's dictionaries give them: releases of Postgres differ, and all leave common words out."""
    listed = sorted({word for text in texts for word in words(text)})
    stemmed = ", ".join(
        f"coalesce((ts_lexize('pg_catalog.{algorithm}_stem', word))[1], '') as {lang}"
        for lang, algorithm in ALGORITHMS.items()
    )
    records = await registry.run(Statement(f"select word, {stemmed} from unnest($1::text[]) as word", (listed,)))
    known = {(lang, record["word"]): str(record[lang]) for record in records for lang in ALGORITHMS}

    def stem(lang: str, word: str) -> str:
        found = known.get((lang, word))
        return snowball(lang, word) if found is None else found

    return stem
