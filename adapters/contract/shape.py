"""What a client asked of one object, freed of GraphQL: which fields, under which keys, how deep."""

from dataclasses import dataclass, fields

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.objects import Kind

__all__ = ["ID", "TYPENAME", "Pick", "Shape"]

ID = "id"
TYPENAME = "__typename"
_OF_OTHERS = (Kind.CHILDREN, Kind.PARENT)
"""The kinds of fields that hold rows of other projections."""


class _Hashed:
    """The hash of a frozen dataclass, worked out once: shapes are deep, and looked up with every request.

    The slot is no field: it takes no part in equality, ``replace`` or pickling (hashes of text differ by process).
    """

    __slots__ = ("_hash",)
    _hash: int

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            found = hash(tuple([getattr(self, each.name) for each in fields(self)]))  # type: ignore[arg-type]
            object.__setattr__(self, "_hash", found)
            return found


@dataclass(frozen=True, slots=True)
class Pick(_Hashed):
    """One field of a shape.

    ``key`` is the key of the answer (an alias or the field's name), ``field`` a field of the
    catalogue, :data:`ID` or :data:`TYPENAME`. ``langs`` is the order of preference of a LOCALIZED
    field, ``first`` bounds CHILDREN, ``shape`` is what is asked of the object behind the field.
    ``slot`` numbers the TERM, TERMS and CLUSTER picks: the registry gives codes there, marked with
    the slot, and the gateway words them as that place of the query asks.
    """

    key: str
    field: str
    langs: tuple[str, ...] = ()
    first: int | None = None
    shape: "Shape | None" = None
    slot: int = -1

    __hash__ = _Hashed.__hash__


@dataclass(frozen=True, slots=True)
class Shape(_Hashed):
    """The picks of one object, in the order of the query."""

    object: str
    picks: tuple[Pick, ...]

    __hash__ = _Hashed.__hash__

    @property
    def nested(self) -> bool:
        """Whether rows of other projections are asked for: such pages ask for keys first, JSON second."""
        fields = CATALOGUE[self.object].fields
        found = (fields.get(pick.field) for pick in self.picks)
        return any(field is not None and field.kind in _OF_OTHERS for field in found)
