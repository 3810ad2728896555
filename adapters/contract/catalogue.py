"""The contract's objects: the one declaration that projections, compiler and schema share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from adapters.contract import codes
from adapters.contract.objects import Facet, Field, Filter, Kind, Object, Order, TextField
from adapters.contract.viewers import Purpose

__all__ = ["CATALOGUE", "CONCEPT_POINTS", "Path", "path_of"]

CONCEPT_POINTS = 3
"""Points of a search for each hundredth of a concept's weight: 300 for the concept itself."""

_Named = TypeVar("_Named", Field, Filter, Facet, Order, TextField)


def _by_name(*items: _Named) -> Mapping[str, _Named]:
    return MappingProxyType({item.name: item for item in items})


def _leaf(name: str, kind: Kind = Kind.TEXT, *, null: bool = False) -> Field:
    return Field(name, kind, required=not null)


def _code(name: str, values: type[codes.Code]) -> Field:
    return Field(name, Kind.CODE, codelist=values)


def _concepts(name: str) -> Field:
    return Field(name, Kind.TERMS, vocabulary="concept")


_CLUSTER = Field("cluster", Kind.CLUSTER)
_CONCEPT = Field("concept", Kind.TERM, vocabulary="concept")
_OWNER = Field("owner", Kind.PARENT, required=False, target="member", link="owner_key")

_HEADCOUNT = Object(
    "headcount",
    "Headcount",
    _by_name(
        Field("min", Kind.INTEGER, columns=("headcount_min",)),
        Field("max", Kind.INTEGER, required=False, columns=("headcount_max",)),
        Field("native_code", Kind.TEXT, columns=("headcount_code",)),
        Field("band", Kind.CODE, columns=("size_band",), codelist=codes.SizeBand),
    ),
)

_LOCALIZED_TEXT = Object(
    "localized_text",
    "LocalizedText",
    _by_name(
        _leaf("text"),
        _leaf("lang"),
        Field("machine_translated", Kind.BOOLEAN, columns=("machine",)),
    ),
)

_IDENTIFIER = Object(
    "identifier",
    "Identifier",
    _by_name(
        _code("scheme", codes.IdentifierScheme),
        _leaf("value", null=True),
        _leaf("checksum_valid", Kind.BOOLEAN, null=True),
        _leaf("verified_at", Kind.INSTANT, null=True),
        _leaf("verified_by", null=True),
    ),
    link="member_key",
)

_INDUSTRY = Object(
    "industry",
    "Industry",
    _by_name(
        _leaf("system"),
        _leaf("version"),
        _leaf("code"),
        Field("label", Kind.TERM, columns=("system", "version", "code"), vocabulary="industry"),
        Field("localized_label", Kind.TERM, columns=("system", "version", "code"), vocabulary="industry"),
        _leaf("common_code5", null=True),
    ),
    link="member_key",
)

_CAPABILITY = Object("capability", "Capability", _by_name(_CONCEPT, _code("level", codes.Level)), link="member_key")

_REQUIREMENT = Object(
    "requirement",
    "Requirement",
    _by_name(
        _leaf("key"),
        _CONCEPT,
        _code("min_level", codes.Level),
        _leaf("weight", Kind.INTEGER),
        _leaf("mandatory", Kind.BOOLEAN),
    ),
    link="need_key",
)

_PROGRAMME = Object(
    "programme",
    "Programme",
    _by_name(
        _CLUSTER,
        _leaf("code"),
        Field("name", Kind.LOCALIZED, target="localized_text"),
        _concepts("themes"),
        _code("status", codes.ProgrammeStatus),
    ),
    keyed=True,
    node=True,
    orders=_by_name(Order("CODE", "code", Kind.TEXT)),
    texts=_by_name(TextField("NAME", 0, 0)),
)

# No orders, filters, facets or texts, and no node: nothing lists it, finds it or counts it. Its key is that of its
# member, a slash and its ``ref``.
_CONTACT = Object(
    "contact",
    "ContactPoint",
    _by_name(
        _leaf("ref"),
        _leaf("name", null=True),
        _leaf("role", null=True),
        _leaf("email", null=True),
        _leaf("phone", null=True),
        _leaf("preferred_language", null=True),
    ),
    keyed=True,
    link="member_key",
)

_UPDATED = Order("UPDATED_AT", "updated_at", Kind.INSTANT)
_VALID = Order("VALID_UNTIL", "valid_until", Kind.DATE)
_POSTING_TEXTS = _by_name(TextField("TITLE", 300, 20), TextField("SUMMARY", 100, 10))

_MEMBER = Object(
    "member",
    "Member",
    _by_name(
        _CLUSTER,
        _leaf("display_name"),
        _leaf("legal_name", null=True),
        Field(
            "identifiers",
            Kind.CHILDREN,
            target="identifier",
            link="member_key",
            order=("scheme", "value", "verified_at"),
        ),
        _code("sector", codes.Sector),
        _code("org_type", codes.OrgType),
        Field("headcount", Kind.GROUP, required=False, target="headcount"),
        _leaf("founded", Kind.INTEGER, null=True),
        _leaf("city", null=True),
        _leaf("subdivision", null=True),
        _leaf("country"),
        Field("industries", Kind.CHILDREN, target="industry", link="member_key", order=("system", "version", "code")),
        Field("summary", Kind.LOCALIZED, required=False, target="localized_text"),
        _leaf("website", null=True),
        _leaf("languages", Kind.CODES),
        _leaf("target_markets", Kind.CODES),
        Field("capabilities", Kind.CHILDREN, target="capability", link="member_key", order=("concept",)),
        Field("offers", Kind.CHILDREN, target="offer", link="owner_key", order=("-updated_at", "key")),
        Field("needs", Kind.CHILDREN, target="need", link="owner_key", order=("-updated_at", "key")),
        _concepts("interests"),
        Field(
            "programmes",
            Kind.CHILDREN,
            target="programme",
            link="member_key",
            through="programme_member",
            order=("code", "key"),
        ),
        _code("membership_status", codes.MembershipStatus),
        _code("visibility", codes.Visibility),
        Field("purposes", Kind.CODES, codelist=Purpose, internal=True),
        _leaf("updated_at", Kind.INSTANT),
        Field("contacts", Kind.CHILDREN, target="contact", link="member_key", order=("ref",), own=True),
    ),
    keyed=True,
    node=True,
    orders=_by_name(
        Order("NAME", "name_key", Kind.TEXT),
        _UPDATED,
        Order("FOUNDED", "founded", Kind.INTEGER, nullable=True),
        Order("HEADCOUNT", "headcount_min", Kind.INTEGER, nullable=True),
    ),
    filters=_by_name(
        Filter("sectors", ("sector",)),
        Filter("org_types", ("org_type",)),
        Filter("naics5", ("industries", "common_code5")),
        Filter("concepts", ("capabilities", "concept")),
        Filter("offer_kinds", ("offers", "kind")),
        Filter("need_kinds", ("needs", "kind")),
        Filter("modes", ("offers", "modes")),
        Filter("target_markets", ("target_markets",)),
        Filter("languages", ("languages",)),
        Filter("programmes", ("programmes", "code")),
    ),
    facets=_by_name(
        Facet("SECTOR", ("sector",)),
        Facet("ORG_TYPE", ("org_type",)),
        Facet("INDUSTRY", ("industries", "common_code5")),
        Facet("CONCEPT", ("capabilities", "concept")),
        Facet("OFFER_KIND", ("offers", "kind")),
        Facet("NEED_KIND", ("needs", "kind")),
        Facet("TARGET_MARKET", ("target_markets",)),
        Facet("LANGUAGE", ("languages",)),
        Facet("PROGRAMME", ("programmes", "code")),
        Facet("HEADCOUNT", ("headcount", "band")),
    ),
    texts=_by_name(TextField("NAME", 400, 40), TextField("OTHER_NAME", 300, 30), TextField("SUMMARY", 100, 10)),
    concepts=(("capabilities", "concept"), ("interests",)),
)

_OFFER = Object(
    "offer",
    "Offer",
    _by_name(
        _CLUSTER,
        _OWNER,
        _code("kind", codes.OfferKind),
        Field("title", Kind.LOCALIZED, target="localized_text"),
        Field("summary", Kind.LOCALIZED, required=False, target="localized_text"),
        _concepts("concepts"),
        Field("modes", Kind.CODES, codelist=codes.CollaborationMode),
        _leaf("trl", Kind.INTEGER, null=True),
        _leaf("anonymous", Kind.BOOLEAN),
        _code("status", codes.PostingStatus),
        _leaf("valid_until", Kind.DATE),
        _leaf("updated_at", Kind.INSTANT),
    ),
    keyed=True,
    node=True,
    orders=_by_name(_UPDATED, _VALID),
    filters=_by_name(Filter("kinds", ("kind",)), Filter("concepts", ("concepts",)), Filter("modes", ("modes",))),
    facets=_by_name(Facet("OFFER_KIND", ("kind",)), Facet("CONCEPT", ("concepts",)), Facet("MODE", ("modes",))),
    texts=_POSTING_TEXTS,
    concepts=(("concepts",),),
)

_NEED = Object(
    "need",
    "Need",
    _by_name(
        _CLUSTER,
        _OWNER,
        _code("kind", codes.NeedKind),
        Field("title", Kind.LOCALIZED, target="localized_text"),
        Field("summary", Kind.LOCALIZED, required=False, target="localized_text"),
        Field("requirements", Kind.CHILDREN, target="requirement", link="need_key", order=("key",)),
        Field("modes", Kind.CODES, codelist=codes.CollaborationMode),
        _leaf("target_markets", Kind.CODES),
        _leaf("anonymous", Kind.BOOLEAN),
        _code("status", codes.PostingStatus),
        _leaf("valid_until", Kind.DATE),
        _leaf("updated_at", Kind.INSTANT),
    ),
    keyed=True,
    node=True,
    orders=_by_name(_UPDATED, _VALID),
    filters=_by_name(
        Filter("kinds", ("kind",)),
        Filter("concepts", ("requirements", "concept")),
        Filter("modes", ("modes",)),
        Filter("target_markets", ("target_markets",)),
    ),
    facets=_by_name(
        Facet("NEED_KIND", ("kind",)),
        Facet("CONCEPT", ("requirements", "concept")),
        Facet("MODE", ("modes",)),
        Facet("TARGET_MARKET", ("target_markets",)),
    ),
    texts=_POSTING_TEXTS,
    concepts=(("requirements", "concept"),),
)

CATALOGUE: Mapping[str, Object] = MappingProxyType(
    {
        each.name: each
        for each in (
            _MEMBER,
            _HEADCOUNT,
            _LOCALIZED_TEXT,
            _IDENTIFIER,
            _INDUSTRY,
            _CAPABILITY,
            _CONTACT,
            _OFFER,
            _NEED,
            _REQUIREMENT,
            _PROGRAMME,
        )
    }
)
"""Every object of the contract, by name."""


Path = tuple[tuple[Object, Field], ...]
"""The steps of a path: each object with the field taken from it."""


def path_of(start: str, path: tuple[str, ...]) -> Path:
    """The steps of a path from an object.

    >>> [(step.name, taken.name) for step, taken in path_of("member", ("capabilities", "concept"))]
    [('member', 'capabilities'), ('capability', 'concept')]
    """
    steps: list[tuple[Object, Field]] = []
    name = start
    for part in path:
        taken = CATALOGUE[name].fields[part]
        steps.append((CATALOGUE[name], taken))
        name = taken.target
    return tuple(steps)
