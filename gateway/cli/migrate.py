"""``corridor migrate``: brings the schema of the corridor store up to date."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Annotated, Any, TypeVar

import asyncpg
import typer

from gateway.cli.configuration import read_settings
from gateway.cli.control import is_running
from gateway.cli.demo_store import read_owner
from gateway.cli.registries import default_home
from gateway.cli.terminal import OUT, USAGE, fail
from gateway.errors import ClientError
from gateway.store import SchemaMismatch, Store
from gateway.store.schema import SchemaState, schema_of

__all__ = ["OwnerOption", "owner_dsn", "reach", "run", "with_store"]

OwnerOption = Annotated[
    str | None,
    typer.Option(help="The address of the store for the login that owns it; else the settings', else the demo's."),
]

_Answer = TypeVar("_Answer")

_STORE_SECONDS = 10.0

_NO_STORE = """\
no store is set. Give the address of a Postgres database that is the gateway's own:
  CORRIDOR_STORE__DSN=postgresql://user:password@host:5432/name
or in corridor.toml:
  [store]
  dsn = "postgresql://user:password@host:5432/name"
Or start corridor demo, which brings one."""


def run(
    dsn: OwnerOption = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only say how the store stands; ends with 1 unless it is up to date.")
    ] = False,
) -> None:
    """Bring the schema of the corridor store up to date; several at once wait for each other."""
    address = owner_dsn(dsn)
    if check:
        found = reach(schema_of(address))
        if found is not SchemaState.CURRENT:
            fail(found.value)
        OUT.print(f"{found.value}.")
        return
    from gateway.store.migration import MigrationFailed, migrate  # noqa: PLC0415 - serving need not load Alembic

    try:
        done = reach(migrate(address))
    except MigrationFailed as error:
        fail(str(error))
    if done.before == done.after:
        OUT.print(f"Nothing to do: the corridor store is at version {done.after} already.")
    else:
        OUT.print(f"The corridor store is at version {done.after} now; before, it {_was(done.before)}.")


def owner_dsn(given: str | None) -> str:
    """The address for the owner of the store: as given, else the settings', else that of the demo that runs.

    Ends the command where there is none.
    """
    if given is not None:
        return given
    store = read_settings().store
    if store is not None:
        return (store.owner_dsn or store.dsn).get_secret_value()
    home = default_home().absolute()
    of_demo = read_owner(home) if is_running(home) else None
    if of_demo is None:
        fail(_NO_STORE, USAGE)
    return of_demo


def reach(work: Coroutine[Any, Any, _Answer]) -> _Answer:
    """Does what needs the store; ends the command where the store is not reached or refuses."""
    try:
        return asyncio.run(work)
    except asyncpg.PostgresError as error:
        fail(f"the store refused: {error}")
    except (OSError, TimeoutError, asyncpg.InterfaceError, ValueError) as error:
        fail(f"the store cannot be reached: {error or 'no answer in time'}")


def with_store(dsn: str | None, work: Callable[[Store], Awaitable[_Answer]]) -> _Answer:
    """Does what needs the store as its owner; ends the command where it is not reached, refuses, or is not migrated."""
    address = owner_dsn(dsn)

    async def opened() -> _Answer:
        store = Store(address, 1, _STORE_SECONDS)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        return reach(opened())
    except SchemaMismatch as mismatch:
        fail(mismatch.state.value)
    except ClientError as error:
        fail(f"the store cannot be used: {error.__cause__ or error}")


def _was(version: str | None) -> str:
    return "was empty" if version is None else f"was at {version}"
