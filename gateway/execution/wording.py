"""Wording codes: what the gateway itself knows, put into the places that a registry's text leaves for it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import orjson

from adapters.contract.answer import MARK
from adapters.contract.cluster import Cluster
from adapters.contract.codes import SourceStatus
from adapters.contract.shape import TYPENAME
from gateway.execution.selection import Asked, Selections
from gateway.federation.reference import Reference
from gateway.vocabulary import Vocabulary
from gateway.vocabulary.concepts import Concept

__all__ = ["UnknownCode", "Unworded", "Wording", "Words", "unworded", "worded"]

_MARKED = re.compile(rf'{MARK}\[(\d+),("(?:[^"\\]|\\.)*")\]{MARK}')

Words: TypeAlias = Callable[[str], str]
"""A code as the JSON that its place of the query asks for."""


class Unworded(Exception):
    """A selection that cannot be worded here, because it asks a registry again: walk it instead."""


class UnknownCode(Exception):
    """A code that the vocabulary does not hold: walk the row, so that the error gets its path."""


class Wording:
    """Words the slots of one shape, each code once."""

    def __init__(
        self,
        selections: Selections,
        vocabulary: Vocabulary,
        clusters: Mapping[str, Cluster],
        health: Callable[[str], SourceStatus],
    ) -> None:
        self._selections = selections
        self._vocabulary = vocabulary
        self._clusters = clusters
        self._health = health

    def slots(self, slots: Sequence[tuple[str, Asked]]) -> tuple[Words, ...]:
        """The words for each slot; raises Unworded where one needs the executor."""
        return tuple(_remembering(self._slot(typename, asked)) for typename, asked in slots)

    def _slot(self, typename: str, asked: Asked) -> Callable[[str], Any]:
        match self._selections.target(typename, asked):
            case "Cluster":
                return self._cluster(asked)
            case "Concept":
                concept = self._concept(asked)
                return lambda uri: concept(self._known(uri))
            case "Wording":
                wording = self._wording("Industry", asked)
                return lambda term: wording(lambda chain: self._vocabulary.industry(*term.split(":", 2)).label(chain))
            case _:
                chain = self._selections.languages(typename, asked)
                return lambda term: self._vocabulary.industry(*term.split(":", 2)).label(chain)[0]

    def _known(self, uri: str) -> Concept:
        try:
            return self._vocabulary.concepts[uri]
        except KeyError:
            raise UnknownCode(uri) from None

    def _cluster(self, asked: Asked) -> Callable[[str], Any]:
        readers = [(each.key, _cluster_field(each.name)) for each in self._selections.fields("Cluster", asked.nodes)]
        return lambda code: {key: read(self._clusters[code], self._health) for key, read in readers}

    def _concept(self, asked: Asked) -> Callable[[Concept], dict[str, Any]]:
        readers = [(each.key, self._concept_field(each)) for each in self._selections.fields("Concept", asked.nodes)]
        return lambda concept: {key: read(concept) for key, read in readers}

    def _concept_field(self, asked: Asked) -> Callable[[Concept], Any]:
        match asked.name:
            case "label":
                chain = self._selections.languages("Concept", asked)
                return lambda concept: concept.label(chain)[0]
            case "localizedLabel":
                wording = self._wording("Concept", asked)
                return lambda concept: wording(concept.label)
            case "synonyms":
                chain = self._selections.languages("Concept", asked)
                return lambda concept: next((concept.synonyms[each] for each in chain if each in concept.synonyms), ())
            case "broader":
                broader = self._concept(asked)
                return lambda concept: [broader(self._vocabulary.concepts[uri]) for uri in concept.broader]
            case "schemeVersion":
                return lambda concept: concept.scheme_version
            case "__typename":
                return lambda _concept: "Concept"
            case name:
                return lambda concept: getattr(concept, name)

    def _wording(self, typename: str, asked: Asked) -> Callable[[Callable[[tuple[str, ...]], tuple[str, str]]], Any]:
        chain = self._selections.languages(typename, asked)
        places = {"text": 0, "lang": 1, TYPENAME: 2}
        wanted = [(each.key, places[each.name]) for each in self._selections.fields("Wording", asked.nodes)]
        return lambda label: {key: (*label(chain), "Wording")[place] for key, place in wanted}


def _cluster_field(name: str) -> Callable[[Cluster, Callable[[str], SourceStatus]], Any]:
    match name:
        case "id":
            return lambda cluster, _health: Reference("Cluster", cluster.code, cluster.code).id
        case "slug":
            return lambda cluster, _health: cluster.code
        case "timeZone":
            return lambda cluster, _health: cluster.time_zone
        case "adapterVersion":
            return lambda cluster, _health: cluster.adapter_version
        case "health":
            return lambda cluster, health: health(cluster.code)
        case "programmes":
            raise Unworded
        case "__typename":
            return lambda _cluster, _health: "Cluster"
        case _:
            return lambda cluster, _health: getattr(cluster, name)


def _remembering(word: Callable[[str], Any]) -> Words:
    known: dict[str, str] = {}

    def words(code: str) -> str:
        found = known.get(code)
        if found is None:
            found = known[code] = orjson.dumps(word(code)).decode()
        return found

    return words


def worded(text: str, slots: Sequence[Words]) -> str:
    r"""A row's text with every marked code worded.

    >>> worded('{"c":\t[0,"x"]\t}', [lambda code: '{"label":"X"}'])
    '{"c":{"label":"X"}}'
    """
    return _MARKED.sub(lambda mark: slots[int(mark[1])](orjson.loads(mark[2])), text)


def unworded(text: str) -> str:
    r"""A row's text with every marked code bare.

    >>> unworded('{"c":\t[0,"x"]\t}')
    '{"c":"x"}'
    """
    return _MARKED.sub(r"\2", text)
