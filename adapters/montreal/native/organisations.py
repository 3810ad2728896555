"""Real organisations of Greater Montréal, with the facts of their open source and no more."""

from dataclasses import dataclass
from datetime import UTC, datetime

from adapters.montreal.native.codelists import activities, table
from adapters.montreal.native.tables import Rows

__all__ = ["load"]

_ROR_FIRST = 1001
_ROR_READ = datetime(2026, 6, 23, tzinfo=UTC)
_ROR_STATUS = {"active": "AC", "inactive": "TE", "withdrawn": "RT"}
_LISTED_FIRST = 2001
_LISTED_READ = datetime(2026, 8, 16, tzinfo=UTC)
_CITIES = {"Montreal": "Montréal", "St Laurent": "Saint-Laurent"}
_FILE = 7_000_000
_WORKING = "2"


@dataclass(frozen=True, slots=True)
class _Organisation:
    """What both sources say of an organisation; `read` is the day of the source."""

    number: int
    name: str
    row: dict[str, str]
    status: str
    founded: int | None
    read: datetime


def load(rows: Rows) -> int:
    """Take research organisations and listed firms; the answer is how many."""
    research = table("data", "organisations_ror")
    for number, row in enumerate(research, start=_ROR_FIRST):
        _research(rows, number, row)
    listed = table("data", "firmes_cotees")
    for number, row in enumerate(listed, start=_LISTED_FIRST):
        _listed(rows, number, row)
    return len(research) + len(listed)


def _research(rows: Rows, number: int, row: dict[str, str]) -> None:
    name = row["display_name"]
    founded = int(row["established"]) if row["established"] else None
    _member(rows, _Organisation(number, name, row, _ROR_STATUS[row["status"]], founded, _ROR_READ))
    foreign = row["label_en"] if row["label_en"] != name else ""
    rows.add("registre.nom", _FILE + number, 1, row["label_fr"] or name, foreign or None, "V", "N", None)
    others = (*row["acronyms"].split("|"), *row["aliases"].split("|"), row["label_es"])
    for place, other in enumerate(dict.fromkeys(other for other in others if other not in {"", name}), start=2):
        rows.add("registre.nom", _FILE + number, place, other, None, "V", "A", None)
    rows.add("grappe.identifiant", number, "ROR", row["ror_id"], None, None)


def _listed(rows: Rows, number: int, row: dict[str, str]) -> None:
    _member(rows, _Organisation(number, row["name"], row, "AC", None, _LISTED_READ))
    rows.add("registre.nom", _FILE + number, 1, row["name"], None, "V", "M", None)
    for register, value in (("ISIN", row["isin"]), ("BOURSE", row["primary_symbol"])):
        if value:
            rows.add("grappe.identifiant", number, register, value, None, None)


def _member(rows: Rows, given: _Organisation) -> None:
    number, row = given.number, given.row
    activity = activities().get(row["cod_cae"])
    code, label = (activity["cod_cae"], activity["lib_fran"]) if activity else (None, None)
    rows.add("registre.entreprise", _FILE + number, None, None, "N", None, None, code, label, None)
    city = f"{_CITIES.get(row['city'], row['city'])} (Québec)"
    postal = row.get("zipcode", "").replace(" ", "") or None
    rows.add("registre.etablissement", _FILE + number, 1, "O", "O", None, city, postal)
    rows.add(
        "grappe.membre", number, _FILE + number, given.name, row["cod_type_membre"], given.status,
        "P", "P", "P", "P", given.founded, row["website"] or None, None, given.read,
    )  # fmt: skip
    rows.add("grappe.consentement", number, "PROFIL", given.read, None)
    if activity and activity["cod_competence"]:
        rows.add("grappe.competence_membre", number, activity["cod_competence"], _WORKING)
