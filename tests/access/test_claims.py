"""What a proven token has to say: for whom, from when until when, and who comes."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.claims import end_of, viewer_of
from gateway.access.viewer import GRANTABLE, Scope, ViewerClass
from gateway.errors import ClientError, ErrorCode
from gateway.reference import Reference, member_cluster
from gateway.settings import ProviderSettings
from tests.access.issuer import MEMBER, START

PROVIDER = ProviderSettings(issuer="https://id.example", audience="urn:corridor", jwks="keys.json", clusters=("*",))
USUAL = {"iss": "https://id.example", "aud": "urn:corridor", "sub": "s", "corridor_class": "PARTNER_APP"}


def viewer(provider: ProviderSettings = PROVIDER, **claims: Any):
    held = {name: value for name, value in {**USUAL, **claims}.items() if value is not None}
    return viewer_of(held, "idp", provider, member_cluster)


def refused(words: str, provider: ProviderSettings = PROVIDER, **claims: Any) -> None:
    with pytest.raises(ClientError, match=words) as error:
        viewer(provider, **claims)
    assert error.value.code is ErrorCode.UNAUTHENTICATED


def test_a_token_is_for_this_gateway() -> None:
    assert viewer(aud=["urn:other", "urn:corridor"]).id == "jwt:idp:s"
    for other in (
        "urn:other",
        "urn:corridor/",
        "urn",
        [],
        ["urn:other"],
        None,
        7,
        {"urn:corridor": 1},
        [["urn:corridor"]],
    ):
        refused("audience", aud=other)
    refused("issuer", iss="https://other.example")


def test_a_token_that_is_bound_to_a_key_is_no_bearers() -> None:
    refused("cnf", cnf={"jkt": "x"})


@pytest.mark.parametrize(("late", "counts"), [(-1, True), (0, True), (29.999, True), (30, False), (31, False)])
def test_the_end_is_exact(late: float, counts: bool) -> None:
    if counts:
        assert end_of({"exp": START}, START + late, 30) == START + 30
    else:
        with pytest.raises(ClientError, match="expired"):
            end_of({"exp": START}, START + late, 30)


@pytest.mark.parametrize("claim", ["nbf", "iat"])
@pytest.mark.parametrize(("early", "counts"), [(0, True), (30, True), (30.001, False), (3600, False)])
def test_the_beginning_is_exact(claim: str, early: float, counts: bool) -> None:
    claims = {"exp": START + 600, claim: START}
    if counts:
        assert end_of(claims, START - early, 30) == START + 630
    else:
        with pytest.raises(ClientError, match=claim):
            end_of(claims, START - early, 30)


def test_without_leeway_a_token_ends_when_it_says() -> None:
    assert end_of({"exp": START}, START - 0.001, 0) == START
    with pytest.raises(ClientError, match="expired"):
        end_of({"exp": START}, START, 0)


@pytest.mark.parametrize("claim", ["exp", "nbf", "iat"])
@pytest.mark.parametrize("value", ["1900000600", True, [], {}, float("inf"), float("nan"), float("-inf")])
def test_moments_are_numbers(claim: str, value: Any) -> None:
    with pytest.raises(ClientError, match=claim):
        end_of({"exp": START + 600, claim: value}, START, 30)


def test_only_tokens_that_end() -> None:
    for claims in ({}, {"exp": None}):
        with pytest.raises(ClientError, match="exp"):
            end_of(claims, START, 30)


@pytest.mark.parametrize("kind", ["ANONYMOUS", "SYSTEM", "partner_app", "ADMIN", "", None])
def test_nobody_comes_in_as_anything_else(kind: str | None) -> None:
    refused("class", corridor_class=kind)


def test_each_class_brings_what_it_needs() -> None:
    assert viewer().kind is ViewerClass.PARTNER_APP
    assert viewer(corridor_cluster="technomontreal").cluster == "technomontreal"
    refused("names no member", corridor_class="MEMBER", corridor_cluster="technomontreal")
    refused("names no cluster", corridor_class="COORDINATOR")
    refused("names no cluster", corridor_class="PRIVACY_OFFICER")
    member = viewer(corridor_class="MEMBER", corridor_member=MEMBER)
    assert (member.member, member.cluster) == (MEMBER, "technomontreal")
    assert viewer(corridor_class="MEMBER", corridor_member=MEMBER, corridor_cluster="technomontreal") == member


def test_a_member_is_of_the_cluster_that_its_id_names() -> None:
    refused("another cluster", corridor_class="MEMBER", corridor_member=MEMBER, corridor_cluster="canieti-occidente")
    for wrong in ("42", MEMBER + "=", Reference("Offer", "technomontreal", "42").id, "VGVjaA"):
        refused("not the ID of a Member", corridor_class="MEMBER", corridor_member=wrong)


def test_only_a_member_acts_for_a_member() -> None:
    assert (
        viewer(corridor_class="COORDINATOR", corridor_cluster="technomontreal", corridor_member=MEMBER).member is None
    )


def test_an_issuer_may_speak_for_its_own_clusters_only() -> None:
    own = PROVIDER.model_copy(update={"clusters": ("technomontreal",)})
    assert viewer(own, corridor_class="COORDINATOR", corridor_cluster="technomontreal").cluster == "technomontreal"
    refused("may not speak", own, corridor_class="COORDINATOR", corridor_cluster="canieti-occidente")
    other = Reference("Member", "canieti-occidente", "1").id
    refused("may not speak", own, corridor_class="MEMBER", corridor_member=other)
    refused("may not speak", own, corridor_cluster="canieti-occidente")
    nobodys = PROVIDER.model_copy(update={"clusters": ()})
    refused("may not speak", nobodys, corridor_class="COORDINATOR", corridor_cluster="technomontreal")
    assert viewer(own).cluster is viewer(nobodys).cluster is None


def test_claims_are_called_as_the_settings_say() -> None:
    names = {"class_claim": "https://x/class", "cluster_claim": "c", "organisation_claim": "org", "member_claim": "m"}
    provider = PROVIDER.model_copy(update=names)
    named = {"https://x/class": "COORDINATOR", "c": "technomontreal", "org": "Partner"}
    found = viewer(provider, **named)
    assert (found.kind, found.cluster, found.organisation) == (ViewerClass.COORDINATOR, "technomontreal", "Partner")


def test_the_organisation_is_named_or_is_the_client() -> None:
    assert viewer(corridor_organisation="Université d'Été", client_id="c").organisation == "Université d'Été"
    assert viewer(client_id="c").organisation == "c"
    assert viewer().organisation == "s"


@pytest.mark.parametrize("claim", ["sub", "corridor_organisation", "corridor_cluster", "client_id"])
@pytest.mark.parametrize("value", [7, [], {}, "a\nb", "a\0", "x" * 400, "\u202e"])
def test_texts_are_texts_that_can_stand_in_a_log(claim: str, value: Any) -> None:
    refused("is not a text", **{claim: value})


def test_a_token_is_somebodys() -> None:
    refused("sub", sub=None)
    refused("sub", sub="")


SCOPES = [
    ({"scope": "profiles:read identifiers:read"}, {Scope.PROFILES_READ, Scope.IDENTIFIERS_READ}),
    ({"scp": ["profiles:read", 7, None]}, {Scope.PROFILES_READ}),
    ({"scp": "profiles:read"}, {Scope.PROFILES_READ}),
    ({"scope": "identifiers:read", "scp": ["profiles:read"]}, {Scope.IDENTIFIERS_READ}),
    ({"scope": ["profiles:read"]}, {Scope.PROFILES_READ}),
    ({"scope": "PROFILES:READ profiles:* openid"}, set()),
    ({"scope": "disclosures:read"}, set()),  # not for partner apps
    ({"scope": 7}, set()),
    ({}, set()),
]


@pytest.mark.parametrize(("claims", "scopes"), SCOPES)
def test_scopes(claims: dict[str, Any], scopes: set[Scope]) -> None:
    assert viewer(**claims).scopes == scopes


CLAIMS = ["iss", "aud", "sub", "scope", "scp", "cnf", "client_id", "corridor_class", "corridor_cluster"]
VALUES = [*USUAL.values(), *ViewerClass, *Scope, MEMBER, "technomontreal"]


@given(
    st.dictionaries(
        st.sampled_from([*CLAIMS, "corridor_member", "corridor_organisation"]),
        st.none() | st.integers() | st.floats() | st.text() | st.lists(st.text()) | st.sampled_from(VALUES),
    )
)
def test_whatever_a_token_says_somebody_comes_in_or_is_refused(claims: dict[str, Any]) -> None:
    try:
        found = viewer(**claims)
    except ClientError as error:
        refusal = error.code
        found = None
    if found is None:
        assert refusal is ErrorCode.UNAUTHENTICATED
        return
    assert found.kind not in {ViewerClass.ANONYMOUS, ViewerClass.SYSTEM}
    assert found.scopes <= GRANTABLE[found.kind]
    assert (found.member is not None) == (found.kind is ViewerClass.MEMBER)
    assert found.cluster is not None or found.kind is ViewerClass.PARTNER_APP
