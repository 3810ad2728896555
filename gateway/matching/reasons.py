"""Why a match has its score: reasons whose points add up to it.

The mutual part of the score, 60 of 100, is shared out in proportion: between what they can do and what the asker can
do for them as ``fit`` to ``reverse``, and what they can do among the requirements as weight times best. In a match of
two sides each gives at most half of it; in a one-sided match the first gives all there is, 60 % of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from adapters.contract.codes import Level
from adapters.contract.languages import chain, choose
from adapters.contract.match import Match, Sought
from gateway.matching.plan import BROADER, NARROWER, SAME
from gateway.matching.score import WEIGHTS, Met, Parts, closeness
from gateway.matching.wording import BELOW, SENTENCES
from gateway.reference import Reference
from gateway.vocabulary.concepts import Concept
from schemas.codes import ReasonCode

__all__ = ["Reason", "reasons", "unmet", "wording"]

_FULL = 10_000
_MUTUAL = WEIGHTS["mutual"] * _FULL // 100
_OF_TWO_SIDES = _MUTUAL // 2
_ONE_SIDED = _MUTUAL * 6 // 10
_CAPABILITY: Mapping[int, ReasonCode] = MappingProxyType(
    {
        SAME: ReasonCode.CAPABILITY_EXACT,
        NARROWER: ReasonCode.CAPABILITY_NARROWER,
        BROADER: ReasonCode.CAPABILITY_BROADER,
    }
)
_OTHERS: Mapping[str, ReasonCode] = MappingProxyType(
    {
        "market": ReasonCode.MARKET_OVERLAP,
        "mode": ReasonCode.MODE_MATCH,
        "programme": ReasonCode.PROGRAMME_AFFINITY,
        "language": ReasonCode.LANGUAGE_SHARED,
        "freshness": ReasonCode.FRESHNESS,
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: its points, and the most that it could have given in a match of this kind."""

    code: ReasonCode
    points: int
    max_points: int
    requirement: str | None = None
    """The key of the requirement that is met."""
    evidence: tuple[str, ...] = ()
    """Global IDs of what shows it: the need that the asker meets."""
    held: str | None = None
    """The concept of the capability."""
    asked: str | None = None
    """The concept required."""
    below: bool = False
    """Whether the capability is one level below the one required."""


def reasons(parts: Parts, match: Match, cluster: str) -> tuple[Reason, ...]:
    """The reasons of a match with a member of a cluster, those with most points first; none is without points.

    The points add up to ``parts.score``: each is rounded down, and what is left goes to those that lost most by it.
    """
    fit = sum(sought.weight * met.best for met, sought in _met(parts, match)) or 1
    both = (parts.fit + parts.reverse) or 1
    mutual = WEIGHTS["mutual"] * parts.mutual
    shares: list[tuple[Reason, int]] = [
        *(
            (_capability(met, sought, match, parts), mutual * parts.fit * sought.weight * met.best)
            for met, sought in _met(parts, match)
        ),
        (_returned(parts, cluster), mutual * parts.reverse * fit),
        *(
            (Reason(code, 0, WEIGHTS[part] * _FULL // 100), WEIGHTS[part] * int(getattr(parts, part)) * fit * both)
            for part, code in _OTHERS.items()
        ),
    ]
    points = _rounded([amount for _, amount in shares], 100 * fit * both, parts.score)
    given = [replace(reason, points=each) for (reason, _), each in zip(shares, points, strict=True) if each]
    return tuple(sorted(given, key=lambda reason: -reason.points))


def unmet(parts: Parts, match: Match) -> tuple[str, ...]:
    """The keys of the requirements for which the candidate has nothing."""
    met = {each.key for each in parts.met}
    return tuple(sought.key for sought in match.requirements if sought.key not in met)


def wording(reason: Reason, lang: str | None, concepts: Mapping[str, Concept]) -> tuple[str, str]:
    """The reason in a sentence, and the language it is in. Raises ValueError when ``lang`` is no language tag."""
    sentence, found = choose(SENTENCES[reason.code], chain(lang)) or ("", "")
    labels = {
        name: concepts[uri].labels[found] if uri in concepts else uri
        for name, uri in (("held", reason.held), ("asked", reason.asked))
        if uri
    }
    return sentence.format(**labels, below=BELOW[found] if reason.below else ""), found


def _met(parts: Parts, match: Match) -> list[tuple[Met, Sought]]:
    """What the candidate has, with the requirement that it is for."""
    sought = {each.key: each for each in match.requirements}
    return [(met, sought[met.key]) for met in parts.met]


def _capability(met: Met, sought: Sought, match: Match, parts: Parts) -> Reason:
    similarity = dict(sought.concepts)[met.concept]
    most = _ONE_SIDED if parts.one_sided else _OF_TWO_SIDES
    return Reason(
        code=_CAPABILITY[similarity],
        points=0,
        max_points=-(-most * sought.weight // sum(each.weight for each in match.requirements)),
        requirement=met.key,
        held=met.concept,
        asked=next(uri for uri, alike in sought.concepts if alike == SAME),
        below=met.best < closeness(similarity, Level.EXPERT, Level.AWARENESS),
    )


def _returned(parts: Parts, cluster: str) -> Reason:
    evidence = (Reference("Need", cluster, parts.need).id,) if parts.need else ()
    return Reason(ReasonCode.THEY_NEED_WHAT_YOU_OFFER, 0, _OF_TWO_SIDES, evidence=evidence)


def _rounded(amounts: Sequence[int], whole: int, total: int) -> list[int]:
    """Amounts in units of ``whole``, rounded so that they add up to ``total``: the largest remainders are rounded up.

    >>> _rounded([10, 10, 10], 15, 2)
    [1, 1, 0]
    """
    points = [amount // whole for amount in amounts]
    by_remainder = sorted(range(len(amounts)), key=lambda at: -(amounts[at] % whole))
    for at in by_remainder[: total - sum(points)]:
        points[at] += 1
    return points
