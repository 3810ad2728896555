"""What was done is told, whatever becomes of the registries that the payload of a mutation asks."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.contract.errors import ContractBroken, Refused, RegistryTimeout, Unavailable
from tests.acceptance.table import HERE, THERE, Table

INVITE = """
    mutation ($c: ID!, $m: ID!, $until: DateTime!) {
      inviteToConsortium(
        consortiumId: $c, memberId: $m, role: PARTNER, covers: ["maps"], expiresAt: $until, expectedVersion: 1,
        idempotencyKey: "once"
      ) {
        seat { id version member { __typename } }
        consortium {
          id version state formable blockers { code } clusters { slug } history { to } lead { member { __typename } }
          requirements { requirement { key concept { uri } } covered coveredBy { id } pendingBy { id } }
          seats { member { ... on Member { displayName capabilities { level } } ... on MemberUnavailable { reason } } }
          suggestions(first: 1) { optimality options { members { member { __typename } } } sources { status } }
        }
        errors { code }
      }
    }
"""


class Ending:
    """A registry that answers so many questions, and then fails."""

    def __init__(self, registry: Any, answers: int, failure: Exception) -> None:
        self._registry, self._left, self._failure = registry, answers, failure

    def __getattr__(self, name: str) -> Any:
        answer = getattr(self._registry, name)
        if name not in {"fetch", "page", "count", "facet"}:
            return answer

        async def asked(*given: Any) -> Any:
            self._left -= 1
            if self._left < 0:
                raise self._failure
            return await answer(*given)

        return asked


@pytest.fixture
def ending(table: Table, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, int, Exception], None]:
    def end(cluster: str, answers: int, failure: Exception) -> None:
        source = table.gateway.directory[cluster]
        monkeypatch.setattr(source, "registry", Ending(source.registry, answers, failure))

    return end


@pytest.mark.parametrize(
    "failure", [Unavailable("gone"), RegistryTimeout("late"), Refused("no"), ContractBroken("what?")], ids=repr
)
async def test_an_act_is_told_where_registries_fail_right_after_it(
    table: Table, ending: Callable[[str, int, Exception], None], failure: Exception
) -> None:
    consortium = (await table.draft())["id"]
    until = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    ending(THERE, 1, failure)  # it tells of the member to be invited
    ending(HERE, 0, failure)
    answer = await table.answer(table.leading, INVITE, c=consortium, m=table.partner.id, until=until)
    done = answer["data"]["inviteToConsortium"]
    assert done["errors"] == []
    assert (done["seat"]["version"], done["consortium"]["id"]) == (1, consortium)
    assert (done["consortium"]["version"], done["consortium"]["state"]) == (2, "RECRUITING")
    assert "MEMBER_UNAVAILABLE" in {each["code"] for each in done["consortium"]["blockers"]}
    assert [each["member"] for each in done["consortium"]["seats"]] == [{"reason": "SOURCE_UNAVAILABLE"}] * 2
    assert {each["requirement"]["key"]: each["covered"] for each in done["consortium"]["requirements"]}["iot"] is False
    assert [each["to"] for each in done["consortium"]["history"]] == ["DRAFT", "RECRUITING"]
    assert json.dumps(answer).count("gone") == 0
