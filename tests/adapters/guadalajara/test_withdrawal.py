"""A withdrawal in the padrón takes effect on the next request, whatever is asked and wherever a walk is."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from adapters.contract.answer import Row
from adapters.contract.codes import Visibility
from adapters.contract.registry import Limits
from adapters.contract.request import (
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
from adapters.contract.text import words
from adapters.guadalajara import ADAPTER
from adapters.kit.postgres import PostgresRegistry
from adapters.kit.shapes import everything

LIMITS = Limits(pool_size=2, connect_timeout=10, statement_timeout=30)
BY_NAME, LATEST = Ordering("NAME"), Ordering("UPDATED_AT", descending=True)
CORRIDOR = Visibility.CORRIDOR
MEMBERS = Where("member", view=CORRIDOR)
WITHDRAWN = (
    """consentimiento = jsonb_set(consentimiento, '{intercambio_de_perfil}', '{"vigente": false}')""",
    "visibilidad = 'afiliados'",
    "estatus = 'baja'",
)
GIVEN = """
    consentimiento = '{"intercambio_de_perfil": {"vigente": true}}', visibilidad = 'corredor', estatus = 'vigente'
"""
SHOWN = "estatus in ('publicada', 'en pausa', 'vencida') and visibilidad in ('público', 'corredor')"
PAGE = 20
MANY = 10_000


@pytest.fixture(scope="module")
async def filled(make_session_database: Callable[[], Awaitable[str]]) -> str:
    """The address of a registry."""
    dsn = await make_session_database()
    await ADAPTER.create(dsn, members=120, seed=3, progress=lambda done, total: None)
    return dsn


@pytest.fixture
async def address(filled: str, make_database: Callable[[str], Awaitable[str]]) -> str:
    """The address of a copy of it, for one test to change."""
    return await make_database(filled)


@pytest.fixture
async def home(address: str) -> AsyncIterator[asyncpg.Connection]:
    """The registrar's connection."""
    connection = await asyncpg.connect(address)
    yield connection
    await connection.close()


@pytest.fixture
async def registry(address: str) -> AsyncIterator[PostgresRegistry]:
    """The gateway's registry, with connections and plans that it keeps."""
    registry = ADAPTER.open(address, LIMITS)
    yield registry
    await registry.close()


async def change(home: asyncpg.Connection, key: str, what: str) -> None:
    """What the member's registrar does."""
    assert await home.execute(f"update padron.afiliado set {what} where id::text = $1", key) == "UPDATE 1"


@pytest.mark.parametrize("withdrawal", WITHDRAWN, ids=["consent", "visibility", "membership"])
async def test_invariant_16_a_withdrawal_takes_effect_on_the_next_request(
    home: asyncpg.Connection, registry: PostgresRegistry, withdrawal: str
) -> None:
    everybody = {of: Where(of, view=CORRIDOR) for of in ("member", "offer", "need")}
    posted = {of: await registry.page(PageRequest(everybody[of], LATEST, MANY)) for of in ("offer", "need")}
    key = min({row.subject or "" for row in posted["offer"]} & {row.subject or "" for row in posted["need"]} - {""})
    keys = {of: tuple([row.key for row in rows if row.subject == key]) for of, rows in posted.items()}
    name, concepts = (
        await home.fetch(
            "select nombre, array_agg(concepto order by concepto) from padron.afiliado"
            " join padron.capacidad on afiliado_id = id where id::text = $1 group by nombre",
            key,
        )
    )[0]
    named = Where("member", (), Search(tuple([Term(word, word) for word in words(name)]), ()), CORRIDOR)
    able = Where("member", (Condition("concepts", (concepts[0],)),), view=CORRIDOR)
    meant = Where("member", (), Search((), ((concepts[-1], 100),)), CORRIDOR)

    lists = {"listed": MEMBERS, "able": able, "named": named, "meant": meant}

    async def told() -> tuple[dict[str, int], dict[str, int]]:
        """What is told of the member itself; and the numbers that the member is counted in."""
        own = {of: len(await registry.fetch(FetchRequest(keys[of], everything(of), CORRIDOR))) for of in keys}
        own["member"] = len(await registry.fetch(FetchRequest((key,), everything("member"), CORRIDOR)))
        for said, where in lists.items():
            ordering = LATEST if where.search is None else Ordering(RELEVANCE, descending=True)
            rows = await registry.page(PageRequest(where, ordering, MANY, hits=where.search is not None))
            own[said] = sum(row.key == key for row in rows)
        counted = {of: await registry.count(where) for of, where in everybody.items()}
        counted |= {said: await registry.count(where) for said, where in (("able", able), ("meant", meant))}
        facet = await registry.facet(FacetRequest(MEMBERS, "CONCEPT"))
        return own, counted | {concept: facet.get(concept, 0) for concept in concepts}

    for _ in range(6):  # often enough for plans to be kept
        own, counted = await told()
    assert all(own.values())
    anonymous = {
        of: len(
            await home.fetch(f"select from padron.{table} where afiliado_id::text = $1 and anonima and {SHOWN}", key)
        )
        for of, table in (("offer", "oferta"), ("need", "necesidad"))
    }
    await change(home, key, withdrawal)
    assert await told() == (
        dict.fromkeys(own, 0),
        {said: number - (len(keys[said]) + anonymous[said] if said in keys else 1) for said, number in counted.items()},
    )
    for view in Visibility:
        seen = await registry.fetch(FetchRequest((key,), everything("member"), view))
        assert bool(seen) == (withdrawal.startswith("visibilidad") and view in {"CLUSTER", "PRIVATE"})
    # And it is taken back as soon.
    await change(home, key, GIVEN)
    assert await told() == (own, counted)


@pytest.mark.parametrize("backward", [False, True], ids=["forward", "backward"])
@pytest.mark.parametrize("withdrawal", WITHDRAWN, ids=["consent", "visibility", "membership"])
async def test_invariant_16_holds_between_two_pages_of_a_walk(
    home: asyncpg.Connection, registry: PostgresRegistry, withdrawal: str, *, backward: bool
) -> None:
    async def page(behind: Row | None) -> list[Row]:
        boundary = None if behind is None else Boundary(behind.sort, registry.cluster.code, behind.key)
        return [*await registry.page(PageRequest(MEMBERS, BY_NAME, PAGE, boundary, backward))]

    first, whole = await page(None), []
    behind: Row | None = first[-1]
    while behind is not None:
        rows = await page(behind)
        whole += rows
        behind = rows[-1] if len(rows) == PAGE else None
    # One of the next page; the last of the next, which the page after it begins behind; and the boundary itself.
    for gone in (whole[3], whole[PAGE - 1], first[-1]):
        await change(home, gone.key, withdrawal)
    whole = [row for row in whole if row.key not in {whole[3].key, whole[PAGE - 1].key}]
    second = await page(first[-1])
    assert second == whole[:PAGE]
    # Withdrawn after it was shown, a row is still a place to go on from.
    await change(home, second[-1].key, withdrawal)
    await change(home, whole[PAGE].key, withdrawal)
    assert await page(second[-1]) == whole[PAGE + 1 : 2 * PAGE + 1]
