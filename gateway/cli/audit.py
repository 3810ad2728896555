"""``corridor audit``: whether the disclosure log is as it was written, and the end of what is too old in it."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, TypeVar

import asyncpg
import typer

from gateway.audit.chain import Verdict
from gateway.audit.chain import verify as verified
from gateway.audit.retention import expire as expired
from gateway.cli.configuration import read_settings
from gateway.cli.migrate import OwnerOption, owner_dsn, reach
from gateway.cli.terminal import ERRORS, OUT, USAGE, fail
from gateway.store.schema import SchemaState, schema_state

__all__ = ["app"]

app = typer.Typer(help="Verify the disclosure log, and end what is too old in it.", no_args_is_help=True)

_SHOWN = 20
"""How many faults are printed one by one."""

_CONNECT_SECONDS = 10.0

_Answer = TypeVar("_Answer")


@app.command()
def verify(
    head: Annotated[
        str | None, typer.Option(help="A hash that an earlier run printed and you noted elsewhere: it has to be there.")
    ] = None,
    dsn: OwnerOption = None,
) -> None:
    """Read the whole log, and name every row that was edited, removed, added or reordered. Ends with 1 if any was."""
    if head is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", head):
        fail("--head is no hash: it has 64 characters, of 0 to 9 and a to f", USAGE)
    noted = None if head is None else bytes.fromhex(head)
    found = reach(_on_store(owner_dsn(dsn), lambda connection: verified(connection, noted)))
    for checkpoint in found.checkpoints:
        OUT.print(
            f"Retention removed {checkpoint.removed} rows, up to row {checkpoint.seq}: "
            f"those before {checkpoint.before.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
        )
    if found.faults:
        _show(found)
    OUT.print(f"The disclosure log is whole: {found.rows} rows, the last one is row {found.seq}.")
    OUT.print("Note its hash where nobody of this database can change it, and give it to the next run:")
    OUT.print(f"  --head {found.head.hex()}")


@app.command()
def expire(
    before: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], help="Remove what was written before this day; else what disclosure_retention says."
        ),
    ] = None,
    dsn: OwnerOption = None,
) -> None:
    """Remove the rows that are too old, as the owner of the store. The rest can be verified still."""
    now = datetime.now(UTC)
    if before is None:
        moment = now - timedelta(days=read_settings().disclosure_retention)
    else:
        moment = before.replace(tzinfo=UTC)
    if moment > now:
        fail("--before lies in the future: nothing was removed", USAGE)
    removed = reach(_on_store(owner_dsn(dsn), lambda connection: expired(connection, moment)))
    OUT.print(f"Removed {removed} rows of the disclosure log, those before {moment:%Y-%m-%d %H:%M} UTC.")


async def _on_store(dsn: str, work: "Callable[[asyncpg.Connection[asyncpg.Record]], Awaitable[_Answer]]") -> _Answer:
    connection = await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS)
    try:
        state = await schema_state(connection)
        if state is not SchemaState.CURRENT:
            fail(state.value)
        return await work(connection)
    finally:
        await connection.close(timeout=_CONNECT_SECONDS)


def _show(found: Verdict) -> None:
    for fault in found.faults[:_SHOWN]:
        ERRORS.print(f"corridor: {fault}", style="red")
    more = len(found.faults) - _SHOWN
    fail("the disclosure log is not as it was written" + (f", and {more} more faults" if more > 0 else ""))
