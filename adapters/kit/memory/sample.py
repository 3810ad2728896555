"""The kit's invented members as the rows of a registry: only what a registry would serve, by view."""

from collections.abc import Iterator, Sequence
from typing import Any

from adapters.contract.codes import SEES, Visibility
from adapters.contract.text import fold
from adapters.kit.columns import PROJECTIONS
from adapters.kit.sample import Home, SampleContact, SampleMember, SamplePosting, members

__all__ = ["sample_tables"]

_LARGEST_BY_BAND = ((10, "MICRO"), (50, "SMALL"), (249, "MEDIUM"))
_Rows = dict[str, list[dict[str, Any]]]


def sample_tables(home: Home, count: int, seed: int) -> dict[Visibility, _Rows]:
    """What may be seen under each view of ``count`` invented members with all they post, as rows by projection.

    A field that a member hides is of the level CLUSTER.
    """
    listed = [*members(home, count, seed)]
    return {view: _seen(home, listed, view) for view in Visibility}


def _seen(home: Home, listed: Sequence[SampleMember], view: Visibility) -> _Rows:
    rows: _Rows = {name: [] for name in PROJECTIONS}
    for place, code in enumerate(home.programmes):
        rows["programme"].append({"key": code, "code": code, "themes": [], "status": "ACTIVE"})
        for lang in ("en", "fr", "es")[: 1 + place % 3]:
            rows["programme_text"].append(_text("programme", code, "NAME", f"Programme {code}", lang))
    for member in listed:
        if member.seen(view):
            _add(rows, home, member, view)
    return rows


def _add(rows: _Rows, home: Home, member: SampleMember, view: Visibility) -> None:
    key = f"M-{member.number:06d}"
    hidden = frozenset() if Visibility.CLUSTER in SEES[view] else member.hidden_fields
    legal_name = None if "legal_name" in hidden else member.legal_name
    rows["member"].append(
        {
            "key": key,
            "display_name": member.name,
            "legal_name": legal_name,
            "sector": member.sector,
            "org_type": member.org_type,
            **_headcount(member.headcount),
            "founded": member.founded,
            "city": None,
            "subdivision": None,
            "country": home.country,
            "website": None if "website" in hidden else member.website,
            "languages": list(member.languages),
            "target_markets": list(member.target_markets),
            "interests": list(member.interests),
            "membership_status": member.status,
            "visibility": member.visibility,
            "purposes": sorted(member.consents),
            "updated_at": member.updated_at,
            "name_key": fold(member.name),
        }
    )
    names = [("NAME", member.name), *(("OTHER_NAME", name) for name in (legal_name, *member.other_names) if name)]
    rows["member_text"] += [_text("member", key, field, text) for field, text in names]
    rows["member_text"] += [
        _text("member", key, "SUMMARY", text, lang, lang in member.machine) for lang, text in member.summary.items()
    ]
    rows["identifier"].append(
        {
            "member_key": key,
            "scheme": "OTHER",
            "value": None if "identifiers" in hidden else f"sample:{member.number}",
            "checksum_valid": None,
            "verified_at": member.updated_at,
            "verified_by": None,
        }
    )
    rows["industry"].append(
        {
            "member_key": key,
            "system": "SCIAN",
            "version": "2018",
            "code": member.activity,
            "common_code5": member.activity[:5],
        }
    )
    rows["capability"] += [{"member_key": key, "concept": uri, "level": level} for uri, level in member.capabilities]
    if view is Visibility.PRIVATE or (view is Visibility.MUTUAL and "CONTACT_RELEASE" in member.consents):
        rows["contact"] += [_contact(key, each) for each in member.contacts]
    rows["programme_member"] += [{"member_key": key, "programme_key": code} for code in member.programmes]
    for of, postings in (("offer", member.offers), ("need", member.needs)):
        for posting_key, posting in _postings(f"{key}-{of}", postings, view):
            named = not posting.anonymous or view is Visibility.PRIVATE
            rows[of].append(_posting(posting_key, key if named else None, posting) | _of(of, posting))
            rows[f"{of}_text"] += _texts(of, posting_key, posting)
            rows["requirement"] += [
                {
                    "need_key": posting_key,
                    "key": each.key,
                    "concept": each.concept,
                    "min_level": each.min_level,
                    "weight": each.weight,
                    "mandatory": each.mandatory,
                }
                for each in posting.requirements
            ]


def _contact(member_key: str, contact: SampleContact) -> dict[str, Any]:
    ref = f"contact-{contact.number}"
    return {
        "key": f"{member_key}/{ref}",
        "member_key": member_key,
        "ref": ref,
        "name": contact.name,
        "role": contact.role,
        "email": contact.email,
        "phone": contact.phone,
        "preferred_language": contact.language,
    }


def _postings(
    prefix: str, postings: tuple[SamplePosting, ...], view: Visibility
) -> Iterator[tuple[str, SamplePosting]]:
    for place, posting in enumerate(postings):
        if posting.seen(view):
            yield f"{prefix}-{place}", posting


def _posting(key: str, owner: str | None, posting: SamplePosting) -> dict[str, Any]:
    return {
        "key": key,
        "owner_key": owner,
        "kind": posting.kind,
        "modes": list(posting.modes),
        "anonymous": posting.anonymous,
        "status": posting.status,
        "valid_until": posting.valid_until,
        "updated_at": posting.updated_at,
    }


def _of(of: str, posting: SamplePosting) -> dict[str, Any]:
    if of == "need":
        return {"target_markets": list(posting.target_markets)}
    return {"concepts": list(posting.concepts), "trl": posting.trl}


def _texts(of: str, key: str, posting: SamplePosting) -> Iterator[dict[str, Any]]:
    for field, texts in (("TITLE", posting.title), ("SUMMARY", posting.summary)):
        for lang, text in texts.items():
            yield _text(of, key, field, text, lang, lang in posting.machine)


def _text(  # noqa: PLR0913 - the columns of the projection
    of: str,
    key: str,
    field: str,
    text: str,
    lang: str | None = None,
    machine: bool = False,  # noqa: FBT001, FBT002
) -> dict[str, Any]:
    return {f"{of}_key": key, "field": field, "lang": lang, "text": text, "machine": machine}


def _headcount(people: int | None) -> dict[str, Any]:
    band = None if people is None else next((band for most, band in _LARGEST_BY_BAND if people <= most), "LARGE")
    return {"headcount_min": people, "headcount_max": people, "headcount_code": band, "size_band": band}
