"""A page's operations told as a story: over HTTP, by several viewers, each taking what it needs from answers before.

The gateway is the whole one: both cities' registries, a store, keys. ``as=guadalajara`` behind the language of a block
says who sends it, ``down=montreal`` which registry is out of reach then, ``failures=STALE_VERSION`` which failures the
payload holds, ``errors=NOT_FOUND`` which errors the request. ``any=code`` behind an answer says that the words of that
field depend on who is there. Of a subscription the first event is read, then it ends. In
variables ``<Draft.createConsortium.consortium.id>`` stands for what the answer to the operation Draft held there,
``<in 14 days>`` for a moment, ``<day 365>`` for the day so many days from now.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.docs.pages import Block
from tests.http.conversation import Events
from tests.http.served import GRAPHQL

__all__ = ["Teller", "failures_of", "request_errors_of"]

SECONDS = 60
_NAME = re.compile(r"^\s*(?:query|mutation|subscription)\s+(\w+)", re.MULTILINE)
_PLACE = re.compile(r"<(\w+(?:\.\w+)+)>")
_MOMENT = re.compile(r"<in (\d+) days>")
_DAY = re.compile(r"<day (-?\d+)>")


@dataclass(slots=True)
class Teller:
    """Tells the story of one page. ``keys`` are the viewers' API keys, ``url`` gives a gateway without some city."""

    keys: Mapping[str, str]
    url: Callable[[str], str]
    answers: dict[str, Any] = field(default_factory=dict)

    async def tell(self, block: Block, variables: Any) -> Any:
        """What the gateway answers to a block; what is told later may take from it."""
        sent = {"query": block.text, "variables": self.filled(variables)}
        login = {"authorization": f"Bearer {self.keys[block.marks['as']]}"} if "as" in block.marks else {}
        url = self.url(block.marks.get("down", ""))
        # There is no TLS here, and to read whom to trust takes longer than a request.
        async with httpx.AsyncClient(base_url=url, timeout=SECONDS, verify=False) as client:
            if block.text.lstrip().startswith("subscription"):
                headers = {"accept": "text/event-stream", **login}
                async with client.stream("POST", "/graphql", json=sent, headers=headers) as response:
                    _, answer = await Events(response).next() or ("", {})
            else:
                answer = (await client.post("/graphql", json=sent, headers={"accept": GRAPHQL, **login})).json()
        name = _NAME.search(block.text)
        if name is not None:
            self.answers[name[1]] = answer.get("data")
        return answer

    def filled(self, variables: Any) -> Any:
        """Variables with what they take from answers, and from the calendar."""
        match variables:
            case dict():
                return {key: self.filled(value) for key, value in variables.items()}
            case list():
                return [self.filled(value) for value in variables]
            case str() if found := _PLACE.fullmatch(variables):
                return self._at(found[1])
            case str() if found := _MOMENT.fullmatch(variables):
                return f"{datetime.now(UTC) + timedelta(days=int(found[1])):%Y-%m-%dT%H:%M:%SZ}"
            case str() if found := _DAY.fullmatch(variables):
                return f"{datetime.now(UTC) + timedelta(days=int(found[1])):%Y-%m-%d}"
            case _:
                return variables

    def _at(self, path: str) -> Any:
        found: Any = self.answers
        for step in path.split("."):
            found = found[int(step)] if isinstance(found, list) else found[step]
        return found


def request_errors_of(answer: Mapping[str, Any]) -> set[str]:
    """The codes of what was wrong with the request."""
    return {error["extensions"]["code"] for error in answer.get("errors", ())}


def failures_of(answer: Mapping[str, Any]) -> set[str]:
    """The codes of the failures in the payloads of mutations."""
    payloads = (answer.get("data") or {}).values()
    return {code for payload in payloads if isinstance(payload, dict) for code in _codes(payload.get("errors"))}


def _codes(errors: Any) -> Iterator[str]:
    yield from (error["code"] for error in errors or ())
