"""The schema: root fields, and types with all their parts."""

from collections.abc import Iterator
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLUnionType,
    Undefined,
    is_specified_scalar_type,
)

from reference_pages.markdown import SCHEMA, said, table

__all__ = ["mutations", "queries", "subscriptions", "types"]


def queries() -> Iterator[str]:
    """What can be asked."""
    return _root(SCHEMA.query_type)


def mutations() -> Iterator[str]:
    """What can be done."""
    return _root(SCHEMA.mutation_type)


def subscriptions() -> Iterator[str]:
    """What can be followed."""
    return _root(SCHEMA.subscription_type)


def _root(of: GraphQLObjectType | None) -> Iterator[str]:
    """Root fields with their arguments."""
    for name, field in ({} if of is None else of.fields).items():
        if not name.startswith("_"):
            yield from (f"### {name}", "", f"`{field.type}`. {said(field.description, name)}", "")
            rows = [
                [f"`{argument}`", _typed(given), said(given.description, f"{name}({argument})")]
                for argument, given in field.args.items()
            ]
            yield from ((*table(["argument", "type", "what it is"], rows), "") if rows else ())


def types() -> Iterator[str]:
    """Every type with its fields, arguments and values."""
    roots = (SCHEMA.query_type, SCHEMA.mutation_type, SCHEMA.subscription_type)
    kinds: list[tuple[str, type[GraphQLNamedType]]] = [
        ("Objects", GraphQLObjectType),
        ("Interfaces", GraphQLInterfaceType),
        ("Unions", GraphQLUnionType),
        ("Inputs", GraphQLInputObjectType),
        ("Enums", GraphQLEnumType),
        ("Scalars", GraphQLScalarType),
    ]
    for title, kind in kinds:
        yield from (f"## {title}", "")
        for name, each in sorted(SCHEMA.type_map.items()):
            named_by_others = "_" in name or is_specified_scalar_type(each)  # introspection, federation, GraphQL itself
            if isinstance(each, kind) and each not in roots and not named_by_others:
                yield from (f"### {name}", "", said(each.description, name), "", *_parts(each))


def _parts(of: GraphQLNamedType) -> Iterator[str]:
    match of:
        case GraphQLObjectType() | GraphQLInterfaceType():
            rows = []
            for name, field in of.fields.items():
                rows.append([f"`{name}`", f"`{field.type}`", said(field.description, f"{of.name}.{name}")])
                for argument, given in field.args.items():
                    what = said(given.description, f"{of.name}.{name}({argument})")
                    rows.append([f"`{name}({argument}:)`", _typed(given), what])
            implements = ", ".join(f"`{each.name}`" for each in of.interfaces)
            yield from ((f"Implements {implements}.", "") if implements else ())
            yield from (*table(["field", "type", "what it is"], rows), "")
        case GraphQLUnionType():
            yield from (f"One of {', '.join(f'`{each.name}`' for each in of.types)}.", "")
        case GraphQLInputObjectType():
            rows = [[f"`{n}`", f"`{f.type}`", said(f.description, f"{of.name}.{n}")] for n, f in of.fields.items()]
            yield from (*table(["field", "type", "what it is"], rows), "")
        case GraphQLEnumType():
            rows = [[f"`{n}`", said(v.description, f"{of.name}.{n}")] for n, v in of.values.items()]
            yield from (*table(["value", "what it means"], rows), "")


def _typed(argument: Any) -> str:
    """An argument's type, with its default where the schema states one."""
    default = "" if argument.default_value is Undefined else f" = {argument.default_value}"
    return f"`{argument.type}{default}`"
