"""GraphQL over HTTP: methods, media types, statuses, sizes, and the two ways to send an operation."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.http.served import GRAPHQL, Served, errors_of

JSON = "application/json"
HELLO = {"query": "{ __typename }"}


@pytest.mark.parametrize(
    ("accept", "answered"),
    [
        (None, JSON),
        ("", JSON),
        ("*/*", JSON),
        ("application/*", JSON),
        (JSON, JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL};charset=utf-8, {JSON};charset=utf-8", GRAPHQL),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.9, {GRAPHQL}", GRAPHQL),
        (f"{GRAPHQL};q=0.1, {JSON};q=0.2", JSON),
        (f"{GRAPHQL}, */*", GRAPHQL),
        (f"*/*;q=0.1, {GRAPHQL};q=0.2", GRAPHQL),
        (f"{JSON};q=0, */*", GRAPHQL),
        ("text/html, application/xhtml+xml, */*;q=0.8", JSON),
        ("text/event-stream;q=0.9, */*", JSON),
        (f"{GRAPHQL}, {JSON}, text/event-stream, multipart/mixed", GRAPHQL),
        (f"TEXT/HTML, {JSON.upper()}", JSON),
        ("text/html", None),
        ("text/*", None),
        (f"{JSON};q=0", None),
        (f"{JSON}; charset=iso-8859-1", None),
        (f"{GRAPHQL}; charset=utf-16", None),
        (f"{JSON};q=none", None),
        (";;,", None),
    ],
)
async def test_the_answer_takes_the_form_that_the_client_wants_most(
    http: httpx.AsyncClient, accept: str | None, answered: str | None
) -> None:
    request = http.build_request("POST", "/graphql", json=HELLO)
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    response = await http.send(request)
    if answered is None:
        assert response.status_code == 406
        assert [error["extensions"]["code"] for error in errors_of(response)] == ["NOT_ACCEPTABLE"]
    else:
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{answered}; charset=utf-8"
        assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize(
    "content_type",
    [None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", GRAPHQL, "json", "",
     "application/json; charset=utf-16", "application/jsonp", "application/graphql"],
)  # fmt: skip
async def test_only_json_is_read(http: httpx.AsyncClient, content_type: str | None) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    response = await http.post("/graphql", content=json.dumps(HELLO), headers=headers)
    assert response.status_code == 415
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["UNSUPPORTED_MEDIA_TYPE"]


@pytest.mark.parametrize("content_type", [JSON, "Application/JSON", "application/json;charset=UTF-8",
                                          'application/json; charset="utf-8"'])  # fmt: skip
async def test_json_may_be_called_so_in_several_ways(http: httpx.AsyncClient, content_type: str) -> None:
    response = await http.post("/graphql", content=json.dumps(HELLO), headers={"content-type": content_type})
    assert response.status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
async def test_other_methods_are_refused_and_told_which_there_are(http: httpx.AsyncClient, method: str) -> None:
    response = await http.request(method, "/graphql", json=HELLO)
    assert response.status_code == 405
    assert {each.strip() for each in response.headers["allow"].split(",")} >= {"GET", "POST"}
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["METHOD_NOT_ALLOWED"]


async def test_head_is_refused_without_a_body(http: httpx.AsyncClient) -> None:
    response = await http.head("/graphql", params=HELLO)
    assert (response.status_code, response.content) == (405, b"")


async def test_a_query_may_be_sent_by_get(http: httpx.AsyncClient) -> None:
    response = await http.get(
        "/graphql",
        params={
            "query": "query A { __typename } query B($slug: String!) { cluster(slug: $slug) { city } }",
            "operationName": "B",
            "variables": json.dumps({"slug": "technomontreal"}),
            "extensions": "{}",
        },
    )
    assert response.status_code == 200
    assert response.json() == {"data": {"cluster": {"city": "Montréal"}}}


async def test_empty_parameters_of_a_get_count_as_none(http: httpx.AsyncClient) -> None:
    response = await http.get("/graphql", params={**HELLO, "variables": "", "operationName": "", "extensions": ""})
    assert response.json() == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("name", ["variables", "extensions"])
@pytest.mark.parametrize("value", ["%7B", "[]", "1", "null", "%FF", "%7B%7D%00", "%22%5CuD800%22"])
async def test_parameters_of_a_get_must_be_json_objects(http: httpx.AsyncClient, name: str, value: str) -> None:
    response = await http.get(f"/graphql?query=%7B__typename%7D&{name}={value}")
    assert response.status_code == 400
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["BAD_REQUEST"]


async def test_a_mutation_by_get_never_runs(http: httpx.AsyncClient) -> None:
    response = await http.get("/graphql", params={"query": "mutation { __typename }"}, headers={"accept": GRAPHQL})
    assert response.status_code in {400, 405}
    assert errors_of(response)
    assert "data" not in response.json()


@pytest.mark.parametrize(
    ("query", "variables"),
    [("{", None), ("{ nothing }", None), ("query ($n: Int!) { members(first: $n) { complete } }", {"n": "many"})],
    ids=["syntax", "validation", "variables"],
)
async def test_a_refused_document_is_a_400_but_for_clients_of_plain_json(
    http: httpx.AsyncClient, query: str, variables: object
) -> None:
    body = {"query": query, "variables": variables}
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        response = await http.post("/graphql", json=body, headers={"accept": accept})
        assert response.status_code == status
        assert errors_of(response)
        assert "data" not in response.json()


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_request_that_is_none_is_a_400_for_every_client(http: httpx.AsyncClient, accept: str) -> None:
    response = await http.post("/graphql", content="{", headers={"accept": accept, "content-type": JSON})
    assert response.status_code == 400
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"


@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_an_executed_operation_is_a_200_even_where_it_failed(http: httpx.AsyncClient, accept: str) -> None:
    body = {"query": "{ members(first: 0) { complete } }"}
    response = await http.post("/graphql", json=body, headers={"accept": accept})
    assert response.status_code == 200
    assert response.json()["data"] is None
    assert [error["path"] for error in errors_of(response)] == [["members"]]


@pytest.mark.parametrize(
    "extra", [{"variables": None}, {"operationName": None}, {"extensions": None}, {"extensions": {"any": [1]}},
              {"variables": {"unused": "😀"}}, {"id": "x"}, {"operationName": ""}]
)  # fmt: skip
async def test_optional_members_of_the_body_may_be_null_or_unknown(
    http: httpx.AsyncClient, extra: dict[str, object]
) -> None:
    response = await http.post("/graphql", json={**HELLO, **extra})
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_a_body_of_ten_megabytes_is_refused_and_the_connection_stays_good(http: httpx.AsyncClient) -> None:
    response = await http.post("/graphql", json={"query": "#" * 10_000_000})
    assert response.status_code == 413
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["BODY_TOO_LARGE"]
    assert (await http.post("/graphql", json=HELLO)).status_code == 200


async def _first_answer(gateway: Served, *sent: bytes) -> bytes:
    """The status line that comes while the request is not ended yet."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    for part in (b"POST /graphql HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\n", *sent):
        writer.write(part)
    try:
        async with asyncio.timeout(10):
            return await reader.readline()
    finally:
        writer.close()


async def test_an_announced_large_body_is_refused_before_any_of_it_is_read(gateway: Served) -> None:
    assert b" 413 " in await _first_answer(gateway, b"Content-Length: 10000000\r\n\r\n")


async def test_a_large_body_without_length_is_refused_before_it_ends(gateway: Served) -> None:
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    assert b" 413 " in await _first_answer(gateway, b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 5)


async def test_a_small_body_without_length_is_read(http: httpx.AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for byte in json.dumps(HELLO).encode():
            yield bytes([byte])

    response = await http.post("/graphql", content=pieces(), headers={"content-type": JSON})
    assert response.json() == {"data": {"__typename": "Query"}}


async def test_the_limit_of_the_body_is_exact(http: httpx.AsyncClient) -> None:
    text = json.dumps(HELLO)
    for size, status in ((256 * 1024, 200), (256 * 1024 + 1, 413)):
        response = await http.post("/graphql", content=text.ljust(size), headers={"content-type": JSON})
        assert response.status_code == status
