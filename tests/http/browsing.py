"""The GraphiQL page in a real browser: the browser, a page and all it did, and what a person does there."""

import asyncio
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import ConsoleMessage, Page, Request
from playwright.async_api import Response as PageResponse

from gateway.http.graphiql import Example

__all__ = [
    "CHROMIUM_FLAGS",
    "OPERATION_NAME",
    "SAVED_TABS",
    "Visit",
    "answers",
    "chromium",
    "open_tab",
    "run",
    "subscribes",
    "until",
]

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
VARIABLES = "document.querySelector('.graphiql-editor-tool .graphiql-editor:not(.hidden) .CodeMirror')"
SAVED_TABS = "localStorage['corridor-gateway:graphiql:tabState']"


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
    """Open the tab of that operation; GraphiQL reads the operation's name from the text a moment after.

    Its variables are looked through at once, as they are half a second later: a mistake in them fails here, always.
    """
    await page.get_by_role("tab", name=name).click()
    await until(page, f"{OPERATION_NAME} === '{name}'")
    await page.evaluate(f"{VARIABLES}?.CodeMirror.performLint()")


async def until(page: Page, condition: str) -> None:
    """Wait for a JavaScript condition; Playwright's own wait evaluates strings, which the page's policy forbids."""
    async with asyncio.timeout(30):
        await page.evaluate(f"async () => {{ while (!({condition})) await new Promise(requestAnimationFrame) }}")


async def run(page: Page, operation: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Press Run, and give what was sent and what came back."""
    async with page.expect_response(answers(operation)) as answered:
        await page.get_by_role("button", name="Execute query").click()
    response = await answered.value
    return json.loads(response.request.post_data or ""), await response.json()
