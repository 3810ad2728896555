"""How each contestant is asked for a case, and whether what it answers is what the gateway answers."""

import base64
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.contract.request import Boundary, Ordering, Where
from benchmarks.cases import Case
from benchmarks.queries import BY_CITY, EVERY_QUERY, PAGE, SEARCHED, UNITED
from benchmarks.store import PARTNER
from gateway.federation.cursor import Cursor, CursorCodec
from gateway.federation.lists import ListRequest
from gateway.federation.sight import Sight
from gateway.reference import Reference

__all__ = ["ByCity", "Dialect", "Itself", "Numbered", "United", "Written", "body", "cursor"]

_NUMBERED = ("ids", "id", "need")
"""What the floor is told of a case beside its number."""
_TEXTS = {query.name: query.text for query in EVERY_QUERY}


class Dialect(ABC):
    """How a contestant is asked, where, and how its answers are read."""

    @abstractmethod
    def path(self, query: str) -> str:
        """Where a query is asked."""

    @abstractmethod
    def body(self, query: str, case: Case, place: int) -> str:
        """What is sent for the case at this place of the list of cases: JSON."""

    def same(self, _query: str, answer: Any, expected: Any) -> bool:
        """Whether the answer says what the gateway's says: in most, it has to be the same."""
        return bool(answer == expected)


@dataclass(frozen=True, slots=True)
class Itself(Dialect):
    """The gateway: cursors are sealed by it."""

    secret: str
    clusters: tuple[str, ...]

    def path(self, _query: str) -> str:
        """One address for all."""
        return "/graphql"

    def body(self, query: str, case: Case, _place: int) -> str:
        """The query itself, with a sealed cursor."""
        after = {"after": cursor(case.behind, self.clusters, self.secret)} if case.behind else {}
        return body(_TEXTS[query], {**case.variables, **after})


class Numbered(Dialect):
    """The floor: it knows the cases by number."""

    def path(self, query: str) -> str:
        """An address for each query."""
        return f"/{query}"

    def body(self, _query: str, case: Case, place: int) -> str:
        """The number of the case."""
        return json.dumps(
            {"case": place, **{name: case.variables[name] for name in _NUMBERED if name in case.variables}}
        )


@dataclass(frozen=True, slots=True)
class Written(Dialect):
    """Hand-written servers of the same queries: a cursor is the row's place, in the open."""

    at: str

    def path(self, _query: str) -> str:
        """One address for all."""
        return self.at

    def body(self, query: str, case: Case, _place: int) -> str:
        """The query itself, with an open cursor."""
        return body(_TEXTS[query], {**case.variables, **_after(case)})


@dataclass(frozen=True, slots=True)
class ByCity(Dialect):
    """Routers over subgraphs: each city has root fields of its own, and its own list, since no router merges two."""

    at: str
    cities: Mapping[str, str]
    """The city of each cluster."""

    def path(self, _query: str) -> str:
        """One address for all."""
        return self.at

    def body(self, query: str, case: Case, _place: int) -> str:
        """The query as it can be asked of cities side by side."""
        match query:
            case "Q1":
                identifier = str(case.variables["id"])
                return body(BY_CITY[query].replace("CITY", self._city(identifier)), {"id": identifier})
            case "Q4":
                return body(BY_CITY[query], self._split(case.variables["ids"]))  # type: ignore[arg-type]
            case _:
                return body(BY_CITY[query], {**case.variables, **_after(case)})

    def same(self, query: str, answer: Any, expected: Any) -> bool:
        """City by city: of the gateway's page each city's rows have to begin that city's own list, in order."""
        data, wanted = answer["data"], expected["data"]
        match query:
            case "Q1":
                return [*data.values()] == [*wanted.values()]
            case "Q4":
                found = {node["id"]: node for nodes in data.values() for node in nodes}
                return bool([found.get(node["id"]) for node in wanted["nodes"]] == wanted["nodes"])
            case "Q2":
                return self._begins(data, "nodes", wanted, PAGE, lambda node: node["id"])
            case _:
                return self._begins(data, "edges", wanted, SEARCHED, lambda edge: edge["node"]["id"])

    def _begins(self, data: Any, listed: str, wanted: Any, size: int, identified: Callable[[Any], str]) -> bool:
        """Whether the page is made of the beginnings of the cities' lists, and is as long as these allow."""
        page = wanted["members"][listed]
        lists = {city: data[f"{city}Members"] for city in self.cities.values()}
        for city, found in lists.items():
            of_city = [row for row in page if self._city(identified(row)) == city]
            if found[listed][: len(of_city)] != of_city:
                return False
        together = sum(len(found[listed]) for found in lists.values())
        further = any(found["pageInfo"]["hasNextPage"] for found in lists.values())
        more = wanted["members"]["pageInfo"]["hasNextPage"]
        return len(page) == min(size, together) and more == (further or together > size)

    def _split(self, identifiers: Sequence[str]) -> Mapping[str, Sequence[str]]:
        return {city: [each for each in identifiers if self._city(each) == city] for city in self.cities.values()}

    def _city(self, identifier: str) -> str:
        return self.cities[Reference.parse(identifier).cluster]


@dataclass(frozen=True, slots=True)
class United(Dialect):
    """PostGraphile: keys instead of IDs, a title in two columns, lists as connections."""

    at: str

    def path(self, _query: str) -> str:
        """One address for all."""
        return self.at

    def body(self, query: str, case: Case, _place: int) -> str:
        """The query by key."""
        if case.behind is not None:
            behind = {"name": case.behind.sort, "cluster": case.behind.cluster, "key": case.behind.key}
            return body(UNITED[query], behind)
        if query == "Q1":
            one = Reference.parse(str(case.variables["id"]))
            return body(UNITED[query], {"cluster": one.cluster, "key": one.key})
        identifiers: Any = case.variables["ids"]
        sought: dict[str, str] = {}
        for place, each in enumerate(map(Reference.parse, identifiers)):
            sought |= {f"cluster{place}": each.cluster, f"key{place}": each.key}
        return body(UNITED[query], sought)

    def same(self, query: str, answer: Any, expected: Any) -> bool:
        """Whether it is the gateway's answer once keys are made IDs and titles put together."""
        data = answer["data"]
        match query:
            case "Q1":
                told: Any = {"member": _identified("Member", data["member"])}
            case "Q4":
                told = {"nodes": [_identified("Member", each) for each in data.values()]}
            case _:
                nodes = [
                    _identified("Member", each)
                    | {
                        f"{kind}s": [_posting(kind.capitalize(), row) for row in each[f"{kind}s"]["nodes"]]
                        for kind in ("offer", "need")
                    }
                    for each in data["members"]["nodes"]
                ]
                told = {"members": {"nodes": nodes, "pageInfo": data["members"]["pageInfo"]}}
        return bool(told == expected["data"])


def _identified(typename: str, row: Any) -> dict[str, Any]:
    rest = {name: value for name, value in row.items() if name not in {"cluster", "key"}}
    return {"id": Reference(typename, row["cluster"], row["key"]).id, **rest}


def _posting(typename: str, row: Any) -> dict[str, Any]:
    told = _identified(typename, row)
    text, lang = told.pop("titleText"), told.pop("titleLang")
    return {**told, "title": None if text is None else {"text": text, "lang": lang}}


def cursor(boundary: Boundary, clusters: tuple[str, ...], secret: str) -> str:
    """A cursor behind this member of the list by name, as the gateway would have given it out."""
    sight = Sight(PARTNER, dict.fromkeys(clusters, "an agreement"))
    request = ListRequest(Where("member"), Ordering("NAME"), 1, clusters, sight=sight)
    return CursorCodec(secret.encode()[:64]).encode(Cursor(boundary, clusters), request.walk)


def body(text: str, variables: Mapping[str, object]) -> str:
    """A request of GraphQL."""
    return json.dumps({"query": text, "variables": variables})


def _after(case: Case) -> Mapping[str, str]:
    if case.behind is None:
        return {}
    place = json.dumps([case.behind.sort, case.behind.cluster, case.behind.key])
    return {"after": base64.b64encode(place.encode()).decode()}
