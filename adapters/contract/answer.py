"""What a registry answers."""

from dataclasses import dataclass
from typing import Any

from adapters.contract.request import SortValue

__all__ = ["MARK", "Row"]

MARK = "\t"
"""Stands on both sides of a code that the gateway words, as ``<tab>[slot,"code"]<tab>`` in a row's text.

A tab outside a string is legal white space in JSON, and no registry's data can forge it: Postgres writes
a tab inside a string as an escape.
"""


@dataclass(slots=True)
class Row:
    """One row: its place in the order, its key, and its content in the asked shape.

    The content is JSON ``text`` where the registry builds text, else ``value`` (nested dicts by
    response key, codes unworded). ``broken`` says that a required value is missing or a code is
    unknown: such a row is read field by field, so that the error has a path. ``hits`` is a JSON
    list of what a search found, each ``{field, lang, snippet, exact, concept}``; of a match, a JSON object of the parts
    of its score: ``requirements``, those that are met at all, each ``{key, best, concept, level, covers}`` of the best
    capability; ``fit`` (F) and ``reverse`` (R), ``oneSided``, ``market``, ``mode``, ``programme``, ``language``,
    ``freshness``; ``need``, the key of the need behind R, or null where that is 0; ``orgType`` and ``country``.
    ``subject`` is the key of the member that the row tells of: its own for a member, the owner's for an offer or a need
    that is not anonymous.
    """

    key: str
    sort: SortValue = None
    text: str | None = None
    value: dict[str, Any] | None = None
    broken: bool = False
    score: int | None = None
    hits: str | None = None
    subject: str | None = None
