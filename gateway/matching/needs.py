"""What a team needs: so many members, clusters, countries, members of a type, somebody for each requirement.

Whoever joins a team, its needs stay fulfilled; only the room for members is a limit the other way.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from gateway.matching.team import Blocker, Candidate, Question
from schemas.codes import BlockerCode

__all__ = ["Groups", "Need", "covering", "needs"]

Groups = tuple[frozenset[int], ...]
"""Sets of positions in the pool of members; where members are counted, each is a group of its own."""


@dataclass(frozen=True, slots=True)
class Need:
    """At least so many of the groups have a member in the team."""

    blocker: Blocker
    """What is in the way where this is not fulfilled."""
    groups: Groups
    at_least: int

    def fulfilled(self, team: frozenset[int]) -> bool:
        """Whether the team does."""
        return sum(not group.isdisjoint(team) for group in self.groups) >= self.at_least


def needs(question: Question, pool: Sequence[Candidate]) -> Iterator[Need]:
    """All needs of a team from the pool: those of the rules, then the mandatory requirements."""
    rules = question.rules
    members = tuple(frozenset({at}) for at in range(len(pool)))
    yield Need(Blocker(BlockerCode.TOO_FEW_MEMBERS), members, rules.min_members)
    clusters = _grouped(pool, lambda member: member.cluster)
    yield Need(Blocker(BlockerCode.TOO_FEW_CLUSTERS), clusters, rules.min_clusters)
    countries = _grouped(pool, lambda member: member.country)
    yield Need(Blocker(BlockerCode.COUNTRY_RULE_UNMET), countries, rules.min_countries)
    for kind, number in sorted(rules.required_types.items()):
        of_kind = tuple(group for group, member in zip(members, pool, strict=True) if member.org_type == kind)
        yield Need(Blocker(BlockerCode.TYPE_RULE_UNMET, kind), of_kind, number)
    if rules.lead_types:
        leads = frozenset(at for at, member in enumerate(pool) if member.org_type in rules.lead_types)
        yield Need(Blocker(BlockerCode.NO_LEAD), (leads,), 1)
    for requirement in question.requirements:
        if requirement.mandatory:
            blocker = Blocker(BlockerCode.CAPABILITY_UNCOVERED, requirement.key)
            yield Need(blocker, (covering(requirement.key, pool),), 1)


def covering(key: str, pool: Sequence[Candidate]) -> frozenset[int]:
    """The positions of those who cover a requirement."""
    return frozenset(at for at, member in enumerate(pool) if key in member.covers)


def _grouped(pool: Sequence[Candidate], by: Callable[[Candidate], str]) -> Groups:
    """The positions of those who have something in common, in alphabetical order of what it is."""
    return tuple(
        frozenset(at for at, member in enumerate(pool) if by(member) == shared) for shared in sorted({*map(by, pool)})
    )
