"""Each point of the security page is proved by tests that exist, and speaks of settings that exist."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    is_list_type,
    is_required_argument,
    is_required_input_field,
)
from pydantic import BaseModel

from gateway.settings import RegistrySettings, Settings, StoreSettings
from gateway.store import Store
from schemas.schema import build
from tests.docs.conftest import Tell
from tests.docs.pages import ROOT, Block
from tests.docs.telling import failures_of, request_errors_of

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
POINTS = dict(re.findall(r"^### (.+?)\n(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL))
INNER: dict[str, type[BaseModel]] = {"registries": RegistrySettings, "store": StoreSettings}


@cache
def functions(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, kinds))


def known(setting: str) -> bool:
    fields, inner = Settings.model_fields, setting.split(".")
    while inner:
        name = inner.pop(0)
        if name not in fields:
            return False
        of = INNER.get(name, fields[name].annotation)
        fields = of.model_fields if isinstance(of, type) and issubclass(of, BaseModel) else {}
    return True


def test_the_page_has_points() -> None:
    assert len(POINTS) == PAGE.count("\n### ")
    assert len(POINTS) > 40


@pytest.mark.parametrize("point", POINTS)
def test_each_point_is_proved_by_tests_that_exist(point: str) -> None:
    named = re.findall(r"^- `([^`]+)::(test_\w+)`$", POINTS[point], re.MULTILINE)
    assert named, "which test proves it?"
    assert len(named) == len(re.findall(r"^- ", POINTS[point], re.MULTILINE))
    missing = [f"{path}::{test}" for path, test in named if test not in functions(ROOT / path)]
    assert not missing


@pytest.mark.parametrize("point", [each for each in POINTS if "\nSettings: " in POINTS[each]])
def test_each_setting_that_is_named_exists(point: str) -> None:
    named = re.findall(r"`([^`]+)`", re.search(r"^Settings: ((?:.+\n)+)", POINTS[point], re.MULTILINE)[1])
    assert named
    assert [each for each in named if not known(each)] == []


def _given(of: Any) -> str:
    """Something that can be given for a type, as it is written in a document."""
    inner = getattr(of, "of_type", None)
    if inner is not None:
        return f"[{_given(inner)}]" if is_list_type(of) else _given(inner)
    if isinstance(of, GraphQLInputObjectType):
        needed = {name: field for name, field in of.fields.items() if is_required_input_field(field)}
        return f"{{{', '.join(f'{name}: {_given(field.type)}' for name, field in needed.items())}}}"
    if isinstance(of, GraphQLEnumType):
        return next(iter(of.values))
    return WORDS.get(of.name, '"x"')


WORDS = {
    "Boolean": "true",
    "ConceptURI": '"http://data.europa.eu/esco/skill/x"',
    "CountryCode": '"CA"',
    "Date": '"2026-01-01"',
    "DateTime": '"2026-01-01T00:00:00Z"',
    "Int": "1",
    "LanguageTag": '"fr"',
}


def _operation(name: str) -> str:
    field = build()._schema.mutation_type.fields[name]
    needed = {each: of.type for each, of in field.args.items() if is_required_argument(of)}
    given = ", ".join(f"{each}: {_given(of)}" for each, of in needed.items())
    return f"mutation {{ {name}({given}) {{ errors {{ code }} }} }}"


async def test_who_may_do_nothing_does_nothing(teller: Tell, store: Store) -> None:
    told = await teller()
    done = "select count(*) from corridor.act where name <> 'expire'"
    before = await store.fetchval(done)
    for name in build()._schema.mutation_type.fields:
        for who in ("", "as=partner", "as=privacy-montreal"):
            marks = dict([who.split("=")]) if who else {}
            answer = await told.tell(Block(Path(__file__), 0, "graphql", marks, _operation(name)), {})
            if who == "as=privacy-montreal":
                assert failures_of(answer) & {"FORBIDDEN", "NOT_FOUND", "INVALID_INPUT"}, (name, answer)
            else:
                assert request_errors_of(answer) == {"FORBIDDEN"}, (name, answer)
    assert await store.fetchval(done) == before


def test_a_point_without_its_test_or_setting_is_noticed() -> None:
    assert "test_nothing_of_this_name" not in functions(Path(__file__))
    assert not known("max_dept")
    assert not known("auth.no_such_setting")
    assert known("registries.pool_size")
