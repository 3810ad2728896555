"""What the gateway cannot do at all, as long as nobody changes that without noticing."""

import ast
from pathlib import Path

import pytest

from schemas.schema import build

ROOT = Path(__file__).parents[2]
SERVING = ("access", "audit", "execution", "federation", "http", "limits", "store", "telemetry", "vocabulary")
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


def test_there_is_nothing_to_write() -> None:
    assert build()._schema.mutation_type is None


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_what_serves_starts_no_programs_and_loads_no_code(file: Path) -> None:
    assert _found(ast.parse(file.read_text(encoding="utf-8"))) == set()


@pytest.mark.parametrize(
    "text", ["import subprocess", "from xml.etree import ElementTree", "import os; os.system(x)", "eval(x)"]
)
def test_it_would_be_noticed(text: str) -> None:
    assert _found(ast.parse(text))
