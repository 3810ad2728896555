"""The rows behind the naive server: SELECTs over the projections, and a loader for each thing that nests."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
from strawberry.dataloader import DataLoader

from adapters.contract.languages import LANGUAGES
from benchmarks.contestants.given import read, search_key

__all__ = ["Cities", "Loaders", "RowOf"]

Key = tuple[str, str]
"""Cluster, and key there."""


@dataclass(frozen=True, slots=True)
class RowOf:
    """A row, and the cluster that it is from."""

    cluster: str
    record: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.record[column]


class Cities:
    """The cities' databases."""

    def __init__(self) -> None:
        self._given = read()
        self._pools: Mapping[str, asyncpg.Pool[asyncpg.Record]] = {}

    async def open(self) -> None:
        """Opens the pools, as asyncpg's documentation does."""
        self._pools = {cluster: await asyncpg.create_pool(given["dsn"]) for cluster, given in self._given.items()}

    def close(self) -> None:
        """Ends all connections."""
        for pool in self._pools.values():
            pool.terminate()

    async def by_name(self, after: Sequence[str] | None, limit: int) -> list[RowOf]:
        """So many members of each city behind (name, cluster, key)."""

        async def page(cluster: str) -> list[RowOf]:
            conditions, values = _behind(after, cluster) if after else ("", [])
            return await self._rows(
                cluster,
                f"select * from ({self._projection(cluster, 'member')}) as row {conditions}"
                f' order by name_key collate "C", key collate "C" limit {limit}',
                *values,
            )

        return _all(await asyncio.gather(*map(page, self._pools)))

    async def found(self, search: str, sectors: Sequence[str]) -> list[RowOf]:
        """What a search finds in each city: keys and points."""

        async def page(cluster: str) -> list[RowOf]:
            statement = self._given[cluster]["searches"][search_key(search, sectors)]
            return await self._rows(cluster, statement["sql"], *statement["values"])

        return _all(await asyncio.gather(*map(page, self._pools)))

    async def matched(self, need: str) -> list[RowOf]:
        """The best members of each city for a need: keys, places in the order, and what their scores consist of."""

        async def page(cluster: str) -> list[RowOf]:
            statement = self._given[cluster]["matches"][need]
            return await self._rows(cluster, statement["sql"], *statement["values"])

        return _all(await asyncio.gather(*map(page, self._pools)))

    async def among(self, projection: str, column: str, keys: Sequence[Key], columns: str = "*") -> list[RowOf]:
        """The rows of a projection whose column is among the keys."""
        wanted = defaultdict(list)
        for cluster, key in keys:
            wanted[cluster].append(key)

        async def rows(cluster: str) -> list[RowOf]:
            source = self._projection(cluster, projection)
            sql = f"select {columns} from ({source}) as row where {column} = any($1::text[])"
            return await self._rows(cluster, sql, wanted[cluster])

        return _all(await asyncio.gather(*map(rows, wanted)))

    def _projection(self, cluster: str, name: str) -> str:
        projection: str = self._given[cluster]["projections"][name]
        return projection

    async def _rows(self, cluster: str, sql: str, *values: object) -> list[RowOf]:
        return [RowOf(cluster, dict(record)) for record in await self._pools[cluster].fetch(sql, *values)]


class Loaders:
    """The loaders of one request."""

    def __init__(self, cities: Cities) -> None:
        self._cities = cities
        self.members: DataLoader[Key, RowOf | None] = DataLoader(load_fn=self._members)
        self.capabilities = self._many("capability", "member_key", list)
        self.offers = self._many("offer", "owner_key", _latest)
        self.needs = self._many("need", "owner_key", _latest)
        self.titles = {
            of: self._many(f"{of}_text", f"{of}_key", _titles, f"{of}_key, field, lang, text")
            for of in ("offer", "need")
        }

    async def _members(self, keys: list[Key]) -> list[RowOf | None]:
        rows = {(row.cluster, row["key"]): row for row in await self._cities.among("member", "key", keys)}
        return [rows.get(key) for key in keys]

    def _many(
        self, projection: str, column: str, arranged: Callable[[list[RowOf]], list[RowOf]], columns: str = "*"
    ) -> DataLoader[Key, list[RowOf]]:
        async def load(keys: list[Key]) -> list[list[RowOf]]:
            grouped: dict[Key, list[RowOf]] = defaultdict(list)
            for row in await self._cities.among(projection, column, keys, columns):
                grouped[row.cluster, row[column]].append(row)
            return [arranged(grouped[key]) for key in keys]

        return DataLoader(load_fn=load)


def _behind(after: Sequence[str], cluster: str) -> tuple[str, list[str]]:
    name, last, key = after
    if cluster == last:
        return 'where (name_key collate "C", key collate "C") > ($1, $2)', [name, key]
    return f'where name_key collate "C" {">=" if cluster > last else ">"} $1', [name]


def _latest(rows: list[RowOf]) -> list[RowOf]:
    rows.sort(key=lambda row: row["key"])
    rows.sort(key=lambda row: row["updated_at"], reverse=True)
    return rows


def _titles(rows: list[RowOf]) -> list[RowOf]:
    titles = [row for row in rows if row["field"] == "TITLE"]
    titles.sort(key=lambda row: (LANGUAGES.index(row["lang"]) if row["lang"] in LANGUAGES else 9, row["lang"]))
    return titles


def _all(parts: Sequence[list[RowOf]]) -> list[RowOf]:
    return [row for part in parts for row in part]
