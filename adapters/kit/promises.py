"""What a registry promises of its rows beyond their columns, for the check and the conformance suite."""

from collections.abc import Iterator, Mapping

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import SEES, Code, MembershipStatus, PostingStatus, Visibility
from adapters.contract.languages import chain
from adapters.contract.objects import Kind

__all__ = ["FOLDED", "FORMS", "RELEASED", "groups", "is_tag", "links", "served"]

FOLDED = {("member", "name_key"): "display_name"}
"""The sort keys that are the folded form of a field: (projection, column) to the field's column."""

FORMS = {"email": r"^[^@\s]{1,64}@[^@\s]{1,255}$", "phone": r"^\+[1-9][0-9]{6,14}$"}
"""What a contact's columns look like where they are not null: a pattern that Python and Postgres read alike."""

RELEASED = frozenset({Visibility.MUTUAL, Visibility.PRIVATE})
"""The views that see contacts: of whoever one was released to, and of the member itself."""

_POSTED = frozenset(set(PostingStatus) - {PostingStatus.DRAFT, PostingStatus.WITHDRAWN})


def served(view: Visibility) -> Mapping[tuple[str, str], frozenset[Code]]:
    """The codes that a row may have and still be served under a view, by projection and column."""
    return {
        ("member", "visibility"): SEES[view],
        ("member", "membership_status"): frozenset(set(MembershipStatus) - {MembershipStatus.ENDED}),
        ("offer", "status"): _POSTED,
        ("need", "status"): _POSTED,
    }


def is_tag(text: str) -> bool:
    """Whether this is a well-formed language tag.

    >>> is_tag("fr-CA"), is_tag("français"), is_tag("")
    (True, False, False)
    """
    try:
        chain(text)
    except ValueError:
        return False
    return bool(text)


def links() -> Iterator[tuple[str, str, str]]:
    """Every column that points to rows of another projection: (projection, column, projection pointed to)."""
    for each in CATALOGUE.values():
        if each.texts:
            yield f"{each.name}_text", f"{each.name}_key", each.name
        for taken in each.fields.values():
            if taken.kind is Kind.PARENT:
                yield each.name, taken.link, taken.target
            elif taken.through:
                yield taken.through, taken.link, each.name
                yield taken.through, f"{taken.target}_key", taken.target
            elif taken.kind is Kind.CHILDREN and CATALOGUE[taken.target].link:
                yield taken.target, taken.link, each.name


def groups() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The columns that are null together or not at all: (projection, columns).

    >>> list(groups())
    [('member', ('headcount_min', 'headcount_code', 'size_band'))]
    """
    for each in CATALOGUE.values():
        for taken in each.fields.values():
            if taken.kind is Kind.GROUP:
                parts = CATALOGUE[taken.target].fields.values()
                yield each.name, tuple(column for part in parts if part.required for column in part.columns)
