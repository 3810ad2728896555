"""``corridor sdl``: the schema as text, and whether it still keeps what the last release promised to clients."""

import tomllib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Annotated

import typer
from graphql import build_schema, find_breaking_changes

import schemas
from gateway.cli.terminal import OUT, fail
from schemas.schema import build

__all__ = ["COMMITTED", "DECLARED", "RELEASED", "declarations", "printed", "run", "undeclared"]

_FOLDER = Path(schemas.__path__[0])
COMMITTED = _FOLDER / "schema.graphql"
"""The schema as it is, for people and for diffs."""

RELEASED = _FOLDER / "released.graphql"
"""The schema of the last release: what clients were promised."""

DECLARED = _FOLDER / "breaking.toml"
"""The breaking changes since then that are meant: ``[[breaking]]`` with ``change`` and ``reason``."""

_NOTHING_DECLARED = """\
# Changes since the last release that break clients, and are meant. One entry for each, in the words of
# `corridor sdl --check`:
#
# [[breaking]]
# change = "Member.headcount was removed."
# reason = "No registry ever filled it; deprecated since 1.2."
"""


def run(
    check: Annotated[
        bool, typer.Option("--check", help="Fail where the committed file is old, or a breaking change is undeclared.")
    ] = False,
    write: Annotated[bool, typer.Option("--write", help="Write schemas/schema.graphql.")] = False,
    release: Annotated[
        bool, typer.Option("--release", help="Promise this schema: write schemas/released.graphql as well.")
    ] = False,
) -> None:
    """Print the schema, write it, or check it against the last release."""
    text = printed()
    if not (check or write or release):
        print(text, end="")  # noqa: T201 - as it is, to be redirected
        return
    if write or release:
        COMMITTED.write_text(text, encoding="utf-8")
    if release:
        RELEASED.write_text(text, encoding="utf-8")
        DECLARED.write_text(_NOTHING_DECLARED, encoding="utf-8")
    if check:
        problems = list(_problems(text))
        if problems:
            fail("\n".join(problems))
        OUT.print("The committed schema is up to date and keeps what was released.")


def printed() -> str:
    """The SDL of the schema, one line end at its end."""
    return build().as_str().rstrip() + "\n"


def undeclared(released: str, current: str, declared: Collection[str]) -> tuple[list[str], list[str]]:
    """The breaking changes between two SDLs that are not declared, and the declared ones that did not happen."""
    old, new = (build_schema(text, assume_valid_sdl=True) for text in (released, current))
    changes = [change.description for change in find_breaking_changes(old, new)]
    return [each for each in changes if each not in declared], [each for each in declared if each not in changes]


def declarations(text: str) -> list[str]:
    """The declared changes of a ``breaking.toml``; raises ValueError where one lacks its reason."""
    entries = tomllib.loads(text).get("breaking", [])
    for entry in entries:
        if entry.keys() != {"change", "reason"} or not all(str(value).strip() for value in entry.values()):
            raise ValueError(f"a [[breaking]] has a change and a reason: {entry}")
    return [entry["change"] for entry in entries]


def _problems(text: str) -> Iterable[str]:
    if not COMMITTED.exists() or COMMITTED.read_text(encoding="utf-8") != text:
        yield f"{COMMITTED.name} is not the schema of the code: run corridor sdl --write"
    try:
        declared = declarations(DECLARED.read_text(encoding="utf-8"))
    except ValueError as error:
        yield f"{DECLARED.name}: {error}"
        return
    breaking, idle = undeclared(RELEASED.read_text(encoding="utf-8"), text, declared)
    yield from (f"breaks clients, and is not declared in {DECLARED.name}: {change}" for change in breaking)
    yield from (f"declared in {DECLARED.name}, but did not happen: {change}" for change in idle)
