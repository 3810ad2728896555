"""The keys of a provider: fetched when needed, renewed, kept, and never asked for more often than allowed."""

import asyncio
import logging

import pytest

from gateway.access.fetching import SourceFailed
from gateway.access.provider import Provider
from gateway.errors import ClientError, ErrorCode
from gateway.settings import AuthSettings
from tests.access.issuer import Clock, Issuer

AUTH = AuthSettings(jwks_lifetime=600, jwks_keep=3600, jwks_pause=10)


@pytest.fixture
def provider(issuer: Issuer, clock: Clock) -> Provider:
    return issuer.provider(clock, AUTH)


async def settled(provider: Provider) -> None:
    """Waits for a renewal that nobody else waits for."""
    await provider._fetch


async def is_unavailable(provider: Provider, kid: str) -> bool:
    try:
        await provider.key(kid, "ES256")
    except ClientError as error:
        return error.extensions == {"code": ErrorCode.IDENTITY_UNAVAILABLE, "retryable": True}
    return False


async def test_keys_are_fetched_when_the_first_token_comes(provider: Provider) -> None:
    assert provider.fetches == 0
    for _ in range(5):
        assert await provider.key("one", "ES256")
    assert provider.fetches == 1


async def test_a_new_key_is_found_and_an_old_one_is_gone_with_it(
    provider: Provider, issuer: Issuer, clock: Clock
) -> None:
    await provider.key("one", "ES256")
    issuer.add("two")
    clock.now += 10
    assert await provider.key("two", "ES256")
    assert await provider.key("one", "ES256")
    issuer.publish("two")
    clock.now += 600
    assert await provider.key("one", "ES256"), "is good until the renewal that it begins"
    await settled(provider)
    assert await provider.key("one", "ES256") is None
    assert provider.fetches == 3


async def test_a_flood_of_unknown_keys_is_one_fetch_in_each_pause(
    provider: Provider, issuer: Issuer, clock: Clock
) -> None:
    found = await asyncio.gather(*(provider.key(f"random-{number}", "ES256") for number in range(500)))
    assert found == [None] * 500
    assert provider.fetches == 1
    for second in range(1, 101):
        clock.now += 1
        for number in range(20):
            assert await provider.key(f"random-{second}-{number}", "ES256") is None
            assert await provider.key("one", "ES256")
    assert provider.fetches == 11


async def test_the_pause_is_exact(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    assert await provider.key("two", "ES256") is None
    issuer.add("two")
    clock.now += 9.999
    assert await provider.key("two", "ES256") is None
    clock.now += 0.001
    assert await provider.key("two", "ES256")


async def test_keys_are_renewed_while_the_old_ones_serve(provider: Provider, clock: Clock) -> None:
    await provider.key("one", "ES256")
    clock.now += 599.9
    await provider.key("one", "ES256")
    assert provider.fetches == 1
    clock.now += 0.1
    await provider.key("one", "ES256")
    await settled(provider)
    assert provider.fetches == 2
    clock.now += 599.9
    await provider.key("one", "ES256")
    assert provider.fetches == 2


async def test_keys_are_kept_while_the_provider_is_away_up_to_a_limit(
    provider: Provider, issuer: Issuer, clock: Clock
) -> None:
    await provider.key("one", "ES256")
    published = issuer.file.read_bytes()
    issuer.file.unlink()
    for _ in range(5):
        clock.now += 700
        assert await provider.key("one", "ES256")
        await settled(provider)
    clock.now += 99.9
    assert await provider.key("one", "ES256")
    await settled(provider)
    clock.now += 0.1
    assert await is_unavailable(provider, "one")
    issuer.file.write_bytes(published)
    clock.now += 10
    assert await provider.key("one", "ES256")


async def test_an_unknown_key_of_a_provider_that_is_away_cannot_be_judged(
    provider: Provider, issuer: Issuer, clock: Clock
) -> None:
    await provider.key("one", "ES256")
    issuer.file.unlink()
    clock.now += 10
    assert await is_unavailable(provider, "two")
    assert await provider.key("one", "ES256")


async def test_without_any_keys_nothing_can_be_judged_and_the_provider_is_not_hammered(
    provider: Provider, issuer: Issuer, clock: Clock
) -> None:
    published = issuer.file.read_bytes()
    for broken in (
        b"",
        b"nonsense",
        b"[]",
        b'{"keys": {}}',
        b'{"keys": "x"}',
        b"{}",
        b'{"keys": [' + b"{}," * 100 + b"{}]}",
    ):
        issuer.write(broken)
        for _ in range(10):
            assert await is_unavailable(provider, "one")
        clock.now += 10
    assert provider.fetches == 7
    issuer.write(published)
    assert await provider.key("one", "ES256")


async def test_keys_that_are_too_old_in_a_pause_cannot_be_judged(issuer: Issuer, clock: Clock) -> None:
    provider = issuer.provider(clock, AuthSettings(jwks_keep=5, jwks_pause=10))
    await provider.key("one", "ES256")
    clock.now += 5
    assert await is_unavailable(provider, "one")
    clock.now += 5
    assert await provider.key("one", "ES256")


async def test_a_provider_may_withdraw_all_its_keys(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    await provider.key("one", "ES256")
    issuer.publish()
    clock.now += 600
    await provider.key("one", "ES256")
    await settled(provider)
    assert await provider.key("one", "ES256") is None


async def test_a_clock_that_is_set_back_makes_keys_no_younger(provider: Provider, issuer: Issuer, clock: Clock) -> None:
    await provider.key("one", "ES256")
    issuer.add("two")
    clock.now -= 86_400
    assert await provider.key("two", "ES256")


async def test_the_log_says_what_is_wrong_with_a_provider(
    provider: Provider, issuer: Issuer, caplog: pytest.LogCaptureFixture
) -> None:
    issuer.file.unlink()
    with caplog.at_level(logging.WARNING):
        assert await is_unavailable(provider, "one")
    assert caplog.messages == ["the keys of the provider example cannot be read: FileNotFoundError"]


class Waiting:
    """A source that answers when it is told to."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.reads = 0

    async def read(self) -> bytes:
        self.reads += 1
        return await self.answer

    async def close(self) -> None:
        """Holds nothing."""


async def test_one_who_goes_away_takes_the_fetch_from_nobody(issuer: Issuer, clock: Clock) -> None:
    source = Waiting()
    provider = Provider("example", issuer.settings(), AUTH, clock, source)
    first, second = (asyncio.create_task(provider.key("one", "ES256")) for _ in range(2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    await asyncio.wait([first])
    assert first.cancelled()
    source.answer.set_result(issuer.file.read_bytes())
    assert await second
    assert source.reads == 1


async def test_a_renewal_holds_nobody_up(issuer: Issuer, clock: Clock) -> None:
    source = Waiting()
    source.answer.set_result(issuer.file.read_bytes())
    provider = Provider("example", issuer.settings(), AUTH, clock, source)
    await provider.key("one", "ES256")
    source.answer = asyncio.get_running_loop().create_future()
    clock.now += 700
    assert await provider.key("one", "ES256")
    assert await provider.key("one", "ES256")
    source.answer.set_exception(SourceFailed("away"))
    await settled(provider)
    assert source.reads == 2
    assert await provider.key("one", "ES256")


async def test_closing_ends_a_fetch(issuer: Issuer, clock: Clock) -> None:
    provider = Provider("example", issuer.settings(), AUTH, clock, Waiting())
    asked = asyncio.create_task(provider.key("one", "ES256"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await provider.close()
    await asyncio.wait([asked])
    assert asked.cancelled()
