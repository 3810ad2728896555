"""Shapes made from the catalogue: every field of an object, in every way it can be asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import count

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.languages import chain
from adapters.contract.objects import Field, Kind, Object
from adapters.contract.shape import ID, TYPENAME, Pick, Shape

__all__ = ["every_way", "everything"]

_DEPTH = 2
_LANGUAGES = (None, "en", "fr-CA", "es-MX", "pt-BR")
_LONG = "a_response_key_that_is_longer_than_any_name_that_postgres_keeps_whole_"


def everything(of: str, depth: int = _DEPTH) -> Shape:
    """Every field of an object once, and of the objects behind it down to ``depth``."""
    return _Maker().shape(of, depth)


def every_way(of: str) -> Shape:
    """Every field under aliases: twice the same, lists cut to none, one and two, texts by language, a very long key."""
    return _Maker().aliased(of)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the shapes of one request, whose slots are numbered through."""

    slots: "count[int]" = field(default_factory=count)

    def shape(self, of: str, depth: int) -> Shape:
        each = CATALOGUE[of]
        picks = [Pick(TYPENAME, TYPENAME), *([Pick(ID, ID)] if each.node else [])]
        return Shape(of, (*picks, *self._fields(each, depth)))

    def aliased(self, of: str) -> Shape:
        each = CATALOGUE[of]
        picks = [Pick("kind_of_thing", TYPENAME), *([Pick("again", ID), Pick(_LONG + "id", ID)] if each.node else [])]
        for taken in each.fields.values():
            match taken.kind:
                case Kind.LOCALIZED:
                    picks += [
                        Pick(f"{taken.name}_{place}", taken.name, langs=chain(lang), shape=self.shape(taken.target, 0))
                        for place, lang in enumerate(_LANGUAGES)
                    ]
                case Kind.CHILDREN:
                    picks += [
                        Pick(f"{taken.name}_{first}", taken.name, first=first, shape=self.shape(taken.target, 1))
                        for first in (0, 1, 2)
                    ]
                case _:
                    picks += [self._pick(f"{taken.name}_{again}", taken, 1) for again in ("one", "two")]
        return Shape(of, tuple(picks))

    def _fields(self, each: Object, depth: int) -> Iterable[Pick]:
        for taken in each.fields.values():
            if depth or taken.kind not in {Kind.CHILDREN, Kind.PARENT}:
                yield self._pick(taken.name, taken, depth)

    def _pick(self, key: str, taken: Field, depth: int) -> Pick:
        match taken.kind:
            case Kind.TERM | Kind.TERMS | Kind.CLUSTER:
                return Pick(key, taken.name, slot=next(self.slots))
            case Kind.LOCALIZED:
                return Pick(key, taken.name, langs=chain(None), shape=self.shape(taken.target, 0))
            case Kind.GROUP:
                return Pick(key, taken.name, shape=self.shape(taken.target, depth))
            case Kind.CHILDREN | Kind.PARENT:
                return Pick(key, taken.name, shape=self.shape(taken.target, depth - 1))
            case _:
                return Pick(key, taken.name)
