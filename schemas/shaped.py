"""Fields of objects that the gateway shapes for one query.

Such an object is a mapping by response key: every alias has its own value, with its arguments
already applied. It is only walked field by field where its text could not be spliced whole.
"""

from typing import Any

import strawberry
from graphql import is_non_null_type

from adapters.contract.errors import ContractBroken
from schemas.context import Info

__all__ = ["shaped", "value_of"]


def value_of(source: Any, info: Info) -> Any:
    """The value under the field's response key; ContractBroken where a registry left out what it has to give."""
    value = source[info.path.key]
    if value is None and is_non_null_type(info._raw_info.return_type):
        raise ContractBroken(f"{info._raw_info.parent_type}.{info.field_name} has no value")
    return value


def _resolve(root: Any, info: Info) -> Any:
    return value_of(root, info)


def shaped(description: str) -> Any:
    """A field read from the mapping."""
    return strawberry.field(resolver=_resolve, description=description)
