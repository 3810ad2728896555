"""What things cost: one table, from which every estimate is made and the documentation is written."""

from enum import Enum

__all__ = ["ASSUMED_LENGTH", "FACET_VALUES", "Weight"]

ASSUMED_LENGTH = 5
"""Items that a list is taken to have where nothing says how many: industries, capabilities, themes."""

FACET_VALUES = 50
"""Values that a facet is taken to have, for the size of an answer."""


class Weight(Enum):
    """A weight in tenths of a unit of cost, and what it is for in words."""

    def __init__(self, tenths: int, about: str) -> None:
        self.tenths = tenths
        self.about = about

    OPERATION = 10, "Each operation."
    ROW = 10, "Each row of a page."
    REFERENCE = 5, "Each object that is asked for by its ID."
    CHILD = 5, "Each row that a registry adds to one of those: an offer, a need, a capability, an owner."
    TEXT = 1, "Each text in the language asked for: a title, a summary, a name of a programme."
    HIT = 5, "`matchedOn`: finding out what a search met in a row."
    COUNT = 100, "`totalCount`, `total`, or `total` in `sources`, for each registry asked, once a list."
    FACET = 200, "Each field of `facets`, for each registry asked."
    SEARCH = 200, "`search`, for each registry asked: once for the page, once for the count, once for each facet."
    MATCH = 400, "`partnerMatches`, for each registry asked: scoring all members that fit at all."
    SUGGESTIONS = 1000, "`suggestions` of a consortium: as a match, and then the best teams are worked out."
    COVERAGE = 25, "`requirements`, `formable` or `blockers` of a consortium: reading who takes part in it."
    ACT = 50, "Each mutation: what it has to look up and write down."
    PROGRAMMES = 100, "`programmes` of a cluster, which asks its registry; and each programme as a row added."
    SCHEMA = 500, "`__schema`, and `__type` a tenth of it."
    READ = 10, "Each 100 characters of a document that the process has not read lately. Counts for the budget alone."
    REFUSED = (
        100,
        "What a request costs that was refused for its document or credential: reading that was work as well.",
    )
