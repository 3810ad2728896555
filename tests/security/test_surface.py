"""What the gateway cannot do at all, as long as nobody changes that without noticing."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLInputObjectType, get_named_type

from schemas.schema import build

ROOT = Path(__file__).parents[2]
SERVING = (
    "access",
    "audit",
    "corridor",
    "execution",
    "federation",
    "http",
    "limits",
    "matching",
    "store",
    "telemetry",
    "vocabulary",
)
FILES = sorted(
    file
    for folder in (*(ROOT / "gateway" / name for name in SERVING), ROOT / "schemas")
    for file in folder.rglob("*.py")
    if "migrations" not in file.parts
)
NO_MODULES = {
    "code", "ctypes", "dill", "ftplib", "imp", "lxml", "marshal", "multiprocessing", "os.system", "pickle", "pty",
    "runpy", "shelve", "smtplib", "subprocess", "telnetlib", "urllib.request", "xml", "xmlrpc", "yaml",
}  # fmt: skip
NO_CALLS = {"eval", "exec", "compile", "__import__", "open"}
NO_METHODS = {"system", "popen", "spawnl", "spawnv", "execv", "execvp", "fork", "startfile", "literal_eval"}


def _found(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                found |= {each.name for each in node.names}
            case ast.ImportFrom(module=str(module)):
                found.add(module)
            case ast.Call(func=ast.Name(id=name)) if name in NO_CALLS:
                found.add(f"{name}()")
            case ast.Call(func=ast.Attribute(attr=name)) if name in NO_METHODS:
                found.add(f".{name}()")
    return {each for each in found if "(" in each or each in NO_MODULES or each.partition(".")[0] in NO_MODULES}


SCHEMA = build()._schema
MUTATIONS = SCHEMA.mutation_type.fields
DECIDED = {
    "actor", "by", "byRole", "cluster", "createdAt", "from", "grantedAt", "id", "invitedBy", "organisation", "owner",
    "publishedBy", "receiver", "revokedAt", "scopes", "sender", "signedBy", "state", "version", "visibility",
}  # fmt: skip
"""What the gateway reads from the credential, the store or a registry, whatever a client says."""


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_mutation_asks_for_the_scope_to_act(name: str) -> None:
    (needed,) = MUTATIONS[name].extensions["strawberry-definition"].directives
    assert [list(every) for every in needed.scopes] == [["corridor:act"]]


def test_the_page_says_of_every_mutation_who_may() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\| mutation \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", page, re.MULTILINE)
    named = [name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split("|")[1])]
    assert sorted(named) == sorted(MUTATIONS)


def _inputs(of: Any) -> set[str]:
    """The names of all that can be given to a field, in input objects, too: not those of its own arguments."""
    inner = get_named_type(of)
    if not isinstance(inner, GraphQLInputObjectType):
        return set()
    return inner.fields.keys() | {each for field in inner.fields.values() for each in _inputs(field.type)}


@pytest.mark.parametrize("name", MUTATIONS)
def test_no_input_names_what_the_gateway_decides(name: str) -> None:
    arguments = MUTATIONS[name].args
    assert not DECIDED - {"id"} & arguments.keys()
    assert not DECIDED & {each for argument in arguments.values() for each in _inputs(argument.type)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_what_serves_starts_no_programs_and_loads_no_code(file: Path) -> None:
    assert _found(ast.parse(file.read_text(encoding="utf-8"))) == set()


@pytest.mark.parametrize(
    "text", ["import subprocess", "from xml.etree import ElementTree", "import os; os.system(x)", "eval(x)"]
)
def test_it_would_be_noticed(text: str) -> None:
    assert _found(ast.parse(text))
