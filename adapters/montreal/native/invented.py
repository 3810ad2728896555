"""Sample members as rows of the registry, in its own codes."""

from datetime import date, timedelta
from hashlib import sha256
from random import Random

from adapters.kit.sample import ACTIVITIES, Home, SampleContact, SampleMember, SamplePosting
from adapters.montreal.native import codelists
from adapters.montreal.native.tables import Rows

__all__ = ["HOME", "load"]

HOME = Home(
    code="mtl",
    lang="fr",
    languages=("fr-CA", "en-CA", "es-MX"),
    country="CA",
    legal_forms=("inc.", "ltée", ", S.E.N.C.", ", S.E.C."),
    programmes=tuple(code for code, _ in codelists.PROGRAMMES),
    phone="+151455501",
)
_FORMS = {"inc.": "CIE", "ltée": "CIE", "S.E.N.C.": "SENC", "S.E.C.": "SEC"}
_NUMBERS = dict(codelists.PROGRAMMES)
_FIRST = 100_000
_FILE = 7_000_000
_CITIES = ("Montréal", "Laval", "Longueuil", "Brossard", "Terrebonne", "Saint-Laurent", "Boucherville", "Blainville")
_CITY_WEIGHTS = (70, 10, 6, 4, 3, 3, 2, 2)
_SAFE_INTEGER_BITS = 53
# A website is for everybody, the rest of what is known of a firm for partners; what it hides is so at any level.
_SHOWN = {"website": "P", "legal_name": "C", "identifiers": "C"}
_HIDDEN = ("G", "M", "X")
_PHONES = (
    "{area} {office}-{line}",
    "({area}) {office}-{line}",
    "{area}.{office}.{line} poste 12",
    "1-{area}-{office}-{line}, p. 301",
    "+1 {area} {office}-{line}",
)


def load(rows: Rows, member: SampleMember, seed: int) -> None:
    """Take one sample member with all that hangs on it. Its membership number is 100000 + its number."""
    number = _FIRST + member.number
    # What the sample leaves open is drawn from the member's own source too, so that it never depends on the size.
    rng = Random(f"{seed}:registre:{member.number}")  # noqa: S311 - not for secrets
    _enterprise(rows, number, member, rng)
    _names(rows, number, member, rng)
    _profile(rows, number, member, rng)
    _consents(rows, number, member)
    for place, offer in enumerate(member.offers):
        _offer(rows, number, _posting_number(seed, "offre", member.number, place), offer)
    for place, need in enumerate(member.needs):
        _need(rows, number, _posting_number(seed, "besoin", member.number, place), need)


def _enterprise(rows: Rows, number: int, member: SampleMember, rng: Random) -> None:
    form = next((code for ending, code in _FORMS.items() if member.legal_name.endswith(ending)), "APE")
    # Invented numbers: category 11 or 33 (partnerships), then 9 and the sample's number.
    neq = f"{33 if form in {'SENC', 'SEC'} else 11}9{member.number:07d}"
    activity = codelists.ACTIVITY[member.activity]
    second = codelists.ACTIVITY[rng.choice(ACTIVITIES)] if rng.random() < 1 / 4 else None
    founded = date(member.founded, 1 + rng.randrange(12), 1 + rng.randrange(28)) if member.founded else None
    rows.add(
        "registre.entreprise", _FILE + number, neq, founded, codelists.band(member.headcount), form, founded,
        activity, codelists.activities()[activity]["lib_fran"].upper(), second,
    )  # fmt: skip
    city = rng.choices(_CITIES, _CITY_WEIGHTS)[0]
    street = f"{1 + rng.randrange(9999)}, rue Fictive"
    shown = codelists.flag(rng.random() < 9 / 10)
    rows.add("registre.etablissement", _FILE + number, 1, "O", shown, street, f"{city} (Québec)", "H0H0H0")
    if rng.random() < 1 / 8:
        rows.add("registre.etablissement", _FILE + number, 2, "N", "O", "2, rue Fictive", "Toronto (Ontario)", "H0H0H0")


def _names(rows: Rows, number: int, member: SampleMember, rng: Random) -> None:
    foreign = member.legal_name.replace("Démo", "Demo").replace("fictive", "fictitious")
    foreign_name = foreign if foreign != member.legal_name and rng.random() < 1 / 3 else None
    names: list[tuple[str, str | None, str, str, date | None]] = [(member.legal_name, foreign_name, "V", "M", None)]
    if rng.random() < 1 / 8:
        former = f"{member.name} {rng.choice(('Associés', 'Groupe', 'Conseil'))}"
        names.append((former, None, "A", "N", date(2020, 1, 1)))
    names += [(other, None, "V", "A", None) for other in member.other_names]
    for place, name in enumerate(names, start=1):
        rows.add("registre.nom", _FILE + number, place, *name)


def _profile(rows: Rows, number: int, member: SampleMember, rng: Random) -> None:
    def level_of(field: str) -> str:
        return _HIDDEN[member.number % len(_HIDDEN)] if field in member.hidden_fields else _SHOWN[field]

    verified = member.updated_at - timedelta(days=rng.randrange(90)) if rng.random() < 1 / 2 else None
    rows.add(
        "grappe.membre", number, _FILE + number, member.name, codelists.ORG_TYPE[member.org_type],
        codelists.MEMBER_STATUS[member.status], codelists.VISIBILITY[member.visibility],
        level_of("website"), level_of("legal_name"), level_of("identifiers"),
        member.founded, member.website, verified, member.updated_at,
    )  # fmt: skip
    for lang, text in member.summary.items():
        rows.add("grappe.fiche_membre", number, lang, text, codelists.flag(lang in member.machine))
    for tag in member.languages:
        rows.add("grappe.langue_membre", number, tag[:2])
    for market in member.target_markets:
        rows.add("grappe.marche_membre", number, market)
    competences = codelists.competences()
    for uri in member.interests:
        rows.add("grappe.interet_membre", number, competences[uri])
    for uri, level in member.capabilities:
        rows.add("grappe.competence_membre", number, competences[uri], codelists.LEVEL[level])
    for code in member.programmes:
        rows.add("grappe.participation", _NUMBERS[code], number)
    if "identifiers" in member.hidden_fields or not member.served:
        rows.add("grappe.identifiant", number, "AUT", f"CANARY-{member.number}", None, None)
    for contact in member.contacts:
        rows.add(
            "grappe.contact", number, contact.number, contact.name, contact.role, contact.email,
            _written(contact, rng), contact.language and contact.language[:2], f"CANARY-{member.number}",
        )  # fmt: skip


def _written(contact: SampleContact, rng: Random) -> str | None:
    """A telephone number as somebody types it."""
    if contact.phone is None:
        return None
    number = contact.phone.removeprefix("+1")
    return rng.choice(_PHONES).format(area=number[:3], office=number[3:6], line=number[6:])


def _consents(rows: Rows, number: int, member: SampleMember) -> None:
    given = member.updated_at - timedelta(days=30)
    for purpose, code in codelists.PURPOSE.items():
        if purpose in member.consents:
            rows.add("grappe.consentement", number, code, given, None)
        elif member.number % 2:
            rows.add("grappe.consentement", number, code, given, member.updated_at)


def _posting_number(seed: int, table: str, number: int, place: int) -> int:
    """A number that says nothing of its owner, and stays exact where numbers are floats."""
    digest = sha256(f"{seed}:{table}:{number}:{place}".encode()).digest()
    return int.from_bytes(digest[:8]) >> (64 - _SAFE_INTEGER_BITS)


def _posting(posting: SamplePosting) -> tuple[object, ...]:
    return (
        codelists.flag(posting.anonymous),
        codelists.POSTING_STATUS[posting.status],
        codelists.VISIBILITY[posting.visibility],
        posting.valid_until,
        posting.updated_at,
    )


def _texts(rows: Rows, table: str, number: int, posting: SamplePosting) -> None:
    for lang, title in posting.title.items():
        rows.add(table, number, lang, title, posting.summary[lang], codelists.flag(lang in posting.machine))


def _offer(rows: Rows, owner: int, number: int, offer: SamplePosting) -> None:
    rows.add("grappe.offre", number, owner, codelists.OFFER_KIND[offer.kind], offer.trl, *_posting(offer))
    _texts(rows, "grappe.offre_texte", number, offer)
    for uri in offer.concepts:
        rows.add("grappe.offre_competence", number, codelists.competences()[uri])
    for mode in offer.modes:
        rows.add("grappe.offre_mode", number, codelists.MODE[mode])


def _need(rows: Rows, owner: int, number: int, need: SamplePosting) -> None:
    rows.add("grappe.besoin", number, owner, codelists.NEED_KIND[need.kind], *_posting(need))
    _texts(rows, "grappe.besoin_texte", number, need)
    for mode in need.modes:
        rows.add("grappe.besoin_mode", number, codelists.MODE[mode])
    for market in need.target_markets:
        rows.add("grappe.besoin_marche", number, market)
    for asked in need.requirements:
        rows.add(
            "grappe.exigence", number, int(asked.key), codelists.competences()[asked.concept],
            codelists.LEVEL[asked.min_level], asked.weight, codelists.flag(asked.mandatory),
        )  # fmt: skip
