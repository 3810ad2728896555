"""What a viewer lacks for a field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.scopes import missing
from gateway.access.viewer import ANONYMOUS, GRANTABLE, Scope, Viewer, ViewerClass

PROFILES, IDENTIFIERS, DISCLOSURES = "profiles:read", "identifiers:read", "disclosures:read"


def holding(*scopes: str) -> Viewer:
    return Viewer(ViewerClass.MEMBER, "key:x", "x", scopes=frozenset(map(Scope, scopes)))


CASES = [
    (((PROFILES,),), holding(), (PROFILES,)),
    (((PROFILES,),), holding(PROFILES), ()),
    (((PROFILES, IDENTIFIERS),), holding(PROFILES), (IDENTIFIERS,)),
    (((PROFILES, IDENTIFIERS),), holding(PROFILES, IDENTIFIERS), ()),
    (((PROFILES, IDENTIFIERS), (DISCLOSURES,)), holding(DISCLOSURES), ()),
    (((PROFILES, IDENTIFIERS), (DISCLOSURES,)), holding(), (DISCLOSURES,)),
    (((PROFILES, IDENTIFIERS), (DISCLOSURES,)), holding(IDENTIFIERS), (PROFILES,)),
    (((),), ANONYMOUS, ()),
    ((("unheard:of",),), holding(PROFILES, IDENTIFIERS, DISCLOSURES), ("unheard:of",)),
]


@pytest.mark.parametrize(("required", "viewer", "lacking"), CASES)
def test_one_list_is_met_whole(required, viewer: Viewer, lacking: tuple[str, ...]) -> None:
    assert missing(required, viewer) == lacking


def test_a_field_cannot_ask_for_nothing_that_can_be_met() -> None:
    with pytest.raises(ValueError, match="at least one"):
        missing((), holding(PROFILES, IDENTIFIERS, DISCLOSURES))


@given(
    st.lists(st.lists(st.sampled_from([PROFILES, IDENTIFIERS, DISCLOSURES])), min_size=1),
    st.frozensets(st.sampled_from(Scope)),
)
def test_nothing_lacks_just_where_one_list_is_held(required: list[list[str]], held: frozenset[Scope]) -> None:
    viewer = Viewer(ViewerClass.MEMBER, "key:x", "x", scopes=held)
    assert (missing(required, viewer) == ()) == any(set(every) <= set(held) for every in required)


def test_nobody_holds_anything_without_a_credential() -> None:
    assert not GRANTABLE[ViewerClass.ANONYMOUS]
    assert not ANONYMOUS.scopes
