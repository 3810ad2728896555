"""What a registry hides stays hidden on every path: rows, fields, searches, counts and facets.

Everything that the reference registries hide carries the word CANARY.
"""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from adapters.contract.viewers import ViewerClass
from gateway.access.viewer import ANONYMOUS, Viewer
from gateway.app import Gateway
from gateway.reference import Reference
from schemas.schema import build
from tests.acceptance.conftest import Ask, asking
from tests.viewers import PARTNER, viewer

SCHEMA = build()._schema
LISTS = {"members": "Member", "offers": "Offer", "needs": "Need"}


def everything(typename: str, depth: int) -> str:
    """A selection of all fields of a type, some levels deep."""
    type_ = SCHEMA.type_map[typename]
    assert isinstance(type_, GraphQLObjectType)
    parts = []
    for name, field in type_.fields.items():
        target = get_named_type(field.type)
        if is_leaf_type(target):
            parts.append(name)
        elif depth > 1:
            parts.append(f"{name} {everything(target.name, depth - 1)}")
    return "{ " + " ".join(parts) + " }"


async def pages(ask: Ask, name: str, selection: str, arguments: str = "") -> AsyncIterator[Any]:
    """Every node of a list."""
    after = None
    while True:
        text = (
            f"query($after: String) {{ {name}(first: 100, after: $after {arguments})"
            f" {{ nodes {selection} pageInfo {{ hasNextPage endCursor }} }} }}"
        )
        page = (await ask(text, after=after))[name]
        for node in page["nodes"]:
            yield node
        if not page["pageInfo"]["hasNextPage"]:
            return
        after = page["pageInfo"]["endCursor"]


@pytest.mark.parametrize("name", LISTS)
async def test_no_hidden_text_is_in_any_field_of_any_row(ask: Ask, name: str) -> None:
    seen = 0
    async for node in pages(ask, name, everything(LISTS[name], 3)):
        assert "CANARY" not in str(node)
        seen += 1
    assert seen > 50


@pytest.mark.parametrize("name", LISTS)
async def test_no_search_finds_a_hidden_text(ask: Ask, name: str) -> None:
    found = await ask(
        f'{{ {name}(search: "canary")'
        " { totalCount nodes { id } facets(fields: [CLUSTER]) { values { count } } } }"
    )
    assert found[name] == {"totalCount": 0, "nodes": [], "facets": [{"values": []}]}


@pytest.mark.parametrize("name", ["offers", "needs"])
async def test_invariant_7_an_anonymous_posting_names_its_owner_on_no_path(ask: Ask, name: str) -> None:
    hidden, named = set(), set()
    async for node in pages(ask, name, "{ id anonymous owner { id } }"):
        assert (node["owner"] is None) == node["anonymous"]
        (hidden if node["anonymous"] else named).add(node["id"])
    assert hidden
    listed = set()
    async for member in pages(ask, "members", f"{{ id {name}(first: 100) {{ id owner {{ id }} }} }}"):
        assert all(posting["owner"]["id"] == member["id"] for posting in member[name])
        listed |= {posting["id"] for posting in member[name]}
    assert listed == named


@pytest.mark.parametrize(("name", "argument"), [("offers", "offerKinds"), ("needs", "needKinds")])
async def test_invariant_7_no_count_of_members_knows_of_an_anonymous_posting(
    ask: Ask, name: str, argument: str
) -> None:
    owners: dict[str, set[str]] = {}
    async for posting in pages(ask, name, "{ kind owner { id } }"):
        if posting["owner"]:
            owners.setdefault(posting["kind"], set()).add(posting["owner"]["id"])
    field = name.rstrip("s").upper() + "_KIND"
    facet = (await ask(f"{{ members {{ facets(fields: [{field}]) {{ values {{ value count }} }} }} }}"))["members"]
    assert {value["value"]: value["count"] for value in facet["facets"][0]["values"]} == {
        kind: len(found) for kind, found in owners.items()
    }
    for kind, found in owners.items():
        counted = await ask(f"{{ members(filter: {{{argument}: [{kind}]}}) {{ totalCount }} }}")
        assert counted["members"]["totalCount"] == len(found)


LEVELS = {
    "nobody": (ANONYMOUS, {"PUBLIC"}, {"PUBLIC"}),
    "a privacy officer": (viewer(ViewerClass.PRIVACY_OFFICER, "technomontreal"), {"PUBLIC"}, {"PUBLIC"}),
    "a partner": (PARTNER, {"PUBLIC", "CORRIDOR"}, {"PUBLIC", "CORRIDOR"}),
    "a coordinator": (
        viewer(ViewerClass.COORDINATOR, "technomontreal"),
        {"PUBLIC", "CORRIDOR", "CLUSTER"},
        {"PUBLIC", "CORRIDOR"},
    ),
}
"""Who sees which levels in Montréal, and which in Guadalajara."""


@pytest.mark.parametrize(("who", "montreal", "guadalajara"), LEVELS.values(), ids=LEVELS)
async def test_each_viewer_sees_its_levels_and_no_others(
    gateway: Gateway, who: Viewer, montreal: set[str], guadalajara: set[str]
) -> None:
    ask = asking(gateway, who)
    found: dict[str, set[str]] = {"technomontreal": set(), "canieti-occidente": set()}
    async for member in pages(ask, "members", "{ visibility cluster { slug } }"):
        found[member["cluster"]["slug"]].add(member["visibility"])
    assert found == {"technomontreal": montreal, "canieti-occidente": guadalajara}
    for slug, levels in found.items():
        counted = await ask(f'{{ members(filter: {{clusters: ["{slug}"]}}) {{ totalCount }} }}')
        listed = [each async for each in pages(ask, "members", "{ id }", f', filter: {{clusters: ["{slug}"]}}')]
        assert counted["members"]["totalCount"] == len(listed), levels


PRIVATE = """
select no_membre::text
from grappe.membre
join grappe.consentement using (no_membre)
where cod_visibilite = 'X' and cod_statut_adhesion not in ('TE', 'RT')
    and cod_finalite = 'PROFIL' and dat_retrait is null
order by no_membre
limit 1
"""


async def test_a_private_member_is_seen_by_itself_and_by_nobody_else(
    gateway: Gateway, city_databases: dict[str, str]
) -> None:
    connection = await asyncpg.connect(city_databases["montreal"])
    own = Reference("Member", "technomontreal", await connection.fetchval(PRIVATE)).id
    await connection.close()
    text = "query($id: ID!) { member(id: $id) { ... on Member { id visibility } } viewer { member { __typename } } }"
    itself = await asking(gateway, viewer(ViewerClass.MEMBER, "technomontreal", own))(text, id=own)
    assert itself == {"member": {"id": own, "visibility": "PRIVATE"}, "viewer": {"member": {"__typename": "Member"}}}
    for who in (ANONYMOUS, PARTNER, viewer(ViewerClass.COORDINATOR, "technomontreal")):
        assert await asking(gateway, who)(text, id=own) == {"member": None, "viewer": {"member": None}}
