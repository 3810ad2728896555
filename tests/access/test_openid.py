"""Tokens of a real OpenID provider, by the client credentials grant: who they let in, and what a rotation does."""

from time import time

import pytest

from gateway.access.authentication import Authentication
from gateway.access.viewer import Scope, Viewer, ViewerClass
from gateway.errors import ClientError, ErrorCode
from gateway.reference import member_cluster
from gateway.settings import AuthSettings, ProviderSettings
from tests.access.issuer import MEMBER, Clock
from tests.access.openid import OpenIdProvider


@pytest.fixture
def now() -> Clock:
    """The provider's clock is the real one, so this one starts there."""
    return Clock(time())


@pytest.fixture
async def gateway(openid: OpenIdProvider, now: Clock):
    # Nothing is remembered, so that each request is checked.
    settings = AuthSettings(
        credential_lifetime=0,
        jwks_timeout=30,
        providers={
            "idp": ProviderSettings(
                issuer=openid.issuer,
                audience="urn:corridor",
                jwks=f"{openid.issuer}/jwks",
                clusters=("technomontreal",),
            )
        },
    )
    opened = Authentication(settings, None, member_cluster, now)
    yield opened
    await opened.close()


def bearer(token: str) -> bytes:
    return f"Bearer {token}".encode()


PROFILES, IDENTIFIERS, DISCLOSURES = Scope.PROFILES_READ, Scope.IDENTIFIERS_READ, Scope.DISCLOSURES_READ
VIEWERS = {
    "partner": Viewer(ViewerClass.PARTNER_APP, "jwt:idp:partner", "Partner", scopes=frozenset({PROFILES, IDENTIFIERS})),
    "member": Viewer(ViewerClass.MEMBER, "jwt:idp:member", "Member", "technomontreal", MEMBER, scopes=frozenset(Scope)),
    "coordinator": Viewer(
        ViewerClass.COORDINATOR, "jwt:idp:coordinator", "Coordinator", "technomontreal", scopes=frozenset(Scope)
    ),
    "officer": Viewer(
        ViewerClass.PRIVACY_OFFICER,
        "jwt:idp:officer",
        "Officer",
        "technomontreal",
        scopes=frozenset({DISCLOSURES, Scope.CORRIDOR_ACT}),
    ),
}


async def test_each_class_comes_in_with_the_scopes_that_it_can_hold(
    openid: OpenIdProvider, gateway: Authentication
) -> None:
    for client, viewer in VIEWERS.items():
        assert await gateway.viewer(bearer(await openid.token(client))) == viewer
    assert gateway.fetches == 1


async def test_the_scopes_are_those_that_the_client_asked_for(openid: OpenIdProvider, gateway: Authentication) -> None:
    viewer = await gateway.viewer(bearer(await openid.token("partner", "identifiers:read")))
    assert viewer.scopes == {IDENTIFIERS}


@pytest.mark.parametrize("client", ["partner", "partner-es", "partner-ed"])
async def test_every_usual_algorithm_is_taken(client: str, openid: OpenIdProvider, gateway: Authentication) -> None:
    assert (await gateway.viewer(bearer(await openid.token(client)))).kind is ViewerClass.PARTNER_APP


@pytest.mark.parametrize(("client", "word"), [("elsewhere", "audience"), ("system", "class")])
async def test_others_do_not_come_in(client: str, word: str, openid: OpenIdProvider, gateway: Authentication) -> None:
    with pytest.raises(ClientError, match=word) as refused:
        await gateway.viewer(bearer(await openid.token(client)))
    assert refused.value.code is ErrorCode.UNAUTHENTICATED


async def test_a_token_ends_when_the_provider_said(openid: OpenIdProvider, gateway: Authentication, now: Clock) -> None:
    token = await openid.token("partner")
    await gateway.viewer(bearer(token))
    now.now += 600 + 30 + 5  # its lifetime, the leeway, and what the machine took
    with pytest.raises(ClientError, match="expired"):
        await gateway.viewer(bearer(token))


async def test_keys_change_while_the_gateway_runs(openid: OpenIdProvider, gateway: Authentication, now: Clock) -> None:
    old = await openid.token("partner")
    await gateway.viewer(bearer(old))
    openid.tell("rotate")
    new = await openid.token("partner")
    now.now += 10
    assert await gateway.viewer(bearer(new)) == VIEWERS["partner"]
    assert await gateway.viewer(bearer(old)) == VIEWERS["partner"]
    assert gateway.fetches == 2
    openid.tell("retire")
    await openid.token("partner")
    openid.tell("rotate")
    newest = await openid.token("partner")
    now.now += 10
    assert await gateway.viewer(bearer(newest)) == VIEWERS["partner"]
    with pytest.raises(ClientError, match="does not publish"):
        await gateway.viewer(bearer(old))


async def test_the_keys_are_kept_while_the_provider_is_down(
    openid: OpenIdProvider, gateway: Authentication, now: Clock
) -> None:
    token = await openid.token("partner")
    await gateway.viewer(bearer(token))
    openid.stop()
    now.now += 599
    assert await gateway.viewer(bearer(token)) == VIEWERS["partner"]
    openid.start()  # with keys that nobody has seen yet
    now.now += 10
    assert await gateway.viewer(bearer(await openid.token("partner"))) == VIEWERS["partner"]


async def test_without_the_provider_nobody_is_called_a_liar(openid: OpenIdProvider, gateway: Authentication) -> None:
    token = await openid.token("partner")
    openid.stop()
    for _ in range(20):
        with pytest.raises(ClientError) as failed:
            await gateway.viewer(bearer(token))
        assert failed.value.extensions == {"code": "IDENTITY_UNAVAILABLE", "retryable": True}
    assert gateway.fetches == 1
