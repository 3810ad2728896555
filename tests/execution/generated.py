"""Random valid operations, drawn from the schema: aliases, arguments, fragments, directives and merged fields."""

import json
import random
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

DEPTH = 5
LANGS = ["fr-CA", "es-MX", "en", "pt"]
# What two runs a moment apart cannot agree on.
UNSTEADY = {("SourceReport", "asOf"), ("SourceReport", "latencyMs")}
# What is no registry's.
ELSEWHERE = {("Viewer", "disclosures")}


@dataclass
class Writer:
    """Writes one operation; ``seeds`` gives values of arguments that find something.

    With ``vary`` some arguments are variables: ``variables`` are their values, and :meth:`redraw` gives others.
    """

    schema: GraphQLSchema
    draw: random.Random
    seeds: Mapping[str, Sequence[str]]
    vary: bool = False
    fragments: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=lambda: {"on": True, "off": False})
    types: dict[str, str] = field(default_factory=lambda: {"on": "Boolean!", "off": "Boolean!"})
    redrawn: dict[str, Callable[[], Any]] = field(default_factory=dict)

    def operation(self) -> str:
        """An operation over some of the lists and references."""
        roots = "\n".join(self._root(place) for place in range(self.draw.randint(1, 3)))
        declared = ", ".join(f"${name}: {of}" for name, of in self.types.items())
        return (
            f"query Generated({declared}) {{\n__typename @include(if: $on) @skip(if: $off)\n"
            f"{roots}\n}}\n" + "\n".join(self.fragments)
        )

    def redraw(self) -> dict[str, Any]:
        """Other values for some of the variables."""
        flags = {name: self.draw.random() < 0.5 for name in ("on", "off")}
        drawn = {name: draw() for name, draw in self.redrawn.items() if self.draw.random() < 0.6}
        return self.variables | flags | drawn

    def _value(self, type_: str, draw: Callable[[], Any]) -> str:
        """A value as text, or a variable that has it."""
        if not self.vary or self.draw.random() < 0.5:
            return json.dumps(draw())
        name = f"v{len(self.types)}"
        self.types[name], self.variables[name], self.redrawn[name] = type_, draw(), draw
        if self.draw.random() < 0.3:
            self.types[name] = f"{type_.removesuffix('!')} = {json.dumps(draw())}"
            if self.draw.random() < 0.7:
                del self.variables[name]
        return f"${name}"

    def _root(self, place: int) -> str:
        name = self.draw.choice(
            ["members", "members", "offers", "needs", "member", "node", "nodes", "clusters", "viewer"]
        )
        match name:
            case "members" | "offers" | "needs":
                arguments = self._list_arguments(name)
            case "member":
                arguments = f"(id: {self._one('ID!', 'Member')})"
            case "node":
                arguments = f"(id: {self._one('ID!', 'any')})"
            case "nodes":
                arguments = f"(ids: [{', '.join(self._one('ID!', 'any') for _ in range(self.draw.randint(1, 4)))}])"
            case _:
                arguments = ""
        query = self.schema.query_type
        assert query
        return f"r{place}: {name}{arguments} {self._selection(get_named_type(query.fields[name].type), DEPTH)}"

    def _one(self, type_: str, of: str) -> str:
        return self._value(type_, lambda: self.draw.choice(self.seeds[of]))

    def _list_arguments(self, name: str) -> str:
        size = self._value("Int", lambda: self.draw.randint(1, 4))
        given = [f"{self.draw.choice(['first', 'last'])}: {size}"]
        if self.draw.random() < 0.3:
            given.append(f"search: {self._one('String', 'search')}")
        if self.draw.random() < 0.5:
            orders = (
                ["NAME", "UPDATED_AT", "FOUNDED", "HEADCOUNT"] if name == "members" else ["UPDATED_AT", "VALID_UNTIL"]
            )
            given.append(
                f"orderBy: {{field: {self.draw.choice(orders)}, direction: {self.draw.choice(['ASC', 'DESC'])}}}"
            )
        if self.draw.random() < 0.4:
            given.append(f"filter: {{{self._filter(name)}}}")
        return f"({', '.join(given)})"

    def _filter(self, name: str) -> str:
        choices = {
            "members": ["sectors: [PRIVATE]", "orgTypes: [SME, UNIVERSITY]", 'targetMarkets: ["MX", "CA"]'],
            "offers": ["kinds: [BUSINESS_OFFER, EXPERTISE_OFFER]", "modes: [JOINT_BID]"],
            "needs": ["kinds: [BUSINESS_REQUEST, TALENT_REQUEST]", 'targetMarkets: ["MX"]'],
        }[name]
        match self.draw.choice([*choices, "concepts", "clusters"]):
            case "concepts":
                return f"concepts: [{self._one('ConceptURI!', 'concept')}]"
            case "clusters":
                return f"clusters: [{self._one('String!', 'cluster')}]"
            case chosen:
                return chosen

    def _selection(self, of: GraphQLNamedType, depth: int) -> str:
        if is_abstract_type(of):
            concrete = [each for each in self.schema.get_possible_types(of) if each.name != "Cluster"]
            return "{ __typename " + " ".join(self._fragment(each, depth) for each in concrete) + " }"
        assert isinstance(of, GraphQLObjectType)
        parts = [self._part(of, depth) for _ in range(self.draw.randint(1, 5))]
        return "{ " + " ".join(parts) + " }"

    def _part(self, of: GraphQLObjectType, depth: int) -> str:
        chance = self.draw.random()
        if chance < 0.1:
            return self._fragment(of, depth)
        if chance < 0.18:
            return f"__typename t{self.draw.randint(0, 1)}: __typename"
        return self._field(of, depth)

    def _fragment(self, of: GraphQLObjectType, depth: int) -> str:
        body = "{ " + " ".join(self._field(of, depth) for _ in range(self.draw.randint(1, 4))) + " }"
        if self.draw.random() < 0.5:
            return f"... on {of.name}{self._directive()} {body}"
        name = f"F{len(self.fragments)}"
        self.fragments.append(f"fragment {name} on {of.name} {body}")
        return f"...{name}{self._directive()} ...{name}"

    def _directive(self) -> str:
        return self.draw.choice(
            ["", "", "", "", " @include(if: $on)", " @include(if: $off)", " @skip(if: $off)", " @skip(if: $on)"]
        )

    def _field(self, of: GraphQLObjectType, depth: int) -> str:
        names = [
            name
            for name, each in of.fields.items()
            if (of.name, name) not in UNSTEADY | ELSEWHERE and (depth > 1 or is_leaf_type(get_named_type(each.type)))
        ]
        if not names:
            return "__typename"
        name = self.draw.choice(names)
        arguments = self._arguments(of, name)
        # One alias always means one field of one type with the same arguments, so that whatever meets can merge.
        alias = f"{of.name}_{name}_{zlib.crc32(arguments.encode())}_{self.draw.randint(0, 1)}"
        target = get_named_type(of.fields[name].type)
        inner = "" if is_leaf_type(target) else " " + self._selection(target, depth - 1)
        return f"{alias}: {name}{arguments}{self._directive()}{inner}"

    def _arguments(self, of: GraphQLObjectType, name: str) -> str:
        given = []
        for argument in of.fields[name].args:
            if argument == "lang" and self.draw.random() < 0.7:
                given.append(f"lang: {self._value('LanguageTag', lambda: self.draw.choice(LANGS))}")
            if argument == "first" and self.draw.random() < 0.7:
                given.append(f"first: {self._value('Int!', lambda: self.draw.randint(1, 3))}")
            if argument == "fields":
                facets = {
                    "MemberConnection": "SECTOR, INDUSTRY, CONCEPT",
                    "OfferConnection": "MODE",
                    "NeedConnection": "MODE",
                }
                given.append(f"fields: [CLUSTER, {facets[of.name]}]")
        return f"({', '.join(given)})" if given else ""
