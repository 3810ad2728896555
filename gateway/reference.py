"""Global IDs: opaque to clients, base64url of ``Type:cluster:key``."""

import base64
import binascii
from typing import NamedTuple
from uuid import UUID

from gateway.errors import ClientError, ErrorCode

__all__ = ["OWN", "Reference", "member_cluster", "own_key"]

OWN = "corridor"
"""What stands for a cluster in the IDs of what the corridor itself owns."""


class Reference(NamedTuple):
    """What a global ID points to. The key is the registry's own and never a tax or business number.

    >>> Reference("Member", "technomontreal", "42").id
    'TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy'
    >>> Reference.parse("TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy")
    Reference(typename='Member', cluster='technomontreal', key='42')
    """

    typename: str
    cluster: str
    key: str

    @property
    def id(self) -> str:
        """The global ID."""
        text = f"{self.typename}:{self.cluster}:{self.key}"
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, given: str) -> "Reference":
        """Reads a global ID; BAD_ID where it is none."""
        try:
            typename, cluster, key = base64.urlsafe_b64decode(given + "==").decode().split(":", 2)
        except (binascii.Error, ValueError):
            raise _bad() from None
        reference = cls(typename, cluster, key)
        # Base64 has many spellings, and the decoder skips what is none: only ours comes out as it went in.
        if reference.id != given or not key or "\0" in key:
            raise _bad()
        return reference


def member_cluster(given: str) -> str | None:
    """The code of the cluster that a member's global ID names; None where it is no member's ID.

    >>> member_cluster("TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy"), member_cluster("42")
    ('technomontreal', None)
    """
    try:
        reference = Reference.parse(given)
    except ClientError:
        return None
    return reference.cluster if reference.typename == "Member" else None


def own_key(given: str, typename: str) -> UUID:
    """The key of what the corridor itself owns, by its global ID; BAD_ID where it is no ID of this type.

    >>> own_key(Reference("Seat", OWN, "00000000-0000-0000-0000-000000000005").id, "Seat")
    UUID('00000000-0000-0000-0000-000000000005')
    """
    reference = Reference.parse(given)
    try:
        key = UUID(reference.key)
    except ValueError:
        raise _bad() from None
    if reference != Reference(typename, OWN, str(key)):
        raise ClientError(ErrorCode.BAD_ID, f"An ID of type {typename} is needed here. Send one just as `id` had it.")
    return key


def _bad() -> ClientError:
    return ClientError(ErrorCode.BAD_ID, "This is no ID that the gateway has given out. Send one just as `id` had it.")
