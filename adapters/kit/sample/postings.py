"""Invented offers and needs, with texts in up to three languages from one draw of concepts."""

from bisect import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from typing import TypeVar

from adapters.kit.sample.concepts import CONCEPTS
from adapters.kit.sample.member import Home, SamplePosting, SampleRequirement
from adapters.kit.sample.wording import FIELDS, LANGUAGES, SUMMARIES, TITLES

__all__ = ["Author", "chance", "draw", "need", "offer", "one", "texts", "translations"]

_T = TypeVar("_T")

# Popularity falls with the rank, as in Zipf's law, a little flattened at the top.
_POPULARITY = tuple(accumulate(1 / (rank + 3) for rank in range(len(CONCEPTS))))
_RANKS = range(len(CONCEPTS))
_OFFER_KINDS = ("BUSINESS_OFFER", "TECHNOLOGY_OFFER", "EXPERTISE_OFFER", "FACILITY_OFFER")
_NEED_KINDS = (
    "BUSINESS_REQUEST",
    "TECHNOLOGY_REQUEST",
    "RD_PARTNER_REQUEST",
    "CHALLENGE",
    "TALENT_REQUEST",
    "FUNDING_REQUEST",
)
_MODES = {
    "BUSINESS_OFFER": ("DISTRIBUTION", "COMMERCIAL_AGENCY", "SUBCONTRACTING", "JOINT_BID"),
    "TECHNOLOGY_OFFER": ("LICENSING", "JOINT_VENTURE", "TECHNICAL_COOPERATION"),
    "EXPERTISE_OFFER": ("SUBCONTRACTING", "JOINT_BID", "RD_COOPERATION", "INTERNSHIP_HOSTING"),
    "FACILITY_OFFER": ("RD_COOPERATION", "TECHNICAL_COOPERATION", "INTERNSHIP_HOSTING"),
    "BUSINESS_REQUEST": ("DISTRIBUTION", "COMMERCIAL_AGENCY", "SUBCONTRACTING"),
    "TECHNOLOGY_REQUEST": ("LICENSING", "TECHNICAL_COOPERATION"),
    "RD_PARTNER_REQUEST": ("RD_COOPERATION", "JOINT_BID"),
    "CHALLENGE": ("RD_COOPERATION", "TECHNICAL_COOPERATION", "JOINT_VENTURE"),
    "TALENT_REQUEST": ("INTERNSHIP_HOSTING", "SUBCONTRACTING"),
    "FUNDING_REQUEST": ("INVESTMENT", "JOINT_VENTURE"),
}
_MARKETS = ("CA", "MX", "US", "FR", "ES", "BR", "CO", "CL")
_LEVELS = ("AWARENESS", "WORKING", "ADVANCED", "EXPERT")
_STATUSES = ("PUBLISHED", "PAUSED", "EXPIRED", "DRAFT", "WITHDRAWN")
_SHOWN = {"PUBLISHED", "PAUSED", "EXPIRED"}
_VISIBILITIES = ("CORRIDOR", "PUBLIC", "CLUSTER", "MUTUAL", "PRIVATE")


@dataclass(frozen=True, slots=True)
class Author:
    """Who posts: its home, a mark for canaries, the ranks of the concepts it knows, and whether it is served at all."""

    home: Home
    mark: str
    known: Sequence[int]
    served: bool


@dataclass(frozen=True, slots=True)
class _Subject:
    """What a posting is about; ``ranks`` are those of the concepts that its texts name."""

    kind: str
    ranks: Sequence[int]
    concepts: tuple[str, ...] = ()
    requirements: tuple[SampleRequirement, ...] = ()
    trl: int | None = None


@dataclass(frozen=True, slots=True)
class _Life:
    """The state and dates of a posting, and whether it may be seen."""

    status: str
    visibility: str
    valid_until: date
    updated_at: datetime

    @property
    def shown(self) -> bool:
        return self.status in _SHOWN and self.visibility in {"PUBLIC", "CORRIDOR"}


def chance(rng: Random, percent: int) -> bool:
    """Whether something of this likelihood happens."""
    return 100 * rng.random() < percent


def one(rng: Random, values: Sequence[_T], cumulative: Sequence[float]) -> _T:
    """One of the values by their cumulative weights: what ``choices`` draws first, at a fraction of its cost.

    >>> one(Random(1), "abc", (1, 2, 9)) == Random(1).choices("abc", cum_weights=(1, 2, 9))[0]
    True
    """
    return values[bisect(cumulative, rng.random() * cumulative[-1], 0, len(values) - 1)]


def draw(rng: Random, count: int, most: int) -> tuple[int, ...]:
    """Up to ``count`` distinct ranks of concepts, at most ``most``, popular ones more often."""
    drawn = rng.choices(_RANKS, cum_weights=_POPULARITY, k=min(count, most))
    return tuple(dict.fromkeys(drawn))


def translations(home: Home, rng: Random) -> dict[str, bool]:
    """The languages of a text, home first, each with whether it is a machine translation."""
    others = (lang for lang in LANGUAGES if lang != home.lang and chance(rng, 60))
    return {home.lang: False} | {lang: chance(rng, 40) for lang in others}


def texts(
    patterns: Mapping[str, Sequence[str]], languages: Iterable[str], ranks: Sequence[int], rng: Random, mark: str = ""
) -> dict[str, str]:
    """One text in each language, all saying the same of the concepts of ``ranks``; after ``mark``, if given."""
    which = rng.randrange(len(patterns["en"]))
    first = ranks[0]
    second = ranks[1] if len(ranks) > 1 else (first + 1) % len(CONCEPTS)
    field = (first + second) % len(FIELDS["en"])
    return {
        lang: mark
        + patterns[lang][which].format(
            a=CONCEPTS[first].labels[lang], b=CONCEPTS[second].labels[lang], field=FIELDS[lang][field]
        )
        for lang in languages
    }


def offer(author: Author, rng: Random) -> SamplePosting:
    """An invented offer, mostly of what its author knows."""
    kind = one(rng, _OFFER_KINDS, (45, 65, 92, 100))
    ranks = tuple(sorted({rng.choice(author.known) for _ in range(rng.choice((1, 2, 3)))}))
    trl = rng.randint(3, 9) if kind == "TECHNOLOGY_OFFER" or chance(rng, 10) else None
    concepts = tuple(CONCEPTS[rank].uri for rank in ranks)
    return _posting(author, rng, _Subject(kind, ranks, concepts=concepts, trl=trl))


def need(author: Author, rng: Random) -> SamplePosting:
    """An invented need, with one to four requirements."""
    kind = one(rng, _NEED_KINDS, (25, 45, 62, 75, 90, 100))
    ranks = draw(rng, rng.choice((1, 2, 2, 3, 4)), 4)
    requirements = tuple(
        SampleRequirement(
            key=str(place),
            concept=CONCEPTS[rank].uri,
            min_level=one(rng, _LEVELS, (10, 60, 90, 100)),
            weight=rng.randint(1, 10),
            mandatory=place == 1 or chance(rng, 30),
        )
        for place, rank in enumerate(ranks, start=1)
    )
    return _posting(author, rng, _Subject(kind, ranks, requirements=requirements))


def _life(home: Home, rng: Random) -> _Life:
    status = one(rng, _STATUSES, (72, 78, 90, 96, 100))
    days = -rng.randint(1, 300) if status == "EXPIRED" else rng.randint(20, 720)
    return _Life(
        status,
        one(rng, _VISIBILITIES, (75, 91, 95, 98, 100)),
        home.today + timedelta(days=days),
        datetime.combine(home.today, time(), UTC) - timedelta(seconds=rng.randrange(400 * 86400)),
    )


def _posting(author: Author, rng: Random, subject: _Subject) -> SamplePosting:
    life = _life(author.home, rng)
    mark = "" if life.shown and author.served else f"CANARY-{author.mark} "
    languages = translations(author.home, rng)
    return SamplePosting(
        kind=subject.kind,
        title=texts(TITLES[subject.kind], languages, subject.ranks, rng, mark),
        summary=texts(SUMMARIES, languages, subject.ranks, rng, mark),
        machine=frozenset(lang for lang, translated in languages.items() if translated),
        concepts=subject.concepts,
        requirements=subject.requirements,
        modes=tuple(mode for mode in _MODES[subject.kind] if chance(rng, 50)) or _MODES[subject.kind][:1],
        target_markets=tuple(market for market in _MARKETS if chance(rng, 25)),
        trl=subject.trl,
        anonymous=chance(rng, 12),
        status=life.status,
        visibility=life.visibility,
        valid_until=life.valid_until,
        updated_at=life.updated_at,
    )
