"""What people type when they make a consortium or an opportunity, checked: each mistake is a failure with its path."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from gateway.corridor.consortium import Requirement, Rules
from gateway.corridor.failures import Failed, Failure

__all__ = ["check_markets", "check_requirements", "check_rules", "moment"]

MOST_REQUIREMENTS = 20
MOST_WEIGHT = 100
MOST_MARKETS = 50
MOST_MEMBERS = 50
_KEY = re.compile(r"[a-zA-Z0-9_-]{1,40}")


def check_markets(markets: Sequence[str], *path: str) -> Iterator[Failure]:
    """The countries aimed at."""
    if len(markets) > MOST_MARKETS or len(set(markets)) < len(markets):
        yield Failure("draft_markets", path, {"most": str(MOST_MARKETS)})


def check_requirements(
    requirements: Sequence[Requirement], knows: Callable[[str], bool], *path: str
) -> Iterator[Failure]:
    """What a consortium has to be able to do."""
    if not 1 <= len(requirements) <= MOST_REQUIREMENTS:
        yield Failure("draft_requirements", path, {"most": str(MOST_REQUIREMENTS)})
        return
    keys = [each.key for each in requirements]
    for place, each in enumerate(requirements):
        at = (*path, str(place))
        if not _KEY.fullmatch(each.key):
            yield Failure("draft_key", (*at, "key"))
        elif each.key in keys[:place]:
            yield Failure("draft_key_twice", (*at, "key"))
        if not knows(each.concept):
            yield Failure("draft_concept", (*at, "concept"))
        if not 1 <= each.weight <= MOST_WEIGHT:
            yield Failure("draft_weight", (*at, "weight"), {"most": str(MOST_WEIGHT)})


def check_rules(rules: Rules, *path: str) -> Iterator[Failure]:
    """How a consortium has to be made up: nothing that no consortium could hold to."""
    most = MOST_MEMBERS if rules.max_members is None else rules.max_members

    def outside(value: int, least: int, most: int, *name: str) -> Iterator[Failure]:
        if not least <= value <= most:
            yield Failure("draft_rule", (*path, *name), {"least": str(least), "most": str(most)})

    yield from outside(most, 2, MOST_MEMBERS, "maxMembers")
    most = min(max(most, 2), MOST_MEMBERS)
    yield from outside(rules.min_members, 2, most, "minMembers")
    yield from outside(rules.min_clusters, 1, most, "minClusters")
    yield from outside(rules.min_countries, 1, most, "minCountries")
    for place, number in enumerate(rules.required_types.values()):
        yield from outside(number, 1, most, "requiredTypes", str(place), "min")
    if sum(rules.required_types.values()) > most:
        yield Failure("draft_types", (*path, "requiredTypes"), {"most": str(most)})


def moment(text: str, *path: str) -> datetime:
    """A moment as the schema's scalar lets it through; Failed where there is no such moment."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise Failed.because("draft_moment", *path) from None
