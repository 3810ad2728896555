"""Who follows the matches for a need hears of what changes in the registries, whoever changed it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from importlib import import_module
from typing import Any

import asyncpg
import pytest

from adapters.contract.registry import Limits
from gateway.access.viewer import ViewerClass
from gateway.app import Gateway
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.settings import Settings
from tests.agreements import agreed
from tests.boundless import BOUNDLESS
from tests.conftest import CITIES, MakeDatabase
from tests.viewers import Notes, viewer

CONSENTS = {
    "technomontreal": "update grappe.consentement set dat_retrait = case when $2 then null else now() end"
    " where no_membre::text = $1 and cod_finalite = 'JUMELAGE'",
    "canieti-occidente": "update padron.afiliado"
    " set consentimiento = jsonb_set(consentimiento, '{busqueda_de_socios,vigente}', to_jsonb($2::boolean))"
    " where id::text = $1",
}
"""How each registry notes whether a member consents to be matched."""
COORDINATOR = viewer(ViewerClass.COORDINATOR, "technomontreal")
SECONDS = 60
BEST = """query ($need: ID!) {
  partnerMatches(needId: $need, first: 10) { complete nodes { score member { ... on Member { id } } } }
}"""
FOLLOW = """subscription ($need: ID!) {
  matchesForNeed(needId: $need, first: 10) {
    match { score reasons { points } member { ... on Member { id displayName } } }
  }
}"""


@pytest.fixture
async def living(
    city_templates: dict[str, str], make_database: MakeDatabase
) -> AsyncIterator[tuple[Gateway, dict[str, str]]]:
    """A gateway over registries of its own that looks for matches again at once, and their addresses by cluster."""
    dsns = {city: await make_database(city_templates[city]) for city in CITIES}
    adapters = {city: import_module(f"adapters.{city}").ADAPTER for city in CITIES}
    sources = [Source(adapters[city].open(dsns[city], Limits(5, 5, 30)), deadline=30) for city in CITIES]
    directory = Directory.of(*sources)
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    corridor = replace(agreed(directory), match_interval=0)
    yield (
        Gateway.of(settings, directory, Notes(), corridor=corridor),
        {adapter.cluster.code: dsns[city] for city, adapter in adapters.items()},
    )
    await directory.close()


@pytest.mark.parametrize("cluster", sorted(CONSENTS))
async def test_a_member_that_consents_is_told_of_as_a_new_match(
    living: tuple[Gateway, dict[str, str]], cluster: str
) -> None:
    """The best one of a city had taken its consent back when somebody began to follow, and gives it anew."""
    gateway, dsns = living
    need, before = await looked_for(gateway, cluster)
    found = next(each for each in before if Reference.parse(each["member"]["id"]).cluster == cluster)
    key = Reference.parse(found["member"]["id"]).key
    registry = await asyncpg.connect(dsns[cluster])
    try:
        assert await registry.execute(CONSENTS[cluster], key, False) == "UPDATE 1"
        without = [each["member"]["id"] for each in await best(gateway, need)]
        assert found["member"]["id"] not in without
        following = gateway.operations.stream(Operation(FOLLOW, variables={"need": need}, viewer=COORDINATOR))
        async with asyncio.timeout(SECONDS), aclosing(following) as events:
            told = [await match(events) for _ in without]
            assert [each["member"]["id"] for each in told] == without
            assert await registry.execute(CONSENTS[cluster], key, True) == "UPDATE 1"
            news = await match(events)
        assert (news["member"]["id"], news["score"]) == (found["member"]["id"], found["score"])
        assert news["member"]["displayName"]
        assert sum(each["points"] for each in news["reasons"]) == news["score"]
    finally:
        await registry.close()


async def looked_for(gateway: Gateway, cluster: str) -> tuple[str, list[Any]]:
    """A need for which a member of the cluster is among the best, and these."""
    needs = await data(gateway, "{ needs(first: 20) { nodes { id requirements { key } } } }")
    for need in needs["needs"]["nodes"]:
        if need["requirements"]:
            found = await best(gateway, need["id"])
            if any(Reference.parse(each["member"]["id"]).cluster == cluster for each in found):
                return need["id"], found
    raise AssertionError("nobody of the cluster is among the best for anything")


async def best(gateway: Gateway, need: str) -> list[Any]:
    """The best matches for a need."""
    found = (await data(gateway, BEST, need=need))["partnerMatches"]
    assert found["complete"]
    return list(found["nodes"])


async def data(gateway: Gateway, text: str, **variables: object) -> Any:
    """What an operation gives."""
    answer = json.loads((await gateway.run(Operation(text, variables=variables, viewer=COORDINATOR))).body)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def match(events: AsyncIterator[Any]) -> Any:
    """The next match that is told of; None says that following has begun."""
    async for event in events:
        if event is not None:
            answer = json.loads(event.body)
            assert "errors" not in answer, answer["errors"]
            return answer["data"]["matchesForNeed"]["match"]
    raise AssertionError("following ended")
