"""The real organisations of the reference registry: DENUE firms, research organisations, listed firms.

They carry the facts of their source and nothing else. See ``data/PROVENANCE.txt``.
"""

import csv
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import NAMESPACE_DNS, UUID, uuid5

from adapters.contract.text import fold
from adapters.guadalajara.native.codelists import rows
from adapters.guadalajara.native.denue import COLUMNS, SIZES, Firm, firms, own_name, read, size_of, union
from adapters.guadalajara.native.tables import Batch

__all__ = ["NAMESPACE", "Organisation", "add_organisation", "organisations"]

NAMESPACE = uuid5(NAMESPACE_DNS, "padron.guadalajara.example")
"""Under which the registry's keys are made."""

_DATA = Path(__file__).parent / "data"
_DENUE = ("denue_2021_05_zapopan_ict_and_partners.csv", "denue_2021_05_zapopan_legal_entities_b2b.csv")
# The days of the sources' editions, in local time: nothing is known of when a single row changed.
_DENUE_EDITION = datetime(2021, 5, 31, 12)  # noqa: DTZ001 - the registry's column is local
_ROR_EDITION = datetime(2026, 6, 23, 12)  # noqa: DTZ001
_LISTED_EDITION = datetime(2026, 8, 16, 12)  # noqa: DTZ001
_ACTIVITY_KINDS = {
    "6113": ("INSTITUCIONAL", "UNIVERSIDAD"),
    "6112": ("INSTITUCIONAL", "ESCUELA TÉCNICA"),
    "6114": ("INSTITUCIONAL", "ESCUELA TÉCNICA"),
    "5417": ("INSTITUCIONAL", "CENTRO DE INVESTIGACIÓN"),
}
_NAME_KINDS = (
    (re.compile("^ayuntamiento "), ("GUBERNAMENTAL", "AYUNTAMIENTO")),
    (re.compile("^secretaria "), ("GUBERNAMENTAL", "DEPENDENCIA")),
    (re.compile(" ac$"), ("INSTITUCIONAL", "ORGANIZACIÓN CIVIL")),
)
_ROR_KINDS = {
    "education": ("INSTITUCIONAL", "UNIVERSIDAD"),
    "nonprofit": ("INSTITUCIONAL", "ORGANIZACIÓN CIVIL"),
    "government": ("GUBERNAMENTAL", "DEPENDENCIA"),
    # The one such record is a military hospital.
    "healthcare": ("GUBERNAMENTAL", "DEPENDENCIA"),
}
_ROR_STATUSES = {"active": "vigente", "inactive": "suspendido", "withdrawn": "baja"}


@dataclass(frozen=True, slots=True)
class Organisation:
    """A real organisation as the registry enrols it; ``firm`` are its establishments in DENUE, where it has any."""

    origin: str
    name: str
    sector: str
    kind: str
    updated: datetime
    firm: Firm | None = None
    founded: int | None = None
    city: str | None = None
    website: str | None = None
    status: str = "vigente"
    other_names: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    capabilities: tuple[str, ...] = ()

    @property
    def key(self) -> UUID:
        """The registry's key, always the same for the same source record."""
        return uuid5(NAMESPACE, self.origin)


def organisations() -> tuple[Organisation, ...]:
    """Every real organisation once: a firm of DENUE that ROR knows by the same name is one organisation."""
    known = {fold(firm[0]): firm for firm in _firms()}
    implied = {row["codigo_act"]: row["concepto"] for row in rows("scian_capacidad")}
    research = tuple(_research(known))
    return (*(_establishment(firm, implied) for firm in known.values()), *research, *_listed())


def _firms() -> tuple[Firm, ...]:
    corrected = {row["escrita"]: row["corregida"] for row in rows("razon_social_corregida")}
    return firms(union(read(_DATA / name) for name in _DENUE), corrected)


def _establishment(firm: Firm, implied: Mapping[str, str]) -> Organisation:
    legal_name, units = firm
    names = {" ".join(unit["nom_estab"].split()) for unit in units}
    sector, kind = _kind(firm)
    activity = units[0]["codigo_act"]
    return Organisation(
        f"denue:{legal_name}",
        names.pop() if len(names) == 1 else legal_name,
        sector,
        kind,
        _DENUE_EDITION,
        firm=firm,
        capabilities=(implied[activity],) if activity in implied else (),
    )


def _kind(firm: Firm) -> tuple[str, str]:
    """The sector and the kind of a firm: by its activity, else by the form of its legal name, else by its size."""
    legal_name, units = firm
    by_activity = _ACTIVITY_KINDS.get(units[0]["codigo_act"][:4])
    if by_activity:
        return by_activity
    for form, by_name in _NAME_KINDS:
        if form.search(fold(legal_name)):
            return by_name
    return "PRIVADO", "GRAN EMPRESA" if max(map(size_of, units)) == len(SIZES) - 1 else "PYME"


def _research(known: dict[str, Firm]) -> Iterator[Organisation]:
    """The research organisations; a firm of the same name is taken out of ``known`` and joined to its record."""
    for row in _records("ror_guadalajara.csv"):
        name = row["label_es"] or row["display_name"]
        others = [row["display_name"], row["label_en"], row["label_fr"]]
        others += row["acronyms"].split("|") + row["aliases"].split("|")
        sector, kind = _ROR_KINDS[row["types"].split("|")[0]]
        wikidata = (("WIKIDATA", row["wikidata"]),) if row["wikidata"] else ()
        yield Organisation(
            row["ror_id"],
            name,
            sector,
            kind,
            _ROR_EDITION,
            firm=known.pop(fold(name), None),
            founded=int(row["established"]) if row["established"] else None,
            city=row["city"],
            website=row["website"] or None,
            status=_ROR_STATUSES[row["status"]],
            other_names=tuple(other for other in dict.fromkeys(others) if other and other != name),
            identifiers=(("ROR", row["ror_id"]), *wikidata),
        )


def _listed() -> Iterator[Organisation]:
    """The listed firms; their source says nothing of headcounts, and a firm on an exchange is taken for a large one."""
    for row in _records("listed_firms_guadalajara.csv"):
        yield Organisation(
            f"bolsa:{row['primary_symbol']}",
            row["name"],
            "PRIVADO",
            "GRAN EMPRESA",
            _LISTED_EDITION,
            city=row["city"],
            website=row["website"] or None,
            identifiers=(("ISIN", row["isin"]),) if row["isin"] else (),
        )


def _records(name: str) -> tuple[dict[str, str], ...]:
    with (_DATA / name).open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


def add_organisation(batch: Batch, each: Organisation, classes: Mapping[str, Mapping[str, str]]) -> None:
    """Add an organisation's rows to a batch; ``classes`` are the rows of ``scian_clase`` by their code."""
    legal_name, units = each.firm or (None, ())
    for unit in units:
        batch.add("denue_unidad_economica", int(unit["id"]), *(unit[column] for column in COLUMNS[1:]))
    consent = {"intercambio_de_perfil": {"vigente": True, "desde": each.updated.date().isoformat()}}
    batch.add(
        "afiliado",
        each.key,
        int(units[0]["id"]) if units else None,
        each.name,
        legal_name,
        each.sector,
        each.kind,
        SIZES[max(map(size_of, units))] if units else None,
        (classes[units[0]["codigo_act"]]["codigo_comun5"] or None) if units else None,
        each.founded,
        each.city,
        "14",
        each.website,
        "{}",
        [],
        [],
        [],
        [],
        each.status,
        # What their sources publish, anybody may see.
        "público",
        "{}",
        json.dumps(consent),
        each.updated,
        None,
    )
    for place, unit in enumerate(units):
        role = "SUCURSAL" if place else "MATRIZ"
        batch.add(
            "establecimiento", int(unit["id"]), each.key, role, own_name(unit["nom_estab"], each.name, legal_name or "")
        )
    for name in each.other_names:
        batch.add("otro_nombre", each.key, name)
    for scheme, value in each.identifiers:
        batch.add("identificador", each.key, scheme, value, None, None, None)
    for concept in each.capabilities:
        batch.add("capacidad", each.key, concept, "operativo")
