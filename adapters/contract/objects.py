"""What the contract is declared in: objects, their fields, and what a list of them can be asked.

An :class:`Object` is what one projection (``<name>.sql``) gives rows of. Names are
contract names in snake case: columns of the projection as they stand, fields of
the GraphQL type in camel case. The declarations themselves are in the catalogue.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from adapters.contract.codes import Code

__all__ = ["Facet", "Field", "Filter", "Kind", "Object", "Order", "TextField"]


class Kind(Enum):
    """How a field is stored in a projection and what it becomes in an answer."""

    TEXT = "text"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    CODE = "code"
    CODES = "codes"
    """A text array; its elements are of ``codelist``, or free codes such as ``MX`` and ``fr-CA``."""
    TERM = "term"
    """A code of a vocabulary that the gateway words: a concept's URI, an industry's system:version:code."""
    TERMS = "terms"
    """A text array of such codes."""
    LOCALIZED = "localized"
    """One text in one or more languages, from the rows of ``<object>_text``."""
    GROUP = "group"
    """Columns of the same row that make one object; the group is null where its required columns are."""
    CHILDREN = "children"
    """Rows of another projection that point here."""
    PARENT = "parent"
    """The row of another projection that this row points to."""
    CLUSTER = "cluster"
    """The cluster that serves the row."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object.

    ``columns`` are the projection's columns it is read from (its own name unless said otherwise).
    ``codelist`` closes the values of CODE and CODES. ``target`` names the object behind the field; ``link`` is the
    column that joins: of the child for CHILDREN, of this row for PARENT; ``through`` is a projection of pairs for
    CHILDREN that are shared. ``order`` is the
    total order of CHILDREN (a leading ``-`` is descending). ``vocabulary`` names who words a TERM. An ``internal``
    field is for the registry's own decisions: no query asks for it, and the schema does not show it. CHILDREN that are
    a member's ``own`` are empty under every view but PRIVATE, where the member itself looks.
    """

    name: str
    kind: Kind
    required: bool = True
    columns: tuple[str, ...] = ()
    codelist: type[Code] | None = None
    target: str = ""
    link: str = ""
    through: str = ""
    order: tuple[str, ...] = ()
    vocabulary: str = ""
    internal: bool = False
    own: bool = False

    def __post_init__(self) -> None:
        if not self.columns and self.kind not in {Kind.LOCALIZED, Kind.CHILDREN, Kind.CLUSTER, Kind.GROUP}:
            object.__setattr__(self, "columns", (self.link or self.name,))


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition of a list: one of the given values is found at the end of ``path``."""

    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facet:
    """A count of rows for each value at the end of ``path``."""

    name: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list: by ``column``, nulls last both ways, then by cluster and key."""

    name: str
    column: str
    kind: Kind
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class TextField:
    """A kind of row of ``<object>_text``: its points for a word sought, and those for its exact accents besides."""

    name: str
    points: int
    exact: int


@dataclass(frozen=True, slots=True)
class Object:
    """An object of the contract: what one projection gives rows of.

    ``keyed`` objects have a ``key`` column and can be fetched by it; those that are a ``node`` have a global ID as
    well, which anybody may hand in. ``texts`` are the kinds of rows of ``<name>_text``, where it has one. ``concepts``
    is the path along which a search meets concepts.
    """

    name: str
    typename: str
    fields: Mapping[str, Field]
    keyed: bool = False
    node: bool = False
    link: str = ""
    orders: Mapping[str, Order] = field(default_factory=dict)
    filters: Mapping[str, Filter] = field(default_factory=dict)
    facets: Mapping[str, Facet] = field(default_factory=dict)
    texts: Mapping[str, TextField] = field(default_factory=dict)
    concepts: tuple[tuple[str, ...], ...] = ()
