"""The tabs of the GraphiQL page that run one after the other: how they are linked, and the story that they tell."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from gateway.http.graphiql import examples
from tests.http.browsing import Visit, open_tab, run
from tests.http.conftest import Stage, Staged

pytestmark = pytest.mark.browser

Tab = tuple[str, Mapping[str, Any]]

NAMES: Tab = ("# View as: Coordinator\nquery Names { members(first: 2) { nodes { id } totalCount complete } }", {})
"""A tab whose answer others refer to."""


async def opened(visit: Visit, url: str, *tabs: Tab) -> Page:
    """The page with these tabs in place of its examples."""
    given = [{"query": query, "variables": json.dumps(variables)} for query, variables in tabs]
    await visit.page.route("**/examples.json", lambda route: route.fulfill(json=given))
    await visit.page.goto(f"{url}/graphiql")
    return visit.page


async def test_variables_are_filled_in_from_the_answer_of_another_tab(visit: Visit, staged: Staged) -> None:
    asking = "query Asking($ids: [ID!]!, $n: Int!, $s: String) { nodes(ids: $ids) { id } members(first: $n, search: $s)"
    variables = {
        "ids": ["{{Names.members.nodes.1.id}}", "{{ Names.members.nodes.0.id }}"],
        "n": "{{Names.members.totalCount}}",
        "s": "more than {{Names.members.totalCount}}",
    }
    page = await opened(visit, staged.url, NAMES, (asking + " { totalCount } }", variables))
    await open_tab(page, "Names")
    _, answer = await run(page, "Names")
    members = answer["data"]["members"]
    await open_tab(page, "Asking")
    sent, _ = await run(page, "Asking")
    one, two = (each["id"] for each in members["nodes"])
    count = members["totalCount"]
    assert sent["variables"] == {"ids": [two, one], "n": count, "s": f"more than {count}"}
    line = page.locator(".sent")
    await expect(line).to_contain_text("Sent as Coordinator with ids, n, s filled in")
    await expect(line).to_contain_text(two)
    # The tab keeps its placeholders, and they are no mistakes to its editor.
    editor = page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden)")
    await expect(editor).to_contain_text("{{Names.members.totalCount}}")
    await expect(editor.locator(".CodeMirror-lint-mark-error")).to_have_count(0)
    assert visit.foreign(staged.url) == []
    assert visit.complaints == []


async def test_a_tab_whose_turn_has_not_come_says_what_to_run_first_and_sends_nothing(
    visit: Visit, staged: Staged
) -> None:
    asking = ("query Asking($id: ID!) { node(id: $id) { id } }", {"id": "{{Names.members.nodes.7.id}}"})
    page = await opened(visit, staged.url, asking, NAMES)
    asked = [request for request in visit.requests if request.method == "POST"]
    answer = page.locator(".graphiql-response")
    await open_tab(page, "Asking")
    await expect(page.locator(".sent")).to_contain_text("is filled in from the answer of that tab")
    await page.get_by_role("button", name="Execute query").click()
    await expect(answer).to_contain_text("Run the tab Names first: the variable id is filled in from its answer.")
    await open_tab(page, "Names")
    await run(page, "Names")
    await open_tab(page, "Asking")
    await page.get_by_role("button", name="Execute query").click()
    await expect(answer).to_contain_text("The answer of Names has nothing at members.nodes.7.id")
    sent = [request.post_data or "" for request in visit.requests if request.method == "POST"][len(asked) :]
    assert not any("Asking" in each for each in sent)


async def test_a_later_failure_does_not_take_away_what_was_there(visit: Visit, staged: Staged) -> None:
    count = ("query Count($n: Int!) { members(first: $n) { totalCount } }", {"n": 1})
    asking = ("query Asking($n: Int!) { members(first: $n) { complete } }", {"n": "{{Count.members.totalCount}}"})
    page = await opened(visit, staged.url, count, asking)
    await open_tab(page, "Count")
    _, answer = await run(page, "Count")
    await page.route("**/graphql", lambda route: route.fulfill(json={"data": {"members": None}}), times=1)
    await run(page, "Count")
    await open_tab(page, "Asking")
    sent, _ = await run(page, "Asking")
    assert sent["variables"] == {"n": answer["data"]["members"]["totalCount"]}


async def test_a_subscription_is_filled_in_and_can_be_referred_to(visit: Visit, staged: Staged) -> None:
    health = (
        "subscription Health($with: Boolean!) { sourceHealth { status @include(if: $with) cluster { slug } } }",
        {"with": "{{Names.members.complete}}"},
    )
    slug = {"slug": "{{Health.sourceHealth.cluster.slug}}"}
    asking = ("query Asking($slug: String!) { cluster(slug: $slug) { slug } }", slug)
    page = await opened(visit, staged.url, NAMES, health, asking)
    await open_tab(page, "Names")
    await run(page, "Names")
    await open_tab(page, "Health")
    await page.get_by_role("button", name="Execute query").click()
    await expect(page.locator(".graphiql-response")).to_contain_text('"status"')
    await page.get_by_role("button", name="Stop query").click()
    await open_tab(page, "Asking")
    sent, answer = await run(page, "Asking")
    assert answer["data"]["cluster"] == sent["variables"]
    assert visit.complaints == []


async def test_a_request_has_one_key_and_one_moment_and_another_request_another_key(
    visit: Visit, staged: Staged
) -> None:
    query = "query Search($key: String, $day: String, $n: Int) { a: members(search: $key, first: $n) { totalCount }"
    variables = {"key": "{{idempotencyKey}}", "day": "{{in 14 days}}", "n": 1}
    page = await opened(visit, staged.url, (query + " b: members(search: $day) { totalCount } }", variables))
    await open_tab(page, "Search")
    first, again = [(await run(page, "Search"))[0]["variables"] for _ in range(2)]
    assert first == again
    assert re.fullmatch(r"[0-9a-f]{32}", first["key"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", first["day"])
    await page.get_by_label("View as").select_option("Coordinator")
    other = (await run(page, "Search"))[0]["variables"]
    assert other == first | {"key": other["key"]}
    assert other["key"] != first["key"]


async def test_the_request_can_be_copied_for_a_shell(visit: Visit, staged: Staged) -> None:
    await visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    asking = ("query Asking($id: ID!) { node(id: $id) { id } }", {"id": "{{Names.members.nodes.0.id}}"})
    page = await opened(visit, staged.url, NAMES, asking)
    await open_tab(page, "Names")
    _, answer = await run(page, "Names")
    await open_tab(page, "Asking")
    await run(page, "Asking")
    await page.get_by_role("button", name="Copy as cURL").press("Enter")
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    copied: str = await page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"curl -s '{staged.url}/graphql' ")
    assert answer["data"]["members"]["nodes"][0]["id"] in copied
    assert f"Bearer {staged.keys['Coordinator']}" in copied
    assert "{{" not in copied


async def test_a_tab_brings_its_viewer_and_the_reader_may_choose_another(visit: Visit, staged: Staged) -> None:
    plain: Tab = ("query Plain { viewer { class } }", {})
    other: Tab = ("# View as: Nobody that is offered\nquery Other { viewer { class } }", {})
    page = await opened(visit, staged.url, plain, NAMES, other)
    choice = page.get_by_label("View as")
    await expect(choice).to_have_value("Partner app")
    await open_tab(page, "Names")
    await expect(choice).to_have_value("Coordinator")
    await choice.select_option("Anonymous")
    await page.reload()
    await expect(choice).to_have_value("Anonymous")
    for name in ("Plain", "Other"):
        await open_tab(page, name)
        await expect(choice).to_have_value("Anonymous")
    await open_tab(page, "Names")
    await expect(choice).to_have_value("Coordinator")


async def test_without_viewers_a_tab_of_the_story_opens_all_the_same(visit: Visit, gateway_url: str) -> None:
    page = await opened(visit, gateway_url, NAMES)
    await open_tab(page, "Names")
    _, answer = await run(page, "Names")
    assert "errors" not in answer
    await expect(page.get_by_label("View as")).to_have_count(0)
    await expect(page.locator(".sent")).to_contain_text("Sent")


STORY = [example for example in examples() if example.name.startswith("S")]
VIEWER = re.compile(r"^# View as: (.+)$", re.MULTILINE)


async def told(page: Page, name: str) -> Any:
    """What the tab of that name answers when it is opened and run: data, and no failures in it."""
    await open_tab(page, name)
    text = next(example.query for example in STORY if example.name == name)
    if viewer := VIEWER.search(text):
        await expect(page.get_by_label("View as")).to_have_value(viewer[1])
    _, answer = await run(page, name)
    assert "errors" not in answer, (name, answer["errors"])
    data = answer["data"]
    if "\nmutation " in text:
        (data,) = data.values()
        assert data["errors"] == [], name
    return data


async def they_meet(page: Page, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    """S06 to S09: an interest becomes mutual, and opens the contacts of both."""
    interest = (await told(page, "S06_ExpressInterest"))["interest"]
    assert interest["state"] == "SUBMITTED"
    _, again = await run(page, "S06_ExpressInterest")
    assert again["data"]["expressInterest"]["interest"]["id"] == interest["id"]
    (received,) = (await told(page, "S07_WhatWeReceived"))["viewer"]["interests"]
    assert received["id"] == interest["id"]
    assert received["from"] == {"id": theirs["id"], "displayName": theirs["displayName"], "contactPoint": None}
    accepted = (await told(page, "S08_AcceptInterest"))["interest"]
    assert (accepted["state"], accepted["release"]["state"]) == ("MUTUAL", "ACTIVE")
    assert accepted["from"]["contactPoint"]["name"] == theirs["contacts"][0]["name"]
    contact = (await told(page, "S09_TheirContact"))["member"]["contactPoint"]
    assert contact["name"] == ours["contacts"][0]["name"]


async def they_build(page: Page) -> str:
    """S10 to S14: a consortium is formed; gives its ID."""
    drafted = (await told(page, "S10_DraftConsortium"))["consortium"]
    assert (drafted["state"], drafted["formable"]) == ("DRAFT", False)
    assert drafted["blockers"]
    assert drafted["suggestions"]["optimality"] == "EXACT"
    assert drafted["suggestions"]["options"]
    invited = await told(page, "S11_Invite")
    pending = {each["requirement"]["key"]: each["pendingBy"] for each in invited["consortium"]["requirements"]}
    assert pending["theirs"] == [{"id": invited["seat"]["id"]}]
    assert (await told(page, "S12_AcceptSeat"))["consortium"]["formable"] is True
    (ready,) = (await told(page, "S13_ReadyToForm"))["viewer"]["consortia"]
    assert (ready["formable"], ready["blockers"], len(ready["seats"])) == (True, [], 2)
    formed = (await told(page, "S14_FormConsortium"))["consortium"]
    assert formed["state"] == "FORMED"
    assert all(each["covered"] for each in formed["requirements"])
    identity: str = ready["id"]
    return identity


async def test_the_story_runs_from_its_first_tab_to_its_last(visit: Visit, stage: Stage, tmp_path: Path) -> None:
    staged = await stage()
    page = visit.page
    await page.goto(f"{staged.url}/graphiql")

    assert (await told(page, "S01_CrossCitySearch"))["members"]["edges"]
    (agreement,) = (await told(page, "S02_ByWhatRight"))["agreements"]
    assert agreement["state"] == "IN_FORCE"
    assert len(agreement["privacyAssessments"]) == len(agreement["parties"]) == 2
    ours = (await told(page, "S03_OurNeed"))["viewer"]["member"]
    matches = [edge["node"] for edge in (await told(page, "S04_WhyThisPartner"))["partnerMatches"]["edges"]]
    assert matches
    assert all(each["score"] == sum(reason["points"] for reason in each["reasons"]) for each in matches)
    folder = Path(os.environ.get("CORRIDOR_SCREENSHOTS") or tmp_path)
    await page.screenshot(path=folder / "graphiql.png")
    found = await told(page, "S05_FindTheNeed")
    theirs = found["ours"]["member"]
    assert ours["needs"][0]["id"] in {each["id"] for each in found["needs"]["nodes"]}

    await they_meet(page, ours, theirs)
    built = await they_build(page)
    seen = [edge["node"] for edge in (await told(page, "S15_WhoSawUs"))["viewer"]["disclosures"]["edges"]]
    assert any("contactPoint" in field for each in seen for field in each["fields"])
    assert (await told(page, "S16_RevokeContact"))["release"]["state"] == "REVOKED"
    assert (await told(page, "S09_TheirContact"))["member"]["contactPoint"] is None
    assert (await told(page, "S17_Forget"))["tombstoned"] is True
    (left,) = (await told(page, "S13_ReadyToForm"))["viewer"]["consortia"]
    assert (left["id"], left["state"], left["formable"]) == (built, "REPAIR", False)
    assert visit.foreign(staged.url) == []
    assert visit.complaints == []


def test_a_placeholder_names_a_tab_that_stands_before() -> None:
    before: set[str] = set()
    for example in examples():
        named = set(re.findall(r"\{\{(\w+)\.", example.variables or ""))
        assert named <= before, example.name
        before.add(example.name)
