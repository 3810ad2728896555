"""Every string that a client can send, with what neither registries nor the store can hold: refused before they hear.

What anybody may ask is written out here, for it to be asked of full lists. For everything else the operation is made
from the schema, and sent by who may do it, to a store where there is something to do it to.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from schemas.codes import FailureCode
from tests.http.conftest import Stage
from tests.http.places import Operation, places
from tests.http.scene import Scene, answered, furnish
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


ENDING = ("leaveConsortium", "removeSeat", "dissolveConsortium", "terminateAgreement", "withdrawInterest")

MADE = sorted({*places()} - {*OPERATIONS}, key=lambda place: (any(each in place for each in ENDING), place))
"""The other places; last those where what is taken ends something that the others act on."""

COMPARED = {"Query.agreements(series:)"}
"""What is sent there is compared with what the gateway has at hand, and goes nowhere."""


def test_no_place_that_is_written_out_is_gone() -> None:
    assert {*OPERATIONS} < {*places()}


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


@pytest.fixture(scope="module")
async def scene(stage: Stage) -> Scene:
    """A gateway whose store nobody else reads."""
    return await furnish(await stage())


@pytest.fixture(scope="module")
async def client(scene: Scene) -> AsyncIterator[httpx.AsyncClient]:
    """A client of it that gives up after 20 seconds."""
    async with httpx.AsyncClient(base_url=scene.url, timeout=20) as opened:
        yield opened


@pytest.mark.parametrize("place", MADE)
async def test_strings_that_are_sent_to_the_corridor(scene: Scene, client: httpx.AsyncClient, place: str) -> None:
    """Each has an answer, a code, or a failure as data; what no store can hold is a mistake in that very place."""
    made = await scene.operation(client, place)
    headers = scene.login(place, made.field)
    for name, content in _sent(made):
        codes, failures = await answered(client, made, content, headers)
        assert codes <= {*REFUSED, "NOT_FOUND"}, (place, name, codes)
        assert {each["code"] for each in failures} <= {*FailureCode}, (place, name, failures)
        if "half" in name:
            assert codes & {"SYNTAX_ERROR", "BAD_REQUEST"}, (place, name, codes)
        if _unstorable(name):
            assert codes or failures or place in COMPARED, (place, name)
            assert all(made.place in (each["path"] or ()) for each in failures), (place, name, failures)


def _unstorable(name: str) -> bool:
    return "NUL" in name or "half" in name


def _sent(made: Operation) -> list[tuple[str, str]]:
    """What is posted for each string, by its name: first what is refused, as it leaves everything as it was."""
    posted: list[tuple[str, dict[str, Any]]] = [
        *((name, {"query": made.text.replace("VALUE", literal)}) for name, literal in LITERALS.items()),
        *((name, {"query": made.text_of_variable, "variables": {"v": value}}) for name, value in VALUES.items()),
    ]
    # json.dumps escapes, so that half a surrogate pair can be sent at all.
    return [(name, json.dumps(each)) for name, each in sorted(posted, key=lambda pair: not _unstorable(pair[0]))]
