"""``corridor keys``: creates, lists and revokes API keys, in the corridor store and as its owner."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from time import time
from typing import Annotated, TypeVar

import typer
from rich.table import Table

from gateway.access.admission import ADMITTED, Holder, NotAdmitted
from gateway.access.key_text import PREFIX, read_key
from gateway.access.register import Entry, Register
from gateway.access.viewer import GRANTABLE, Scope, ViewerClass
from gateway.cli.cities import by_name
from gateway.cli.configuration import read_settings
from gateway.cli.migrate import OwnerOption, with_store
from gateway.cli.terminal import ERRORS, OUT, TABLES, USAGE, fail
from gateway.reference import member_cluster

__all__ = ["app"]

app = typer.Typer(help="API keys of partners: create, list, revoke.", no_args_is_help=True)

_Answer = TypeVar("_Answer")

_LIFETIME = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(days=3660)


@app.command("create")
def create(
    kind: Annotated[str, typer.Option("--class", help=f"The class of its viewer: {', '.join(ADMITTED)}.")],
    organisation: Annotated[str, typer.Option(help="Whose it is, as disclosures are logged under.")],
    cluster: Annotated[
        str | None, typer.Option(help="The cluster that it is of or acts for: its code, or the city's name.")
    ] = None,
    member: Annotated[str | None, typer.Option(help="The ID of the member that it acts for (MEMBER only).")] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(metavar="SCOPE", help=f"What it is good for, each with an option of its own: {', '.join(Scope)}."),
    ] = None,
    expires: Annotated[str, typer.Option(help="After how long it ends: 12h, 90d or 52w.")] = "90d",
    dsn: OwnerOption = None,
) -> None:
    """Create an API key, and print it this once: nobody can read it again."""
    lifetime, scopes = _lifetime(expires), _scopes(kind, scope or [])
    code = None if cluster is None else by_name(cluster, read_settings())[1].cluster.code
    holder = Holder(kind, organisation, code, member, scopes)
    try:
        key = _with_register(dsn, lambda register: register.create(holder, lifetime))
    except NotAdmitted as reason:
        fail(f"there can be no such key: {reason}.", USAGE)
    ERRORS.print(f"Key {key.prefix}, good for {expires}. This is the only time that it is shown:")
    OUT.print(str(key))


@app.command("list")
def list_(dsn: OwnerOption = None) -> None:
    """List all keys that there ever were, by their prefixes; the keys themselves are not kept."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("Prefix", "Class", "Organisation", "Cluster", "Member", "Scopes", "Created", "Expires", "State"):
        table.add_column(title, no_wrap=title == "Prefix")
    entries = _with_register(dsn, lambda register: register.entries())
    for each in entries:
        table.add_row(
            each.prefix,
            each.kind,
            each.organisation,
            each.cluster or "",
            each.member or "",
            " ".join(each.scopes),
            f"{each.created.astimezone(UTC):%Y-%m-%d}",
            f"{each.expires.astimezone(UTC):%Y-%m-%d %H:%M}",
            _state(each),
        )
    if entries:
        TABLES.print(table)
    else:
        OUT.print("There are no keys.")


@app.command("revoke")
def revoke(
    prefix: Annotated[str, typer.Argument(help="The key's prefix, as corridor keys list shows it, or the whole key.")],
    dsn: OwnerOption = None,
) -> None:
    """Revoke an API key, for good."""
    key = read_key(prefix)
    found = prefix if key is None else key.prefix
    if not PREFIX.fullmatch(found):
        fail("a prefix is 12 small letters and digits: corridor keys list shows them.", USAGE)
    if not _with_register(dsn, lambda register: register.revoke(found)):
        fail(f"there is no key {found}, or it was revoked before.")
    seconds = read_settings().auth.credential_lifetime
    OUT.print(f"Key {found} is revoked. Gateways that just checked it take it for up to {seconds:g} s more.")


def _with_register(dsn: str | None, work: Callable[[Register], Awaitable[_Answer]]) -> _Answer:
    """Does what needs the register, as ``with_store`` does."""
    return with_store(dsn, lambda store: work(Register(store, member_cluster, time)))


def _lifetime(text: str) -> timedelta:
    found = _LIFETIME.fullmatch(text)
    lifetime = int(found[1]) * _UNITS[found[2]] if found else timedelta()
    if not timedelta() < lifetime <= _LONGEST:
        fail("--expires is a number of hours, days or weeks, up to ten years: 12h, 90d, 52w.", USAGE)
    return lifetime


def _scopes(kind: str, given: list[str]) -> list[str]:
    """The scopes as given; ends the command where the class cannot hold one of them."""
    if kind not in set(ADMITTED):
        fail(f"--class is one of {', '.join(ADMITTED)}.", USAGE)
    possible = [scope.value for scope in Scope if scope in GRANTABLE[ViewerClass(kind)]]
    wrong = sorted(set(given) - set(possible))
    if wrong:
        fail(f"a {kind} cannot hold the scope {wrong[0]!a}. It can hold {', '.join(possible)}.", USAGE)
    return given


def _state(entry: Entry) -> str:
    if entry.revoked is not None:
        return "revoked"
    return "expired" if entry.expires <= datetime.now(UTC) else "good"
