"""The registry's own codes: the rows of its code tables, and the codes that stand for those of the sample."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from adapters.montreal.native.tables import Rows

__all__ = [
    "ACTIVITY",
    "LEVEL",
    "MEMBER_STATUS",
    "MODE",
    "NEED_KIND",
    "OFFER_KIND",
    "ORG_TYPE",
    "POSTING_STATUS",
    "PROGRAMMES",
    "PURPOSE",
    "VISIBILITY",
    "activities",
    "band",
    "competences",
    "flag",
    "load",
    "table",
]

VISIBILITY: Mapping[str, str] = {"PUBLIC": "P", "CLUSTER": "G", "CORRIDOR": "C", "MUTUAL": "M", "PRIVATE": "X"}
MEMBER_STATUS: Mapping[str, str] = {"ACTIVE": "AC", "SUSPENDED": "SU", "ENDED": "TE"}
ORG_TYPE: Mapping[str, str] = {
    "STARTUP": "JP",
    "SME": "PME",
    "LARGE_ENTERPRISE": "GE",
    "INVESTOR": "INV",
    "UNIVERSITY": "UNI",
    "COLLEGE": "COL",
    "RESEARCH_CENTRE": "CRE",
    "NGO": "OBN",
    "ASSOCIATION": "ASS",
    "MUNICIPALITY": "MUN",
    "GOVERNMENT_AGENCY": "OGO",
}
LEVEL: Mapping[str, str] = {"AWARENESS": "1", "WORKING": "2", "ADVANCED": "3", "EXPERT": "4"}
OFFER_KIND: Mapping[str, str] = {
    "BUSINESS_OFFER": "OA",
    "TECHNOLOGY_OFFER": "OT",
    "EXPERTISE_OFFER": "OE",
    "FACILITY_OFFER": "OI",
}
NEED_KIND: Mapping[str, str] = {
    "BUSINESS_REQUEST": "BA",
    "TECHNOLOGY_REQUEST": "BT",
    "RD_PARTNER_REQUEST": "BR",
    "CHALLENGE": "BD",
    "TALENT_REQUEST": "BP",
    "FUNDING_REQUEST": "BF",
}
MODE: Mapping[str, str] = {
    "COMMERCIAL_AGENCY": "AGE",
    "DISTRIBUTION": "DIS",
    "JOINT_VENTURE": "COE",
    "SUBCONTRACTING": "STR",
    "LICENSING": "LIC",
    "RD_COOPERATION": "RDC",
    "TECHNICAL_COOPERATION": "TEC",
    "JOINT_BID": "SCO",
    "INTERNSHIP_HOSTING": "STA",
    "INVESTMENT": "INV",
}
POSTING_STATUS: Mapping[str, str] = {
    "DRAFT": "BR",
    "PUBLISHED": "PU",
    "PAUSED": "PA",
    "EXPIRED": "EX",
    "WITHDRAWN": "RE",
}
PURPOSE: Mapping[str, str] = {
    "PROFILE_EXCHANGE": "PROFIL",
    "PARTNER_MATCHING": "JUMELAGE",
    "CONTACT_RELEASE": "CONTACT",
    "CONSORTIUM": "CONSORT",
    "MISSION": "MISSION",
    "INTERNSHIP": "STAGE",
    "SHOWCASE": "VITRINE",
    "STATISTICS": "STAT",
    "NOTIFICATION": "AVIS",
}
ACTIVITY: Mapping[str, str] = {
    "541510": "7721",
    "511210": "7721",
    "518210": "7721",
    "519130": "7721",
    "541690": "7799",
    "541610": "7771",
    "541430": "7749",
    "541330": "7752",
    "541380": "7759",
    "517311": "4821",
    "517312": "4821",
    "517910": "4839",
    "334410": "3352",
    "334110": "3361",
    "334210": "3351",
    "334290": "3359",
    "334310": "3341",
    "334519": "3911",
    "512190": "9613",
    "541711": "7759",
    "541712": "7759",
    "611211": "8521",
    "611311": "8531",
    "611312": "8531",
}
"""The CAE code nearest to each SCIAN 2018 class of the sample; CAE is older and coarser."""

_BANDS = ((0, "O"), (5, "A"), (10, "B"), (25, "C"), (49, "D"), (99, "E"), (249, "F"), (499, "G"), (749, "H"),
          (999, "I"), (2499, "J"), (4999, "K"))  # fmt: skip


def band(headcount: int | None) -> str:
    """The letter of a headcount.

    >>> [band(count) for count in (None, 0, 5, 6, 250, 5000)]
    ['N', 'O', 'A', 'B', 'G', 'L']
    """
    if headcount is None:
        return "N"
    return next((letter for most, letter in _BANDS if headcount <= most), "L")


def flag(value: bool) -> str:  # noqa: FBT001 - it has no other argument
    """Oui or non."""
    return "O" if value else "N"


def table(folder: str, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of this registry."""
    source = files("adapters.montreal.native").joinpath(folder, f"{name}.csv")
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


PROGRAMMES: tuple[tuple[str, int], ...] = tuple(
    (row["cod_programme"], int(row["no_programme"])) for row in table("codes", "programme")
)
"""The code and the number of each programme."""


@cache
def competences() -> Mapping[str, str]:
    """The registry's code for each concept's URI."""
    return {row["uri_esco"]: row["cod_competence"] for row in table("codes", "competence")}


@cache
def activities() -> Mapping[str, dict[str, str]]:
    """The row of the concordance for each CAE code."""
    return {row["cod_cae"]: row for row in table("codes", "cae_scian")}


def load(rows: Rows) -> None:
    """Take every row of the code tables that schema.sql leaves empty, and the programmes."""
    for row in table("codes", "domaine_valeur"):
        rows.add("registre.domaine_valeur", *row.values())
    for row in table("codes", "competence"):
        rows.add("grappe.competence", *row.values())
    for row in activities().values():
        rows.add("grappe.cae_scian", *(value or None for value in row.values()))
    for row in table("codes", "programme"):
        number = int(row["no_programme"])
        rows.add("grappe.programme", number, row["cod_programme"], row["cod_statut"], row["cod_visibilite"])
        for lang in ("fr", "en", "es"):
            if row[lang]:
                rows.add("grappe.programme_nom", number, lang, row[lang], "N")
        for theme in filter(None, row["themes"].split("|")):
            rows.add("grappe.programme_theme", number, theme)
