"""`corridor explain`: every statement that an operation causes."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Corridor
from tests.cli.demo import RunningDemo

QUERY = """
query One($size: Int) { members(first: $size, filter: { sectors: [PRIVATE] }) { totalCount nodes { name: displayName offers(first: 2) { title { text } } } } }
query Two { clusters { slug } }
"""  # noqa: E501 - as clients send them


@pytest.fixture
def query(tmp_path: Path) -> Path:
    file = tmp_path / "query.graphql"
    file.write_text(QUERY, encoding="utf-8")
    (tmp_path / "variables.json").write_text('{"size": 3}', encoding="utf-8")
    return file


def test_each_statement_is_shown_with_its_plan(demo: RunningDemo, corridor: Corridor, query: Path) -> None:
    shown = corridor(
        *("explain", "all", query, "--operation", "One"),
        *("--variables", query.with_name("variables.json"), "--home", demo.home),
    )
    assert shown.returncode == 0, shown.stderr
    for cluster in ("technomontreal", "canieti-occidente"):
        assert re.search(rf"{cluster}: page of member, 4 rows by NAME ascending", shown.stdout)
        assert f"{cluster}: count of member" in shown.stdout
    assert "name: display_name" in shown.stdout, "the shape, with its alias"
    assert "from grappe.membre as m" in shown.stdout, "the SQL, with the projection of Montréal"
    assert "padron.afiliado" in shown.stdout, "and that of Guadalajara"
    assert re.search(r"\$1 = \['PRIVATE'\]", shown.stdout), "the parameters"
    assert re.search(r"Plan of \d+ rows in [\d.]+ ms", shown.stdout)
    assert shown.stdout.count("Execution Time:") >= 4
    assert "postgresql://" not in shown.stdout


def test_one_city_is_asked_alone(demo: RunningDemo, corridor: Corridor, query: Path) -> None:
    shown = corridor("explain", "montreal", query, "--operation", "One", "--home", demo.home)
    assert shown.returncode == 0, shown.stderr
    assert "technomontreal: page of member" in shown.stdout
    assert "canieti-occidente:" not in shown.stdout


@pytest.mark.parametrize(
    ("view", "levels"), [("PUBLIC", "{P}"), ("CORRIDOR", "{P,C}"), ("CLUSTER", "{P,C,G}")], ids=lambda value: value
)
def test_an_operation_is_asked_under_a_view(
    demo: RunningDemo, corridor: Corridor, query: Path, view: str, levels: str
) -> None:
    shown = corridor("explain", "montreal", query, "--operation", "One", "--view", view, "--home", demo.home)
    assert shown.returncode == 0, shown.stderr
    assert f"corridor.sees('{view}', m.cod_visibilite)" in shown.stdout, "the SQL"
    assert f"cod_visibilite = ANY ('{levels}'" in shown.stdout, "and what Postgres makes of it"


def test_an_operation_that_is_refused_ends_with_1(demo: RunningDemo, corridor: Corridor, query: Path) -> None:
    refused = corridor("explain", "all", query, "--home", demo.home)
    assert refused.returncode == 1
    assert "OPERATION_UNKNOWN" in refused.stdout


def test_what_cannot_be_read_ends_with_2(demo: RunningDemo, corridor: Corridor, tmp_path: Path, query: Path) -> None:
    for arguments in (
        ("all", tmp_path / "nowhere.graphql"),
        ("all", query, "--variables", query),
        ("atlantis", query),
        ("all", query, "--dsn", "postgresql://127.0.0.1:1/nowhere"),
    ):
        refused = corridor("explain", *arguments, "--home", demo.home)
        assert refused.returncode == 2, arguments
        assert "Traceback" not in refused.stderr
