"""What a match asks of a registry: who of its members fits what is sought, and how well.

Pure data. The gateway has expanded the concepts through its vocabulary; a registry compares plain URIs, scores its
own members and lists the best. All parts and the score are integers from 0 to 10,000 (scoring version 1):

- *best* of a requirement: the most of ``sim * lvl`` over the candidate's capabilities, where ``lvl`` is 100 at or
  above the level that is asked for, 60 one below, else 0.
- ``F``, their capabilities on what is sought: ``floor(sum(weight * best) / sum(weight))``.
- ``R``, the asker's abilities on their needs: the most, over the candidate's needs that are published, not past their
  last day and shown with their owner, of the same sum over the requirements of the need.
- ``H = floor(2 F R / (F + R))``; where the candidate has no such need ``H = floor(6 F / 10)``: the match is one-sided.
- market, mode: ``floor(10000 * how many of the asked are there / how many are asked)``, 0 where none is asked; the
  modes are those of the candidate's offers, which have to be published, valid and shown with their owner.
- programme, language: 10,000 where a theme of one of the candidate's programmes, the primary tag of one of its
  languages, is among the asked; else 0.
- freshness: ``max(0, 10000 - floor(10000 * days / 365))``, days from the last change of the candidate to ``as_of``.
- ``score = floor((60 H + 12 market + 10 mode + 8 programme + 6 language + 4 freshness) / 100)``.

Only members that consent to what the match is for (PARTNER_MATCHING) and have ``F > 0`` are candidates.
"""

from dataclasses import dataclass

from adapters.contract.codes import Level
from adapters.contract.viewers import Purpose

__all__ = ["COVERING", "Ability", "Match", "Sought"]

COVERING = 70
"""The least similarity with which a capability at or above the level covers a requirement: the same or narrower."""


@dataclass(frozen=True, slots=True)
class Sought:
    """One requirement: ``concepts`` are those that a candidate's capability may carry, each with its similarity."""

    key: str
    weight: int
    min_level: Level
    mandatory: bool
    concepts: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Ability:
    """What the asker can do: a concept that a candidate's need may require, and how near the asker's own is to it."""

    concept: str
    level: Level
    sim: int


@dataclass(frozen=True, slots=True)
class Match:
    """Whom to match with, for whom, on which day (``as_of``: days since 1970 in UTC).

    ``version`` is that of the scoring; equal scores are in the order of a hash of it and the reference. ``languages``
    are tags of which the primary part counts; ``excluded`` are keys of members that are not to be listed, and
    ``purposes`` what members must consent to, all of it, to be listed. A code or concept that is given twice counts
    once, with the greater similarity.

    With ``each`` only members are listed that are among the ``each`` best of those in this registry with the same kind
    of organisation that cover the same requirements (:data:`COVERING`), or none. A team has no use for more of a sort:
    with enough of each, the best teams of all of this registry's members are among those that are listed.
    """

    version: str
    requirements: tuple[Sought, ...]
    abilities: tuple[Ability, ...]
    markets: tuple[str, ...]
    modes: tuple[str, ...]
    languages: tuple[str, ...]
    themes: tuple[str, ...]
    as_of: int
    excluded: tuple[str, ...] = ()
    each: int | None = None
    purposes: tuple[Purpose, ...] = (Purpose.PARTNER_MATCHING,)
