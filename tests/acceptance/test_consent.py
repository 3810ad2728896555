"""What a member takes back in its registry is gone with the next request, on every path."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from typing import Any

import asyncpg
import pytest

from adapters.contract.registry import Limits
from gateway.app import Gateway
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.federation.flights import SharedRegistry
from gateway.reference import Reference
from gateway.settings import Settings
from tests.agreements import agreed
from tests.boundless import BOUNDLESS
from tests.conftest import CITIES, MakeDatabase
from tests.viewers import PARTNER, Notes

WITHDRAWALS = {
    "montreal": "update grappe.consentement set dat_retrait = now()"
    " where no_membre::text = $1 and cod_finalite = 'PROFIL'",
    "guadalajara": "update padron.afiliado"
    " set consentimiento = jsonb_set(consentimiento, '{intercambio_de_perfil,vigente}', 'false') where id::text = $1",
}
"""How each registry notes that a member takes its consent to the exchange of profiles back."""

Withdraw = Callable[[Reference], Awaitable[None]]


@pytest.fixture
async def living(
    city_templates: dict[str, str], make_database: MakeDatabase
) -> AsyncIterator[tuple[Gateway, Withdraw]]:
    """A gateway over registries of its own that shares reads and remembers plans, and a way to withdraw consent."""
    dsns = {city: await make_database(city_templates[city]) for city in CITIES}
    adapters = {city: import_module(f"adapters.{city}").ADAPTER for city in CITIES}
    cities = {adapter.cluster.code: city for city, adapter in adapters.items()}

    def source(city: str) -> Source:
        registry = adapters[city].open(dsns[city], Limits(5, 5, 30))
        return Source(registry, deadline=30, shared=SharedRegistry(registry))

    async def withdraw(member: Reference) -> None:
        city = cities[member.cluster]
        connection = await asyncpg.connect(dsns[city])
        assert await connection.execute(WITHDRAWALS[city], member.key) == "UPDATE 1"
        await connection.close()

    directory = Directory.of(*map(source, CITIES))
    settings = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]
    yield Gateway.of(settings, directory, Notes(), corridor=agreed(directory)), withdraw
    await directory.close()


async def ask(gateway: Gateway, text: str, **variables: object) -> Any:
    answer = json.loads((await gateway.run(Operation(text, variables=variables, viewer=PARTNER))).body)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


@pytest.mark.parametrize("slug", ["technomontreal", "canieti-occidente"])
async def test_invariant_16_a_withdrawal_takes_effect_on_the_next_request(
    living: tuple[Gateway, Withdraw], slug: str
) -> None:
    gateway, withdraw = living
    listed = """query($slug: String!) { members(first: 100, filter: {clusters: [$slug]}) {
      totalCount nodes { id displayName offers { id } needs { id } } facets(fields: [CLUSTER]) { values { count } }
    } }"""
    before = (await ask(gateway, listed, slug=slug))["members"]
    member = next(each for each in before["nodes"] if each["offers"] and each["needs"])
    postings = [each["id"] for each in (*member["offers"], *member["needs"])]
    one = """query($id: ID!, $ids: [ID!]!, $name: String!) { member(id: $id) { __typename } nodes(ids: $ids) { id }
      members(search: $name, first: 100) { nodes { id } } }"""
    asked = {"id": member["id"], "ids": [member["id"], *postings], "name": member["displayName"]}
    seen = await ask(gateway, one, **asked)
    assert seen["member"] is not None
    assert None not in seen["nodes"]
    assert member["id"] in {each["id"] for each in seen["members"]["nodes"]}

    await withdraw(Reference.parse(member["id"]))

    gone = await ask(gateway, one, **asked)
    assert gone["member"] is None
    assert gone["nodes"] == [None] * (1 + len(postings))
    assert member["id"] not in {each["id"] for each in gone["members"]["nodes"]}
    after = (await ask(gateway, listed, slug=slug))["members"]
    assert after["totalCount"] == before["totalCount"] - 1
    assert after["facets"][0]["values"][0]["count"] == before["totalCount"] - 1
    assert member["id"] not in {each["id"] for each in after["nodes"]}
    for name in ("offers", "needs"):
        every = await ask(gateway, f"{{ {name}(first: 100) {{ nodes {{ id }} }} }}")
        assert not {each["id"] for each in every[name]["nodes"]} & set(postings)


async def test_invariant_16_a_withdrawal_in_the_middle_of_a_walk_takes_effect_on_its_next_page(
    living: tuple[Gateway, Withdraw],
) -> None:
    gateway, withdraw = living
    text = """query($after: String) { members(first: 10, after: $after) {
      nodes { id } pageInfo { endCursor } complete } }"""
    first = (await ask(gateway, text))["members"]
    expected = (await ask(gateway, text, after=first["pageInfo"]["endCursor"]))["members"]["nodes"]
    await withdraw(Reference.parse(expected[4]["id"]))
    # The cursor's own row may go as well: the walk goes on from where it was.
    await withdraw(Reference.parse(first["nodes"][-1]["id"]))
    second = (await ask(gateway, text, after=first["pageInfo"]["endCursor"]))["members"]
    assert second["complete"] is True
    assert [each["id"] for each in second["nodes"]][:9] == [each["id"] for each in expected if each is not expected[4]]
