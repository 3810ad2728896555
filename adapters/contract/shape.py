"""What a client asked of one object, freed of GraphQL: which fields, under which keys, how deep."""

from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, Kind

__all__ = ["ID", "TYPENAME", "Pick", "Shape"]

ID = "id"
TYPENAME = "__typename"


@dataclass(frozen=True, slots=True)
class Pick:
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


@dataclass(frozen=True, slots=True)
class Shape:
    """The picks of one object, in the order of the query."""

    object: str
    picks: tuple[Pick, ...]

    @property
    def nested(self) -> bool:
        """Whether rows of other projections are asked for: such pages ask for keys first, JSON second."""
        fields = CATALOGUE[self.object].fields
        return any(
            pick.field in fields and fields[pick.field].kind in {Kind.CHILDREN, Kind.PARENT} for pick in self.picks
        )
