"""DENUE as INEGI publishes it: establishments in a CSV file, in UTF-8 or in ISO-8859-1."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from adapters.contract.text import words

__all__ = ["COLUMNS", "SIZES", "Firm", "Unit", "decode", "firms", "own_name", "read", "size_of", "union"]

COLUMNS: tuple[str, ...] = (
    "id", "clee", "nom_estab", "raz_social", "codigo_act", "nombre_act", "per_ocu",
    "tipo_vial", "nom_vial", "tipo_v_e_1", "nom_v_e_1", "tipo_v_e_2", "nom_v_e_2", "tipo_v_e_3", "nom_v_e_3",
    "numero_ext", "letra_ext", "edificio", "edificio_e", "numero_int", "letra_int", "tipo_asent", "nomb_asent",
    "tipoCenCom", "nom_CenCom", "num_local", "cod_postal", "cve_ent", "entidad", "cve_mun", "municipio", "cve_loc",
    "localidad", "ageb", "manzana", "www", "tipoUniEco", "latitud", "longitud", "fecha_alta",
)  # fmt: skip
"""The columns of the file and of the table, in their order."""

Unit = Mapping[str, str]
"""An establishment: every column of the file as text, empty where nothing is known."""

Firm = tuple[str, tuple[Unit, ...]]
"""A firm: its legal name as spelt by most of its establishments, and these, the main one first."""

SIZES = (
    "0 a 5 personas",
    "6 a 10 personas",
    "11 a 30 personas",
    "31 a 50 personas",
    "51 a 100 personas",
    "101 a 250 personas",
    "251 y más personas",
)
"""The headcounts of ``per_ocu``, from the smallest."""


def decode(raw: bytes) -> str:
    """The text of a file in either encoding: bytes that are UTF-8 by chance but not by intent do not occur in Spanish.

    >>> decode("PINO SUÁREZ".encode("latin-1")) == decode("PINO SUÁREZ".encode())
    True
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


def read(path: Path) -> tuple[Unit, ...]:
    """The establishments of a file; raises :class:`ValueError` where its columns are not DENUE's."""
    rows = csv.DictReader(io.StringIO(decode(path.read_bytes()), newline=""))
    if tuple(rows.fieldnames or ()) != COLUMNS:
        message = f"{path.name} does not have the columns of DENUE"
        raise ValueError(message)
    return tuple(rows)


def union(files: Iterable[Iterable[Unit]]) -> tuple[Unit, ...]:
    """The establishments of several files, each id once, in the order of first sight."""
    return tuple({unit["id"]: unit for units in files for unit in units}.values())


def firms(units: Iterable[Unit], corrected: Mapping[str, str]) -> tuple[Firm, ...]:
    """Establishments grouped by legal name, after spaces are evened out and known misspellings corrected.

    The main establishment (``matriz``) is the largest of those with the firm's most frequent activity.
    """
    grouped: dict[str, list[Unit]] = {}
    for unit in units:
        name = " ".join(unit["raz_social"].split())
        grouped.setdefault(corrected.get(name, name), []).append(unit)
    return tuple((name, _main_first(each)) for name, each in grouped.items())


def _main_first(units: list[Unit]) -> tuple[Unit, ...]:
    activities = Counter(unit["codigo_act"] for unit in units)
    return tuple(sorted(units, key=lambda unit: (activities[unit["codigo_act"]], size_of(unit)), reverse=True))


def size_of(unit: Unit) -> int:
    """The place of an establishment's headcount in :data:`SIZES`."""
    return SIZES.index(unit["per_ocu"].strip())


def own_name(name: str, *others: str) -> str | None:
    """The name of an establishment as the registry notes it down: None where it has the letters of one of ``others``.

    >>> own_name("AXTEL SA DE CV", "Axtel", "Axtel, S.A. de C.V.") is None
    True
    >>> own_name("AXTEL NORTE  ", "Axtel", "")
    'AXTEL NORTE'
    """
    kept = name.strip()
    letters, *known = ("".join(words(each)) for each in (kept, *others))
    return kept if kept and letters not in known else None
