"""Fewer candidates, without losing a team: most candidates are beaten by enough others."""

from collections import defaultdict
from collections.abc import Sequence

from gateway.matching.team import Candidate, Question, Rules

__all__ = ["enough", "reduced"]


def enough(rules: Rules, seated: int, options: int) -> int:
    """How many of the best of each kind a registry has to list, so that no team is lost: ``Match.each``.

    By the argument of :func:`reduced`, for members of one registry that cover the same and are of the same type.
    """
    return max(1, rules.min_members - seated, *rules.required_types.values()) + options - 1


def reduced(candidates: Sequence[Candidate], question: Question, options: int) -> tuple[Candidate, ...]:
    """The candidates that can be in one of the best ``options`` teams; they are given best first, and come out so.

    A candidate *beats* another when it is given before it and does all for a team that the other does: it covers the
    same requirements, is of the same type where rules ask for so many of it, may lead where the other may, and is
    from the same cluster and country where rules count these. Who is beaten by ``several + options - 1`` others is left
    out. ``several`` is how many alike a team may need: what the rules ask for of the type, or of members at all.

    Why no team is lost. Let ``c``, beaten by so many, be in a team that is one of the best.

    1. Those in the team that beat ``c`` do all that ``c`` does, save being counted. If there is one, ``c`` is there
       only because the team would else have too few members, or too few of the type. Of all members some must be from
       other clusters and countries, and some seats are taken; what is left for ``c`` and those that beat it is at most
       ``several``. So ``several - 1`` of those that beat ``c`` are in the team at most, and ``options`` are not.
    2. Put one of these ``options`` in the place of ``c``: the team stays a team, and is better. If it is none of the
       options, it contains one that was found earlier. That one has the newcomer as a member, else the present team
       would contain it, too, and have been ruled out. But the newcomers differ, and fewer than ``options`` teams were
       found earlier: one of the better teams was still to be had, and the present one is not the best left.

    The same holds where needs are given up: fewer things are counted. And what all together lack, they lacked before.

    >>> pool = tuple(Candidate(name, "mtl", "CA", "SME", cost, frozenset("a")) for cost, name in enumerate("wxyz"))
    >>> [kept.id for kept in reduced(pool, Question(pool, (), Rules()), options=2)]
    ['w', 'x']
    """
    rules = question.rules
    keys = {requirement.key for requirement in question.requirements}
    groups: dict[tuple[str, str], list[frozenset[str]]] = defaultdict(list)
    kept = []
    for candidate in candidates:
        does = candidate.covers & keys
        if candidate.org_type in rules.required_types:
            does |= {f"type {candidate.org_type}"}
        if candidate.org_type in rules.lead_types:
            does |= {"lead"}
        group = groups[
            candidate.cluster if rules.min_clusters > 1 else "", candidate.country if rules.min_countries > 1 else ""
        ]
        several = max(1, rules.min_members - len(question.seated), rules.required_types.get(candidate.org_type, 0))
        if sum(does <= other for other in group) < several + options - 1:
            kept.append(candidate)
            group.append(does)
    return tuple(kept)
