"""Questions to compose teams for, and their answers by trying every team."""

import random
from collections.abc import Iterator
from itertools import combinations

from adapters.contract.codes import OrgType
from gateway.matching.team import Blocker, Candidate, Question, Requirement, Rules
from schemas.codes import BlockerCode

HOME = {"mtl": "CA", "gdl": "MX", "bog": "CO"}


def candidate(name, covers="", cost=1000, cluster="mtl", org_type="SME", country=None):
    return Candidate(name, cluster, country or HOME[cluster], org_type, cost, frozenset(covers))


def broken(question: Question, team: tuple[Candidate, ...]) -> frozenset[Blocker]:
    """What a team does not keep to."""
    rules = question.rules
    found = set()
    if len(team) < rules.min_members:
        found.add(Blocker(BlockerCode.TOO_FEW_MEMBERS))
    if rules.max_members is not None and len(team) > rules.max_members:
        found.add(Blocker(BlockerCode.TOO_MANY_MEMBERS))
    if len({member.cluster for member in team}) < rules.min_clusters:
        found.add(Blocker(BlockerCode.TOO_FEW_CLUSTERS))
    if len({member.country for member in team}) < rules.min_countries:
        found.add(Blocker(BlockerCode.COUNTRY_RULE_UNMET))
    if rules.lead_types and not any(member.org_type in rules.lead_types for member in team):
        found.add(Blocker(BlockerCode.NO_LEAD))
    for kind, number in rules.required_types.items():
        if sum(member.org_type == kind for member in team) < number:
            found.add(Blocker(BlockerCode.TYPE_RULE_UNMET, kind))
    for requirement in question.requirements:
        if requirement.mandatory and not any(requirement.key in member.covers for member in team):
            found.add(Blocker(BlockerCode.CAPABILITY_UNCOVERED, requirement.key))
    return frozenset(found)


def optional_weight(question: Question, team) -> int:
    """The weight of the optional requirements that a team covers."""
    return sum(
        each.weight
        for each in question.requirements
        if not each.mandatory and any(each.key in member.covers for member in team)
    )


def all_teams(question: Question) -> Iterator[tuple[Candidate, ...]]:
    """Every team there is, good or bad."""
    seated = {member.id for member in question.seated}
    free = [each for each in question.candidates if each.id not in seated]
    for size in range(len(free) + 1):
        for added in combinations(free, size):
            yield (*question.seated, *added)


def best_by_trying(question: Question, options: int) -> list[tuple[int, int]]:
    """Cost and optional weight of the best teams, none of which contains an earlier one."""
    teams = [team for team in all_teams(question) if not broken(question, team)]
    teams.sort(key=lambda team: (sum(each.cost for each in team), -optional_weight(question, team), len(team)))
    best: list[tuple[Candidate, ...]] = []
    for team in teams:
        if len(best) < options and not any(set(earlier) <= set(team) for earlier in best):
            best.append(team)
    return [(sum(each.cost for each in team), optional_weight(question, team)) for team in best]


def large(seed: int, *, most_covered: int = 3, in_the_way: bool = False) -> Question:
    """Ten requirements and three clusters of two hundred candidates; ``in_the_way`` may make a team impossible."""
    draw = random.Random(seed)
    keys = [f"r{number}" for number in range(10)]
    kinds = [str(kind) for kind in OrgType]
    weights = [5, 10, 3, *[1] * (len(kinds) - 3)]
    pool = [
        candidate(
            f"{cluster}:{number}",
            draw.sample(keys, draw.randint(1, most_covered)),
            draw.randint(1500, 8500),
            cluster,
            draw.choices(kinds, weights)[0],
        )
        for cluster in HOME
        for number in range(200)
    ]
    requirements = tuple(Requirement(key, draw.random() < 0.8, draw.randint(1, 5)) for key in keys)
    rules = Rules(
        min_members=draw.randint(2, 5),
        min_clusters=draw.randint(2, 3),
        min_countries=2,
        max_members=draw.choice([None, 8, 10]),
        required_types={"SME": draw.randint(1, 2), "UNIVERSITY": 1} if draw.random() < 0.7 else {},
        lead_types=frozenset({"SME", "LARGE_ENTERPRISE"}),
    )
    if in_the_way:
        match draw.choice(["room", "capability", "type"]):
            case "room":
                rules = Rules(min_members=2, min_clusters=2, max_members=draw.randint(2, 3))
            case "capability":
                without = frozenset({draw.choice(keys)})
                pool = [
                    Candidate(each.id, each.cluster, each.country, each.org_type, each.cost, each.covers - without)
                    for each in pool
                ]
            case "type":
                pool = [each for each in pool if each.org_type != "UNIVERSITY"]
                rules = Rules(min_members=2, min_clusters=2, max_members=8, required_types={"UNIVERSITY": 1})
    return Question(tuple(pool), requirements, rules)
