"""What a field asks for, and whether a viewer has it."""

from collections.abc import Sequence

from gateway.access.viewer import Viewer

__all__ = ["missing"]


def missing(required: Sequence[Sequence[str]], viewer: Viewer) -> tuple[str, ...]:
    """The scopes that a viewer lacks for a field; none where it may see it.

    ``required`` is as in ``@requiresScopes``: one of the outer lists has to be met, and each scope of it held. Where
    several could be met, the answer is what is lacking to the one that is nearest, the first of those. An empty outer
    list can be met by nobody, and raises ValueError: it would forbid a field without saying what for.

    >>> from gateway.access.viewer import ANONYMOUS
    >>> missing([["profiles:read", "identifiers:read"], ["disclosures:read"]], ANONYMOUS)
    ('disclosures:read',)
    >>> missing([[]], ANONYMOUS)
    ()
    """
    if not required:
        raise ValueError("a field that requires scopes has to name at least one list of them")
    lacking = [tuple(scope for scope in every if scope not in viewer.scopes) for every in required]
    return min(lacking, key=len)
