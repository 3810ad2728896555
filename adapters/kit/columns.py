"""The columns that each projection has to give: the contract as a DBA meets it.

>>> [column.name for column in PROJECTIONS["capability"]]
['member_key', 'concept', 'level']
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Code
from adapters.contract.objects import Field, Kind, Object

__all__ = ["OPTIONAL", "PROJECTIONS", "SUBJECT", "Column", "relation_of"]

_CodeList = type[Code]

_TYPES = {
    Kind.TEXT: "text",
    Kind.INTEGER: "integer",
    Kind.BOOLEAN: "boolean",
    Kind.DATE: "date",
    Kind.INSTANT: "timestamp with time zone",
    Kind.CODE: "text",
    Kind.CODES: "text[]",
    Kind.TERM: "text",
    Kind.TERMS: "text[]",
    Kind.PARENT: "text",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a projection: its Postgres type, whether null is allowed, and the codes it may hold."""

    name: str
    type: str
    required: bool
    codelist: _CodeList | None = None


def relation_of(owner: str, field: str) -> str:
    """The optional projection of pairs that stands for a list column where the registry has rows, not an array.

    >>> relation_of("member", "target_markets")
    'member_target_markets'
    """
    return f"{owner}_{field}"


def _field_columns(field: Field) -> list[Column]:
    if field.kind is Kind.GROUP:
        group = CATALOGUE[field.target]
        return [
            Column(column, _TYPES[part.kind], False, part.codelist)
            for part in group.fields.values()
            for column in part.columns
        ]
    if field.kind in {Kind.CHILDREN, Kind.LOCALIZED, Kind.CLUSTER}:
        return []
    return [Column(name, _TYPES[field.kind], field.required, field.codelist) for name in field.columns]


def _columns(each: Object) -> tuple[Column, ...]:
    columns: dict[str, Column] = {}
    if each.keyed:
        columns["key"] = Column("key", "text", True)
    if each.link:
        columns[each.link] = Column(each.link, "text", True)
    for field in each.fields.values():
        for column in _field_columns(field):
            columns.setdefault(column.name, column)
    for order in each.orders.values():
        columns.setdefault(order.column, Column(order.column, _TYPES[order.kind], not order.nullable))
    return tuple(columns.values())


def _text_columns(each: Object) -> tuple[Column, ...]:
    return (
        Column(f"{each.name}_key", "text", True),
        Column("field", "text", True),
        Column("lang", "text", False),
        Column("text", "text", True),
        Column("machine", "boolean", True),
        Column("words", "tsvector", each.name != "programme"),
    )


def _projections() -> dict[str, tuple[Column, ...]]:
    projections: dict[str, tuple[Column, ...]] = {}
    for each in CATALOGUE.values():
        if each.keyed or each.link:
            projections[each.name] = _columns(each)
        if each.texts:
            projections[f"{each.name}_text"] = _text_columns(each)
        for field in each.fields.values():
            if field.through:
                projections[field.through] = (
                    Column(field.link, "text", True),
                    Column(f"{field.target}_key", "text", True),
                )
    return projections


PROJECTIONS: Mapping[str, tuple[Column, ...]] = MappingProxyType(_projections())
"""The columns of every projection that an adapter folder must hold, by the projection's name."""

OPTIONAL: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        relation_of(each.name, field.name): (Column(f"{each.name}_key", "text", True), Column("value", "text", True))
        for each in CATALOGUE.values()
        for field in each.fields.values()
        if field.kind in {Kind.CODES, Kind.TERMS}
    }
)
"""The projections that a folder may hold: pairs in place of an array, so that a filter can use an index."""

SUBJECT: Mapping[str, str] = MappingProxyType(
    {"member": "key"}
    | {
        each.name: field.link
        for each in CATALOGUE.values()
        for field in each.fields.values()
        if field.kind is Kind.PARENT and field.target == "member"
    }
    | {each.name: each.link for each in CATALOGUE.values() if each.keyed and each.link}
)
"""The column with the key of the member that a row tells of, by object; an object that is not here tells of none."""
