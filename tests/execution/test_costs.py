"""What operations cost before they run: by the table of weights, from what they ask for."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.queries import QUERIES
from gateway.errors import ClientError
from gateway.execution.costs import Bill, CostLimits, Costs
from gateway.execution.documents import Documents, Limits
from gateway.execution.plans import Form
from schemas.schema import build

CLUSTERS = ("technomontreal", "ijalti")
SCHEMA = build()._schema
DOCUMENTS = Documents(SCHEMA, Limits())
COSTS = Costs(SCHEMA, CLUSTERS)
EXAMPLES = Path(__file__).parents[2] / "gateway" / "http" / "examples"


def bill(text: str, variables: Mapping[str, Any] | None = None, limits: CostLimits | None = None) -> Bill:
    prepared = DOCUMENTS.get(text).operation(None)
    values = prepared.values(variables or {})
    return (limits or CostLimits(10**9, 10**9)).check(COSTS.of(prepared, Form.of(prepared, values)), values)


@pytest.mark.parametrize(
    ("text", "variables", "total", "nodes"),
    [
        ("{ __typename }", {}, 1, 0),
        ("{ clusters { id } }", {}, 1, 2),
        ("{ members(first: 7) { nodes { id city } } }", {}, 8, 8),
        ("{ members { nodes { id } } }", {}, 21, 21),
        ("{ members(last: 5) { edges { cursor score node { id } } } }", {}, 6, 11),
        ("query($n: Int) { members(first: $n) { nodes { id } } }", {"n": 12}, 13, 13),
        ("query($n: Int) { members(first: $n) { nodes { id } } }", {"n": None}, 21, 21),
        ("query($n: Int = 3) { members(first: $n) { nodes { id } } }", {}, 4, 4),
        ("{ members(first: 10) { nodes { offers(first: 4) { id } } } }", {}, 31, 51),
        ("query($n: Int!) { members(first: 10) { nodes { offers(first: $n) { id } } } }", {"n": 4}, 31, 51),
        ("{ members(first: 10) { nodes { offers { id } } } }", {}, 111, 211),
        ("{ members(first: 10) { nodes { offers(first: 2) { owner { needs(first: 3) { id } } } } } }", {}, 61, 111),
        ("{ members(first: 10) { nodes { capabilities { concept { uri } } } } }", {}, 36, 111),
        ("{ members(first: 10) { nodes { a: summary { text } b: summary { text } } } }", {}, 13, 31),
        ("{ members { totalCount } }", {}, 21, 1),
        ("{ members { total { value } totalCount sources { total } } }", {}, 21, 4),
        ("{ members { facets(fields: [SECTOR, CLUSTER]) { values { count } } } }", {}, 81, 103),
        ('{ members(search: "x", first: 10) { nodes { id } } }', {}, 51, 11),
        ("query($s: String) { members(search: $s, first: 10) { nodes { id } } }", {"s": None}, 11, 11),
        ("query($s: String) { members(search: $s, first: 10) { nodes { id } totalCount } }", {"s": "x"}, 111, 11),
        ('{ members(search: "x", first: 10) { edges { matchedOn { viaConcept { uri } } } } }', {}, 46, 111),
        ('{ members(filter: {clusters: ["ijalti"]}) { totalCount } }', {}, 11, 1),
        ("query($c: [String!]) { members(filter: {clusters: $c}) { totalCount } }", {"c": ["ijalti"]}, 11, 1),
        ("query($f: MemberFilter) { members(filter: $f) { totalCount } }", {"f": {"clusters": ["ijalti"]}}, 11, 1),
        ("query($f: MemberFilter) { members(filter: $f) { totalCount } }", {"f": {"sectors": []}}, 21, 1),
        ('{ member(id: "x") { ... on Member { offers(first: 3) { id } } } }', {}, 3, 4),
        ('{ node(id: "x") { id } }', {}, 2, 1),
        ("query($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["x"] * 6}, 4, 6),
        ("query($r: [_Any!]!) { _entities(representations: $r) { ... on Member { id } } }", {"r": [{}] * 100}, 51, 100),
        ('{ node(id: "x") { ... on Offer { title { text } } ... on Member { offers(first: 10) { id } } } }', {}, 7, 11),
        ("{ clusters { programmes { code } } }", {}, 26, 12),
        ('{ cluster(slug: "x") { programmes { code } } }', {}, 14, 6),
        ("{ __schema { types { name } } }", {}, 51, 0),
        ('{ __type(name: "Member") { name } }', {}, 6, 0),
        ("{ _service { sdl } }", {}, 1, 1),
        ("query($v: Boolean!) { members @skip(if: $v) { totalCount } clusters { id } }", {"v": True}, 1, 2),
        ("query($v: Boolean!) { members @skip(if: $v) { totalCount } clusters { id } }", {"v": False}, 21, 3),
        ("{ members(first: 1) { ...A } b: members(first: 2) { ...A } } fragment A on MemberConnection { nodes { id } }",
         {}, 4, 5),
        ("{ members(first: 100000) { nodes { id } } }", {}, 101, 101),
        ("{ members(first: -5) { nodes { offers(first: -7) { id } } } }", {}, 1, 1),
        ("{ viewer { consortia(first: 100) { id } } }", {}, 1, 101),
        ("{ viewer { consortia(first: 100) { formable } } }", {}, 251, 101),
        ("{ viewer { consortia(first: 20) { seats { member { __typename } } } } }", {}, 51, 221),
        ('{ node(id: "x") { ... on Consortium { requirements { covered } blockers { code } } } }', {}, 7, 11),
        ('{ node(id: "x") { ... on Consortium { suggestions { sources { status } } } } }', {}, 102, 4),
        ('{ partnerMatches(needId: "x") { nodes { score } } }', {}, 101, 21),
        ('{ partnerMatches(needId: "x", first: 10) { nodes { member { __typename } } } }', {}, 96, 21),
        ('{ node(id: "x") { ... on Member { contactPoint { name } } } }', {}, 2, 2),
        ("{ viewer { interests(first: 10) { from { ... on Member { contactPoint { name } } } } } }", {}, 11, 31),
    ],
)  # fmt: skip
def test_costs_and_nodes(text: str, variables: dict[str, Any], total: int, nodes: int) -> None:
    found = bill(text, variables)
    assert (found.total, found.nodes) == (total, nodes)


def test_each_registry_may_have_to_give_all_rows_but_counts_for_itself() -> None:
    found = bill("{ members(first: 10) { nodes { id } totalCount } }")
    assert (found.total, found.by_registry) == (31, dict.fromkeys(CLUSTERS, 20))
    one = bill('{ members(first: 10, filter: {clusters: ["ijalti"]}) { nodes { id } totalCount } clusters { id } }')
    assert one.by_registry == {"ijalti": 20, "technomontreal": 0}


def test_at_the_limit_it_runs_and_over_it_the_refusal_says_what_to_cut() -> None:
    at = "{ members(first: 90) { nodes { offers(first: 20) { id } } } }"
    assert bill(at, limits=CostLimits(991)).total == 991
    with pytest.raises(ClientError, match=r"costs 991, and 990 is allowed. `members.nodes.offers` weighs most") as over:
        bill(at, limits=CostLimits(990))
    assert over.value.extensions == {"code": "COST_TOO_HIGH", "cost": 991, "limit": 990}


def test_a_registry_that_bears_less_is_asked_for_less() -> None:
    text = "{ members(first: 50) { nodes { id } } }"
    assert bill(text, limits=CostLimits(registries={"ijalti": 50})).by_registry["ijalti"] == 50
    with pytest.raises(ClientError, match="the registry of ijalti 50, and 49 is allowed there") as over:
        bill(text, limits=CostLimits(registries={"ijalti": 49}))
    assert over.value.extensions == {"code": "COST_TOO_HIGH", "cost": 50, "limit": 49, "cluster": "ijalti"}
    other = text.replace("first: 50", 'first: 50, filter: {clusters: ["technomontreal"]}')
    assert bill(other, limits=CostLimits(registries={"ijalti": 49})).total == 51


def test_the_objects_of_an_answer_are_bounded_though_they_cost_the_registries_nothing() -> None:
    broader = "broader { " * 3 + "uri" + " }" * 3
    text = f"{{ members(first: 10) {{ nodes {{ interests {{ {broader} }} }} }} }}"
    nodes = 1 + 10 * (1 + 5 * (1 + 5 * (1 + 5 * (1 + 5))))
    assert bill(text, limits=CostLimits(nodes=nodes)).nodes == nodes
    with pytest.raises(ClientError, match=f"could hold {nodes} objects") as over:
        bill(text, limits=CostLimits(nodes=nodes - 1))
    assert over.value.extensions == {"code": "TOO_MANY_NODES", "nodes": nodes, "limit": nodes - 1}


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (
            "{ few: members(first: 1) { nodes { id } } most: members(first: 9) { edges { node { id } } } }",
            "most.edges.node",
        ),
        ("{ members { totalCount nodes { id } facets(fields: [SECTOR, CLUSTER]) { field } } }", "members"),
        (
            "{ members { nodes { o: offers { owner { capabilities { level } } } } } }",
            "members.nodes.o.owner.capabilities",
        ),
        ("{ clusters { programmes { name { text } } } __typename }", "clusters.programmes"),
        ("{ __schema { types { name } } clusters { id } }", "__schema"),
    ],
)
def test_what_weighs_most_is_named_by_its_path(text: str, path: str) -> None:
    with pytest.raises(ClientError, match=f"`{path}` weighs most"):
        bill(text, limits=CostLimits(cost=0))


def test_who_asks_is_told_the_cost() -> None:
    limits = CostLimits(registries={"ijalti": 400})
    assert limits.report(bill("{ members(first: 10) { nodes { id } totalCount } }")) == {
        "total": 31,
        "limit": 1000,
        "nodes": 11,
        "nodesLimit": 10_000,
        "byRegistry": [
            {"cluster": "technomontreal", "cost": 20, "limit": 1000},
            {"cluster": "ijalti", "cost": 20, "limit": 400},
        ],
    }


STAND_INS = {"version": "1", "level": '"EXPERT"', "minLevel": '"EXPERT"', "days": '"2026-12-01T00:00:00Z"'}
"""In place of what an example takes from the answer of another, by the last word of its placeholder."""


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.graphql")), ids=lambda file: file.stem)
def test_the_examples_cost_less_than_half_of_what_is_allowed(file: Path) -> None:
    values = file.with_suffix(".json")
    text = values.read_text("utf-8") if values.exists() else "{}"
    variables = json.loads(re.sub(r'"\{\{[^"]*\b(\w+)\}\}"', lambda found: STAND_INS.get(found[1], found[0]), text))
    assert bill(file.read_text("utf-8"), variables, CostLimits(cost=500, nodes=5000)).total


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: query.name)
def test_the_queries_of_the_comparison_cost_less_than_half_of_what_is_allowed(query: Any) -> None:
    variables = {"Q1": {"id": "x"}, "Q3": {"search": "x", "sectors": []}, "Q4": {"ids": ["x"] * 6}}.get(query.name)
    assert bill(query.text, variables, CostLimits(cost=500, nodes=5000)).total


@given(st.integers(1, 100), st.integers(1, 100), st.integers(1, 100), st.integers(1, 100))
def test_who_asks_for_more_pays_no_less(first: int, more: int, nested: int, deeper: int) -> None:
    text = "query($n: Int, $o: Int!) { members(first: $n) { nodes { offers(first: $o) { owner { id } } } } }"
    less = bill(text, {"n": min(first, more), "o": min(nested, deeper)})
    full = bill(text, {"n": max(first, more), "o": max(nested, deeper)})
    assert less.total <= full.total
    assert less.nodes <= full.nodes
