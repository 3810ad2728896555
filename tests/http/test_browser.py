"""A page of another origin in a real browser: what a gateway that does not know it gives it, and one that does."""

from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Page, async_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from gateway.settings import Settings
from tests.http.browsing import CHROMIUM_FLAGS, chromium
from tests.http.conftest import Serve
from tests.http.made import make
from tests.http.served import Served

BODY = '{"query": "{ __typename }"}'
QUERY = "/graphql?query={__typename}"

ATTEMPTS = f"""async (gateway) => {{
  const attempt = async (path, options) => {{
    try {{ return await (await fetch(gateway + path, options)).text(); }} catch {{ return null; }}
  }};
  const json = {{'content-type': 'application/json'}};
  return {{
    json: await attempt('/graphql', {{method: 'POST', body: '{BODY}', headers: json}}),
    text: await attempt('/graphql', {{method: 'POST', body: '{BODY}'}}),
    blind: await attempt('/graphql', {{method: 'POST', body: '{BODY}', mode: 'no-cors'}}),
    get: await attempt('{QUERY}'),
    asked: await attempt('{QUERY}', {{headers: {{'apollo-require-preflight': '1'}}}}),
    socket: await new Promise((resolve) => {{
      const socket = new WebSocket(gateway.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
      socket.onopen = () => resolve('open');
      socket.onerror = () => resolve(null);
    }}),
  }};
}}"""


@pytest.fixture(scope="module")
def site(keep_serving: Serve) -> Served:
    """Another site, with an empty page."""

    async def page(_request: Request) -> Response:
        return HTMLResponse("<!doctype html><title>Another site</title>")

    return keep_serving(Starlette(routes=[Route("/", page)]))


@pytest.fixture
async def page(site: Served) -> AsyncIterator[Page]:
    """That page, open in a browser."""
    executable = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        opened = await browser.new_page()
        await opened.goto(site.url)
        yield opened
        await browser.close()


async def refusals(url: str) -> tuple[float, float]:
    """How many requests a gateway has answered, and how many it has refused."""
    async with httpx.AsyncClient(base_url=url, timeout=20) as client:
        lines = (await client.get("/metrics")).text.splitlines()

    def counted(outcome: str) -> float:
        return sum(float(line.split()[-1]) for line in lines if f'requests_total{{outcome="{outcome}"' in line)

    return counted("whole"), counted("refused")


@pytest.mark.browser
async def test_a_page_of_an_unknown_origin_gets_nothing_and_has_nothing_run(
    page: Page, settings: Settings, serve: Serve
) -> None:
    url = serve(make(settings)).url
    assert set((await page.evaluate(ATTEMPTS, url)).values()) <= {None, ""}
    # Two preflights (405), two bodies of plain text (415), a GET from another site (403).
    assert await refusals(url) == (0, 5)


@pytest.mark.browser
async def test_a_page_of_a_known_origin_may_ask(page: Page, site: Served, settings: Settings, serve: Serve) -> None:
    url = serve(make(settings.model_copy(update={"cors_origins": (site.url,)}))).url
    found = await page.evaluate(ATTEMPTS, url)
    answer = '{"data":{"__typename":"Query"}}'
    assert (found["json"], found["get"], found["asked"], found["socket"]) == (answer, answer, answer, "open")
    assert "UNSUPPORTED_MEDIA_TYPE" in found["text"]
    assert not found["blind"]
