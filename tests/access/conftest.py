"""An issuer with one key, a clock that stands still, and a real OpenID provider."""

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from gateway.access.authentication import Authentication
from gateway.access.viewer import Scope
from gateway.reference import member_cluster
from gateway.settings import AuthSettings
from gateway.store import Store
from tests.access.issuer import MEMBER, Clock, Issuer
from tests.access.openid import Client, OpenIdProvider, install


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    made = Issuer(tmp_path / "jwks.json")
    made.add("one")
    return made


@pytest.fixture
async def authentication(issuer: Issuer, store: Store, clock: Clock) -> AsyncIterator[Authentication]:
    """Takes the issuer's tokens, and the API keys of an empty store."""
    settings = AuthSettings(providers={"example": issuer.settings()})
    opened = Authentication(settings, store, member_cluster, clock)
    yield opened
    await opened.close()


def _clients() -> list[Client]:
    def client(name: str, kind: str, alg: str = "RS256", audience: str = "urn:corridor", **claims: str) -> Client:
        held = {"corridor_class": kind, "corridor_organisation": name.title(), **claims}
        scope = " ".join(Scope)
        return Client(name, secrets.token_urlsafe(32), alg, audience, scope, held)

    return [
        client("partner", "PARTNER_APP"),
        client("partner-es", "PARTNER_APP", "ES256"),
        client("partner-ed", "PARTNER_APP", "EdDSA"),
        client("member", "MEMBER", corridor_member=MEMBER),
        client("coordinator", "COORDINATOR", corridor_cluster="technomontreal"),
        client("officer", "PRIVACY_OFFICER", corridor_cluster="technomontreal"),
        client("system", "SYSTEM"),
        client("elsewhere", "PARTNER_APP", audience="urn:somebody-else"),
    ]


@pytest.fixture(scope="session")
def openid_installed() -> None:
    install()


@pytest.fixture
def openid(openid_installed: None) -> Iterator[OpenIdProvider]:
    """A real OpenID provider in a process of its own, which the test may rotate and stop."""
    provider = OpenIdProvider(_clients())
    provider.start()
    yield provider
    provider.stop()
