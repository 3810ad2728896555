"""The Node interface of the Relay specification."""

import strawberry

from schemas.shaped import shaped

__all__ = ["Node"]


@strawberry.interface(description="Anything that has a global ID.")
class Node:
    id: strawberry.ID = shaped("The global ID: opaque, and stable for the life of what it stands for.")
