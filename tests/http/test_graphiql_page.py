"""The GraphiQL page as a person sees it, in a real browser."""

import json
import os
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from gateway.http.graphiql import examples
from tests.http.browsing import OPERATION_NAME, SAVED_TABS, Visit, open_tab, run, subscribes, until
from tests.http.conftest import Staged

STORY = {example.name for example in examples() if example.name.startswith("S")}
"""The tabs that run one after the other."""


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
    await expect(answer).to_contain_text('"snippet"')
    await expect(answer).not_to_contain_text('"errors"')
    folder = Path(os.environ.get("CORRIDOR_SCREENSHOTS") or tmp_path)
    await page.screenshot(path=folder / "graphiql-search.png")

    # The explorer cannot edit list arguments and writes so to the console: it is opened on an operation without any.
    await page.get_by_role("tab", name="T07_Clusters").click()
    await page.get_by_role("button", name="Show GraphiQL Explorer").click()
    await expect(page.locator(".graphiql-explorer-root")).to_contain_text("members")
    await page.screenshot(path=folder / "graphiql-explorer.png")

    assert visit.foreign(staged.url) == []
    assert visit.complaints == []


@pytest.mark.browser
async def test_every_example_beside_the_story_runs_from_its_tab(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    for example in examples():
        if example.name in STORY or subscribes(example):
            continue
        await open_tab(page, example.name)
        sent, answer = await run(page, example.name)
        assert sent.get("variables", {}) == json.loads(example.variables or "{}")
        assert "errors" not in answer, example.name
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
    _, answer = await run(page, "T01_PageByName")
    found: int = answer["data"]["members"]["totalCount"]
    return found


@pytest.mark.browser
async def test_who_is_chosen_decides_what_is_seen(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    await open_tab(page, "T01_PageByName")
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
    await choice.select_option("Member in Montréal")
    await page.get_by_role("button", name="New tab").click()
    await page.locator(".graphiql-query-editor .CodeMirror").click()
    await page.keyboard.press("Control+End")
    await page.keyboard.type("query Mine { viewer { class } }")
    for _ in range(2):
        await expect(choice).to_have_value("Member in Montréal")
        await until(page, f"{OPERATION_NAME} === 'Mine'")
        await page.get_by_role("button", name="Execute query").click()
        await expect(page.locator(".graphiql-response")).to_contain_text('"MEMBER"')
        await until(page, f"{SAVED_TABS}?.includes('Mine')")
        await page.reload()
    kept = await page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "Mine" in kept
    assert "Member in Montréal" in kept
    assert "cgw_" not in kept
    assert await page.context.cookies() == []


@pytest.mark.browser
async def test_a_header_that_the_reader_wrote_goes_before_the_choice(visit: Visit, staged: Staged) -> None:
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")
    await open_tab(page, "T11_WhoAmI")
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
    await open_tab(page, "T11_WhoAmI")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text('"PARTNER_APP"')


@pytest.mark.browser
async def test_where_no_viewers_are_offered_the_reader_writes_a_header(visit: Visit, gateway_url: str) -> None:
    page = visit.page
    await page.goto(f"{gateway_url}/graphiql")
    await open_tab(page, "T11_WhoAmI")
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
