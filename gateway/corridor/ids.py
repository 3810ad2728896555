"""Global IDs as commands name things by them: read, or a failure that says what is wrong with them."""

from uuid import UUID

from gateway.corridor.failures import Failed
from gateway.errors import ClientError
from gateway.reference import Reference, own_key

__all__ = ["key_of", "reference_of"]


def key_of(id_: str, typename: str, *path: str) -> UUID:
    """The key of what the corridor itself owns; Failed with INVALID_INPUT where it is no ID of this type.

    >>> str(key_of(Reference("Seat", "corridor", str(UUID(int=5))).id, "Seat"))
    '00000000-0000-0000-0000-000000000005'
    """
    try:
        return own_key(id_, typename)
    except ClientError:
        raise Failed.because("bad_id", *path, type=typename) from None


def reference_of(id_: str, typenames: tuple[str, ...], *path: str) -> Reference:
    """What a registry owns, of one of these types; Failed with INVALID_INPUT where it is no ID of any.

    >>> reference_of("TWVtYmVyOnRlY2hub21vbnRyZWFsOjQy", ("Member",))
    Reference(typename='Member', cluster='technomontreal', key='42')
    """
    try:
        reference = Reference.parse(id_)
    except ClientError:
        reference = None
    if reference is None or reference.typename not in typenames:
        raise Failed.because("bad_id", *path, type=", ".join(typenames))
    return reference
