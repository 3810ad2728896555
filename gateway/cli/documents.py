"""``corridor documents``: registers, lists and removes trusted documents, in the corridor store and as its owner."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Annotated, Any

import typer
from graphql import GraphQLError
from rich.table import Table

from gateway.app import document_limits
from gateway.cli.configuration import read_settings
from gateway.cli.migrate import OwnerOption, with_store
from gateway.cli.terminal import OUT, TABLES, USAGE, fail
from gateway.execution.documents import Documents, Refused
from gateway.http.persisted import digest_of
from gateway.store import Store
from schemas.schema import build

__all__ = ["app"]

app = typer.Typer(help="Trusted documents: register, list, remove.", no_args_is_help=True)

_MOST_BYTES = 256 * 1024
_SUFFIXES = (".graphql", ".gql")
_MANIFEST = "apollo-persisted-query-manifest"
_HASH = re.compile(r"(?:sha256:)?([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class _Found:
    """A document to register: where it stands, for people, and its text, of which its name in the store is the hash."""

    place: str
    text: str


class _Unusable(Exception):
    """Why a file holds nothing that can be registered."""


@app.command("register")
def register(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files: one document each (.graphql, .gql), or a manifest of Apollo's tools (.json). Of a folder, all "
            "its .graphql and .gql files."
        ),
    ],
    dsn: OwnerOption = None,
) -> None:
    """Check documents against the schema, and register all of them or, where one is wrong, none."""
    documents = Documents(build()._schema, document_limits(read_settings()))  # noqa: SLF001 - as in gateway.app
    found: list[_Found] = []
    problems: list[str] = []
    for path in paths:
        try:
            found += _read(path)
        except (_Unusable, OSError, UnicodeDecodeError) as error:
            problems.append(f"{path}: {error}")
    problems += [problem for each in found for problem in _problems(documents, each)]
    if problems:
        fail("\n".join(["nothing is registered:", *problems]))
    if not found:
        fail("nothing is registered: there are no .graphql or .gql files.", USAGE)
    rows = [(digest_of(each.text), each.text, each.place[-255:]) for each in found]

    async def write(store: Store) -> int:
        async with store.transaction() as connection:
            inserted = [
                await connection.fetchval(
                    "insert into corridor.documents (hash, text, name) values ($1, $2, $3)"
                    " on conflict do nothing returning 1",
                    *row,
                )
                for row in rows
            ]
        return sum(each is not None for each in inserted)

    new = with_store(dsn, write)
    for digest, _, place in rows:
        OUT.print(f"sha256:{digest}  {place}", soft_wrap=True)
    OUT.print(f"{new} new, {len(rows) - new} registered before. Gateways that run take them at once.")


@app.command("list")
def list_(dsn: OwnerOption = None) -> None:
    """List the registered documents by their hashes."""

    async def read(store: Store) -> list[Any]:
        return await store.fetch("select hash, name, registered_at from corridor.documents order by name, hash")

    table = Table("Document", "Registered", "From", box=None, padding=(0, 2, 0, 0), header_style="bold")
    rows = with_store(dsn, read)
    for row in rows:
        at = f"{row['registered_at'].astimezone(UTC):%Y-%m-%d %H:%M}"
        table.add_row(f"sha256:{row['hash']}", at, row["name"])
    if rows:
        TABLES.print(table)
    else:
        OUT.print("There are no registered documents.")


@app.command("remove")
def remove(
    document: Annotated[str, typer.Argument(help="Its hash, as corridor documents list shows it.")],
    dsn: OwnerOption = None,
) -> None:
    """Remove a document; gateways that run forget it within half a minute."""
    named = _HASH.fullmatch(document)
    if named is None:
        fail("a document is named by sha256: and 64 digits from 0 to f: corridor documents list shows them.", USAGE)

    async def delete(store: Store) -> Any:
        return await store.fetchval("delete from corridor.documents where hash = $1 returning 1", named[1])

    if with_store(dsn, delete) is None:
        fail("no document of this hash is registered.")
    OUT.print(f"sha256:{named[1]} is removed.", soft_wrap=True)


def _read(path: Path) -> Iterator[_Found]:
    if path.is_dir():
        for file in sorted(each for each in path.rglob("*") if each.suffix in _SUFFIXES):
            yield _Found(str(file), _text(file))
    elif path.suffix == ".json":
        yield from _manifest(path)
    else:
        yield _Found(str(path), _text(path))


def _text(path: Path) -> str:
    # As it is, ends of lines too: the hash is that of the very text that clients send.
    return path.read_bytes().decode()


def _manifest(path: Path) -> Iterator[_Found]:
    """The documents of a file that Apollo's ``generate-persisted-query-manifest`` has written."""
    try:
        manifest = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise _Unusable(f"not valid JSON (line {error.lineno}, column {error.colno})") from None
    match manifest:
        case {"format": str(kind), "version": 1, "operations": [*operations]} if kind == _MANIFEST:
            pass
        case _:
            raise _Unusable(f'not a manifest: it has "format": "{_MANIFEST}", "version": 1 and a list of "operations"')
    for number, operation in enumerate(operations, 1):
        match operation:
            case {"id": str(identifier), "body": str(body)}:
                name = operation.get("name") or f"number {number}"
                if identifier != digest_of(body):
                    raise _Unusable(f"the id of operation {name} is not the SHA-256 of its body")
                yield _Found(f"{path}, operation {name}", body)
            case _:
                raise _Unusable(f"operation number {number} lacks its id or its body")


def _problems(documents: Documents, found: _Found) -> Iterable[str]:
    """What is wrong with a document, each with its place."""
    if len(found.text.encode()) > _MOST_BYTES:
        return [f"{found.place}: more than {_MOST_BYTES} bytes"]
    try:
        document = documents.get(found.text)
    except Refused as refused:
        return [_located(found.place, error) for error in refused.errors]
    return [] if document.operations else [f"{found.place}: holds no operation"]


def _located(place: str, error: GraphQLError) -> str:
    where = "".join(f":{each.line}:{each.column}" for each in (error.locations or ())[:1])
    return f"{place}{where}: {error.message}"
