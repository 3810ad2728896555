"""From what is asked to what registries are asked: a match of plain URIs, expanded through the vocabulary.

A capability fits a requirement of the same concept with 100, of a broader concept with 70 (it is part of what is
sought) and of a narrower one with 40 (it is about more than that). A capability of the asker and a requirement of the
candidate are compared the same way round: there, the asker's concept is looked for above and below by its own
relatives.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from adapters.contract.codes import Level
from adapters.contract.match import Ability, Match, Sought
from gateway.matching.score import SCORING_VERSION, closeness
from gateway.vocabulary.concepts import Concept

__all__ = ["BROADER", "MOST_RELATED", "NARROWER", "SAME", "Asked", "Asker", "plan"]

SAME, NARROWER, BROADER = 100, 70, 40
"""Similarities of a capability's concept to the one required: the same, part of it, more than it."""

MOST_RELATED = 100
"""How many broader, and how many narrower, concepts of one concept count at most: the nearest, then by URI. In the
vocabulary as it is none has more than 35 narrower and 2 broader ones; the bound keeps statements small with another."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One requirement as it is asked."""

    key: str
    concept: str
    """A URI; one the vocabulary does not know is only like itself."""
    min_level: Level
    weight: int
    mandatory: bool


@dataclass(frozen=True, slots=True)
class Asker:
    """What counts of the one who asks. ``abilities`` are concepts with the level each is mastered at."""

    abilities: tuple[tuple[str, Level], ...] = ()
    markets: tuple[str, ...] = ()
    modes: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()


def plan(
    concepts: Mapping[str, Concept],
    requirements: Iterable[Asked],
    asker: Asker,
    *,
    as_of: int,
    excluded: tuple[str, ...] = (),
) -> Match:
    """The match to ask registries for; ``as_of`` and ``excluded`` as it has them."""
    return Match(
        version=SCORING_VERSION,
        requirements=tuple(
            Sought(
                key=requirement.key,
                weight=requirement.weight,
                min_level=requirement.min_level,
                mandatory=requirement.mandatory,
                concepts=_related(concepts, requirement.concept, narrower=NARROWER, broader=BROADER),
            )
            for requirement in requirements
        ),
        abilities=tuple(_abilities(concepts, asker.abilities)),
        markets=_once(asker.markets),
        modes=_once(asker.modes),
        languages=_once(asker.languages),
        themes=_once(asker.themes),
        as_of=as_of,
        excluded=_once(excluded),
    )


def _abilities(concepts: Mapping[str, Concept], held: Iterable[tuple[str, Level]]) -> Iterator[Ability]:
    """What candidates may require that the asker can do; of two for one concept only those that are ever the better."""
    found: dict[str, set[tuple[int, Level]]] = {}
    for concept, level in held:
        # The asker's concept is the narrower one of the two where the candidate's is above it.
        for uri, similarity in _related(concepts, concept, narrower=BROADER, broader=NARROWER):
            found.setdefault(uri, set()).add((similarity, level))
    for uri, ways in sorted(found.items()):
        for similarity, level in sorted(ways, reverse=True):
            if not any(_never_worse(other, (similarity, level)) for other in ways - {(similarity, level)}):
                yield Ability(uri, level, similarity)


def _never_worse(one: tuple[int, Level], other: tuple[int, Level]) -> bool:
    """Whether one way to meet a requirement is as good as the other at every level required."""
    return all(closeness(*one, wanted) >= closeness(*other, wanted) for wanted in Level)


def _related(concepts: Mapping[str, Concept], uri: str, *, narrower: int, broader: int) -> tuple[tuple[str, int], ...]:
    """The concept and its relatives with their similarities, the greatest first; each once, with its greatest."""
    found = {uri: SAME}
    for similarity, step in sorted([(narrower, _narrower), (broader, _broader)], key=lambda one: -one[0]):
        for relative in _reached(concepts, uri, step):
            found.setdefault(relative, similarity)
    return tuple(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def _narrower(concept: Concept) -> tuple[str, ...]:
    return concept.narrower


def _broader(concept: Concept) -> tuple[str, ...]:
    return concept.broader


def _reached(concepts: Mapping[str, Concept], uri: str, step: Callable[[Concept], tuple[str, ...]]) -> list[str]:
    """The concepts that repeated steps lead to, the nearest first; no more than :data:`MOST_RELATED`."""
    reached: dict[str, None] = {}
    near = [uri]
    while near and len(reached) < MOST_RELATED:
        steps = {further for each in near if each in concepts for further in step(concepts[each])}
        near = sorted(steps - reached.keys() - {uri})
        reached.update(dict.fromkeys(near))
    return list(reached)[:MOST_RELATED]


def _once(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes without repetition, in their order."""
    return tuple(dict.fromkeys(codes))
