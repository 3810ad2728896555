"""Each point of the security page is proved by tests that exist, and speaks of settings that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel

from gateway.settings import RegistrySettings, Settings, StoreSettings
from tests.docs.pages import ROOT

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


def test_a_point_without_its_test_or_setting_is_noticed() -> None:
    assert "test_nothing_of_this_name" not in functions(Path(__file__))
    assert not known("max_dept")
    assert not known("auth.no_such_setting")
    assert known("registries.pool_size")
