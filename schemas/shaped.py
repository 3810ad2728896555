"""Fields of objects that the gateway shapes for one query.

Such an object is a mapping by response key: every alias has its own value, with its arguments
already applied. It is only walked field by field where its text could not be spliced whole. What the gateway makes
itself of the same type has attributes of the fields' names instead.
"""

from collections.abc import Mapping
from typing import Any

import strawberry
from graphql import get_named_type, is_enum_type, is_non_null_type

from adapters.contract.errors import ContractBroken
from schemas.context import Info

__all__ = ["shaped", "value_of"]


def value_of(source: Any, info: Info) -> Any:
    """The value under the field's response key; ContractBroken where a registry gave what it must not give."""
    raw = info._raw_info  # noqa: SLF001 - Strawberry gives no other way to the type
    value = source[info.path.key] if isinstance(source, Mapping) else getattr(source, info.python_name)
    expected = raw.return_type
    if value is None and is_non_null_type(expected):
        raise ContractBroken(f"{raw.parent_type}.{info.field_name} has no value")
    named = get_named_type(expected)
    if is_enum_type(named):
        unknown = [
            code for code in (value if isinstance(value, list) else [value]) if code not in {None, *named.values}
        ]
        if unknown:
            raise ContractBroken(f"{raw.parent_type}.{info.field_name} has the unknown code {unknown[0]!r}")
    return value


def _resolve(root: Any, info: Info) -> Any:
    return value_of(root, info)


def shaped(description: str, *directives: object) -> Any:
    """A field read from the mapping."""
    return strawberry.field(resolver=_resolve, description=description, directives=directives)
