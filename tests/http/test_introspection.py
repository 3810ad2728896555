"""Who may read the schema from a running gateway, and by which ways nobody else may."""

import httpx
import pytest
from graphql import build_schema, get_introspection_query

from gateway.app import create_app
from gateway.settings import Introspection, Settings
from tests.http.conftest import Serve
from tests.http.conversation import Conversation
from tests.http.made import Doorkeeper, make
from tests.http.served import GRAPHQL, errors_of

ASKED = {
    "the tools' own": get_introspection_query(),
    "a type": '{ __type(name: "Member") { name } }',
    "under an alias": "{ harmless: __schema { queryType { name } } }",
    "in a fragment": "{ ...A } fragment A on Query { ...B } fragment B on Query { __schema { queryType { name } } }",
    "inline": '{ ... on Query { ... { a: __type(name: "Member") { kind } } } }',
    "switched off": "query ($on: Boolean = false) { __typename __schema @include(if: $on) { queryType { name } } }",
    "in the other operation": "query A { __typename } query B { __schema { queryType { name } } }",
    "of the federation": "{ _service { sdl } }",
    "in a comment's shadow": "{ __typename # {\n __schema { queryType { name } } }",
}
HARMLESS = ("{ __typename clusters { __typename slug } }", '{ member(id: "__schema") { __typename } }',
            "query __schema { clusters { __schema: slug } }")  # fmt: skip
PARTNER = {"authorization": "Bearer partner"}


@pytest.fixture(scope="module")
def urls(settings: Settings, keep_serving: Serve) -> dict[Introspection, str]:
    """A gateway of each setting."""
    known = Doorkeeper("partner")
    return {
        each: keep_serving(make(settings.model_copy(update={"introspection": each}), authenticate=known)).url
        for each in Introspection
    }


async def ask(url: str, query: str, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, timeout=20, headers={"accept": GRAPHQL, **headers}) as client:
        name = "A" if "query A" in query else None
        return await client.post("/graphql", json={"query": query, "operationName": name})


def test_the_defaults_show_the_schema_to_viewers_only_and_no_page() -> None:
    settings = Settings()
    assert (settings.introspection, settings.graphiql) == (Introspection.VIEWERS, False)


@pytest.mark.parametrize("query", ASKED.values(), ids=ASKED)
async def test_nobody_reads_the_schema_by_another_way(urls: dict[Introspection, str], query: str) -> None:
    for setting, headers in ((Introspection.VIEWERS, {}), (Introspection.OFF, {}), (Introspection.OFF, PARTNER)):
        for text in (query, query):  # the second time the document is remembered
            response = await ask(urls[setting], text, **headers)
            assert response.status_code == 403
            assert [error["extensions"] for error in errors_of(response)] == [{"code": "INTROSPECTION_DISABLED"}]
            assert "data" not in response.json()
    for setting, headers in ((Introspection.VIEWERS, PARTNER), (Introspection.PUBLIC, {})):
        response = await ask(urls[setting], query, **headers)
        assert "errors" not in response.json(), response.text


@pytest.mark.parametrize("query", HARMLESS)
async def test_names_of_types_are_no_introspection(urls: dict[Introspection, str], query: str) -> None:
    response = await ask(urls[Introspection.OFF], query)
    assert response.status_code == 200
    assert not any(error["extensions"]["code"] == "INTROSPECTION_DISABLED" for error in errors_of(response))


async def test_not_by_websocket_and_events_either(urls: dict[Introspection, str]) -> None:
    async with Conversation(urls[Introspection.VIEWERS]) as talk:
        await talk.init()
        await talk.subscribe("1", ASKED["a type"])
        said = await talk.hear()
        assert (said["type"], said["payload"][0]["extensions"]["code"]) == ("error", "INTROSPECTION_DISABLED")
    async with Conversation(urls[Introspection.VIEWERS]) as talk:
        await talk.init(Authorization="Bearer partner")
        await talk.subscribe("1", ASKED["a type"])
        assert (await talk.hear())["payload"] == {"data": {"__type": {"name": "Member"}}}
    response = await ask(urls[Introspection.VIEWERS], ASKED["a type"], accept="text/event-stream")
    assert b"INTROSPECTION_DISABLED" in response.content


async def test_the_schema_is_offered_to_partners_as_text(urls: dict[Introspection, str]) -> None:
    async def read(setting: Introspection, **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=urls[setting], timeout=20) as client:
            return await client.get("/schema.graphql", headers=headers)

    for setting, headers in ((Introspection.PUBLIC, {}), (Introspection.VIEWERS, PARTNER)):
        page = await read(setting, **headers)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/plain; charset=utf-8")
        assert page.headers["cache-control"] == "no-store"
        assert "Member" in build_schema(page.text, assume_valid_sdl=True).type_map
    for setting, headers in ((Introspection.VIEWERS, {}), (Introspection.OFF, {}), (Introspection.OFF, PARTNER)):
        page = await read(setting, **headers)
        assert page.status_code == 403
        assert [error["extensions"]["code"] for error in errors_of(page)] == ["INTROSPECTION_DISABLED"]
    unknown = await read(Introspection.VIEWERS, authorization="Bearer nobody")
    assert (unknown.status_code, unknown.headers["www-authenticate"].split()[0]) == (401, "Bearer")


async def test_the_page_is_served_where_the_setting_says_so_only(settings: Settings, serve: Serve) -> None:
    for graphiql, status in ((True, 200), (False, 404)):
        url = serve(create_app(settings.model_copy(update={"graphiql": graphiql}))).url
        async with httpx.AsyncClient(base_url=url, timeout=20) as client:
            assert (await client.get("/graphiql")).status_code == status


async def test_misspelt_names_are_not_mended_where_the_schema_is_hidden(urls: dict[Introspection, str]) -> None:
    response = await ask(urls[Introspection.OFF], "{ member { displayNam } clustrs { slug } }")
    assert not any("Did you mean" in error["message"] for error in errors_of(response))
