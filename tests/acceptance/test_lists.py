"""One ordered, paged, counted list over both cities, as ``federation.md`` promises it."""

from itertools import pairwise
from typing import Any

import pytest

from adapters.contract.text import fold
from tests.acceptance.conftest import Ask

WALK = """query($size: Int, $last: Int, $after: String, $before: String, $order: MemberOrder, $filter: MemberFilter) {
  members(first: $size, last: $last, after: $after, before: $before, orderBy: $order, filter: $filter) {
    edges { cursor node { id displayName founded updatedAt headcount { min } cluster { slug } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } complete totalCount
  }
}"""
VALUES = {
    "NAME": lambda node: fold(node["displayName"]),
    "UPDATED_AT": lambda node: node["updatedAt"],
    "FOUNDED": lambda node: node["founded"],
    "HEADCOUNT": lambda node: (node["headcount"] or {}).get("min"),
}


async def walk(ask: Ask, order: dict[str, str], size: int, *, backward: bool = False) -> list[Any]:
    found: list[Any] = []
    cursor = None
    while True:
        paging = {"last": size, "before": cursor} if backward else {"size": size, "after": cursor}
        page = (await ask(WALK, order=order, **paging))["members"]
        nodes = [edge["node"] for edge in page["edges"]]
        found = nodes + found if backward else found + nodes
        info = page["pageInfo"]
        more, cursor = (
            (info["hasPreviousPage"], info["startCursor"]) if backward else (info["hasNextPage"], info["endCursor"])
        )
        if not more:
            assert len(found) == page["totalCount"]
            return found


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", VALUES)
async def test_a_walk_meets_every_member_of_both_cities_once_in_order(ask: Ask, field: str, direction: str) -> None:
    order = {"field": field, "direction": direction}
    nodes = await walk(ask, order, 83)
    assert len({node["id"] for node in nodes}) == len(nodes)
    assert {node["cluster"]["slug"] for node in nodes} == {"technomontreal", "canieti-occidente"}
    values = [VALUES[field](node) for node in nodes]
    present = [value for value in values if value is not None]
    assert values[len(present) :] == [None] * (len(values) - len(present)), "rows without a value come last"
    assert present == sorted(present, reverse=direction == "DESC")


async def test_a_backward_walk_is_the_mirror_image(ask: Ask) -> None:
    order = {"field": "FOUNDED", "direction": "DESC"}
    assert await walk(ask, order, 97, backward=True) == await walk(ask, order, 100)


async def test_both_cities_are_mixed_within_a_page(ask: Ask) -> None:
    page = (await ask(WALK, size=100))["members"]
    clusters = [edge["node"]["cluster"]["slug"] for edge in page["edges"]]
    assert sum(one != other for one, other in pairwise(clusters)) > 10


async def test_words_meet_texts_of_another_language_through_concepts(ask: Ask) -> None:
    found = {}
    for lang, words in {"fr": "sécurité des données", "es": "seguridad de los datos", "en": "data security"}.items():
        data = await ask(
            """query($words: String, $lang: LanguageTag) { members(search: $words, lang: $lang, first: 100) {
              totalCount edges { score node { id } matchedOn { field viaConcept { uri label(lang: $lang) } } } } }""",
            words=words,
            lang=lang,
        )
        via = {
            hit["viaConcept"]["uri"]
            for edge in data["members"]["edges"]
            for hit in edge["matchedOn"]
            if hit["viaConcept"]
        }
        scores = [edge["score"] for edge in data["members"]["edges"]]
        assert scores == sorted(scores, reverse=True)
        assert all(edge["matchedOn"] for edge in data["members"]["edges"])
        found[lang] = via
    assert found["fr"] & found["es"] & found["en"]


async def test_facets_and_counts_of_both_cities_add_up(ask: Ask) -> None:
    data = (
        await ask(
            """{ members { totalCount total { value relation bySource { count cluster { slug } } } sources { total }
              facets(fields: [CLUSTER, SECTOR, ORG_TYPE]) {
                field complete values { value count byCluster { count } } } } }"""
        )
    )["members"]
    parts = {each["cluster"]["slug"]: each["count"] for each in data["total"]["bySource"]}
    assert data["total"]["relation"] == "EQ"
    assert data["totalCount"] == data["total"]["value"] == sum(parts.values())
    assert sorted(source["total"] for source in data["sources"]) == sorted(parts.values())
    for facet in data["facets"]:
        assert facet["complete"]
        assert sum(value["count"] for value in facet["values"]) == data["totalCount"]
        assert all(value["count"] == sum(part["count"] for part in value["byCluster"]) for value in facet["values"])


async def test_references_resolve_to_the_same_rows_as_lists(ask: Ask) -> None:
    listed = (await ask("{ members(first: 20) { nodes { id displayName __typename } } }"))["members"]["nodes"]
    ids = [node["id"] for node in reversed(listed)]
    fetched = (
        await ask("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Member { displayName } } }", ids=ids)
    )["nodes"]
    assert [(node["id"], node["displayName"]) for node in fetched] == [
        (node["id"], node["displayName"]) for node in reversed(listed)
    ]


async def test_a_federated_router_resolves_members_by_key(ask: Ask) -> None:
    (member,) = (await ask("{ members(first: 1) { nodes { id displayName } } }"))["members"]["nodes"]
    data = await ask(
        """query($of: [_Any!]!) {
          _entities(representations: $of) { ... on Member { id displayName } } _service { sdl } }""",
        of=[{"__typename": "Member", "id": member["id"]}],
    )
    assert data["_entities"] == [member]
    assert '@key(fields: "id")' in data["_service"]["sdl"]


async def test_a_language_without_a_region_finds_its_varieties(ask: Ask) -> None:
    text = "query($tags: [LanguageTag!]) { members(filter: {languages: $tags}) { totalCount } }"
    counts = [(await ask(text, tags=[tag]))["members"]["totalCount"] for tag in ("fr", "fr-CA", "fr-FR")]
    assert counts[0] == counts[1] > counts[2] == 0
