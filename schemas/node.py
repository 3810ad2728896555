"""The Node interface of the Relay specification, and what the corridor itself owns of such."""

from typing import Any

import strawberry

from schemas.shaped import shaped

__all__ = ["ID_IS", "Node", "Owned"]

ID_IS = "The global ID: opaque, and stable for the life of what it stands for."


@strawberry.interface(description="Anything that has a global ID.")
class Node:
    id: strawberry.ID = shaped(ID_IS)


@strawberry.type
class Owned(Node):
    """What the corridor itself owns: ``source`` is the record of it, whose ``id`` is the global ID."""

    source: strawberry.Private[Any]

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, cls)

    @strawberry.field(description=ID_IS)  # type: ignore[misc]
    def id(self) -> strawberry.ID:
        return strawberry.ID(self.source.id)
