"""Every string that a client can send, with what no registry can store: refused before any registry hears of it."""

import json
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLScalarType,
    get_named_type,
    is_introspection_type,
)

from schemas.schema import build
from tests.http.conftest import HEADERS, Staged
from tests.http.served import errors_of

Ask = Callable[..., Awaitable[httpx.Response]]

LISTS = ("members", "offers", "needs")

OPERATIONS = {
    "Query.cluster(slug:)": ("String", "{ cluster(slug: VALUE) { slug } }"),
    "Query.member(id:)": ("ID", "{ member(id: VALUE) { __typename } }"),
    "Query.node(id:)": ("ID", "{ node(id: VALUE) { id } }"),
    "Query.nodes(ids:)": ("ID", "{ nodes(ids: [VALUE]) { id } }"),
    "Query._entities(representations:)": (
        "ID", '{ _entities(representations: [{__typename: "Member", id: VALUE}]) { __typename } }'
    ),
    **{
        f"Query.{of}(search:)": ("String", f"{{ {of}(search: VALUE) {{ totalCount edges {{ matchedOn {{ lang }} }}}}}}")
        for of in LISTS
    },
    **{f"Query.{of}(lang:)": ("LanguageTag", f'{{ {of}(search: "datos", lang: VALUE) {{ totalCount }} }}')
       for of in LISTS},
    **{f"Query.{of}(after:)": ("String", f"{{ {of}(first: 1, after: VALUE) {{ complete }} }}") for of in LISTS},
    **{f"Query.{of}(before:)": ("String", f"{{ {of}(last: 1, before: VALUE) {{ complete }} }}") for of in LISTS},
    **{
        f"{kind}.{name}": (of, f"{{ {kind[:-6].lower()}s(filter: {{{name}: [VALUE]}}) {{ totalCount }} }}")
        for kind, names in {
            "MemberFilter": {"clusters": "String", "naics5": "String", "concepts": "ConceptURI", "programmes": "String",
                             "targetMarkets": "CountryCode", "languages": "LanguageTag"},
            "OfferFilter": {"clusters": "String", "concepts": "ConceptURI"},
            "NeedFilter": {"clusters": "String", "concepts": "ConceptURI", "targetMarkets": "CountryCode"},
        }.items()
        for name, of in names.items()
    },
    **{
        coordinate: ("LanguageTag", f"{{ {path} }}")
        for coordinate, path in {
            "Member.summary(lang:)": "members { nodes { summary(lang: VALUE) { text } } }",
            "Offer.title(lang:)": "offers { nodes { title(lang: VALUE) { text } } }",
            "Offer.summary(lang:)": "offers { nodes { summary(lang: VALUE) { text } } }",
            "Need.title(lang:)": "needs { nodes { title(lang: VALUE) { text } } }",
            "Need.summary(lang:)": "needs { nodes { summary(lang: VALUE) { text } } }",
            "Industry.label(lang:)": "members { nodes { industries { label(lang: VALUE) } } }",
            "Industry.localizedLabel(lang:)": "members { nodes { industries { localizedLabel(lang: VALUE) { lang } }}}",
            "Concept.label(lang:)": "offers { nodes { concepts { label(lang: VALUE) } } }",
            "Concept.localizedLabel(lang:)": "offers { nodes { concepts { localizedLabel(lang: VALUE) { text } } } }",
            "Concept.synonyms(lang:)": "offers { nodes { concepts { synonyms(lang: VALUE) } } }",
            "Programme.name(lang:)": "clusters { programmes { name(lang: VALUE) { text } } }",
            "FacetValue.label(lang:)": "members { facets(fields: [SECTOR]) { values { label(lang: VALUE) } } }",
        }.items()
    },
}  # fmt: skip
"""For each place of the schema that takes text: its type, and an operation that sends some there."""

LITERALS = {
    "NUL, escaped": r'"a\u0000b"',
    "NUL, bare": '"a\0b"',
    "NUL in a block": '"""a\0b"""',
    "half a pair": r'"\uD800"',
    "the other half": r'"\uDC00a"',
    "half a pair in braces": r'"\u{D800}"',
    "a pair in braces": r'"\u{1F600}"',
    "quotes": "\"' or ''='\"",
    "long": f'"{"a" * 20_000}"',
}

VALUES = {
    "NUL": "a\0b",
    "half a pair": "\ud800",
    "the other half": "\udc00a",
    "quotes": "' or ''='%_\\",
    "long": "a" * 20_000,
    "the last character": "\U0010ffff",
    "no characters": "\ufffe\uffff\ufdd0",
}

REFUSED = {"SYNTAX_ERROR", "VALIDATION_FAILED", "BAD_VARIABLES", "BAD_REQUEST", "BAD_INPUT", "BAD_ID", "BAD_CURSOR"}


IN_THE_LOG = "Viewer.disclosures(after:)"
"""A place that not everybody may use."""


def places() -> Iterator[str]:
    """The coordinates of all arguments and input fields of the schema that take text."""
    for name, of in build()._schema.type_map.items():
        if is_introspection_type(of):
            continue
        if isinstance(of, GraphQLInputObjectType):
            yield from (f"{name}.{key}" for key, field in of.fields.items() if _takes_text(field.type))
        if isinstance(of, GraphQLObjectType):
            for key, field in of.fields.items():
                yield from (f"{name}.{key}({each}:)" for each, arg in field.args.items() if _takes_text(arg.type))


def _takes_text(of: object) -> bool:
    named = get_named_type(of)  # type: ignore[call-overload]
    return isinstance(named, GraphQLScalarType) and named.name not in {"Int", "Float", "Boolean"}


def test_no_place_of_the_schema_is_forgotten() -> None:
    assert set(places()) == {*OPERATIONS, IN_THE_LOG}


@pytest.mark.parametrize("name", VALUES)
async def test_a_place_in_the_log_is_one_of_its_cursors(staged: Staged, name: str) -> None:
    async with httpx.AsyncClient(base_url=staged.url, timeout=20, headers=HEADERS) as client:
        query = "query ($v: String!) { viewer { disclosures(after: $v) { edges { cursor } } } }"
        content = json.dumps({"query": query, "variables": {"v": VALUES[name]}})
        response = await client.post("/graphql", content=content, headers=staged.login("Privacy officer"))
    codes = {error["extensions"]["code"] for error in errors_of(response)}
    assert codes
    assert codes <= REFUSED, codes


@pytest.mark.parametrize("place", OPERATIONS)
async def test_literals_that_no_registry_can_store(ask: Ask, place: str) -> None:
    for name, literal in LITERALS.items():
        _judge(await ask(OPERATIONS[place][1].replace("VALUE", literal)), place, name)


@pytest.mark.parametrize("place", OPERATIONS)
async def test_variables_that_no_registry_can_store(ask: Ask, place: str) -> None:
    of, operation = OPERATIONS[place]
    for name, value in VALUES.items():
        _judge(await ask(f"query ($v: {of}!) {operation.replace('VALUE', '$v')}", {"v": value}), place, name)


def _judge(response: httpx.Response, place: str, name: str) -> None:
    """Answered, or refused as the client's mistake; never by a registry, and never a failure of the gateway."""
    codes = {error["extensions"]["code"] for error in errors_of(response)}
    assert codes <= REFUSED, (place, name, codes)
    if "half" in name:
        assert response.status_code == 400, (place, name)
    if "NUL" in name and "slug" not in place:
        assert codes, (place, name)
