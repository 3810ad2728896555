"""What is read of members through what the corridor owns is in the disclosure log: of whom, what, by what right."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from gateway.app import Gateway
from gateway.reference import Reference
from tests.acceptance.conftest import asking
from tests.acceptance.table import ANSWER, HERE, THERE, Table, member
from tests.viewers import PARTNER, Notes

_SECRETS = "member { ... on Member { displayName city summary { text } website capabilities { level } } }"
FIELDS = {"displayName", "city", "summary", "website", "capabilities"}
PATHS: Mapping[str, str] = {
    "a consortium's seats": f"node(id: $c) {{ ... on Consortium {{ seats {{ {_SECRETS} }} }} }}",
    "who covers": f"node(id: $c) {{ ... on Consortium {{ requirements {{ coveredBy {{ {_SECRETS} }} }} }} }}",
    "a seat": f"nodes(ids: [$s]) {{ ... on Seat {{ {_SECRETS} }} }}",
    "the viewer's consortia": f"viewer {{ consortia {{ seats {{ {_SECRETS} }} }} }}",
}
"""Ways from a consortium to the member of another city that takes part in it."""


async def since(table: Table, seq: int) -> list[Any]:
    return await table.store.fetch("select * from corridor.disclosure where seq > $1 order by seq", seq)


async def newest(table: Table) -> int:
    return int(await table.store.fetchval("select coalesce(max(seq), 0) from corridor.disclosure"))


async def name(table: Table) -> str:
    """What only the registry of the other city knows: the name of its member."""
    text = "query ($id: ID!) { member(id: $id) { ... on Member { displayName } } }"
    return str((await table.run(table.invited, text, id=table.partner.id))["member"]["displayName"])


@pytest.mark.parametrize("path", PATHS)
async def test_what_is_read_of_a_member_through_a_consortium_is_logged(table: Table, path: str) -> None:
    consortium = (await table.draft())["id"]
    seat = (await table.invite(consortium))["seat"]["id"]
    await table.run(table.invited, ANSWER, s=seat, accept=True)
    secret, before = await name(table), await newest(table)
    taken = "".join(f", ${each}: ID!" for each in "cs" if f"${each}" in PATHS[path])[2:]
    text = f"query ({taken}) {{ {PATHS[path]} }}" if taken else f"{{ {PATHS[path]} }}"
    answer = await table.run(table.leading, text, c=consortium, s=seat)
    assert json.dumps(secret) in json.dumps(answer)
    rows = [row for row in await since(table, before) if table.partner.id in row["members"]]
    assert FIELDS.issubset(field for row in rows for field in row["fields"])
    assert {(row["viewer"], row["cluster"]) for row in rows} == {(table.leading.id, THERE)}
    assert {Reference.parse(row["basis"]).typename for row in rows} == {"Agreement"}


async def test_who_is_proposed_for_a_team_is_logged_whatever_is_selected(table: Table) -> None:
    """Scores and levels are of members, though none of their own fields is asked for."""
    consortium, before = (await table.draft())["id"], await newest(table)
    text = "query ($c: ID!) { node(id: $c) { ... on Consortium { suggestions { options { SHOWN } } } } }"
    shown = "cost coverage { member level }"
    found = (await table.run(table.leading, text.replace("SHOWN", shown), c=consortium))["node"]["suggestions"]
    proposed = {line["member"] for option in found["options"] for line in option["coverage"]} - {table.lead.id}
    assert proposed
    rows = [row for row in await since(table, before) if row["fields"] == ["suggestions"]]
    assert proposed <= {member for row in rows for member in row["members"]}
    assert {row["purpose"] for row in rows} == {"CONSORTIUM"}
    assert {Reference.parse(row["basis"]).typename for row in rows if row["cluster"] == THERE} == {"Agreement"}


_MATCHES = """
    query ($need: ID!, $c: [String!]!) {
      partnerMatches(needId: $need, first: 20, filter: {clusters: $c}) { edges { node { score MEMBER } } }
    }
"""


async def need(gateway: Gateway, *, anonymous: bool) -> str:
    text = "query ($c: [String!]) { needs(first: 100, filter: {clusters: $c}) { nodes { id anonymous } } }"
    found = (await asking(gateway, PARTNER)(text, c=[THERE]))["needs"]["nodes"]
    return str(next(each["id"] for each in found if each["anonymous"] is anonymous))


async def test_who_is_found_to_match_is_logged_whatever_is_selected(gateway: Gateway) -> None:
    given = {"need": await need(gateway, anonymous=False), "c": [HERE]}
    ask = asking(gateway, PARTNER)
    shown = await ask(_MATCHES.replace("MEMBER", "member { ... on Member { id } }"), **given)
    notes = gateway.operations.services.log
    assert isinstance(notes, Notes)
    before = len(notes.written)
    assert (await ask(_MATCHES.replace("MEMBER", ""), **given))["partnerMatches"]["edges"]
    told = {each.fields: {*each.members} for _, each in notes.written[before:] if each.purpose == "PARTNER_MATCHING"}
    members = {each["node"]["member"]["id"] for each in shown["partnerMatches"]["edges"]}
    assert told == {("cursor",): members, ("partnerMatches",): members}


async def test_the_abilities_of_whoever_asks_count_for_no_anonymous_need_of_another(gateway: Gateway) -> None:
    """They would tell nothing of its owner, but of a need that is not the viewer's."""
    given = {"need": await need(gateway, anonymous=True), "c": [HERE]}
    text = _MATCHES.replace("MEMBER", "member { ... on Member { id } }")
    able = (
        "query ($c: [String!]) { members(first: 100, filter: {clusters: $c}) { nodes { id capabilities { level } } } }"
    )
    members = (await asking(gateway, PARTNER)(able, c=[THERE]))["members"]["nodes"]
    most = max(members, key=lambda each: len(each["capabilities"]))["id"]
    assert await asking(gateway, member(most))(text, **given) == await asking(gateway, PARTNER)(text, **given)
