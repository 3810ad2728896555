"""Requests and the SQL that the compiler makes of them, as pairs of files that a DBA can read; no database is needed.

``golden/<name>.json`` is a request, ``golden/<name>.sql`` its statement with its values as comments. Projections are
``select * from city.<name>(:'view')``. After a change of the compiler, look at what it means before taking it over::

    CORRIDOR_GOLDEN=write python -m pytest tests/adapters/kit/test_golden.py && git diff tests/adapters/kit/golden
"""

import json
import os
import re
import types
import typing
from dataclasses import is_dataclass
from pathlib import Path

import pytest

from adapters.contract.cluster import Cluster
from adapters.contract.codes import Code, Visibility
from adapters.contract.request import FacetRequest, FetchRequest, PageRequest, Where
from adapters.kit.columns import PROJECTIONS
from adapters.kit.compiler import Compiler
from adapters.kit.folder import VIEW, Projections

FOLDER = Path(__file__).parent / "golden"
REQUESTS = sorted(path.stem for path in FOLDER.glob("*.json"))
KINDS = {"page": PageRequest, "fetch": FetchRequest, "count": Where, "facet": FacetRequest}
CLUSTER = Cluster("city", "A city", "City", "CA", "CA-QC", "America/Toronto", ("fr",), "1.0.0")
# One list column is given as pairs, so that both ways are seen.
NAMES = (*PROJECTIONS, "member_target_markets")
COMPILER = Compiler(Projections(FOLDER, {name: f"select * from city.{name}({VIEW})" for name in NAMES}), CLUSTER)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_compiles_to_its_statement(name: str) -> None:
    """To the letter."""
    ((kind, given),) = json.loads((FOLDER / f"{name}.json").read_text("utf-8")).items()
    statement = getattr(COMPILER, kind)(decoded(KINDS[kind], given))
    values = "".join(f"-- ${place}: {value!r}\n" for place, value in enumerate(statement.values, start=1))
    compiled = f"{statement.sql}\n\n{values}".rstrip() + "\n"
    path = FOLDER / f"{name}.sql"
    if os.environ.get("CORRIDOR_GOLDEN") == "write":
        path.write_text(compiled, "utf-8")
    assert compiled == path.read_text("utf-8")


def test_every_kind_of_request_has_a_pair() -> None:
    """And no statement is left without its request."""
    kinds = {next(iter(json.loads((FOLDER / f"{name}.json").read_text("utf-8")))) for name in REQUESTS}
    assert kinds == set(KINDS)
    assert sorted(path.stem for path in FOLDER.glob("*.sql")) == REQUESTS


def test_every_view_has_a_pair() -> None:
    """And no statement has any other."""
    seen = {
        path.stem: set(re.findall(r"city\.\w+\('(\w+)'\)", path.read_text("utf-8"))) for path in FOLDER.glob("*.sql")
    }
    assert all(len(views) == 1 for views in seen.values())
    assert {view for views in seen.values() for view in views} == set(Visibility)


def decoded(hint: typing.Any, value: typing.Any) -> typing.Any:
    """A value of JSON as the type says: objects are dataclasses, lists are tuples."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        shaped = [argument for argument in arguments if is_dataclass(argument)]
        return decoded(shaped[0], value) if shaped and value is not None else value
    if origin is tuple:
        parts = arguments if arguments[-1] is not Ellipsis else [arguments[0]] * len(value)
        return tuple(decoded(part, each) for part, each in zip(parts, value, strict=True))
    if isinstance(hint, type) and issubclass(hint, Code):
        return hint(value)
    if is_dataclass(hint):
        hints = typing.get_type_hints(hint)
        return hint(**{name: decoded(hints[name], each) for name, each in value.items()})
    return value
