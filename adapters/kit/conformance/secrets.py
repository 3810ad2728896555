"""Planted secrets: whoever may not see a row or a field gets the answers of a registry that does not hold it.

A city writes the secrets into its own tables; everything else is here::

    from adapters.kit.conformance.secrets import Secret, SecretLaws

    @pytest.fixture(scope="session")
    async def planted(registry_address, make_session_database):
        _, dsn = registry_address

        async def plant(secret: Secret | None) -> str:
            copy = await make_session_database(dsn)
            ...  # the host always; all that Secret tells of, where there is one
            return copy

        return plant

    class TestSecrets(SecretLaws):
        pass
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import pytest

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import SEES, Visibility
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
from adapters.kit.conformance.requests import FACETS, LISTS, ORDERINGS, SEARCHED, everyone, page_of, values
from adapters.kit.memory import MemoryRegistry, snapshot
from adapters.kit.memory.order import travelled
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.shapes import everything

__all__ = ["SECRETS", "Plant", "Secret", "SecretLaws"]

_LIMITS = Limits(pool_size=2, connect_timeout=10, statement_timeout=30)
_PAGE = 5
_SEVERAL = 6


@dataclass(frozen=True, slots=True)
class Secret:
    """What a city plants, and everybody who may not see ``level`` must not notice.

    - The *host*, there with the secrets and without: a public member named :attr:`host`, active, with consent to the
      exchange of its profile, without website or legal name, and with one identifier whose value only PRIVATE sees.
    - A *member* of this level with :attr:`word` in every text that it has: names, former and foreign ones too,
      website, presentation, identifier. Founded in :attr:`year`; market :attr:`market`; a capability and an
      interest :attr:`concept`; an industry :attr:`industry`; in a programme that everybody sees. It posts a
      public offer and a public need, neither anonymous, and one more of each that is, with the word in title and
      summary, the concept, the market, and :attr:`day` as the last day.
    - Without ``consented``, this member is all: its consent to the exchange is withdrawn, and it is the secret.
    - Else as well an *offer* and a *need* of the host, of this level, written alike; one more of each, anonymous;
      a *programme* of this level with the code :attr:`programme` and the word in its name, that the host takes part in;
      and the host's *fields* that have levels of their own (website, legal name, value of the identifier), each with
      the word, and of this level.

    Codes that the city's tables lack (the concept, the industry) are written into them.
    """

    level: Visibility
    consented: bool = True

    host = "Zqhost Ouvert"
    word = "zqsecret"
    concept = "urn:zqsecret:concept"
    industry = "999999"
    market = "AQ"
    year = 1111
    day = date(2999, 1, 1)
    programme = "ZQSECRET"

    @property
    def name(self) -> str:
        """The secret in words."""
        return str(self.level) if self.consented else "withdrawn"

    def seen(self, view: Visibility) -> bool:
        """Whether a view sees it."""
        return self.consented and self.level in SEES[view]


SECRETS = (
    *(Secret(level) for level in Visibility if level is not Visibility.PUBLIC),
    Secret(Visibility.PUBLIC, consented=False),
)
"""One of each level that somebody may not see, and a public member that has withdrawn."""

Plant = Callable[[Secret | None], Awaitable[str]]
"""Makes a copy of a filled registry with the host, and the secret if one is given; gives its address."""

_HIDDEN = [(secret, view) for secret in SECRETS for view in Visibility if not secret.seen(view)]
_SEEN = [(secret, view) for secret in SECRETS for view in Visibility if secret.seen(view)]


def _named(pairs: Sequence[tuple[Secret, Visibility]]) -> list[str]:
    return [f"{secret.name}-as-{view}" for secret, view in pairs]


_every_hidden = pytest.mark.parametrize(("secret", "view"), _HIDDEN, ids=_named(_HIDDEN))
_LISTED = [(secret, view) for secret, view in _HIDDEN if view in LIST_VIEWS]
_every_listed = pytest.mark.parametrize(("secret", "view"), _LISTED, ids=_named(_LISTED))


_Answer = Sequence[Row] | int | Mapping[str, int]
_Request = PageRequest | FetchRequest | FacetRequest | Where


@dataclass(frozen=True, slots=True)
class _Pair:
    """The registry without the secret and the one with it, and all rows of the latter.

    ``expected`` is what the former has answered, to whichever pair: the same is asked for many secrets.
    """

    without: PostgresRegistry
    planted: PostgresRegistry
    rows: MemoryRegistry
    keys: Mapping[str, tuple[str, ...]]
    expected: dict[_Request, _Answer]

    async def alike(self, request: _Request) -> _Answer:
        """What both answer, which has to be the same."""
        if request not in self.expected:
            self.expected[request] = await _answer(self.without, request)
        given = await _answer(self.planted, request)
        assert given == self.expected[request], request
        assert Secret.word not in repr(given).lower(), request
        return given


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
    async def pairs(
        cls, registry_address: tuple[PostgresAdapter, str], planted: Plant
    ) -> AsyncIterator[Mapping[Secret, _Pair]]:
        """The registries, by what is planted in one of them."""
        adapter, _ = registry_address
        without = adapter.open(await planted(None), _LIMITS)
        opened, found = [without], {}
        expected: dict[_Request, _Answer] = {}
        known = (await snapshot(without)).under(Visibility.PRIVATE)
        for secret in SECRETS:
            registry = adapter.open(await planted(secret), _LIMITS)
            opened.append(registry)
            rows = await snapshot(registry)
            listed = rows.under(Visibility.PRIVATE)
            keys = {
                of: tuple(sorted({row["key"] for row in listed[of]} - {row["key"] for row in known[of]}))
                for of in LISTS
            }
            found[secret] = _Pair(without, registry, rows, keys, expected)
        yield found
        for registry in opened:
            await registry.close()

    @pytest.mark.parametrize(("secret", "view"), _SEEN, ids=_named(_SEEN))
    async def test_who_may_see_it_does(self, pairs: Mapping[Secret, _Pair], secret: Secret, view: Visibility) -> None:
        """All of it is there: else nothing below would say anything."""
        pair = pairs[secret]
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

    @_every_hidden
    @pytest.mark.parametrize("of", LISTS)
    async def test_no_key_leads_to_it(
        self, pairs: Mapping[Secret, _Pair], secret: Secret, view: Visibility, of: str
    ) -> None:
        """Not its own, and not those of all others, with all that hangs on them."""
        pair = pairs[secret]
        assert not await pair.alike(FetchRequest(pair.keys[of], everything(of), view))
        for key in pair.keys[of]:
            assert not await pair.alike(FetchRequest((key,), everything(of), view))
        every = tuple(row["key"] for row in pair.rows.under(Visibility.PRIVATE)[of])
        assert await pair.alike(FetchRequest(every, everything(of), view))

    @_every_listed
    @pytest.mark.parametrize("of", LISTS)
    async def test_no_list_shows_it(
        self, pairs: Mapping[Secret, _Pair], secret: Secret, view: Visibility, of: str
    ) -> None:
        """No order, no page behind its place, no count."""
        pair = pairs[secret]
        for each, ordering in ORDERINGS:
            if each == of:
                await pair.alike(everyone(of, view, ordering))
                for boundary in _places(pair, of, ordering):
                    for backward in (False, True):
                        where = Where(of, view=view)
                        await pair.alike(PageRequest(where, ordering, _PAGE, boundary, backward))
        await pair.alike(everyone(of, view, shape=everything(of)))
        await pair.alike(Where(of, view=view))

    @_every_listed
    @pytest.mark.parametrize("of", LISTS)
    async def test_no_filter_finds_it(
        self, pairs: Mapping[Secret, _Pair], secret: Secret, view: Visibility, of: str
    ) -> None:
        """By each value that it has, and by some that others have."""
        pair = pairs[secret]
        tables = pair.rows.under(Visibility.PRIVATE)
        for each in CATALOGUE[of].filters.values():
            own = {value for key in pair.keys[of] for row in tables.where(of, "key", key) for value in tables.values(
                of, row, each.path
            )}  # fmt: skip
            for value in {*own, *values(tables, of, each.path, _SEVERAL)}:
                where = Where(of, (Condition(each.name, (value,)),), view=view)
                await pair.alike(page_of(where))
                await pair.alike(where)

    @_every_listed
    @pytest.mark.parametrize(("of", "facet"), FACETS, ids=["-".join(each) for each in FACETS])
    async def test_no_facet_counts_it(
        self, pairs: Mapping[Secret, _Pair], secret: Secret, view: Visibility, of: str, facet: str
    ) -> None:
        """Of all rows, and of what its own words and concepts find."""
        pair = pairs[secret]
        for search in (None, Search(_worded(Secret.word).terms, _meant(pair, of).concepts)):
            await pair.alike(FacetRequest(Where(of, (), search, view), facet))

    @_every_listed
    @pytest.mark.parametrize("of", SEARCHED)
    async def test_no_search_finds_it(
        self, pairs: Mapping[Secret, _Pair], secret: Secret, view: Visibility, of: str
    ) -> None:
        """By its words, alone and beside those of the host, by its concepts, and by words of others, points and all."""
        pair = pairs[secret]
        tables = pair.rows.under(Visibility.PRIVATE)
        own = {word for text in tables[f"{of}_text"] if text[f"{of}_key"] in pair.keys[of] for word in words(
            text["text"]
        )}  # fmt: skip
        searches = [_worded(word) for word in sorted({*own, Secret.word, "zqhost"})]
        searches += [_worded(Secret.word, "zqhost"), _worded("zqhost", "ouvert"), _meant(pair, of)]
        searches += [Search(_worded(Secret.word).terms, _meant(pair, of).concepts)]
        for search in searches:
            where = Where(of, (), search, view)
            for ordering in (Ordering(RELEVANCE, descending=True), None):
                found = await pair.alike(page_of(where, ordering))
                assert not found or search not in (_worded(Secret.word), _worded(Secret.word, "zqhost"))
            await pair.alike(where)


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
