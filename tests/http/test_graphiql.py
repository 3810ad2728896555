"""The GraphiQL page: what its routes answer, and what a person sees in a real browser."""

import asyncio
import gzip
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from playwright.async_api import Browser, ConsoleMessage, Page, Request, async_playwright, expect
from playwright.async_api import Response as PageResponse
from starlette.applications import Starlette

from gateway.http import graphiql
from gateway.http.graphiql import Example, PageViewer, examples, routes
from tests.http.conftest import Staged

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

SCRIPT = Path(graphiql.__file__).parent / "static" / "graphiql.js"

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
]

OPERATION_NAME = "document.querySelector('.graphiql-query-editor .CodeMirror').CodeMirror.operationName"
SAVED_TABS = "localStorage['corridor-gateway:graphiql:tabState']"


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Open a client of the page's routes alone, without a browser."""
    transport = httpx.ASGITransport(Starlette(routes=routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as opened:
        yield opened


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/graphiql", "/graphiql/examples.json", "/graphiql/graphiql.js", "/graphiql/LICENSES.txt"):
        response = await client.get(path)
        assert response.status_code == 200, path
        assert response.headers["content-security-policy"] == POLICY
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_page_has_no_inline_script_and_names_only_its_own_files(client: httpx.AsyncClient) -> None:
    html = (await client.get("/graphiql")).text
    assert re.findall(r"<script[^>]*>(.*?)</script>", html, re.DOTALL) == [""]
    for address in re.findall(r'(?:src|href)="([^"]+)"', html):
        assert address.startswith(("/graphiql/", "data:image/")), address


async def test_files_named_by_their_content_are_kept_for_good(client: httpx.AsyncClient) -> None:
    html = (await client.get("/graphiql")).text
    named = re.findall(r'"(/graphiql/graphiql\.[^"]+)"', html)
    assert len(named) == 2
    for address in named:
        assert "immutable" in (await client.get(address)).headers["cache-control"]
        assert (await client.get(address.split("?")[0])).headers["cache-control"] == "no-cache"
        assert (await client.get(address + "0")).headers["cache-control"] == "no-cache"


async def test_an_unchanged_file_is_not_sent_again(client: httpx.AsyncClient) -> None:
    first = await client.get("/graphiql/examples.json")
    second = await client.get("/graphiql/examples.json", headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (second.status_code, second.content) == (304, b"")
    assert second.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "gzip"), ("gzip;q=0", None), ("identity", None)])
async def test_compression_follows_what_the_client_accepts(
    client: httpx.AsyncClient, accepted: str, encoding: str | None
) -> None:
    async with client.stream("GET", "/graphiql/graphiql.js", headers={"Accept-Encoding": accepted}) as response:
        raw = b"".join([chunk async for chunk in response.aiter_raw()])
    assert response.headers.get("content-encoding") == encoding
    assert response.headers["vary"] == "Accept-Encoding"
    assert int(response.headers["content-length"]) == len(raw)
    script = gzip.decompress(raw) if encoding else raw
    assert script == SCRIPT.read_bytes()


async def test_the_page_reads_the_examples_in_order(client: httpx.AsyncClient) -> None:
    tabs = (await client.get("/graphiql/examples.json")).json()
    assert [tab["query"] for tab in tabs] == [example.query for example in examples()]
    assert len(tabs) >= 8


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.name)
def test_an_example_is_one_explained_operation_named_like_its_file(example: Example) -> None:
    operations = [node for node in parse(example.query).definitions if isinstance(node, OperationDefinitionNode)]
    assert [operation.name.value for operation in operations if operation.name] == [example.name]
    assert example.query.startswith("# ")
    declared = {variable.variable.name.value for variable in operations[0].variable_definitions or ()}
    assert set(json.loads(example.variables or "{}")) <= declared


async def test_without_viewers_no_key_is_given_to_anybody(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphiql/viewers.json")
    assert (response.status_code, response.json()) == (200, [])


async def test_keys_are_given_to_nobodys_cache() -> None:
    viewers = [PageViewer("Anonymous", "what is public", None), PageViewer("Partner app", "more", "cgw_1")]
    transport = httpx.ASGITransport(Starlette(routes=routes(viewers)))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as opened:
        response = await opened.get("/graphiql/viewers.json")
    assert [each["key"] for each in response.json()] == [None, "cgw_1"]
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["content-security-policy"] == POLICY
    assert "cgw_1" not in repr(viewers)


@dataclass
class Visit:
    """A page and everything it did that a test may want to judge."""

    page: Page
    requests: list[Request] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def _note(self, request: Request) -> None:
        self.requests.append(request)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def foreign(self, url: str) -> list[str]:
        """List the requests that went to any other origin than the gateway's."""
        own = urlsplit(url).netloc
        return [
            request.url
            for request in self.requests
            if not request.url.startswith("data:") and urlsplit(request.url).netloc != own
        ]


def chromium() -> str:
    """Find the browser; without one the test is skipped, but on the build server a missing browser is a failure."""
    found = os.environ.get("CORRIDOR_CHROMIUM") or shutil.which("chromium")
    if found:
        return found
    message = "no Chromium: install Debian's chromium, or name one in CORRIDOR_CHROMIUM"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """One headless Chromium that resolves no name: what is not the gateway's cannot be reached at all."""
    executable = chromium()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield opened
        await opened.close()


@pytest.fixture
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Open the first page of a fresh profile."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-CA")
    yield Visit(await context.new_page())
    await context.close()


def answers(operation: str) -> Callable[[PageResponse], bool]:
    """Whether a response answers the operation of that name (and not the page's own introspection)."""

    def matches(response: PageResponse) -> bool:
        sent = json.loads(response.request.post_data or "{}")
        return urlsplit(response.url).path == "/graphql" and sent.get("operationName") == operation

    return matches


def subscribes(example: Example) -> bool:
    """Whether an example is a subscription."""
    return "\nsubscription " in example.query


async def open_tab(page: Page, name: str) -> None:
    """Open the tab of that operation; GraphiQL reads the operation's name from the text a moment after."""
    await page.get_by_role("tab", name=name).click()
    await until(page, f"{OPERATION_NAME} === '{name}'")


async def until(page: Page, condition: str) -> None:
    """Wait for a JavaScript condition; Playwright's own wait evaluates strings, which the page's policy forbids."""
    async with asyncio.timeout(10):
        await page.evaluate(f"async () => {{ while (!({condition})) await new Promise(requestAnimationFrame) }}")


@pytest.mark.browser
async def test_the_page_opens_with_examples_and_runs_one(visit: Visit, staged: Staged, tmp_path: Path) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    assert await page.title() == "Corridor gateway"

    tabs = page.get_by_role("tab")
    await expect(tabs).to_have_count(len(examples()))
    assert len(examples()) >= 8
    assert await tabs.all_inner_texts() == [example.name for example in examples()]

    status = page.get_by_role("status")
    await expect(status).to_contain_text("TechnoMontréal answers")
    await expect(status).to_contain_text("CANIETI Occidente answers")
    await expect(status.get_by_role("listitem")).to_have_count(2)

    await expect(page.locator(".graphiql-query-editor")).to_contain_text("S01_CrossCitySearch")
    await page.get_by_role("button", name="Execute query").click()
    answer = page.locator(".graphiql-response")
    await expect(answer).to_contain_text('"data"')
    await expect(answer).to_contain_text('"displayName"')
    await expect(answer).not_to_contain_text('"errors"')
    folder = Path(os.environ.get("CORRIDOR_SCREENSHOTS") or tmp_path)
    await page.screenshot(path=folder / "graphiql.png")

    # The explorer cannot edit list arguments and writes so to the console: it is opened on an operation without any.
    await page.get_by_role("tab", name="S08_Clusters").click()
    await page.get_by_role("button", name="Show GraphiQL Explorer").click()
    await expect(page.locator(".graphiql-explorer-root")).to_contain_text("members")
    await page.screenshot(path=folder / "graphiql-explorer.png")

    assert visit.foreign(staged.url) == []
    assert visit.complaints == []


@pytest.mark.browser
async def test_every_example_runs_from_its_tab(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    for example in examples():
        await open_tab(page, example.name)
        viewer = "Privacy officer" if example.name == "S13_WhoSawUs" else "Partner app"
        await page.get_by_label("View as").select_option(viewer)
        async with page.expect_response(answers(example.name)) as answered:
            await page.get_by_role("button", name="Execute query").click()
        response = await answered.value
        sent = json.loads(response.request.post_data or "")
        assert sent.get("variables", {}) == json.loads(example.variables or "{}")
        if not subscribes(example):
            assert "errors" not in await response.json(), example.name
    assert visit.complaints == []


@pytest.mark.browser
async def test_a_subscription_runs_until_it_is_stopped(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    await open_tab(page, next(each.name for each in examples() if subscribes(each)))
    await page.get_by_role("button", name="Execute query").click()
    answer = page.locator(".graphiql-response")
    await expect(answer).to_contain_text('"sourceHealth"')
    await expect(answer).not_to_contain_text('"errors"')
    async with page.expect_event("requestfailed") as ended:
        await page.get_by_role("button", name="Stop query").click()
    assert (await ended.value).headers["accept"] == "text/event-stream"
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible()
    await expect(answer).to_contain_text('"sourceHealth"')
    assert visit.complaints == []


async def total(page: Page) -> int:
    """How many members the open example counts for whoever is chosen."""
    async with page.expect_response(answers("S02_PageByName")) as answered:
        await page.get_by_role("button", name="Execute query").click()
    found: int = (await (await answered.value).json())["data"]["members"]["totalCount"]
    return found


@pytest.mark.browser
async def test_who_is_chosen_decides_what_is_seen(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    await open_tab(page, "S02_PageByName")
    choice = page.get_by_label("View as")
    await expect(choice).to_have_value("Partner app")
    assert await choice.get_by_role("option").all_inner_texts() == list(staged.keys)
    partner = await total(page)
    await choice.select_option("Coordinator")
    coordinator = await total(page)
    await choice.select_option("Anonymous")
    assert await total(page) < partner < coordinator
    await expect(choice).to_have_accessible_description("what is public")
    assert visit.foreign(staged.url) == []
    assert visit.complaints == []


@pytest.mark.browser
async def test_the_choice_is_kept_for_the_session_and_no_key_is(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    choice = page.get_by_label("View as")
    await choice.select_option("Member")
    await page.get_by_role("button", name="New tab").click()
    await page.locator(".graphiql-query-editor .CodeMirror").click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("query Mine { viewer { class } }")
    for _ in range(2):
        await expect(choice).to_have_value("Member")
        await until(page, f"{OPERATION_NAME} === 'Mine'")
        await page.get_by_role("button", name="Execute query").click()
        await expect(page.locator(".graphiql-response")).to_contain_text('"MEMBER"')
        await until(page, f"{SAVED_TABS}?.includes('Mine')")
        await page.reload()
    kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "Mine" in kept
    assert "Member" in kept
    assert "cgw_" not in kept
    assert await page.context.cookies() == []


@pytest.mark.browser
async def test_a_header_that_the_reader_wrote_goes_before_the_choice(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    await open_tab(page, "S12_WhoAmI")
    await page.get_by_role("button", name="Headers").click()
    await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror").click()
    await page.keyboard.insert_text(json.dumps(staged.login("Coordinator")))
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text('"COORDINATOR"')
    await expect(page.get_by_label("View as")).to_have_value("Partner app")


@pytest.mark.browser
async def test_an_open_page_outlives_a_new_start_of_the_demo(visit: Visit, staged: Staged) -> None:
    page = visit.page
    old = [{"name": "Partner app", "sees": "more", "key": "cgw_of_an_earlier_start"}]
    await page.route("**/viewers.json", lambda route: route.fulfill(json=old), times=1)
    # Reading the schema meets the old key first.
    await page.goto(f"{staged.url}/graphiql")
    await open_tab(page, "S12_WhoAmI")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text('"PARTNER_APP"')


@pytest.mark.browser
async def test_where_no_viewers_are_offered_the_reader_writes_a_header(visit: Visit, gateway_url: str) -> None:
    page = visit.page
    await page.goto(f"{gateway_url}/graphiql")
    await open_tab(page, "S12_WhoAmI")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text('"ANONYMOUS"')
    await expect(page.get_by_label("View as")).to_have_count(0)
    assert visit.complaints == []


@pytest.mark.browser
async def test_saved_tabs_of_another_page_do_not_hide_the_examples(visit: Visit, gateway_url: str) -> None:
    page = visit.page
    foreign = {"id": "x", "title": "Mine", "query": "{ a }", "variables": "", "headers": "", "operationName": None}
    saved = json.dumps({"activeTabIndex": 0, "tabs": [foreign | {"response": None}]})
    await page.goto(f"{gateway_url}/graphiql/LICENSES.txt")
    await page.evaluate("saved => localStorage.setItem('graphiql:tabState', saved)", saved)
    await page.goto(f"{gateway_url}/graphiql")
    await expect(page.get_by_role("tab")).to_have_count(len(examples()))


@pytest.mark.browser
async def test_a_readers_own_tabs_are_there_again_after_a_reload(visit: Visit, gateway_url: str) -> None:
    page = visit.page
    await page.goto(f"{gateway_url}/graphiql")
    await expect(page.get_by_role("tab")).to_have_count(len(examples()))
    await until(page, f"{SAVED_TABS} !== undefined")
    await page.reload()
    await expect(page.get_by_role("tab")).to_have_count(len(examples()))

    await page.get_by_role("button", name="New tab").click()
    await page.locator(".graphiql-query-editor .CodeMirror").click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("query MyOwn { __typename }")
    await expect(page.get_by_role("tab", name="MyOwn")).to_be_visible()
    await until(page, f"{SAVED_TABS}?.includes('MyOwn')")
    await page.reload()
    await expect(page.get_by_role("tab")).to_have_count(len(examples()) + 1)
    await expect(page.get_by_role("tab", name="MyOwn")).to_be_visible()


@pytest.mark.browser
async def test_the_status_line_says_which_registry_is_missing(visit: Visit, gateway_url: str) -> None:
    registries = [
        {"cluster": "technomontreal", "name": "TechnoMontréal", "state": "OK", "latencyMs": 3},
        {"cluster": "canieti-occidente", "name": "CANIETI Occidente", "state": "UNAVAILABLE", "latencyMs": None},
    ]
    await visit.page.route("**/readyz", lambda route: route.fulfill(json={"status": "ready", "registries": registries}))
    await visit.page.goto(f"{gateway_url}/graphiql")
    status = visit.page.get_by_role("status")
    await expect(status).to_contain_text("TechnoMontréal answers")
    await expect(status).to_contain_text("CANIETI Occidente is unavailable")


@pytest.mark.browser
async def test_the_status_line_says_when_the_gateway_is_gone_and_when_it_is_back(
    visit: Visit, gateway_url: str
) -> None:
    await visit.page.clock.install()
    await visit.page.route("**/readyz", lambda route: route.abort())
    await visit.page.goto(f"{gateway_url}/graphiql")
    status = visit.page.get_by_role("status")
    await expect(status).to_have_text("gateway unreachable")
    await visit.page.unroute("**/readyz")
    await visit.page.clock.fast_forward(10_000)
    await expect(status).to_contain_text("TechnoMontréal answers")
