"""`corridor migrate`, `corridor audit` and the check of `corridor serve`: the corridor store from the command line."""

import re
from pathlib import Path

import asyncpg
import pytest

from gateway.audit import Disclosures, Entry
from gateway.cli.workers import shared_out
from gateway.settings import Settings
from gateway.store import NEEDED, Store
from tests.cli.conftest import Corridor
from tests.cli.service import RunningService

AWAY = "postgresql://someone:hunter2-secret@127.0.0.1:1/nowhere"
CITY = {"CORRIDOR_REGISTRIES__MONTREAL__DSN": AWAY}


def test_migrate_says_what_it_did(corridor: Corridor, database: str) -> None:
    checked = corridor("migrate", "--check", CORRIDOR_STORE__DSN=database)
    assert (checked.returncode, checked.stdout) == (1, "")
    assert "has no schema yet: run corridor migrate" in checked.stderr
    done = corridor("migrate", CORRIDOR_STORE__DSN=AWAY, CORRIDOR_STORE__OWNER_DSN=database)
    assert done.stdout == f"The corridor store is at version {NEEDED} now; before, it was empty.\n"
    again = corridor("migrate", "--dsn", database)
    assert again.stdout == f"Nothing to do: the corridor store is at version {NEEDED} already.\n"
    assert corridor("migrate", "--check", "--dsn", database).stdout == "the corridor store is up to date.\n"


async def test_migrate_refuses_what_it_cannot_do(corridor: Corridor, store_owner: str, store_dsn: str) -> None:
    without = corridor("migrate")
    assert without.returncode == 2
    assert "no store is set" in without.stderr
    away = corridor("migrate", CORRIDOR_STORE__DSN=AWAY)
    assert away.returncode == 1
    assert "the store cannot be reached" in away.stderr
    assert "hunter2" not in away.stderr
    owner = await asyncpg.connect(store_owner)
    await owner.execute("update corridor.schema_version set version_num = '0001'")
    not_owner = corridor("migrate", CORRIDOR_STORE__DSN=store_dsn)
    assert not_owner.returncode == 1
    assert "the store refused: " in not_owner.stderr
    assert "permission denied" in not_owner.stderr
    await owner.execute("update corridor.schema_version set version_num = '9999'")
    await owner.close()
    newer = corridor("migrate", "--dsn", store_owner)
    assert newer.returncode == 1
    assert "this gateway is older than the schema" in newer.stderr


@pytest.mark.parametrize(
    ("version", "message"), [("0001", "older than this gateway: run corridor migrate"), ("9999", "gateway is older")]
)
async def test_serve_refuses_a_store_of_another_version(
    corridor: Corridor, store_owner: str, store_dsn: str, version: str, message: str
) -> None:
    owner = await asyncpg.connect(store_owner)
    await owner.execute("update corridor.schema_version set version_num = $1", version)
    await owner.close()
    refused = corridor("serve", "--port", 0, CORRIDOR_STORE__DSN=store_dsn, **CITY)
    assert refused.returncode == 1
    assert message in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(("store", "said"), [(None, "the store cannot be reached"), ("owner", "with no rights but")])
def test_serve_starts_without_its_store_and_says_what_is_wrong_with_it(
    tmp_path: Path, environment: dict[str, str], store_owner: str, store: str | None, said: str
) -> None:
    dsn = AWAY if store is None else store_owner
    service = RunningService(tmp_path, environment | CITY | {"CORRIDOR_STORE__DSN": dsn})
    try:
        service.wait_ready()
        assert said in service.log
        assert "hunter2" not in service.log
    finally:
        service.kill()


def test_workers_share_the_connections_to_the_store() -> None:
    settings = Settings(store={"dsn": AWAY, "pool_size": 10}, cursor_secret="x" * 12)
    assert shared_out(settings, 4).store.pool_size == 2


def test_too_few_connections_to_the_store_are_said(corridor: Corridor) -> None:
    settings = {"CORRIDOR_STORE__DSN": AWAY, "CORRIDOR_STORE__POOL_SIZE": "4"}
    refused = corridor("serve", "--port", 0, "--workers", 4, **CITY, **settings)
    assert refused.returncode == 2
    assert "store.pool_size is 4, which is too few for 4 workers" in refused.stderr
    assert "Set 5 at least" in refused.stderr


async def _log(store: Store, number: int) -> None:
    log = Disclosures(store)
    for each in range(number):
        await log.record(Entry(f"key:{each}", "PARTNER_APP", "o", None, "c", "p", ("f",), "b", ("M1",)))
    await log.close()


async def test_audit_verify_names_the_row_that_was_touched(
    corridor: Corridor, store: Store, store_dsn: str, store_owner: str
) -> None:
    await _log(store, 5)
    whole = corridor("audit", "verify", CORRIDOR_STORE__DSN=store_dsn)
    assert (whole.returncode, whole.stderr) == (0, "")
    assert "is whole: 5 rows, the last one is row 5" in whole.stdout
    (head,) = re.findall(r"--head ([0-9a-f]{64})", whole.stdout)
    await _log(store, 1)
    assert corridor("audit", "verify", "--head", head, CORRIDOR_STORE__DSN=store_dsn).returncode == 0
    assert corridor("audit", "verify", "--head", "abc", CORRIDOR_STORE__DSN=store_dsn).returncode == 2
    owner = await asyncpg.connect(store_owner)
    await owner.execute("alter table corridor.disclosure disable trigger all")
    await owner.execute("delete from corridor.disclosure where seq >= 5")
    await owner.execute("update corridor.disclosure set viewer = 'nobody' where seq = 2")
    await owner.close()
    touched = corridor("audit", "verify", "--head", head, CORRIDOR_STORE__DSN=store_dsn)
    assert (touched.returncode, touched.stdout) == (1, "")
    assert "row 2 is not what was written" in touched.stderr
    assert "rows 5 to 6 are missing at the end" in touched.stderr
    assert "the noted hash is not in the log" in touched.stderr


async def test_audit_expire_is_the_owners(corridor: Corridor, store: Store, store_dsn: str, store_owner: str) -> None:
    await _log(store, 3)
    refused = corridor("audit", "expire", CORRIDOR_STORE__DSN=store_dsn)
    assert refused.returncode == 1
    assert "permission denied" in refused.stderr
    assert "Removed 0 rows" in corridor("audit", "expire", "--dsn", store_owner).stdout
    future = corridor("audit", "expire", "--before", "9000-01-01", "--dsn", store_owner)
    assert future.returncode == 2
    owner = await asyncpg.connect(store_owner)
    assert await owner.fetchval("select corridor.expire_disclosures(at) from corridor.disclosure where seq = 3") == 2
    await owner.close()
    assert "Retention removed 2 rows, up to row 2" in corridor("audit", "verify", "--dsn", store_owner).stdout
