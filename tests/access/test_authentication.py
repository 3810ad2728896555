"""Who a request comes from, by its header; what is remembered of it, and for how long."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.access.admission import Holder
from gateway.access.authentication import Authentication
from gateway.access.key_text import KeyText, make_key
from gateway.access.register import Register
from gateway.access.viewer import ANONYMOUS, ViewerClass
from gateway.errors import ClientError, ErrorCode
from gateway.reference import member_cluster
from gateway.settings import AuthSettings
from gateway.store import Store
from tests.access.issuer import START, Clock, Issuer

HOUR = timedelta(hours=1)


@pytest.fixture
async def register(store_owner: str, clock: Clock) -> AsyncIterator[Register]:
    store = Store(store_owner, 2, 10)
    yield Register(store, member_cluster, clock)
    await store.close()


@pytest.fixture
async def key(register: Register) -> KeyText:
    return await register.create(Holder("PARTNER_APP", "Example"), HOUR)


def bearer(credential: object) -> bytes:
    return f"Bearer {credential}".encode()


async def refused(authentication: Authentication, header: bytes) -> str:
    with pytest.raises(ClientError) as error:
        await authentication.viewer(header)
    assert error.value.code is ErrorCode.UNAUTHENTICATED
    assert error.value.extensions == {"code": "UNAUTHENTICATED"}
    return str(error.value)


async def test_without_a_credential_one_is_nobody(authentication: Authentication) -> None:
    assert await authentication.viewer(None) is ANONYMOUS


async def test_both_kinds_of_credentials_come_in_the_same_header(
    authentication: Authentication, issuer: Issuer, key: KeyText
) -> None:
    assert (await authentication.viewer(bearer(key))).id == f"key:{key.prefix}"
    assert (await authentication.viewer(bearer(issuer.sign()))).id == "jwt:example:partner-1"
    for scheme in (b"bearer", b"BEARER", b"Bearer  "):
        assert (await authentication.viewer(scheme + b" " + str(key).encode())).kind is ViewerClass.PARTNER_APP


WRONG = [b"", b" ", b"Bearer", b"Bearer ", b"Basic dTpw", b"Bearer a b", b"Bearer a,b", b"Bearera", b"Bearer \xff",
         b"Bearer a\n", b" Bearer a", b"Bearer\ta", b"Bearer =", b"Bearer a=b", b"Digest x", b"null", b"Bearer null",
         b"Bearer undefined", b"Bearer Bearer a"]  # fmt: skip


@pytest.mark.parametrize("header", WRONG)
async def test_a_wrong_credential_is_never_nobody(header: bytes, authentication: Authentication) -> None:
    assert await refused(authentication, header)


@pytest.fixture(scope="session")
async def patient(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Authentication, Issuer]]:
    """Checks of tokens, and of keys as far as that is possible without a store, for many examples."""
    issuer = Issuer(tmp_path_factory.mktemp("issuer") / "jwks.json")
    issuer.add("one")
    given_settings = AuthSettings(providers={"example": issuer.settings()})
    opened = Authentication(given_settings, None, member_cluster, Clock())
    yield opened, issuer
    await opened.close()


HEADERS = (
    st.binary(max_size=300)
    | st.binary(max_size=300).map(b"Bearer ".__add__)
    | st.from_regex(rb"Bearer [A-Za-z0-9._~+/-]{0,300}=*", fullmatch=True)
    | st.from_regex(rb"Bearer eyJ[A-Za-z0-9_-]{0,80}\.eyJ[A-Za-z0-9_-]{0,80}\.[A-Za-z0-9_-]{0,80}", fullmatch=True)
    | st.from_regex(rb"Bearer cgw_[a-z0-9]{0,13}_[A-Za-z0-9]{0,50}", fullmatch=True)
    | st.integers(8193, 100_000).map(lambda size: b"Bearer " + b"x" * size)
)


@given(header=HEADERS, cut=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)
async def test_any_bytes_are_refused_or_somebody(patient: tuple[Authentication, Issuer], header: bytes, cut) -> None:
    authentication, issuer = patient
    if cut.draw(st.booleans()):  # a real token, with some of it changed
        token = bytearray(bearer(issuer.sign()))
        place = cut.draw(st.integers(0, len(token)))
        token[place : place + cut.draw(st.integers(0, 3))] = cut.draw(st.binary(max_size=3))
        header = bytes(token)
    try:
        found = (await authentication.viewer(header)).kind
    except ClientError as error:
        found = error.code
    assert found in {ErrorCode.UNAUTHENTICATED, ViewerClass.PARTNER_APP}


async def test_the_longest_credential_is_refused_before_any_work(
    authentication: Authentication, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest = b"Bearer " + b"x" * (8192 - 7)
    assert "can be read" in await refused(authentication, longest)
    monkeypatch.setattr("gateway.access.authentication.hashlib", None)  # not even a digest is made of it
    assert "8192 bytes" in await refused(authentication, longest + b"x")


async def test_what_is_not_set_up_is_said(issuer: Issuer, store: Store, clock: Clock) -> None:
    neither = Authentication(AuthSettings(), None, member_cluster, clock)
    assert "no store" in await refused(neither, bearer(make_key()))
    assert "no provider" in await refused(neither, bearer(issuer.sign()))
    assert await neither.viewer(None) is ANONYMOUS
    await neither.close()


async def test_a_credential_is_remembered_for_its_time(
    authentication: Authentication, register: Register, key: KeyText, clock: Clock
) -> None:
    viewer = await authentication.viewer(bearer(key))
    await register.revoke(key.prefix)
    clock.now += 9.999
    assert await authentication.viewer(bearer(key)) is viewer
    assert authentication.cache_info()[:2] == (1, 1)
    clock.now = START + 10
    assert "revoked" in await refused(authentication, bearer(key))
    assert "revoked" in await refused(authentication, bearer(key))


async def test_with_no_time_to_be_remembered_each_request_is_checked(
    register: Register, store: Store, key: KeyText, clock: Clock
) -> None:
    authentication = Authentication(AuthSettings(credential_lifetime=0), store, member_cluster, clock)
    await authentication.viewer(bearer(key))
    await register.revoke(key.prefix)
    assert "revoked" in await refused(authentication, bearer(key))
    assert authentication.cache_info().currsize == 0
    await authentication.close()


async def test_a_credential_is_one_however_it_is_written(authentication: Authentication, key: KeyText) -> None:
    for scheme in (b"Bearer ", b"bearer ", b"BEARER    ", b"Bearer" + b" " * 1000):
        await authentication.viewer(scheme + str(key).encode())
    assert authentication.cache_info()[:2] == (3, 1)
    assert authentication.cache_info().currsize == 1
    for scheme in (b"", b"Digest ", b"Bearer-", b"Bearer\t"):
        assert await refused(authentication, scheme + str(key).encode())


def hinder() -> None:
    raise ClientError(ErrorCode.RATE_LIMITED, "Too many.", retryable=True)


async def test_only_what_was_not_good_lately_can_be_hindered(
    authentication: Authentication, register: Register, key: KeyText, clock: Clock
) -> None:
    for header in (bearer(key), bearer(make_key()), b"Basic dTpw", b"Bearer " + b"x" * 9000):
        with pytest.raises(ClientError) as hindered:
            await authentication.viewer(header, hinder)
        assert hindered.value.code is ErrorCode.RATE_LIMITED
    assert await authentication.viewer(None, hinder) is ANONYMOUS
    viewer = await authentication.viewer(bearer(key))
    assert await authentication.viewer(bearer(key), hinder) is viewer
    clock.now += 10  # it has to be checked again
    assert await authentication.viewer(bearer(key), hinder) == viewer
    await register.revoke(key.prefix)
    clock.now += 10
    with pytest.raises(ClientError, match="revoked"):
        await authentication.viewer(bearer(key), hinder)
    with pytest.raises(ClientError, match="Too many"):
        await authentication.viewer(bearer(key), hinder)
    assert authentication.cache_info().currsize == 0


async def test_what_was_good_is_not_taken_for_granted_while_the_store_is_away(
    authentication: Authentication, key: KeyText, store: Store, clock: Clock
) -> None:
    await authentication.viewer(bearer(key))
    clock.now += 10
    await store.close()
    for now in (START + 10, START + 5):  # not even by a clock that is set back
        clock.now = now
        with pytest.raises(ClientError) as away:
            await authentication.viewer(bearer(key), hinder)
        assert away.value.code is ErrorCode.STORE_UNAVAILABLE


async def test_nothing_is_remembered_beyond_its_end(
    authentication: Authentication, issuer: Issuer, key: KeyText, clock: Clock
) -> None:
    token = bearer(issuer.sign(exp=START + 605))
    clock.now = START + 630  # 5 s before the end of the token, with the leeway
    await authentication.viewer(token)
    clock.now = START + 634.999
    await authentication.viewer(token)
    clock.now = START + 635
    assert "expired" in await refused(authentication, token)
    clock.now = START + 3595
    await authentication.viewer(bearer(key))
    clock.now = START + 3600
    assert "expired" in await refused(authentication, bearer(key))


async def test_a_clock_that_is_set_back_lengthens_nothing(
    authentication: Authentication, register: Register, key: KeyText, clock: Clock
) -> None:
    await authentication.viewer(bearer(key))
    await register.revoke(key.prefix)
    clock.now -= 1
    assert "revoked" in await refused(authentication, bearer(key))


async def test_only_so_many_are_remembered_the_last_used_ones(issuer: Issuer, clock: Clock) -> None:
    given_settings = AuthSettings(providers={"example": issuer.settings()}, credential_cache=3)
    authentication = Authentication(given_settings, None, member_cluster, clock)
    tokens = [bearer(issuer.sign(sub=f"s{number}")) for number in range(5)]
    for token in tokens[:3]:
        await authentication.viewer(token)
    await authentication.viewer(tokens[0])
    await authentication.viewer(tokens[3])  # for the second one
    assert authentication.cache_info() == (1, 4, 3, 3)
    await authentication.viewer(tokens[0])
    assert authentication.cache_info().hits == 2
    await authentication.viewer(tokens[1])
    assert authentication.cache_info() == (2, 5, 3, 3)
    await authentication.close()


async def test_refusals_are_not_remembered(authentication: Authentication, issuer: Issuer, clock: Clock) -> None:
    early = bearer(issuer.sign(nbf=START + 31))
    assert "not valid yet" in await refused(authentication, early)
    clock.now += 1
    assert (await authentication.viewer(early)).kind is ViewerClass.PARTNER_APP
    for _ in range(50):
        await refused(authentication, bearer(make_key()))
    assert authentication.cache_info().currsize == 1


WAITING = "select count(*) from pg_locks where not granted and relation = 'corridor.api_keys'::regclass"


async def _until_one_waits(connection: asyncpg.Connection) -> None:
    for _ in range(10_000):
        if await connection.fetchval(WAITING):
            return
    pytest.fail("no look-up waits for the table")


async def test_many_at_once_are_one_check(authentication: Authentication, key: KeyText, store_owner: str) -> None:
    lock = await asyncpg.connect(store_owner)
    held = lock.transaction()
    await held.start()
    await lock.execute("lock table corridor.api_keys in access exclusive mode")
    waiting = [asyncio.create_task(authentication.viewer(bearer(key))) for _ in range(100)]
    await _until_one_waits(lock)
    waiting[0].cancel()  # the first goes away, the others stay
    await asyncio.wait([waiting[0]])
    assert await lock.fetchval(WAITING) == 1
    await held.rollback()
    await lock.close()
    assert {viewer.id for viewer in await asyncio.gather(*waiting[1:])} == {f"key:{key.prefix}"}
    assert waiting[0].cancelled()


async def test_a_refusal_that_nobody_waits_for_leaves_no_trace(
    authentication: Authentication, caplog: pytest.LogCaptureFixture
) -> None:
    waiting = asyncio.create_task(authentication.viewer(bearer(make_key())))
    await asyncio.sleep(0)
    (check,) = authentication._checks.values()
    waiting.cancel()
    await asyncio.wait([waiting, check])
    assert waiting.cancelled()
    del check  # what was raised in a task that nobody asked is logged when the task is forgotten
    gc.collect()
    assert caplog.messages == []
    assert not authentication._checks


async def test_without_the_store_tokens_still_count_and_keys_cannot_be_judged(issuer: Issuer, clock: Clock) -> None:
    given_settings = AuthSettings(providers={"example": issuer.settings()})
    nowhere = Store("postgresql://nobody@127.0.0.1:1/none", 1, 10)
    authentication = Authentication(given_settings, nowhere, member_cluster, clock)
    assert (await authentication.viewer(bearer(issuer.sign()))).kind is ViewerClass.PARTNER_APP
    with pytest.raises(ClientError) as failed:
        await authentication.viewer(bearer(make_key()))
    assert failed.value.code is ErrorCode.STORE_UNAVAILABLE
    await authentication.close()


async def test_closing_ends_what_is_under_way(
    issuer: Issuer, key: KeyText, store_owner: str, store: Store, clock: Clock
) -> None:
    authentication = Authentication(AuthSettings(), store, member_cluster, clock)
    lock = await asyncpg.connect(store_owner)
    held = lock.transaction()
    await held.start()
    await lock.execute("lock table corridor.api_keys in access exclusive mode")
    waiting = asyncio.create_task(authentication.viewer(bearer(key)))
    await _until_one_waits(lock)
    await authentication.close()
    await asyncio.wait([waiting])
    assert waiting.cancelled()
    await held.rollback()
    await lock.close()


async def test_a_remembered_credential_takes_no_turn_of_the_loop(
    authentication: Authentication, issuer: Issuer
) -> None:
    header = bearer(issuer.sign())
    await authentication.viewer(header)
    coroutine = authentication.viewer(header)
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)  # runs to its end without waiting for anything
    assert done.value.value.id == "jwt:example:partner-1"


async def test_the_clock_is_the_real_one_where_none_is_given(issuer: Issuer) -> None:
    given_settings = AuthSettings(providers={"example": issuer.settings()})
    authentication = Authentication(given_settings, None, member_cluster)
    now = int(time.time())
    assert await authentication.viewer(bearer(issuer.sign(iat=now, exp=now + 3600)))
    assert "expired" in await refused(authentication, bearer(issuer.sign(iat=now - 7200, exp=now - 3600)))
    await authentication.close()
