"""Browsers: which pages may ask, what they are kept from, and the headers that say so."""

import json

import httpx
import pytest
from pydantic import ValidationError

from gateway.settings import Settings
from tests.http.conftest import Serve
from tests.http.made import make
from tests.http.served import errors_of

APP, PORT = "https://app.example", "http://localhost:3000"
HELLO = {"query": "{ __typename }"}
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "content-type, authorization"}


@pytest.fixture(scope="module")
def shared_url(settings: Settings, keep_serving: Serve) -> str:
    return keep_serving(make(settings.model_copy(update={"cors_origins": (APP, PORT)}))).url


@pytest.fixture
async def shared(shared_url: str):
    async with httpx.AsyncClient(base_url=shared_url, timeout=20) as client:
        yield client


async def test_cors_is_closed_by_default(http: httpx.AsyncClient) -> None:
    for response in (
        await http.post("/graphql", json=HELLO, headers={"origin": APP}),
        await http.get("/graphql", params=HELLO, headers={"origin": APP}),
        await http.options("/graphql", headers={"origin": APP, **PREFLIGHT}),
    ):
        assert not [name for name in response.headers if name.startswith("access-control")]
    assert response.status_code == 405


@pytest.mark.parametrize("origin", [APP, PORT])
async def test_a_preflight_of_a_known_origin_is_granted(shared: httpx.AsyncClient, origin: str) -> None:
    response = await shared.options("/graphql", headers={"origin": origin, **PREFLIGHT})
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == origin
    assert "authorization" in response.headers["access-control-allow-headers"].lower()
    assert response.headers["access-control-allow-methods"] == "GET, POST"
    assert "access-control-allow-credentials" not in response.headers
    assert "Origin" in response.headers["vary"]
    answer = await shared.post("/graphql", json=HELLO, headers={"origin": origin})
    assert answer.headers["access-control-allow-origin"] == origin
    assert "retry-after" in answer.headers["access-control-expose-headers"].lower()


@pytest.mark.parametrize(
    "origin",
    ["null", "https://app.example.evil.test", "https://evil.test", "http://app.example", "https://app.example:8443",
     "https://APP.example", "https://app.example/", "https://app.example ", "localhost:3000", "http://localhost", "*"],
)  # fmt: skip
async def test_no_other_origin_is(shared: httpx.AsyncClient, origin: str) -> None:
    refused = await shared.options("/graphql", headers={"origin": origin.strip() or origin, **PREFLIGHT})
    if origin.strip() in {APP, PORT}:
        return  # HTTP takes the blanks around a value away
    assert refused.status_code == 400
    assert "access-control-allow-origin" not in refused.headers
    answer = await shared.post("/graphql", json=HELLO, headers={"origin": origin})
    assert "access-control-allow-origin" not in answer.headers


async def test_other_methods_and_headers_are_not_granted(shared: httpx.AsyncClient) -> None:
    for wanted in ({"access-control-request-method": "DELETE"}, {**PREFLIGHT, "access-control-request-headers": "x-y"}):
        assert (await shared.options("/graphql", headers={"origin": APP, **wanted})).status_code == 400


async def test_caches_are_told_that_the_origin_counts(shared: httpx.AsyncClient) -> None:
    for headers in ({"origin": APP}, {"origin": "https://evil.test"}, {}):
        response = await shared.get("/graphql", params=HELLO, headers=headers)
        assert response.headers["vary"] == "Accept, Authorization, Origin"
        refused = await shared.get("/graphql", params={"query": "{"}, headers=headers)
        assert refused.headers["vary"] == "Origin"


async def test_any_origin_may_ask_where_the_settings_say_so(settings: Settings, serve: Serve) -> None:
    url = serve(make(settings.model_copy(update={"cors_origins": ("*",)}))).url
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        response = await client.options("/graphql", headers={"origin": "https://any.example", **PREFLIGHT})
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers


@pytest.mark.parametrize(
    "origin",
    ["null", "app.example", "https://", "https://app.example/", "https://App.example", "https://app.example:443",
     "http://app.example:80", "ftp://app.example", "https://user@app.example", "https://app.example:0", "", "https://*",
     "https://a.example,https://b.example", "https://app.example\n"],
)  # fmt: skip
def test_what_is_no_origin_is_no_setting(origin: str) -> None:
    with pytest.raises(ValidationError, match="an origin is"):
        Settings(cors_origins=(origin,))


def test_origins_have_several_forms() -> None:
    origins = ("https://app.example", "http://localhost:3000", "https://[::1]:8443", "https://xn--caf-dma.example", "*")
    assert Settings(cors_origins=origins).cors_origins == origins


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain", json.dumps(HELLO)),
        ("text/plain;charset=UTF-8", json.dumps(HELLO)),
        ("application/x-www-form-urlencoded", "query=%7B__typename%7D"),
        ("multipart/form-data; boundary=x", '--x\r\nContent-Disposition: form-data; name="query"\r\n\r\n{a}\r\n--x--'),
        ("", json.dumps(HELLO)),
    ],
)
async def test_what_a_page_can_send_without_asking_is_not_read(
    http: httpx.AsyncClient, content_type: str, body: str
) -> None:
    headers = {"content-type": content_type, "sec-fetch-site": "cross-site", "origin": "https://evil.test"}
    response = await http.post("/graphql", content=body, headers=headers)
    assert response.status_code == 415
    assert [error["extensions"]["code"] for error in errors_of(response)] == ["UNSUPPORTED_MEDIA_TYPE"]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
async def test_a_get_from_another_site_has_to_have_asked_before(http: httpx.AsyncClient, site: str) -> None:
    headers = {"sec-fetch-site": site}
    for extra in ({}, {"origin": "https://evil.test"}, {"content-type": "text/plain"}):
        refused = await http.get("/graphql", params=HELLO, headers=headers | extra)
        assert refused.status_code == 403
        assert [error["extensions"]["code"] for error in errors_of(refused)] == ["CROSS_SITE_REQUEST"]
        assert refused.headers["cache-control"] == "no-store"
    for asked in ("apollo-require-preflight", "x-apollo-operation-name"):
        assert (await http.get("/graphql", params=HELLO, headers=headers | {asked: "x"})).status_code == 200
    announced = headers | {"content-type": "application/json"}
    assert (await http.get("/graphql", params=HELLO, headers=announced)).status_code == 200


async def test_a_get_of_ones_own_site_and_of_programs_is_answered(http: httpx.AsyncClient) -> None:
    for headers in ({}, {"sec-fetch-site": "none"}, {"sec-fetch-site": "same-origin"}):
        assert (await http.get("/graphql", params=HELLO, headers=headers)).status_code == 200


async def test_a_known_origin_may_ask_by_get(shared: httpx.AsyncClient) -> None:
    for origin, status in ((APP, 200), ("https://evil.test", 403)):
        headers = {"sec-fetch-site": "cross-site", "origin": origin}
        assert (await shared.get("/graphql", params=HELLO, headers=headers)).status_code == status


async def test_every_answer_tells_browsers_what_not_to_do(http: httpx.AsyncClient) -> None:
    answers = [
        await http.post("/graphql", json=HELLO),
        await http.get("/graphql", params=HELLO),
        await http.post("/graphql", content="{"),
        await http.put("/graphql"),
        await http.get("/nowhere"),
        await http.get("/healthz"),
        await http.get("/metrics"),
        await http.get("/schema.graphql"),
        await http.get("/graphiql"),
        await http.get("/graphiql/graphiql.js"),
        await http.post("/healthz"),
    ]
    for response in answers:
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert response.headers["cross-origin-resource-policy"] == "same-origin"
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "frame-ancestors 'none'" in policy
        assert "http" not in policy  # no other host is named, whatever the scheme
        for name in ("x-content-type-options", "content-security-policy"):
            assert len(response.headers.get_list(name)) == 1
    kept = await http.get("/graphql", params=HELLO, headers={"if-none-match": "*"})
    assert (kept.status_code, kept.headers["x-content-type-options"]) == (304, "nosniff")
