"""Planted secrets: whoever may not see a row or a field gets the answers of a registry that does not hold it.

A city writes the secrets into its own tables; everything else is here::

    from adapters.kit.conformance.secrets import Secret, SecretLaws

    @pytest.fixture(scope="session")
    async def planted(registry_address, make_session_database):
        _, dsn = registry_address

        async def plant(secrets: Sequence[Secret]) -> str:
            copy = await make_session_database(dsn)
            ...  # the hosts of all SECRETS always; for each of those given, all that Secret tells of
            return copy

        return plant

    class TestSecrets(SecretLaws):
        pass
"""

import json
from asyncio import gather
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import pytest

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import SEES, CollaborationMode, Level, Visibility
from adapters.contract.match import Ability
from adapters.contract.objects import Kind
from adapters.contract.registry import Limits
from adapters.contract.request import (
    LIST_VIEWS,
    RELEVANCE,
    Boundary,
    Condition,
    FacetRequest,
    FetchRequest,
    Ordering,
    PageRequest,
    Search,
    Term,
    Where,
)
from adapters.contract.text import fold, words
from adapters.kit.adapter import PostgresAdapter
from adapters.kit.conformance.answers import content
from adapters.kit.conformance.matches import matches
from adapters.kit.conformance.requests import FACETS, LISTS, ORDERINGS, SEARCHED, everyone, page_of, values
from adapters.kit.memory import MemoryRegistry, snapshot
from adapters.kit.memory.order import travelled
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.promises import RELEASED
from adapters.kit.shapes import everything

__all__ = ["SECRETS", "Plant", "Secret", "SecretLaws"]

_LIMITS = Limits(pool_size=2, connect_timeout=10, statement_timeout=30)
_PAGE = 5
_SEVERAL = 6


@dataclass(frozen=True, slots=True)
class Secret:
    """What a city plants, and everybody who may not see ``level`` must not notice.

    - The *host*, there with the secret and without: a public member named :attr:`host`, active, with consent to the
      exchange of its profile and to be matched, a capability that others have, too, without website or legal name, and
      with one identifier whose value only PRIVATE sees.
    - A *member* of this level with :attr:`word` in every text that it has: names, former and foreign ones too,
      website, presentation, identifier. Founded in :attr:`year`; market :attr:`market`; a capability and an
      interest :attr:`concept`; an industry :attr:`industry`; in a programme that everybody sees. It posts a
      public offer and a public need, neither anonymous, and one more of each that is, with the word in title and
      summary, the concept, the market, and :attr:`day` as the last day.
    - A *contact* of this member, with :attr:`person` in name, role and e-mail address, and the number :attr:`phone`:
      the member consents to the release of its contacts, and to be matched. One more like it of the host, which does
      not consent to the release.
    - Without ``consented``, this member with its contact is all: its consent to the exchange is withdrawn, and it is
      the secret.
    - Else as well an *offer* and a *need* of the host, of this level, written alike; one more of each, anonymous;
      a *programme* of this level with the code :attr:`programme` and the word in its name, that the host takes part in;
      and the host's *fields* that have levels of their own (website, legal name, value of the identifier), each with
      the word, and of this level.

    Codes that the city's tables lack (the concept, the industry) are written into them. Several secrets may stand in
    one registry: they share the codes and the words, and nothing else.
    """

    level: Visibility
    consented: bool = True

    word = "zqsecret"
    concept = "urn:zqsecret:concept"
    industry = "999999"
    market = "AQ"
    year = 1111
    day = date(2999, 1, 1)
    person = "zqperson"
    phone = "+12025550199"

    @property
    def name(self) -> str:
        """The secret in words."""
        return str(self.level) if self.consented else "withdrawn"

    @property
    def host(self) -> str:
        """The name of the host."""
        return f"Zqhost Ouvert {self.name}"

    @property
    def programme(self) -> str:
        """The code of the programme."""
        return f"ZQSECRET {self.name}"

    def seen(self, view: Visibility) -> bool:
        """Whether a view sees it."""
        return self.consented and self.level in SEES[view]


SECRETS = (
    *(Secret(level) for level in Visibility if level is not Visibility.PUBLIC),
    Secret(Visibility.PUBLIC, consented=False),
)
"""One of each level that somebody may not see, and a public member that has withdrawn."""

Plant = Callable[[Sequence[Secret]], Awaitable[str]]
"""Makes a copy of a filled registry with the hosts of all secrets, and these secrets; gives its address."""

_SEEN = [(secret, view) for secret in SECRETS for view in Visibility if secret.seen(view)]
_every_view = pytest.mark.parametrize("view", Visibility, ids=str)
_every_list_view = pytest.mark.parametrize("view", sorted(LIST_VIEWS), ids=str)


_Answer = Sequence[Row] | int | Mapping[str, int]
_Request = PageRequest | FetchRequest | FacetRequest | Where


@dataclass(frozen=True, slots=True)
class _Pair:
    """The registry without secrets and one with some; all rows of the latter, and the keys that it alone has."""

    without: PostgresRegistry
    planted: PostgresRegistry
    rows: MemoryRegistry
    keys: Mapping[str, tuple[str, ...]]

    async def alike(self, *requests: _Request) -> Sequence[_Answer]:
        """What both answer to each, which has to be the same."""
        expected, given = await gather(_answers(self.without, requests), _answers(self.planted, requests))
        for request, one, other in zip(requests, expected, given, strict=True):
            assert one == other, request
            assert not [told for told in (Secret.word, Secret.person, Secret.phone) if told in repr(other).lower()], (
                request
            )
        return given


async def _answers(registry: PostgresRegistry, requests: Iterable[_Request]) -> Sequence[_Answer]:
    return [await _answer(registry, request) for request in requests]


async def _answer(registry: PostgresRegistry, request: _Request) -> _Answer:
    match request:
        case PageRequest():
            return await registry.page(request)
        case FetchRequest():
            return sorted(await registry.fetch(request), key=lambda row: row.key)
        case FacetRequest():
            return await registry.facet(request)
        case Where():
            return await registry.count(request)


class SecretLaws:
    """Inherit, and give the fixtures ``registry_address`` (as for the suite) and ``planted``, a :data:`Plant`."""

    @pytest.fixture(scope="class")
    @classmethod
    async def pair_of(
        cls, registry_address: tuple[PostgresAdapter, str], planted: Plant
    ) -> AsyncIterator[Callable[[Sequence[Secret]], Awaitable[_Pair]]]:
        """Gives the registry without secrets and the one with those that are asked for, made once."""
        adapter, _ = registry_address
        without = adapter.open(await planted(()), _LIMITS)
        known = (await snapshot(without)).under(Visibility.PRIVATE)
        pairs: dict[Sequence[Secret], _Pair] = {}

        async def pair_of(secrets: Sequence[Secret]) -> _Pair:
            if secrets not in pairs:
                registry = adapter.open(await planted(secrets), _LIMITS)
                rows = await snapshot(registry)
                listed = rows.under(Visibility.PRIVATE)
                keys = {
                    of: tuple(sorted({row["key"] for row in listed[of]} - {row["key"] for row in known[of]}))
                    for of in (*LISTS, "contact")
                }
                pairs[secrets] = _Pair(without, registry, rows, keys)
            return pairs[secrets]

        yield pair_of
        for registry in (without, *(pair.planted for pair in pairs.values())):
            await registry.close()

    @pytest.fixture
    @classmethod
    async def pair(cls, pair_of: Callable[[Sequence[Secret]], Awaitable[_Pair]], view: Visibility) -> _Pair:
        """The registries without and with all that a view does not see."""
        return await pair_of(tuple(secret for secret in SECRETS if not secret.seen(view)))

    @pytest.mark.parametrize(("secret", "view"), _SEEN, ids=[f"{secret.name}-as-{view}" for secret, view in _SEEN])
    async def test_who_may_see_it_does(
        self, pair_of: Callable[[Sequence[Secret]], Awaitable[_Pair]], secret: Secret, view: Visibility
    ) -> None:
        """All of it is there: else nothing below would say anything."""
        pair = await pair_of((secret,))
        for of, number in {"member": 1, "offer": 4, "need": 4, "programme": 1}.items():
            assert len(pair.keys[of]) == number, f"{of}: planted are {pair.keys[of]}"
            rows = await pair.planted.fetch(FetchRequest(pair.keys[of], everything(of), view))
            assert sorted(row.key for row in rows) == sorted(pair.keys[of])
            for row in rows:
                assert secret.word in json.dumps(content(row, everything(of))).lower()
        tables = pair.rows.under(view)
        for name, column in {
            ("member", "display_name"), ("member", "legal_name"), ("member", "website"), ("identifier", "value"),
            ("member_text", "text"), ("offer_text", "text"), ("need_text", "text"), ("programme_text", "text"),
        }:  # fmt: skip
            assert any(secret.word in fold(row[column] or "") for row in tables[name]), f"{name}.{column}"
        (host,) = [row for row in tables["member"] if row["display_name"] == secret.host]
        assert secret.word in fold(f"{host['legal_name']}")
        assert secret.word in f"{host['website']}"
        assert any(secret.word in fold(row["value"] or "") for row in tables.where(
            "identifier", "member_key", host["key"]
        ))  # fmt: skip
        planted = [row for row in tables["member"] if row["key"] in pair.keys["member"]]
        assert [row["founded"] for row in planted] == [secret.year]
        for of, path, value in (
            ("member", ("capabilities", "concept"), secret.concept), ("member", ("interests",), secret.concept),
            ("member", ("target_markets",), secret.market), ("member", ("industries", "code"), secret.industry),
            ("member", ("programmes", "code"), secret.programme), ("offer", ("concepts",), secret.concept),
            ("need", ("requirements", "concept"), secret.concept), ("need", ("target_markets",), secret.market),
        ):  # fmt: skip
            assert value in values(tables, of, path, 10**6), f"{of}.{'.'.join(path)}"
        for of in ("offer", "need"):
            assert {row["valid_until"] for row in tables[of] if row["key"] in pair.keys[of]} == {secret.day}
        if view in LIST_VIEWS:
            assert await pair.planted.page(page_of(Where("member", (), _worded(secret.word), view)))
            assert not await pair.without.page(page_of(Where("member", (), _worded(secret.word), view)))

    @_every_view
    @pytest.mark.parametrize("of", LISTS)
    async def test_no_key_leads_to_it(self, pair: _Pair, view: Visibility, of: str) -> None:
        """Not its own, and not those of all others, with all that hangs on them."""
        every = tuple(row["key"] for row in pair.rows.under(Visibility.PRIVATE)[of])
        asked = [every, pair.keys[of], *((key,) for key in pair.keys[of][:_SEVERAL])]
        others, *own = await pair.alike(*(FetchRequest(keys, everything(of), view) for keys in asked))
        assert others
        assert not any(own)

    @_every_view
    async def test_no_key_leads_to_its_contacts(self, pair: _Pair, view: Visibility) -> None:
        """Neither its own, nor among those of all members; nor do the words of a contact find anything."""
        every = tuple(row["key"] for row in pair.rows.under(Visibility.PRIVATE)["contact"])
        own = pair.keys["contact"]
        assert own or view is Visibility.PRIVATE  # which sees all but what has been withdrawn
        found = await pair.alike(*(FetchRequest(keys, everything("contact"), view) for keys in (every, own, *zip(own))))
        assert bool(found[0]) == (view in RELEASED)
        assert not any(found[1:])
        sought = (_worded(Secret.person), _worded(*words(Secret.phone)), _worded(Secret.person, Secret.word))
        for where in [Where(of, (), each, view) for of in SEARCHED for each in sought] if view in LIST_VIEWS else ():
            assert [*map(bool, await pair.alike(where, page_of(where)))] == [False, False]

    @pytest.mark.parametrize(("secret", "view"), _SEEN, ids=[f"{secret.name}-as-{view}" for secret, view in _SEEN])
    async def test_a_contact_is_seen_by_those_alone_that_it_is_released_to(
        self, pair_of: Callable[[Sequence[Secret]], Awaitable[_Pair]], secret: Secret, view: Visibility
    ) -> None:
        """Whoever else sees the member sees nothing of it; the host's, which did not consent, is the host's own."""
        pair = await pair_of((secret,))
        shape, keys = everything("contact"), pair.keys["contact"]
        members = tuple(key for key in keys if key.partition("/")[0] in pair.keys["member"])
        assert (len(keys), len(members)) == (2, 1)  # the other is the host's
        found = await pair.planted.fetch(FetchRequest(keys, shape, view))
        expected = {Visibility.MUTUAL: members, Visibility.PRIVATE: keys}.get(view, ())
        assert tuple(sorted(row.key for row in found)) == expected
        for contact in [content(row, shape) for row in found]:
            assert all(secret.person in contact[column] for column in ("name", "role", "email"))
            assert contact["phone"] == secret.phone
        every = tuple(row["key"] for row in pair.rows.under(Visibility.PRIVATE)["member"])
        told = repr(await pair.planted.fetch(FetchRequest(every, everything("member"), view))).lower()
        assert (secret.person in told) is (secret.phone in told) is (view is Visibility.PRIVATE)
        for of in SEARCHED if view in LIST_VIEWS else ():
            for each in (_worded(secret.person), _worded(*words(secret.phone))):
                assert await pair.planted.count(Where(of, (), each, view)) == 0

    @_every_list_view
    @pytest.mark.parametrize("of", LISTS)
    async def test_no_list_shows_it(self, pair: _Pair, view: Visibility, of: str) -> None:
        """No order, no page behind its place, no count."""
        where = Where(of, view=view)
        orderings = [ordering for each, ordering in ORDERINGS if each == of]
        await pair.alike(
            where,
            everyone(of, view, shape=everything(of)),
            *(everyone(of, view, ordering) for ordering in orderings),
            *(
                PageRequest(where, ordering, _PAGE, boundary, backward)
                for ordering in orderings
                for boundary in _places(pair, of, ordering)
                for backward in (False, True)
            ),
        )

    @_every_list_view
    @pytest.mark.parametrize("of", LISTS)
    async def test_no_filter_finds_it(self, pair: _Pair, view: Visibility, of: str) -> None:
        """By each value that it has, and by several at once that others have, with and without its own."""
        tables = pair.rows.under(Visibility.PRIVATE)
        for each in CATALOGUE[of].filters.values():
            own = {value for key in pair.keys[of] for row in tables.where(of, "key", key) for value in tables.values(
                of, row, each.path
            )}  # fmt: skip
            others = {*values(tables, of, each.path, _SEVERAL)} - own
            chosen = {*((value,) for value in own), (*sorted(others),), (*sorted(others | own),)} - {()}
            wheres = [Where(of, (Condition(each.name, given),), view=view) for given in sorted(chosen)]
            await pair.alike(*wheres, *map(page_of, wheres))

    @_every_list_view
    @pytest.mark.parametrize(("of", "facet"), FACETS, ids=["-".join(each) for each in FACETS])
    async def test_no_facet_counts_it(self, pair: _Pair, view: Visibility, of: str, facet: str) -> None:
        """Of all rows, and of what its own words and concepts find."""
        search = Search(_worded(Secret.word).terms, _meant(pair, of).concepts)
        await pair.alike(*(FacetRequest(Where(of, (), each, view), facet) for each in (None, search)))

    @_every_list_view
    @pytest.mark.parametrize("of", SEARCHED)
    async def test_no_search_finds_it(self, pair: _Pair, view: Visibility, of: str) -> None:
        """By its words, alone and beside those of the host, by its concepts, and by words of others, points and all."""
        tables = pair.rows.under(Visibility.PRIVATE)
        own = {word for text in tables[f"{of}_text"] if text[f"{of}_key"] in pair.keys[of] for word in words(
            text["text"]
        )}  # fmt: skip
        searches = [_worded(word) for word in sorted({*own, Secret.word, "zqhost"})]
        searches += [_worded(Secret.word, "zqhost"), _worded("zqhost", "ouvert"), _meant(pair, of)]
        searches += [Search(_worded(Secret.word).terms, _meant(pair, of).concepts)]
        wheres = [Where(of, (), search, view) for search in searches]
        await pair.alike(*wheres)
        for ordering in (Ordering(RELEVANCE, descending=True), None):
            found = await pair.alike(*(page_of(where, ordering) for where in wheres))
            for where, rows in zip(wheres, found, strict=True):
                assert not rows or where.search not in (_worded(Secret.word), _worded(Secret.word, "zqhost"))

    @_every_list_view
    async def test_no_match_counts_it(self, pair: _Pair, view: Visibility) -> None:
        """Asked for all that it has and seeks: no score, no part of one, no place and no count hangs on it."""
        known = (await matches(pair.without, view))["everything"]
        match = replace(
            known,
            requirements=tuple(
                replace(each, concepts=(*each.concepts, (Secret.concept, 100))) for each in known.requirements
            ),
            abilities=(*known.abilities, Ability(Secret.concept, Level.EXPERT, 100)),
            markets=(*known.markets, Secret.market),
            modes=tuple(CollaborationMode),
            themes=(*known.themes, Secret.concept),
        )
        wheres = [Where("member", view=view, match=replace(match, each=each)) for each in (None, 1)]
        rows, *_ = await pair.alike(
            *map(page_of, wheres), *wheres, *(FacetRequest(where, "ORG_TYPE") for where in wheres)
        )
        assert isinstance(rows, list)
        names = {row["key"]: row["display_name"] for row in pair.rows.under(view)["member"]}
        assert {secret.host for secret in SECRETS} <= {names[row.key] for row in rows}


def _worded(*typed: str) -> Search:
    return Search(tuple(Term(word, word) for word in typed), ())


def _meant(pair: _Pair, of: str) -> Search:
    """A search for the concepts of what is planted."""
    tables = pair.rows.under(Visibility.PRIVATE)
    found = partial(values, tables, of, most=_SEVERAL)
    others = {uri for path in CATALOGUE[of].concepts for uri in found(path)}
    return Search((), ((Secret.concept, 100), *((uri, 50) for uri in sorted(others - {Secret.concept}))))


def _places(pair: _Pair, of: str, ordering: Ordering) -> Iterator[Boundary]:
    """The places of what is planted in an order: boundaries like any other."""
    tables, order = pair.rows.under(Visibility.PRIVATE), CATALOGUE[of].orders[ordering.name]
    for key in pair.keys[of]:
        for row in tables.where(of, "key", key):
            if row[order.column] is not None or order.kind is not Kind.TEXT:
                yield Boundary(travelled(row[order.column]), pair.planted.cluster.code, key)
