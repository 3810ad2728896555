"""Invented members, each from its own random source: member ``n`` of a seed never depends on how many are asked for.

>>> home = Home("demo", "fr", ("fr-CA", "en-CA"), "CA", ("inc.",), ("P1",), "+151455501")
>>> [member.number for member in members(home, 2, seed=1, start=5)]
[6, 7]
>>> next(members(home, 1, seed=1, start=5)) == list(members(home, 6, seed=1))[5]
True
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import accumulate
from random import Random

from adapters.contract.codes import SEES, Visibility
from adapters.kit.sample.concepts import CONCEPTS
from adapters.kit.sample.member import Home, SampleContact, SampleMember
from adapters.kit.sample.postings import Author, chance, draw, need, offer, one, texts, translations
from adapters.kit.sample.wording import MARKERS, PROFILES, SUFFIXES, SYLLABLES

__all__ = ["ACTIVITIES", "members"]

ACTIVITIES: tuple[str, ...] = (
    "541510", "511210", "518210", "519130", "541690", "541610", "541430", "541330", "517311", "517312", "517910",
    "334410", "334110", "334210", "334290", "334310", "334519", "541380", "512190", "541711", "541712",
    "611211", "611311", "611312",
)  # fmt: skip
"""The SCIAN 2018 classes of sample members; a city translates each to its own codes."""

_BUSINESS = ACTIVITIES[:19]
_BUSINESS_WEIGHTS = tuple(accumulate((40, 14, 8, 5, 6, 5, 4, 4, 2, 2, 3, 3, 2, 2, 1, 1, 2, 1, 2)))
_ACTIVITY_OF = {
    "UNIVERSITY": ("611311", "611312"),
    "COLLEGE": ("611211",),
    "RESEARCH_CENTRE": ("541711", "541712"),
    "NGO": ("541690",),
    "ASSOCIATION": ("541610",),
    "MUNICIPALITY": ("518210", "519130"),
    "GOVERNMENT_AGENCY": ("518210", "541690"),
    "INVESTOR": ("541610",),
}
_SECTOR_OF = {
    "UNIVERSITY": "INSTITUTIONAL",
    "COLLEGE": "INSTITUTIONAL",
    "RESEARCH_CENTRE": "INSTITUTIONAL",
    "NGO": "INSTITUTIONAL",
    "ASSOCIATION": "INSTITUTIONAL",
    "MUNICIPALITY": "PUBLIC",
    "GOVERNMENT_AGENCY": "PUBLIC",
}
_KINDS = ("BUSINESS", "INVESTOR", *_SECTOR_OF)
_KIND_WEIGHTS = tuple(accumulate((880, 15, 12, 18, 25, 15, 15, 8, 12)))
# Bounds and shares of the seven bands in the ICT rows of a public business directory (DENUE 2021-05).
_HEADCOUNTS = ((1, 5), (6, 10), (11, 30), (31, 50), (51, 100), (101, 250), (251, 9000))
_HEADCOUNT_WEIGHTS = tuple(accumulate((46, 23, 21, 7, 12, 2, 5)))
_LEVELS = ("AWARENESS", "WORKING", "ADVANCED", "EXPERT")
_ROLES = {"fr": ("direction", "partenariats", "recherche"), "es": ("dirección", "alianzas", "investigación")}
_CONSENTS = (("PROFILE_EXCHANGE", 95), ("PARTNER_MATCHING", 80), ("CONTACT_RELEASE", 75), ("STATISTICS", 70))
# Drawn last, so that all else of a member stays as it is when a purpose is added.
_FURTHER_CONSENTS = (
    ("CONSORTIUM", 80),
    ("MISSION", 65),
    ("INTERNSHIP", 50),
    ("SHOWCASE", 60),
    ("NOTIFICATION", 85),
)
_HIDDEN = (("website", 5), ("legal_name", 4), ("identifiers", 6))
_YEARS = 45
_LARGE = 250
_YOUNG = 5
_STARTUP_MOST = 30


def members(home: Home, count: int, seed: int, start: int = 0) -> Iterator[SampleMember]:
    """The members numbered ``start + 1`` to ``start + count`` of a seed, one after another."""
    for number in range(start + 1, start + count + 1):
        # Not for secrets: the same seed has to give the same member everywhere.
        own = Random(f"{seed}:{home.code}:{number}"), Random(f"{seed}:{home.code}:{number}:contacts")  # noqa: S311
        yield _member(home, number, *own)


def _member(home: Home, number: int, rng: Random, contacts: Random) -> SampleMember:
    kind = one(rng, _KINDS, _KIND_WEIGHTS)
    headcount, founded = _headcount(rng), _founded(home, rng)
    org_type = _org_type(kind, headcount, founded, home.today.year)
    status = one(rng, ("ACTIVE", "SUSPENDED", "ENDED"), (93, 97, 100))
    visibility = one(rng, ("CORRIDOR", "PUBLIC", "CLUSTER", "MUTUAL", "PRIVATE"), (62, 92, 96, 98, 100))
    consents = _subset(rng, _CONSENTS)
    hidden = _subset(rng, _HIDDEN)
    # The same three conditions as SampleMember.served, before there is one.
    exchanged = status != "ENDED" and "PROFILE_EXCHANGE" in consents
    served = visibility in {"CORRIDOR", "PUBLIC"} and exchanged
    released = visibility in SEES[Visibility.MUTUAL] and exchanged and "CONTACT_RELEASE" in consents
    word = _invented(rng)
    name = _named(home, kind, word, rng)
    if not served:
        name = f"CANARY-{number} {name}"
    legal_name = _legal(home, kind, name, rng)
    site = f"{word}-{number}".lower().replace("é", "e").replace("ñ", "n")
    known = draw(rng, 2 + int(rng.expovariate(0.45)), 14)
    profile = translations(home, rng)
    author = Author(home, f"{home.code}-{number}", known, served)
    return SampleMember(
        number=number,
        name=name,
        legal_name=f"CANARY-{number} {legal_name}" if "legal_name" in hidden and served else legal_name,
        other_names=_other_names(name, word, rng),
        sector=_SECTOR_OF.get(kind, "PRIVATE"),
        org_type=org_type,
        headcount=headcount,
        founded=founded,
        activity=_activity(kind, rng),
        summary=texts(PROFILES, profile, known, rng, "" if served else f"CANARY-{number} "),
        machine=frozenset(lang for lang, translated in profile.items() if translated),
        website=_website(site, number, rng, hidden=not served or "website" in hidden),
        languages=_first_and_some(rng, home.languages, 55),
        target_markets=_markets(home, rng),
        interests=tuple(CONCEPTS[rank].uri for rank in draw(rng, rng.randrange(5), 5)),
        capabilities=tuple((CONCEPTS[rank].uri, one(rng, _LEVELS, (15, 55, 85, 100))) for rank in known),
        offers=tuple(offer(author, rng) for _ in range(one(rng, (0, 1, 2, 3, 5), (30, 65, 85, 95, 100)))),
        needs=tuple(need(author, rng) for _ in range(one(rng, (0, 1, 2, 3), (40, 75, 93, 100)))),
        programmes=tuple(code for code in home.programmes if chance(rng, 12)),
        status=status,
        visibility=visibility,
        hidden_fields=hidden,
        contacts=_contacts(home, site, "" if released else f"CANARY-{number} ", rng, contacts),
        updated_at=datetime.combine(home.today, time(), UTC) - timedelta(seconds=rng.randrange(700 * 86400)),
        consents=consents | _subset(rng, _FURTHER_CONSENTS),
    )


def _subset(rng: Random, chances: Sequence[tuple[str, int]]) -> frozenset[str]:
    return frozenset([name for name, percent in chances if chance(rng, percent)])


def _first_and_some(rng: Random, values: Sequence[str], percent: int) -> tuple[str, ...]:
    return (values[0], *(value for value in values[1:] if chance(rng, percent)))


def _invented(rng: Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 3, 3)))).capitalize()


def _named(home: Home, kind: str, word: str, rng: Random) -> str:
    suffix = rng.choice(SUFFIXES[home.lang][kind])
    name = f"{word} {suffix} {MARKERS[home.lang]}" if kind in {"BUSINESS", "INVESTOR"} else f"{suffix} {word}"
    return name.upper() if home.capitals else name


def _legal(home: Home, kind: str, name: str, rng: Random) -> str:
    if kind not in {"BUSINESS", "INVESTOR"}:
        return name
    form = rng.choice(home.legal_forms)
    return f"{name}{form if form.startswith(',') else ' ' + form}"


def _other_names(name: str, word: str, rng: Random) -> tuple[str, ...]:
    if chance(rng, 75):
        return ()
    prefix = "CANARY " if name.startswith("CANARY") else ""
    acronym = "".join(part[0] for part in name.removeprefix("CANARY").split() if part[0].isalpha())
    return (f"{prefix}{word.upper()}", f"{prefix}{acronym}")[: rng.choice((1, 2))]


def _headcount(rng: Random) -> int | None:
    if chance(rng, 6):
        return None
    low, high = one(rng, _HEADCOUNTS, _HEADCOUNT_WEIGHTS)
    return round(math.exp(rng.uniform(math.log(low), math.log(high))))


def _founded(home: Home, rng: Random) -> int | None:
    return None if chance(rng, 8) else home.today.year - int(_YEARS * rng.random() ** 1.6)


def _org_type(kind: str, headcount: int | None, founded: int | None, year: int) -> str:
    if kind != "BUSINESS":
        return kind
    if headcount is not None and headcount >= _LARGE:
        return "LARGE_ENTERPRISE"
    young = founded is not None and year - founded <= _YOUNG
    return "STARTUP" if young and (headcount or 0) <= _STARTUP_MOST else "SME"


def _activity(kind: str, rng: Random) -> str:
    if kind == "BUSINESS":
        return one(rng, _BUSINESS, _BUSINESS_WEIGHTS)
    return rng.choice(_ACTIVITY_OF[kind])


def _website(site: str, number: int, rng: Random, *, hidden: bool) -> str | None:
    if chance(rng, 20):
        return None
    return f"https://CANARY-{number}.example/" if hidden else f"https://{site}.example/"


def _markets(home: Home, rng: Random) -> tuple[str, ...]:
    others = ("CA", "MX", "US", "FR", "ES", "BR", "CO", "CL", "AR", "DE", "GB", "JP")
    chances = (40, 40, 35, 15, 12, 10, 10, 7, 6, 5, 5, 3)
    chosen = [market for market, percent in zip(others, chances, strict=True) if chance(rng, percent)]
    return (home.country, *(market for market in chosen if market != home.country))


def _contacts(home: Home, site: str, mark: str, rng: Random, further: Random) -> tuple[SampleContact, ...]:
    """One to three. ``rng`` gives no more than the first takes, so that all else of a member stays as it is."""
    first = _contact(home, 1, site, mark, rng)
    others = [_contact(home, number, site, mark, further) for number in range(2, 2 + further.randrange(3))]
    return (
        replace(first, language=_language(home, further)),
        *(
            replace(
                each,
                role=None if chance(further, 20) else each.role,
                email=None if chance(further, 15) else each.email,
                phone=None if chance(further, 30) else each.phone,
                language=_language(home, further),
            )
            for each in others
        ),
    )


def _contact(home: Home, number: int, site: str, mark: str, rng: Random) -> SampleContact:
    return SampleContact(
        number=number,
        name=f"{mark}{_invented(rng)} {_invented(rng)} ({MARKERS[home.lang].lower()})",
        role=f"{mark}{rng.choice(_ROLES[home.lang])}",
        email=f"contact-{number}@{site}.example",
        phone=f"{home.phone}{rng.randrange(100):02d}",
        language=None,
    )


def _language(home: Home, rng: Random) -> str | None:
    return None if chance(rng, 15) else rng.choice(home.languages)
