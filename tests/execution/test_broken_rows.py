"""A row that breaks the contract is an error with a path and a code; the rows around it are served."""

import json
from typing import Any

import pytest

from adapters.contract.registry import Limits
from adapters.guadalajara import ADAPTER
from adapters.kit.folder import Projections, load
from adapters.kit.postgres import PostgresRegistry
from gateway.app import Gateway
from gateway.corridor.ports import Absence
from gateway.execution.operations import Operation
from gateway.execution.registries import AskedRegistries
from gateway.federation.directory import Directory, Source
from tests.agreements import agreed
from tests.execution.conftest import SETTINGS
from tests.viewers import PARTNER, Notes

QUERY = """{
  members(first: 100) { edges { cursor node { displayName sector country summary { text }
    capabilities { level concept { label } } } } pageInfo { hasNextPage } }
}"""


def doctored(dsn: str, projection: str, old: str, new: str) -> Directory:
    """The registry where one projection says something else."""
    sound = load(ADAPTER.folder)
    assert old in sound.texts[projection]
    texts = {**sound.texts, projection: sound.texts[projection].replace(old, new)}
    registry = PostgresRegistry(ADAPTER.cluster, Projections(sound.folder, texts), dsn, Limits(2, 5, 30))
    return Directory.of(Source(registry, deadline=30))


async def ask(dsn: str, projection: str, old: str, new: str, query: str = QUERY) -> Any:
    """The answer where one projection says something else."""
    directory = doctored(dsn, projection, old, new)
    gateway = Gateway.of(SETTINGS, directory, Notes(), corridor=agreed(directory))
    answer = json.loads((await gateway.run(Operation(query, viewer=PARTNER))).body)
    await directory.close()
    return answer


@pytest.mark.parametrize(
    ("column", "value"),
    [("giro.code as sector", "case when a.nombre like 'A%' then {} else giro.code end as sector")],
)
@pytest.mark.parametrize("broken", ["'UNHEARD_OF'", "null"], ids=["unknown code", "missing value"])
async def test_an_untranslated_code_is_an_error_with_a_path(
    city_databases: dict[str, str], column: str, value: str, broken: str
) -> None:
    answer = await ask(city_databases["guadalajara"], "member", column, value.format(broken))
    errors = answer["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"CONTRACT_BROKEN"}
    assert all(error["path"][0] == "members" and error["path"][-1] == "sector" for error in errors)
    edges = answer["data"]["members"]["edges"]
    broken_edges = {error["path"][2] for error in errors}
    assert {place for place, edge in enumerate(edges) if edge["node"] is None} == broken_edges
    assert 0 < len(broken_edges) < len(edges), "the rows around it are served"
    assert "UNHEARD_OF" not in json.dumps(answer["errors"])


async def test_a_text_without_its_language_is_an_error_with_a_path(city_databases: dict[str, str]) -> None:
    """Only where the language is asked for: the text itself is there."""
    old = "'es'::text as lang,\n    a.semblanza ->> 'es' as text"
    new = "case when a.nombre > 'M' then 'es' end as lang,\n    a.semblanza ->> 'es' as text"
    query = """{ members(first: 100) { nodes { summary(lang: "es") { text lang } } } }"""
    dsn = city_databases["guadalajara"]
    answer = await ask(dsn, "member_text", old, new, query)
    errors = answer["errors"]
    assert {error["extensions"]["code"] for error in errors} == {"CONTRACT_BROKEN"}
    assert all(error["path"][-2:] == ["summary", "lang"] for error in errors)
    nodes = answer["data"]["members"]["nodes"]
    served = [node["summary"]["lang"] for node in nodes if node["summary"]]
    assert served
    assert None not in served, "the rows around it are served"
    assert all(nodes[error["path"][2]]["summary"] is None for error in errors)
    assert "errors" not in await ask(dsn, "member_text", old, new, query.replace("text lang", "text"))


async def test_an_unknown_concept_is_an_error_with_a_path(city_databases: dict[str, str]) -> None:
    query = "{ offers(first: 20) { nodes { id concepts { label } } } }"
    answer = await ask(
        city_databases["guadalajara"],
        "offer",
        "o.conceptos as concepts",
        "o.conceptos || array['urn:none'] as concepts",
        query,
    )
    assert answer["errors"][0]["extensions"]["code"] == "CONTRACT_BROKEN"
    assert answer["errors"][0]["path"][-1] == "concepts"


@pytest.mark.parametrize(
    ("projection", "column", "found"),
    [
        ("member", "tipo.code as org_type", Absence.SILENT),
        ("member", "btrim(a.nombre) as display_name", None),  # which nothing rests on
    ],
)
async def test_nothing_follows_for_a_member_from_a_row_that_breaks_the_contract(
    city_databases: dict[str, str], projection: str, column: str, found: Absence | None
) -> None:
    """Least of all that it has withdrawn, which would end a consortium."""
    dsn = city_databases["guadalajara"]
    listed = await ask(dsn, "member", column, column, "{ members(first: 2) { nodes { id } } }")
    ids = [node["id"] for node in listed["data"]["members"]["nodes"]]
    directory = doctored(dsn, projection, column, f"null::text as {column.rsplit(maxsplit=1)[-1]}")
    profiles = await AskedRegistries(directory).profiles(ids)
    await directory.close()
    assert {each if isinstance(each, Absence) else None for each in profiles.values()} == {found}
