"""The reference says what the code says: nothing is missing, and nothing is old."""

import importlib
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import typer
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType
from pydantic import BaseModel

from adapters.kit.columns import OPTIONAL, PROJECTIONS
from gateway import corridor, settings
from gateway.cli import app
from gateway.corridor.coverage import blocker_texts
from gateway.corridor.failures import wordings
from gateway.corridor.machines import Machine
from gateway.errors import ErrorCode
from schemas.codes import BlockerCode, FailureCode, ReasonCode
from schemas.schema import build
from tests.docs.pages import PAGES, ROOT

REFERENCE = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def generator() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "scripts")
        yield importlib.import_module("build_docs")


def section(page: str, heading: str) -> str:
    """The part of a reference page under one heading, inner headings included."""
    text = (REFERENCE / page).read_text(encoding="utf-8")
    found = re.search(
        rf"^(#+) {re.escape(heading)}$\n(.*?)(?=^#{{1,2}} |^### {heading}|\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert found, f"{page} has no heading {heading}"
    level = len(found[1])
    return re.split(rf"^#{{1,{level}}} ", text[found.start(2) :], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> set[str]:
    """What the first column of the tables says."""
    return set(re.findall(r"^\| `([^`]+)`", text, re.MULTILINE))


def test_the_generated_sections_are_what_is_committed(
    generator: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generator.main(["--check"]) == 0, f"{capsys.readouterr().out}Run {sys.executable} scripts/build_docs.py"


def test_the_check_notices_an_edit_and_the_generator_mends_it(
    generator: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generator, "REFERENCE", tmp_path)
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    edited = tmp_path / "settings.md"
    edited.write_text(page.replace("`8000` |", "`80` |"), encoding="utf-8")
    assert generator.main(["--check"]) == 1
    assert edited.read_text(encoding="utf-8") != page
    assert generator.main([]) == 0
    assert edited.read_text(encoding="utf-8") == page


def test_every_section_of_the_generator_stands_in_a_page(generator: ModuleType) -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in REFERENCE.glob("*.md"))
    assert set(re.findall(r"<!-- begin (\w+) -->", text)) == set(generator.SECTIONS)


def test_every_setting_has_its_entry(generator: ModuleType) -> None:
    listed = rows((REFERENCE / "settings.md").read_text(encoding="utf-8"))
    groups = [model for model, _ in generator.GROUPS.values()]
    assert listed == {
        f"{prefix}{name}" for model, prefix in generator.GROUPS.values() for name in generator.plain(model)
    }
    models = [each for each in vars(settings).values() if isinstance(each, type) and issubclass(each, BaseModel)]
    assert {each for each in models if each.__module__ == settings.__name__} == set(groups)


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_error_code_has_its_entry(code: ErrorCode) -> None:
    entry = section("errors.md", code.value)
    assert "**What to do.**" in entry
    assert "**Worth asking again?**" in entry


def _commands(group: object, path: str = "corridor") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, command in group.commands.items():
        found |= _commands(command, f"{path} {name}") if hasattr(command, "commands") else {f"{path} {name}": command}
    return found


COMMANDS = _commands(typer.main.get_command(app))


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_and_option_has_its_entry(name: str) -> None:
    expected = {
        each.name.upper() if each.param_type_name == "argument" else ", ".join(each.opts)
        for each in COMMANDS[name].params
    }
    assert rows(section("cli.md", name)) == expected


SCHEMA = build()._schema
TYPES = [name for name, of in SCHEMA.type_map.items() if "_" not in name and of.ast_node is None and len(name) > 2]


ROOTS = {"Query": SCHEMA.query_type, "Mutation": SCHEMA.mutation_type, "Subscription": SCHEMA.subscription_type}
FIELDS = {each: field for of in ROOTS.values() for each, field in of.fields.items() if not each.startswith("_")}


@pytest.mark.parametrize("name", sorted(set(TYPES) - ROOTS.keys() - {"String", "Int", "Boolean", "Float"}))
def test_every_type_has_its_entry_with_all_its_parts(name: str) -> None:
    entry, of = section("schema.md", name), SCHEMA.type_map[name]
    match of:
        case GraphQLObjectType() | GraphQLInterfaceType():
            arguments = {f"{each}({argument}:)" for each, field in of.fields.items() for argument in field.args}
            assert rows(entry) == of.fields.keys() | arguments
        case GraphQLInputObjectType():
            assert rows(entry) == of.fields.keys()
        case GraphQLEnumType():
            assert rows(entry) == of.values.keys()
        case _:
            assert entry.strip()


@pytest.mark.parametrize("name", FIELDS)
def test_every_root_field_has_its_entry_with_all_its_arguments(name: str) -> None:
    assert rows(section("schema.md", name)) == FIELDS[name].args.keys()


@pytest.mark.parametrize("code", list(FailureCode))
def test_every_failure_has_its_entry_with_all_its_reasons(code: FailureCode) -> None:
    reasons = {name for name, each in wordings().items() if each.code is code}
    assert reasons, "no mutation fails for it"
    assert rows(section("failures.md", code.value)) == reasons


def test_every_machine_has_its_entry_with_all_its_transitions(generator: ModuleType) -> None:
    modules = [
        importlib.import_module(f"{corridor.__name__}.{each.name}") for each in pkgutil.iter_modules(corridor.__path__)
    ]
    machines = {id(each): each for module in modules for each in vars(module).values() if isinstance(each, Machine)}
    assert {id(each.machine) for each in generator.LIVES.values()} == machines.keys()
    page = (REFERENCE / "states.md").read_text(encoding="utf-8")
    for name, each in generator.LIVES.items():
        text = re.search(rf"<!-- begin {name} -->(.*?)<!-- end", page, re.DOTALL)[1]
        assert {state.value for state in each.states} == rows(text)
        for _, wanted in each.machine.transitions:
            assert f"| `{wanted.value}` |" in text
        assert text.count("\n") - 3 == len(each.machine.transitions) + sum(
            not each.machine.open(at) for at in each.states
        )


@pytest.mark.parametrize(("heading", "codes"), [("Blockers", BlockerCode), ("Reasons", ReasonCode)])
def test_every_blocker_and_reason_has_its_entry(heading: str, codes: type[BlockerCode | ReasonCode]) -> None:
    assert rows(section("states.md", heading)) == {each.value for each in codes}
    assert {*blocker_texts()} == {*BlockerCode}


@pytest.mark.parametrize("name", [*PROJECTIONS, *OPTIONAL])
def test_every_projection_has_its_entry_with_all_its_columns(name: str) -> None:
    columns = (PROJECTIONS | OPTIONAL)[name]
    entry = section("projections.md", name)
    for column in columns:
        assert f"| `{column.name}` | {column.type} | {'no' if column.required else 'yes'} |" in entry
        for code in column.codelist or ():
            assert f"`{code}`" in section("projections.md", column.codelist.__name__)


def test_every_variable_that_a_page_names_is_a_setting() -> None:
    listed = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    variables = re.findall(r"^\| `[^`]+` \| `(CORRIDOR_[^`]+)` \|", listed, re.MULTILINE)
    known = [re.compile(re.sub("<[A-Z]+>", "[A-Z_]+", each)) for each in (*variables, "CORRIDOR_SETTINGS")]
    for page in PAGES:
        for named in re.findall(r"CORRIDOR_[A-Z_<>]+", page.read_text(encoding="utf-8")):
            variable = re.sub("[<>]", "", named)
            assert any(each.fullmatch(variable) for each in known), f"{page}: {named}"
