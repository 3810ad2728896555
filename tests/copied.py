"""What registries know of their members, looked for in a corridor store, which must hold none of it."""

from collections.abc import Iterable, Mapping

import asyncpg

__all__ = ["copied", "known_to_registries"]

_SHORTEST = 8
"""Characters of a value that is looked for: shorter ones stand in many a text by chance."""
_KNOWN = {
    "montreal": """
        select unnest(array[nom_affiche, site_web]) from grappe.membre
        union select nom_assuj from registre.nom
        union select neq::text from registre.entreprise
        union select valeur from grappe.identifiant
        union select unnest(array[nom, courriel, telephone]) from grappe.contact
    """,
    "guadalajara": """
        select unnest(array[nombre, razon_social, sitio_web]) from padron.afiliado
        union select unnest(array[nombre, correo, telefono]) from padron.contacto
    """,
}
_TABLES = "select relname from pg_class where relnamespace = 'corridor'::regnamespace and relkind in ('r', 'p')"


async def known_to_registries(databases: Mapping[str, str]) -> frozenset[str]:
    """Names, identifiers, addresses and telephone numbers of all members and their contacts; DSNs by city."""
    known: set[str] = set()
    for city, dsn in databases.items():
        connection = await asyncpg.connect(dsn)
        try:
            known |= {value for (value,) in await connection.fetch(_KNOWN[city]) if value}
        finally:
            await connection.close()
    return frozenset(value for value in known if len(value) >= _SHORTEST)


async def copied(store: str, values: Iterable[str]) -> list[tuple[str, str]]:
    """Which of these values a store holds, each with the table; its DSN for the owner."""
    connection = await asyncpg.connect(store)
    try:
        tables = [table for (table,) in await connection.fetch(_TABLES)]
        held = {
            table: "\n".join(
                row for (row,) in await connection.fetch(f"select held::text from corridor.{table} as held")
            )
            for table in tables
        }
    finally:
        await connection.close()
    return [(table, value) for table, text in held.items() for value in values if value in text]
