"""Rows on their way into the reference registry's tables."""

from collections.abc import Mapping, Sequence

import asyncpg

__all__ = ["TABLES", "Batch", "columns_of"]

TABLES = (
    "catalogo",
    "programa",
    "denue_unidad_economica",
    "afiliado",
    "establecimiento",
    "otro_nombre",
    "identificador",
    "capacidad",
    "oferta",
    "oferta_modalidad",
    "necesidad",
    "necesidad_modalidad",
    "programa_afiliado",
    "contacto",
)
"""The tables that are filled; a table stands after those it refers to."""


async def columns_of(connection: asyncpg.Connection) -> Mapping[str, Sequence[str]]:
    """The columns of every table, in their order."""
    found = await connection.fetch(
        "select table_name, array_agg(column_name::text order by ordinal_position) as columns"
        " from information_schema.columns where table_schema = 'padron' group by table_name"
    )
    return {row["table_name"]: row["columns"] for row in found}


class Batch:
    """Rows of several tables that are written together: ``rows`` by table, in the order of :data:`TABLES`."""

    def __init__(self) -> None:
        self.rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}

    def add(self, table: str, *values: object) -> None:
        """One more row: its values in the order of the table's columns."""
        self.rows[table].append(values)

    async def write(self, connection: asyncpg.Connection, columns: Mapping[str, Sequence[str]]) -> None:
        """Copy all rows into their tables, in one transaction.

        Values go by their place in ``columns``: a column renamed or added at the end needs no change here.
        """
        async with connection.transaction():
            for table, rows in self.rows.items():
                if rows:
                    await connection.copy_records_to_table(
                        table, schema_name="padron", columns=columns[table][: len(rows[0])], records=rows
                    )
