"""Invented members in the words and tables of the reference registry."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid5

import orjson
from stdnum.mx import rfc

from adapters.contract.viewers import Purpose
from adapters.guadalajara.native.codelists import Codes
from adapters.guadalajara.native.denue import COLUMNS, SIZES, own_name
from adapters.guadalajara.native.organisations import NAMESPACE
from adapters.guadalajara.native.tables import Batch
from adapters.kit.sample import Home, SampleMember, SamplePosting

__all__ = ["HOME", "Writer", "add_programmes", "member_key"]

_ESCO = "http://data.europa.eu/esco/skill/"
# The first is real and named in the agreement of 2013; nothing but its name is said of it.
_PROGRAMMES: tuple[tuple[str, str, str, dict[str, str], list[str]], ...] = (
    ("CCD", "anunciado", "público", {"es": "Ciudad Creativa Digital"}, []),
    (
        "MUESTRA-EXPORTA",
        "en marcha",
        "corredor",
        {
            "es": "Exporta TIC (programa de muestra)",
            "en": "ICT exports (sample programme)",
            "fr": "Exportations TIC (programme fictif)",
        },
        [f"{_ESCO}b1272de4-1f5f-408b-8b26-061f2550fc72"],
    ),
    (
        "MUESTRA-TALENTO",
        "demorado",
        "público",
        {"es": "Talento TIC (programa de muestra)", "en": "ICT talent (sample programme)"},
        [f"{_ESCO}f049d050-12da-4e40-813a-2b5eb6df6b51"],
    ),
    (
        "CANARY-INTERNO",
        "cancelado",
        "afiliados",
        {lang: f"CANARY programa interno ({lang})" for lang in ("es", "en", "fr")},
        [],
    ),
)

HOME = Home(
    code="GDL",
    lang="es",
    languages=("es-MX", "en-CA", "fr-CA"),
    country="MX",
    legal_forms=("SA DE CV", "S DE RL DE CV", "SAPI DE CV", "SC"),
    programmes=tuple(programme[0] for programme in _PROGRAMMES),
    # México keeps no numbers for fiction. No area code there begins with 0, so nobody can ever be called on these.
    phone="+5200335501",
    capitals=True,
)
"""The cluster as the sample generator knows it."""

# Mexico has kept this offset all year since 30 October 2022, before the first date of the sample.
_LOCAL = timezone(timedelta(hours=-6))
_UPPER_BOUNDS = (5, 10, 30, 50, 100, 250)
_MUNICIPALITIES = (
    ("039", "Guadalajara"),
    ("120", "Zapopan"),
    ("098", "San Pedro Tlaquepaque"),
    ("097", "Tlajomulco de Zúñiga"),
    ("101", "Tonalá"),
)
_HIDDEN = {"website": "sitio_web", "legal_name": "razon_social", "identifiers": "identificadores"}
_STRICTER = ("afiliados", "mutuo", "privado")
_PHONES = (
    "{area} {first} {last}",
    "({area}) {first}-{last} ext. 12",
    "01 {area} {first} {last}",
    "+52 {area} {first} {last}",
    "044 {area} {first}{last}",
    "521{area}{first}{last}",
)
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def add_programmes(batch: Batch) -> None:
    """Add the cluster's programmes to a batch."""
    for code, status, visibility, name, themes in _PROGRAMMES:
        batch.add("programa", _programme_key(code), code, _json(name), themes, status, visibility)


def member_key(seed: int, number: int) -> UUID:
    """The registry's key of an invented member."""
    return uuid5(NAMESPACE, f"muestra:{seed}:{number}")


class Writer:
    """Turns invented members of one seed into rows, always the same for the same member.

    ``classes`` are the rows of the list ``scian_clase`` by their code.
    """

    def __init__(self, seed: int, classes: Mapping[str, Mapping[str, str]]) -> None:
        self._seed = seed
        self._codes = Codes()
        self._classes = classes

    def add(self, batch: Batch, each: SampleMember) -> None:
        """Add a member's rows to a batch."""
        key = member_key(self._seed, each.number)
        self._add_member(batch, each, key)
        self._add_details(batch, each, key)
        for place, posting in enumerate(each.offers):
            self._add_offer(batch, posting, self._key("oferta", each.number, place), key)
        for place, posting in enumerate(each.needs):
            self._add_need(batch, posting, self._key("necesidad", each.number, place), key)

    def _key(self, kind: str, *numbers: int) -> UUID:
        return uuid5(NAMESPACE, ":".join(map(str, (kind, self._seed, *numbers))))

    def _add_member(self, batch: Batch, each: SampleMember, key: UUID) -> None:
        number, word = each.number, self._codes.word
        size = None if each.headcount is None else SIZES[bisect_left(_UPPER_BOUNDS, each.headcount)]
        # DENUE shows a website to everyone, so only what the member shows is found there.
        in_denue = "website" not in each.hidden_fields and each.served and number % 2 == 0
        enrolled = number % 50 != 7  # noqa: PLR2004 - a few members have no establishment in DENUE
        if enrolled:
            self._add_units(batch, each, key, size or "", each.website if in_denue else None)
        batch.add(
            "afiliado",
            key,
            _unit_id(number, 0) if enrolled else None,
            # A dirty case of the real data: spaces at the end.
            each.name + "  " * (number % 17 == 0),
            each.legal_name,
            word("giro", each.sector),
            word("tipo_organizacion", each.org_type),
            size,
            self._classes[each.activity]["codigo_comun5"] or None,
            each.founded,
            None if enrolled else _municipality(each)[1],
            None if enrolled else "14",
            None if in_denue and enrolled else each.website,
            _json(each.summary),
            sorted(each.machine),
            each.languages,
            each.target_markets,
            each.interests,
            word("estatus_afiliado", each.status),
            word("visibilidad", each.visibility),
            _json({_HIDDEN[name]: _STRICTER[number % 3] for name in sorted(each.hidden_fields)}),
            self._consents(each),
            _local(each.updated_at),
            f"CANARY-{number} nota interna" if number % 5 == 0 else None,
        )

    def _add_units(self, batch: Batch, each: SampleMember, key: UUID, size: str, website: str | None) -> None:
        municipality = _municipality(each)
        branches = (each.number % 9 == 0) + (each.number % 27 == 0)
        for place in range(1 + branches):
            unit = _unit_id(each.number, place)
            values = dict.fromkeys(COLUMNS, "") | {
                "clee": f"14{municipality[0]}{each.activity}{each.number:015d}M{place}",
                "nom_estab": f"{each.name} SUCURSAL {place}" if place else each.name,
                "raz_social": each.legal_name.upper(),
                "codigo_act": each.activity,
                "nombre_act": self._classes[each.activity]["titulo"],
                "per_ocu": SIZES[0] if place else size,
                "cve_ent": "14",
                "entidad": "JALISCO",
                "cve_mun": municipality[0],
                "municipio": municipality[1] + "   " * (each.number % 13 == 0),
                "www": _capitals(website) if website and not place else "",
                "tipoUniEco": "Fijo",
                "fecha_alta": "2021-05",
            }
            batch.add("denue_unidad_economica", unit, *(values[column] for column in COLUMNS[1:]))
            name = own_name(values["nom_estab"], each.name, each.legal_name)
            batch.add("establecimiento", unit, key, "SUCURSAL" if place else "MATRIZ", name)

    def _consents(self, each: SampleMember) -> str:
        consents: dict[str, dict[str, object]] = {}
        for purpose in Purpose:
            given = purpose in each.consents
            withdrawn = {} if given else {"revocado": "2026-09-01"}
            consents[self._codes.word("consentimiento", purpose)] = {
                "vigente": given,
                "desde": "2025-03-01",
            } | withdrawn
        return _json(consents)

    def _add_details(self, batch: Batch, each: SampleMember, key: UUID) -> None:
        for name in dict.fromkeys(each.other_names):
            batch.add("otro_nombre", key, name)
        if each.number % 10 < 7:  # noqa: PLR2004 - most members have given their number
            hidden = "identifiers" in each.hidden_fields or not each.served
            wrong = each.number % 64 == 0
            number = f"CANARY-{each.number}" if hidden else _tax_number(each.number, wrong=wrong)
            batch.add("identificador", key, "RFC", number, not wrong, _local(each.updated_at), "MESA DE AFILIACIÓN")
        for concept, level in dict(each.capabilities).items():
            batch.add("capacidad", key, concept, self._codes.word("nivel", level))
        for code in each.programmes:
            batch.add("programa_afiliado", _programme_key(code), key)
        for contact in each.contacts:
            batch.add(
                "contacto",
                key,
                f"contacto-{contact.number}",
                contact.name,
                contact.role or "",
                contact.email or "",
                "" if contact.phone is None else _written(contact.phone, each.number + contact.number),
                contact.language or "",
                f"CANARY-{each.number}",
            )

    def _add_offer(self, batch: Batch, posting: SamplePosting, key: UUID, owner: UUID) -> None:
        kind = self._codes.word("tipo_oferta", posting.kind)
        own = (list(posting.concepts), posting.trl)
        batch.add("oferta", key, owner, kind, *_texts(posting), *own, *self._life(posting))
        for mode in posting.modes:
            batch.add("oferta_modalidad", key, self._codes.word("modalidad", mode))

    def _add_need(self, batch: Batch, posting: SamplePosting, key: UUID, owner: UUID) -> None:
        kind = self._codes.word("tipo_necesidad", posting.kind)
        requirements = [
            {
                "clave": each.key,
                "concepto": each.concept,
                "nivel": self._codes.word("nivel", each.min_level),
                "peso": each.weight,
                "obligatorio": each.mandatory,
            }
            for each in posting.requirements
        ]
        own = (_json(requirements), list(posting.target_markets))
        batch.add("necesidad", key, owner, kind, *_texts(posting), *own, *self._life(posting))
        for mode in posting.modes:
            batch.add("necesidad_modalidad", key, self._codes.word("modalidad", mode))

    def _life(self, posting: SamplePosting) -> tuple[object, ...]:
        return (
            posting.anonymous,
            self._codes.word("estatus_publicacion", posting.status),
            self._codes.word("visibilidad", posting.visibility),
            posting.valid_until,
            _local(posting.updated_at),
        )


def _written(phone: str, place: int) -> str:
    """A telephone number as the desk takes it down, one way or another."""
    number = phone.removeprefix("+52")
    return _PHONES[place % len(_PHONES)].format(area=number[:2], first=number[2:6], last=number[6:])


def _texts(posting: SamplePosting) -> tuple[object, ...]:
    return _json(posting.title), _json(posting.summary), sorted(posting.machine)


def _programme_key(code: str) -> UUID:
    return uuid5(NAMESPACE, f"programa:{code}")


def _municipality(each: SampleMember) -> tuple[str, str]:
    return _MUNICIPALITIES[each.number % len(_MUNICIPALITIES)]


def _unit_id(number: int, place: int) -> int:
    """An id far above those that INEGI gives."""
    return 9_000_000_000 + number * 10 + place


def _capitals(website: str) -> str:
    """A website as DENUE writes it: in capitals, without a scheme."""
    return f"WWW.{website.removeprefix('https://').rstrip('/').upper()}"


def _tax_number(number: int, *, wrong: bool) -> str:
    """A number with the form of an RFC and a date that no calendar has, so that it is nobody's."""
    letters = "".join(_LETTERS[number // 26**place % 26] for place in range(3))
    body = f"{letters}000000{number // 26**3 % 100:02d}"
    digit: str = rfc.calc_check_digit(body)
    return body + (digit if not wrong else "0" if digit != "0" else "1")


def _local(moment: datetime) -> datetime:
    return moment.astimezone(_LOCAL).replace(tzinfo=None)


def _json(value: Mapping[str, object] | list[dict[str, object]]) -> str:
    return orjson.dumps(value).decode()
