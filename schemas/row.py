"""Telling rows of registries apart where a field may give several types."""

from typing import Any

__all__ = ["Row", "is_row_of"]


class Row(dict[str, Any]):
    """A row as a mapping by response key, which knows its type where it stands for a Node or a union."""

    def __init__(self, typename: str, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.typename = typename


def is_row_of(typename: str) -> Any:
    """A type's ``is_type_of``: rows of its name, and mappings at places where no other type can stand."""

    def is_type_of(_cls: type, obj: object, _info: object) -> bool:
        return obj.typename == typename if isinstance(obj, Row) else isinstance(obj, dict)

    return classmethod(is_type_of)
