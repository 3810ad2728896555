"""``corridor keys``: keys are shown once, listed without their secrets, and revoked."""

import subprocess
from collections.abc import Callable
from time import time

import pytest
from typer.testing import CliRunner

from gateway.access.key_text import read_key
from gateway.access.keys import Keys
from gateway.access.viewer import ViewerClass
from gateway.cli import app
from gateway.errors import ClientError
from gateway.reference import Reference, member_cluster
from gateway.store import Store

Corridor = Callable[..., subprocess.CompletedProcess[str]]

MEMBER = Reference("Member", "technomontreal", "42").id
PARTNER = ("create", "--class", "PARTNER_APP", "--organisation", "Example & Cie")


@pytest.fixture
def keys(corridor: Corridor, store_dsn: str, store_owner: str) -> Corridor:
    """`corridor keys …` where the settings name the store, for the gateway and for its owner."""
    named = {"CORRIDOR_STORE__DSN": store_dsn, "CORRIDOR_STORE__OWNER_DSN": store_owner}
    return lambda *arguments, **settings: corridor("keys", *arguments, **named | settings)


def key_of(run: subprocess.CompletedProcess[str]) -> str:
    assert run.returncode == 0, run.stderr
    assert read_key(run.stdout.strip()) is not None, "standard output is the key and nothing else"
    return run.stdout.strip()


async def test_a_key_from_its_making_to_its_end(keys: Corridor, store: Store) -> None:
    checked = Keys(store, member_cluster, time)
    made = keys(*PARTNER, "--scope", "profiles:read", "--scope", "identifiers:read", "--expires", "12h")
    text = key_of(made)
    key = read_key(text)
    assert "only time" in made.stderr
    assert key.secret not in made.stderr
    viewer = (await checked.proof(text)).viewer
    assert (viewer.kind, viewer.organisation, viewer.scopes) == (
        ViewerClass.PARTNER_APP, "Example & Cie", {"profiles:read", "identifiers:read"},
    )  # fmt: skip
    listed = keys("list")
    assert listed.returncode == 0
    (line,) = [line for line in listed.stdout.splitlines() if key.prefix in line]
    assert "PARTNER_APP" in line
    assert line.rstrip().endswith("good")
    assert key.secret not in listed.stdout + listed.stderr
    revoked = keys("revoke", key.prefix)
    assert revoked.returncode == 0, revoked.stderr
    assert "up to 10 s more" in revoked.stdout
    with pytest.raises(ClientError, match="revoked"):
        await checked.proof(text)
    (line,) = [line for line in keys("list").stdout.splitlines() if key.prefix in line]
    assert line.rstrip().endswith("revoked")
    again = keys("revoke", key.prefix)
    assert (again.returncode, again.stdout) == (1, "")
    assert "revoked before" in again.stderr


async def test_a_key_for_a_member_and_one_for_a_cluster(keys: Corridor, store: Store) -> None:
    checked = Keys(store, member_cluster, time)
    member = key_of(keys("create", "--class", "MEMBER", "--organisation", "M", "--member", MEMBER))
    found = (await checked.proof(member)).viewer
    assert (found.kind, found.member, found.cluster) == (ViewerClass.MEMBER, MEMBER, "technomontreal")
    city = key_of(keys("create", "--class", "COORDINATOR", "--organisation", "C", "--cluster", "montreal"))
    assert (await checked.proof(city)).viewer.cluster == "technomontreal"
    whole = keys("revoke", city)  # somebody has only the key
    assert whole.returncode == 0, whole.stderr
    with pytest.raises(ClientError, match="revoked"):
        await checked.proof(city)
    await checked.proof(member)


WRONG = [
    (("create", "--class", "SYSTEM", "--organisation", "x"), "PARTNER_APP, MEMBER, COORDINATOR, PRIVACY_OFFICER"),
    (("create", "--class", "MEMBER", "--organisation", "x"), "names no member"),
    (("create", "--class", "MEMBER", "--organisation", "x", "--member", "42"), "not the ID of a Member"),
    (("create", "--class", "COORDINATOR", "--organisation", "x"), "names no cluster"),
    (("create", "--class", "COORDINATOR", "--organisation", "x", "--cluster", "paris"), "no city 'paris'"),
    ((*PARTNER, "--scope", "disclosures:read"), "can hold identifiers:read, profiles:read|profiles:read, identifiers"),
    ((*PARTNER, "--scope", "everything"), "cannot hold the scope 'everything'"),
    ((*PARTNER, "--expires", "never"), "12h, 90d, 52w"),
    ((*PARTNER, "--expires", "0d"), "12h, 90d, 52w"),
    ((*PARTNER, "--expires", "9999w"), "ten years"),
    (("revoke", "cgw_x"), "12 small letters and digits"),
]


@pytest.mark.parametrize(("arguments", "words"), WRONG, ids=range(len(WRONG)))
def test_wrong_use_is_said_plainly(arguments: tuple[str, ...], words: str) -> None:
    nowhere = {"CORRIDOR_STORE__DSN": "postgresql://nobody@127.0.0.1:1/none"}
    run = CliRunner().invoke(app, ["keys", *arguments], env=nowhere)
    assert (run.exit_code, run.stdout) == (2, ""), run.output
    assert any(each in run.stderr for each in words.split("|")), run.stderr


def test_a_list_without_keys(keys: Corridor) -> None:
    assert keys("list").stdout == "There are no keys.\n"


def test_the_login_of_a_gateway_can_list_and_make_nothing(corridor: Corridor, store_dsn: str) -> None:
    assert corridor("keys", "list", "--dsn", store_dsn).returncode == 0
    run = corridor("keys", *PARTNER, "--dsn", store_dsn)
    assert (run.returncode, run.stdout) == (1, "")
    assert "permission denied" in run.stderr


def test_a_store_that_is_not_there_or_not_ready(corridor: Corridor) -> None:
    none = corridor("keys", "list")
    assert none.returncode == 2
    assert "no store is set" in none.stderr
    run = corridor("keys", "list", "--dsn", "postgresql://nobody@127.0.0.1:1/none")
    assert run.returncode == 1
    assert "store cannot be" in run.stderr
    assert "Traceback" not in run.stderr


async def test_a_store_that_was_never_migrated(corridor: Corridor, database: str) -> None:
    run = corridor("keys", "list", "--dsn", database)
    assert run.returncode == 1
    assert "corridor migrate" in run.stderr
