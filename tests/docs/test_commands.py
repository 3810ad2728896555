"""The commands that the pages name exist, with the options they are given; settings that are shown are read."""

import ast
import importlib
import re
import shlex
import tomllib

import pytest
import typer

from gateway.cli import app
from gateway.settings import Settings
from tests.docs.pages import PAGES, ROOT, Block, all_blocks, inline, name


def _named() -> list[tuple[str, str]]:
    lines = [(str(block), line.strip()) for block in all_blocks("sh", "") for line in block.text.splitlines()]
    lines += [(name(page), code) for page in PAGES for code in inline(page)]
    return [(place, line.removeprefix(".venv/bin/")) for place, line in lines]


COMMANDS = sorted({(place, line) for place, line in _named() if re.match(r"(\.venv/bin/)?corridor [a-z]", line)})
TARGETS = sorted({(place, line) for place, line in _named() if re.match(r"make [a-z]", line)})


@pytest.mark.parametrize(("place", "line"), COMMANDS)
def test_every_command_named_exists(place: str, line: str) -> None:
    words = [word for word in shlex.split(line, comments=True) if word not in {"|", "<"}][1:]
    command = typer.main.get_command(app)
    while hasattr(command, "commands") and words:
        word = words.pop(0)
        assert word in command.commands, f"{place}: there is no command {word}"
        command = command.commands[word]
    known = {"--help", *(option for each in command.params for option in each.opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known, place


@pytest.mark.parametrize(("place", "line"), TARGETS)
def test_every_make_target_named_exists(place: str, line: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    words = [word for word in shlex.split(line, comments=True)[1:] if "=" not in word]
    assert set(words) <= targets, place


@pytest.mark.parametrize("block", all_blocks("toml"), ids=str)
def test_settings_that_are_shown_are_read(block: Block) -> None:
    assert Settings.model_validate(tomllib.loads(block.text)).registries


@pytest.mark.parametrize("block", all_blocks("python"), ids=str)
def test_python_that_is_shown_imports_what_there_is(block: Block) -> None:
    for statement in ast.walk(ast.parse(block.text)):
        if isinstance(statement, ast.ImportFrom) and "my_city" not in statement.module:
            module = importlib.import_module(statement.module)
            assert all(hasattr(module, each.name) for each in statement.names), ast.unparse(statement)


def test_commands_are_found_at_all() -> None:
    assert {"make demo", "make test"} <= {line for place, line in TARGETS if place.startswith("README.md")}
    assert any(line.startswith("corridor check") for _, line in COMMANDS)
