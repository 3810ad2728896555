"""Migrations: forward only, whole or nothing, one at a time, by an owner that need not be a superuser."""

import asyncio
import re
from pathlib import Path

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from gateway.embedded import EmbeddedServer
from gateway.store import NEEDED, SchemaState
from gateway.store.migration import Migrated, MigrationFailed, migrate
from gateway.store.schema import schema_of
from tests.conftest import MakeDatabase

VERSIONS = Path(__file__).parents[2] / "gateway" / "store" / "migrations" / "versions"


def test_the_files_are_one_chain_without_gaps_and_end_where_the_gateway_says() -> None:
    config = Config()
    config.set_main_option("script_location", "gateway.store:migrations")
    scripts = list(ScriptDirectory.from_config(config).walk_revisions())
    assert [script.revision for script in reversed(scripts)] == [f"{n:04}" for n in range(1, len(scripts) + 1)]
    assert ScriptDirectory.from_config(config).get_heads() == [NEEDED]
    assert {Path(script.path).name[:4] for script in scripts} == {script.revision for script in scripts}


@pytest.mark.parametrize("file", sorted(VERSIONS.glob("*.py")), ids=lambda file: file.stem)
def test_a_migration_only_goes_forward_in_plain_sql(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "def downgrade" not in text
    assert set(re.findall(r"op\.(\w+)", text)) <= {"execute"}


async def test_an_empty_store_is_migrated_once(database: str) -> None:
    assert await schema_of(database) is SchemaState.EMPTY
    assert await migrate(database) == Migrated(None, NEEDED)
    assert await schema_of(database) is SchemaState.CURRENT
    assert await migrate(database) == Migrated(NEEDED, NEEDED)


async def test_several_at_once_wait_for_each_other(database: str) -> None:
    done = await asyncio.gather(*(migrate(database) for _ in range(4)))
    assert sorted(each.before or "" for each in done) == ["", NEEDED, NEEDED, NEEDED]


async def test_a_store_that_is_too_new_is_left_alone(store_owner: str) -> None:
    connection = await asyncpg.connect(store_owner)
    await connection.execute("update corridor.schema_version set version_num = '9999'")
    await connection.close()
    with pytest.raises(MigrationFailed, match="older than the schema"):
        await migrate(store_owner)
    assert await schema_of(store_owner) is SchemaState.TOO_NEW


async def test_a_migration_that_fails_leaves_nothing(database: str) -> None:
    connection = await asyncpg.connect(database)
    await connection.execute("create schema corridor")
    await connection.execute("create table corridor.disclosure (somebody_elses int)")
    with pytest.raises(MigrationFailed, match="already exists"):
        await migrate(database)
    made = await connection.fetch("select relname from pg_class where relnamespace = 'corridor'::regnamespace")
    assert [name for (name,) in made] == ["disclosure"]
    await connection.close()


async def test_an_owner_without_superpowers_can_migrate(postgres: EmbeddedServer, make_database: MakeDatabase) -> None:
    name = (await make_database()).rpartition("/")[2]
    admin = await asyncpg.connect(postgres.dsn())
    await admin.execute("drop role if exists corridor_plain_owner")
    await admin.execute("create role corridor_plain_owner login password 'any'")
    await admin.execute(f'alter database "{name}" owner to corridor_plain_owner')
    dsn = postgres.dsn(name, "corridor_plain_owner", "any")
    assert await migrate(dsn) == Migrated(None, NEEDED)  # corridor_app is there: other tests made it
    assert await schema_of(dsn) is SchemaState.CURRENT
    await admin.execute(f'drop database "{name}" with (force)')
    await admin.execute("drop role corridor_plain_owner")
    await admin.close()
