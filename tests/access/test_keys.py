"""API keys: their text, what is kept of them, and which of them let somebody in."""

import asyncio
import hashlib
import hmac
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access import keys as keys_module
from gateway.access.admission import ADMITTED, Holder, NotAdmitted
from gateway.access.key_text import KeyText, is_key, make_key, read_key
from gateway.access.keys import Keys
from gateway.access.register import Register, one_of_each
from gateway.access.viewer import GRANTABLE, Scope, Viewer, ViewerClass
from gateway.errors import ClientError, ErrorCode
from gateway.reference import member_cluster
from gateway.store import Store
from tests.access.issuer import MEMBER, START, Clock

PARTNER = Holder("PARTNER_APP", "Example & Cie", scopes=("profiles:read", "identifiers:read"))
DAY = timedelta(days=1)


@pytest.fixture
async def register(store_owner: str, clock: Clock) -> AsyncIterator[Register]:
    store = Store(store_owner, 2, 10)
    yield Register(store, member_cluster, clock)
    await store.close()


@pytest.fixture
def keys(store: Store, clock: Clock) -> Keys:
    return Keys(store, member_cluster, clock)


async def refused(keys: Keys, text: str) -> str:
    with pytest.raises(ClientError) as error:
        await keys.proof(text)
    assert error.value.code is ErrorCode.UNAUTHENTICATED
    return str(error.value)


def test_the_text_of_a_key_is_known_by_its_form() -> None:
    made = {str(make_key()) for _ in range(100)}
    assert len(made) == 100
    for text in made:
        assert re.fullmatch(r"cgw_[a-z0-9]{12}_[0-9A-Za-z]{49}", text)
        assert is_key(text)
        assert str(read_key(text)) == text


def test_a_key_does_not_print_its_secret() -> None:
    key = make_key()
    assert key.secret not in repr(key)


@given(st.integers(0, 65), st.sampled_from("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_ -é"))
def test_one_wrong_character_is_noticed(place: int, character: str) -> None:
    text = "cgw_abcdefgh2345_" + "0123456789abcdefghijABCDEFGHIJ0123456789xyz"
    text = str(KeyText(text[4:16], text[17:]))
    wrong = text[:place] + character + text[place + 1 :]
    assert (read_key(wrong) is None) == (wrong != text)


@given(st.text() | st.from_regex(r"cgw_[a-z0-9]{12}_[0-9A-Za-z]{49}\n?", fullmatch=True))
def test_whatever_is_read_as_a_key_is_written_the_same(text: str) -> None:
    key = read_key(text)
    assert key is None or str(key) == text


async def test_a_key_lets_in_whom_it_was_made_for(register: Register, keys: Keys) -> None:
    key = await register.create(PARTNER, DAY)
    proof = await keys.proof(str(key))
    scopes = frozenset({Scope.PROFILES_READ, Scope.IDENTIFIERS_READ})
    assert proof.viewer == Viewer(ViewerClass.PARTNER_APP, f"key:{key.prefix}", "Example & Cie", scopes=scopes)
    assert proof.expires == START + 86_400


async def test_a_key_of_each_class(register: Register, keys: Keys) -> None:
    made = await one_of_each(register, "Demo", "technomontreal", MEMBER, DAY)
    assert tuple(made) == ADMITTED
    for kind, key in made.items():
        viewer = (await keys.proof(str(key))).viewer
        assert (viewer.kind, viewer.scopes, viewer.organisation) == (kind, GRANTABLE[kind], "Demo")
        assert viewer.cluster == (None if kind is ViewerClass.PARTNER_APP else "technomontreal")
        assert viewer.member == (MEMBER if kind is ViewerClass.MEMBER else None)


async def test_new_ones_of_each_class_end_the_old_ones(register: Register, keys: Keys) -> None:
    other = await register.create(PARTNER, DAY)
    old = await one_of_each(register, "Demo", "technomontreal", MEMBER, DAY)
    new = await one_of_each(register, "Demo", "technomontreal", MEMBER, DAY)
    for key in old.values():
        assert "revoked" in await refused(keys, str(key))
    for key in (other, *new.values()):
        await keys.proof(str(key))


async def test_a_key_ends_at_its_moment(register: Register, keys: Keys, clock: Clock) -> None:
    key = str(await register.create(PARTNER, DAY))
    clock.now = START + 86_399.999
    await keys.proof(key)
    clock.now = START + 86_400
    assert "expired" in await refused(keys, key)


async def test_a_revoked_key_is_refused(register: Register, keys: Keys, clock: Clock) -> None:
    key, other = [await register.create(PARTNER, DAY) for _ in range(2)]
    assert await register.revoke(key.prefix)
    assert "revoked" in await refused(keys, str(key))
    await keys.proof(str(other))
    clock.now -= 3600
    assert "revoked" in await refused(keys, str(key)), "whatever the clock says"
    assert not await register.revoke(key.prefix)
    assert not await register.revoke("abcdefgh2345")


async def test_nobody_learns_whether_there_is_such_a_prefix(register: Register, keys: Keys, clock: Clock) -> None:
    good, revoked, expired = [await register.create(PARTNER, DAY) for _ in range(2)] + [
        await register.create(PARTNER, timedelta(hours=1))
    ]
    await register.revoke(revoked.prefix)
    clock.now += 7200
    said = {await refused(keys, str(KeyText(each.prefix, make_key().secret))) for each in (good, revoked, expired)}
    assert said == {await refused(keys, str(make_key()))}


async def test_an_unknown_prefix_costs_what_a_known_one_does(
    register: Register, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One look-up, one hash, one comparison that does not end at the first difference."""
    compared: list[tuple[int, int]] = []
    compare = keys_module.compare_digest

    def counting(one: bytes, other: bytes) -> bool:
        compared.append((len(one), len(other)))
        return compare(one, other)

    monkeypatch.setattr(keys_module, "compare_digest", counting)
    key = await register.create(PARTNER, DAY)
    await keys.proof(str(key))
    await refused(keys, str(KeyText(key.prefix, make_key().secret)))
    await refused(keys, str(make_key()))
    assert compared == [(32, 32)] * 3
    assert compare is hmac.compare_digest


async def test_a_flood_of_keys_takes_two_connections_and_is_bounded(keys: Keys, store_owner: str) -> None:
    lock = await asyncpg.connect(store_owner)
    held = lock.transaction()
    await held.start()
    await lock.execute("lock table corridor.api_keys in access exclusive mode")
    flood = [asyncio.create_task(keys.proof(str(make_key()))) for _ in range(100)]
    waiting = "select count(*) from pg_locks where not granted and relation = 'corridor.api_keys'::regclass"
    for _ in range(10_000):
        if await lock.fetchval(waiting) == 2:
            break
    with pytest.raises(ClientError) as shed:
        await keys.proof(str(make_key()))
    assert shed.value.extensions == {"code": "OVERLOADED", "retryable": True, "retryAfter": 1}
    assert await lock.fetchval(waiting) == 2
    await held.rollback()
    await lock.close()
    found = await asyncio.gather(*flood, return_exceptions=True)
    assert {each.code for each in found} == {ErrorCode.UNAUTHENTICATED}
    assert "unknown" in await refused(keys, str(make_key())), "there is room again"


async def test_a_mistyped_key_is_refused_without_the_store(store_dsn: str, clock: Clock) -> None:
    nowhere = Keys(Store("postgresql://nobody@127.0.0.1:1/none", 1, 10), member_cluster, clock)
    text = str(make_key())
    for wrong in (
        text[:-1],
        text + "x",
        text[:-1] + ("a" if text[-1] != "a" else "b"),
        "cgw_",
        "cgw_x_y",
        text.upper(),
    ):
        assert "mistyped" in await refused(nowhere, wrong)
    with pytest.raises(ClientError) as failed:
        await nowhere.proof(text)
    assert failed.value.code is ErrorCode.STORE_UNAVAILABLE


async def test_nothing_that_is_kept_leads_back_to_the_secret(register: Register, store_owner: str) -> None:
    one, two = [await register.create(PARTNER, DAY) for _ in range(2)]
    connection = await asyncpg.connect(store_owner)
    rows = await connection.fetch("select k::text as everything, salt, hash from corridor.api_keys k")
    await connection.close()
    assert len({row["salt"] for row in rows}) == len({row["hash"] for row in rows}) == 2
    for key in (one, two):
        plain = {hashlib.sha256(each.encode()).digest() for each in (key.secret, str(key))}
        for row in rows:
            assert key.secret not in row["everything"]
            assert key.secret.encode() not in row["hash"] + row["salt"]
            assert row["hash"] not in plain, "it is salted"


async def test_the_list_shows_all_but_the_secret(register: Register, clock: Clock) -> None:
    key = await register.create(Holder("COORDINATOR", "Bureau", "technomontreal", scopes=("profiles:read",)), DAY)
    clock.now += 60
    await register.revoke(key.prefix)
    (entry,) = await register.entries()
    assert (entry.prefix, entry.kind, entry.cluster) == (key.prefix, ViewerClass.COORDINATOR, "technomontreal")
    assert (entry.created.timestamp(), entry.expires.timestamp()) == (START, START + 86_400)
    assert entry.revoked.timestamp() == START + 60
    assert key.secret not in repr(entry)
    assert not hasattr(entry, "hash")


WRONG = [
    Holder("SYSTEM", "x"),
    Holder("ANONYMOUS", "x"),
    Holder("MEMBER", "x"),
    Holder("MEMBER", "x", "technomontreal"),
    Holder("MEMBER", "x", "canieti-occidente", MEMBER),
    Holder("MEMBER", "x", member="42"),
    Holder("COORDINATOR", "x"),
    Holder("PRIVACY_OFFICER", "x"),
    Holder("PARTNER_APP", ""),
    Holder("PARTNER_APP", "a\nb"),
]


async def test_a_key_that_would_let_nobody_in_is_not_made(register: Register) -> None:
    for holder in WRONG:
        with pytest.raises(NotAdmitted):
            await register.create(holder, DAY)
    assert await register.entries() == []


async def test_scopes_that_the_class_cannot_hold_count_for_nothing(
    register: Register, keys: Keys, store_owner: str
) -> None:
    key = await register.create(PARTNER, DAY)
    connection = await asyncpg.connect(store_owner)
    await connection.execute("update corridor.api_keys set scopes = '{disclosures:read,all,profiles:read}'")
    await connection.close()
    assert (await keys.proof(str(key))).viewer.scopes == {Scope.PROFILES_READ}


FORBIDDEN = [
    "insert into corridor.api_keys select * from corridor.api_keys",
    "update corridor.api_keys set revoked = null",
    "delete from corridor.api_keys",
    "truncate corridor.api_keys",
    "drop table corridor.api_keys",
    "alter table corridor.api_keys add column x int",
]


async def test_a_gateway_only_reads_keys(store_dsn: str) -> None:
    connection = await asyncpg.connect(store_dsn)
    try:
        await connection.fetch("select * from corridor.api_keys")
        for statement in FORBIDDEN:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)
    finally:
        await connection.close()


BROKEN = [
    "class = 'SYSTEM'", "class = 'MEMBER'", "class = 'COORDINATOR'", "organisation = ''", "prefix = 'x'", "salt = ''",
    "hash = 'abc'", "expires = created", "member = 'x'", "expires = null", "prefix = '2345abcdefgH'",
]  # fmt: skip


async def test_the_table_itself_holds_no_key_that_makes_no_sense(register: Register, store_owner: str) -> None:
    await register.create(PARTNER, DAY)
    connection = await asyncpg.connect(store_owner)
    try:
        for change in BROKEN:
            with pytest.raises(asyncpg.IntegrityConstraintViolationError):
                await connection.execute(f"update corridor.api_keys set {change}")
    finally:
        await connection.close()
