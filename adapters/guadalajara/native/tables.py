"""Rows on their way into the reference registry's tables."""

from collections.abc import Mapping
from types import MappingProxyType

import asyncpg

from adapters.guadalajara.native.denue import COLUMNS

__all__ = ["TABLES", "Batch"]

_POSTING = ("id", "afiliado_id", "tipo", "titulo", "resumen", "traduccion_automatica")
_LIFE = ("anonima", "estatus", "visibilidad", "vigente_hasta", "actualizada")

TABLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "catalogo": ("lista", "codigo", "descripcion"),
        "scian_clase": ("codigo", "titulo", "codigo_comun5"),
        "programa": ("id", "clave", "nombre", "temas", "estatus", "visibilidad"),
        "denue_unidad_economica": COLUMNS,
        "afiliado": (
            "id", "matriz_id", "nombre", "razon_social", "giro", "tipo_organizacion", "per_ocu", "anio_fundacion",
            "municipio", "cve_ent", "sitio_web", "semblanza", "traduccion_automatica", "idiomas", "mercados",
            "intereses", "estatus", "visibilidad", "visibilidad_campos", "consentimiento", "actualizado",
            "notas_internas",
        ),
        "establecimiento": ("unidad_id", "afiliado_id", "papel"),
        "otro_nombre": ("afiliado_id", "nombre"),
        "identificador": ("afiliado_id", "esquema", "valor", "digito_valido", "verificado", "verificado_por"),
        "capacidad": ("afiliado_id", "concepto", "nivel"),
        "oferta": (*_POSTING, "conceptos", "nivel_trl", *_LIFE),
        "oferta_modalidad": ("oferta_id", "modalidad"),
        "necesidad": (*_POSTING, "requisitos", "mercados", *_LIFE),
        "necesidad_modalidad": ("necesidad_id", "modalidad"),
        "programa_afiliado": ("programa_id", "afiliado_id"),
        "contacto": ("afiliado_id", "nombre", "cargo", "correo", "telefono"),
    }
)  # fmt: skip
"""The columns that are filled, by table; a table stands after those it refers to."""


class Batch:
    """Rows of several tables that are written together."""

    def __init__(self) -> None:
        self._rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in TABLES}

    def add(self, table: str, *values: object) -> None:
        """One more row: its values in the order of :data:`TABLES`."""
        self._rows[table].append(values)

    async def write(self, connection: asyncpg.Connection) -> None:
        """Copy all rows into their tables, in one transaction."""
        async with connection.transaction():
            for table, rows in self._rows.items():
                if rows:
                    await connection.copy_records_to_table(
                        table, schema_name="padron", columns=TABLES[table], records=rows
                    )
