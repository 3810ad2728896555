"""Who sees what of the padrón: every projection under every view, against what was filled in or planted."""

import itertools
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg
import pytest

from adapters.contract.codes import SEES, Visibility
from adapters.guadalajara.native import fill, organisations
from adapters.guadalajara.native.codelists import Codes
from adapters.kit.columns import PROJECTIONS
from adapters.kit.folder import load
from adapters.kit.sample import SampleMember

PROJECTION = load(Path(fill.__file__).parents[1])
STEPS = (
    (Visibility.PUBLIC, Visibility.CORRIDOR),
    (Visibility.CORRIDOR, Visibility.CLUSTER),
    (Visibility.CLUSTER, Visibility.PRIVATE),
    (Visibility.CORRIDOR, Visibility.MUTUAL),
    (Visibility.MUTUAL, Visibility.PRIVATE),
)
LEVELS = {level: Codes().word("visibilidad", level) for level in Visibility}
CONSENT = '{"intercambio_de_perfil": {"vigente": true}}'

Rows = list[asyncpg.Record]
Seen = dict[str, Rows]

every_view = pytest.mark.parametrize("view", Visibility, ids=str)


async def read(connection: asyncpg.Connection, view: Visibility) -> Seen:
    """Every row of every projection, as the gateway's role reads it under a view."""
    await connection.execute("set role corridor_reader")
    try:
        selects = PROJECTION.under(view)
        return {name: await connection.fetch(f"select * from ({selects[name]}) as row") for name in PROJECTIONS}
    finally:
        await connection.execute("reset role")


@pytest.fixture(scope="module")
async def seen(registry: asyncpg.Connection) -> dict[Visibility, Seen]:
    """What is seen under each view."""
    return {view: await read(registry, view) for view in Visibility}


@pytest.fixture
async def changed(registry: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """The registry, whose changes are undone."""
    transaction = registry.transaction()
    await transaction.start()
    try:
        yield registry
    finally:
        await transaction.rollback()


async def test_each_view_sees_its_levels_and_what_is_none_sees_nothing(registry: asyncpg.Connection) -> None:
    views, levels = [*Visibility, "NOBODY", "public", "", None], [*LEVELS.values(), "secreto", "", None]
    given = await registry.fetch(
        "select view, level, corridor.sees(view, level) as seen from unnest($1::text[]) view, unnest($2::text[]) level",
        views,
        levels,
    )
    assert len(given) == len(views) * len(levels)
    of = {word: level for level, word in LEVELS.items()}
    for row in given:
        known = row["view"] in SEES and of.get(row["level"]) in SEES[Visibility(row["view"])]
        # The owner sees its own, whatever a level is called.
        assert bool(row["seen"]) == (known or row["view"] == Visibility.PRIVATE), tuple(row)


@pytest.mark.parametrize("name", sorted(PROJECTIONS))
@pytest.mark.parametrize(("narrow", "wide"), STEPS, ids=str)
def test_a_wider_view_only_adds(seen: dict[Visibility, Seen], name: str, narrow: Visibility, wide: Visibility) -> None:
    def placed(rows: Rows) -> dict[object, Rows]:
        places: dict[object, Rows] = defaultdict(list)
        for row in rows:
            places[row[0]].append(row)
        return places

    less, more = seen[narrow][name], placed(seen[wide][name])
    assert len(less) <= len(seen[wide][name])
    for place, rows in placed(less).items():
        for row in rows:
            assert any(
                all(value is None or value == other for value, other in zip(row, wider, strict=True))
                for wider in more[place]
            ), row


@pytest.mark.parametrize("name", sorted(PROJECTIONS))
def test_each_view_has_rows_that_no_narrower_one_has(seen: dict[Visibility, Seen], name: str) -> None:
    of = {view: len(seen[view][name]) for view in Visibility}
    if name == "contact":  # which only a release and the member itself have
        assert of[Visibility.PUBLIC] == of[Visibility.CORRIDOR] == of[Visibility.CLUSTER] == 0
        assert 0 < of[Visibility.MUTUAL] < of[Visibility.PRIVATE]
        return
    assert 0 < of[Visibility.PUBLIC] < of[Visibility.CORRIDOR] < of[Visibility.CLUSTER]
    if not name.startswith("programme") or name == "programme_member":  # no programme is stricter than the cluster's
        assert of[Visibility.CORRIDOR] < of[Visibility.MUTUAL] < of[Visibility.PRIVATE]
        assert of[Visibility.CLUSTER] < of[Visibility.PRIVATE]


@every_view
def test_exactly_the_rows_of_a_view_are_seen(
    seen: dict[Visibility, Seen], sample: dict[str, SampleMember], view: Visibility
) -> None:
    real = [each.name for each in organisations.organisations() if each.status != "baja"]
    invented = [each for each in sample.values() if each.seen(view)]
    assert 0 < len(invented) < len(sample)
    expected = Counter(real + [each.name for each in invented])
    assert Counter(row["display_name"] for row in seen[view]["member"]) == expected
    for name in ("offer", "need"):
        postings = [each for member in invented for each in getattr(member, f"{name}s") if each.seen(view)]
        titles = [row["text"] for row in seen[view][f"{name}_text"] if (row["field"], row["lang"]) == ("TITLE", "es")]
        assert Counter(titles) == Counter(each.title["es"] for each in postings)
        assert len(seen[view][name]) == len(postings)


@every_view
def test_what_belongs_to_a_row_is_seen_with_it_or_not_at_all(seen: dict[Visibility, Seen], view: Visibility) -> None:
    for name, rows in seen[view].items():
        for link in [column.name for column in PROJECTIONS[name] if column.name.endswith("_key")]:
            if link != "name_key":
                owner = "member" if link == "owner_key" else link.removesuffix("_key")
                known = {row["key"] for row in seen[view][owner]}
                assert {row[link] for row in rows} - {None} <= known, name


@every_view
def test_only_the_owner_sees_whose_an_anonymous_posting_is(seen: dict[Visibility, Seen], view: Visibility) -> None:
    for name in ("offer", "need"):
        named = {row["owner_key"] is not None for row in seen[view][name] if row["anonymous"]}
        assert named == {view is Visibility.PRIVATE}
        assert all(row["owner_key"] is not None for row in seen[view][name] if not row["anonymous"])


@every_view
def test_the_real_organisations_are_for_everybody(seen: dict[Visibility, Seen], view: Visibility) -> None:
    real = {str(each.key) for each in organisations.organisations() if each.status != "baja"}
    assert {row["visibility"] for row in seen[view]["member"] if row["key"] in real} == {"PUBLIC"}
    assert real <= {row["key"] for row in seen[view]["member"]}
    websites = [row["website"] for row in seen[view]["member"] if row["key"] in real]
    assert sum(website is not None for website in websites) > 100


def planted(row: str, field: str) -> UUID:
    """The key of the member whose row and fields are planted with these levels."""
    return uuid5(NAMESPACE_URL, f"{row}/{field}")


async def plant(connection: asyncpg.Connection, pairs: Iterable[tuple[str, str]]) -> None:
    """A member for each pair of levels: of its row, and of the fields that may have one of their own ('' is none)."""
    for row, field in pairs:
        key = planted(row, field)
        own = "{}" if not field else "".join(
            ("{", ", ".join(f'"{name}": "{field}"' for name in ("sitio_web", "razon_social", "identificadores")), "}")
        )  # fmt: skip
        await connection.execute(
            "insert into padron.afiliado (id, nombre, razon_social, giro, tipo_organizacion, sitio_web, estatus,"
            " visibilidad, visibilidad_campos, consentimiento, actualizado) values ($1, 'Visto', 'Escondida Zqx SA',"
            " 'PRIVADO', 'PYME', 'https://zqx.example/', 'vigente', $2, $3, $4, '2026-01-01')",
            key,
            row,
            own,
            CONSENT,
        )
        await connection.execute(
            "insert into padron.identificador values ($1, 'RFC', 'ZQX000000', true, '2026-01-01', 'mesa')", key
        )
        # The legal name once more, in other letters.
        await connection.execute("insert into padron.otro_nombre values ($1, 'ESCONDIDA, ZQX (SA)')", key)


@every_view
async def test_a_field_is_seen_by_its_own_level_where_it_has_one(changed: asyncpg.Connection, view: Visibility) -> None:
    pairs = [*itertools.product(LEVELS.values(), ["", *LEVELS.values(), "desconocido"])]
    await plant(changed, pairs)
    given = await read(changed, view)
    members = {row["key"]: row for row in given["member"]}
    shown_levels = {LEVELS[level] for level in SEES[view]} | ({"desconocido"} if view is Visibility.PRIVATE else set())
    shown = 0
    for row, field in pairs:
        key = str(planted(row, field))
        assert (key in members) == (row in shown_levels), (row, field)
        whole = row in shown_levels and (field or row) in shown_levels
        shown += whole
        if key in members:
            assert members[key]["website"] == ("https://zqx.example/" if whole else None)
            assert members[key]["legal_name"] == ("Escondida Zqx SA" if whole else None)
            (identifier,) = [each for each in given["identifier"] if each["member_key"] == key]
            said = [identifier[name] for name in ("value", "checksum_valid", "verified_at", "verified_by")]
            assert identifier["scheme"] == "MX_RFC"
            assert [each is not None for each in said] == [whole] * 4
        texts = [each["text"] for each in given["member_text"] if each["member_key"] == key]
        assert any("zqx" in text.lower() for text in texts) == whole
        assert ("Visto" in texts) == (row in shown_levels)
    assert shown


@every_view
@pytest.mark.parametrize(
    "change",
    [
        "consentimiento = '{}'",
        """consentimiento = '{"intercambio_de_perfil": {"vigente": false}}'""",
        """consentimiento = '{"estadística": {"vigente": true}}'""",
        "estatus = 'baja'",
    ],
)
async def test_without_consent_or_membership_no_view_sees_anything_of_a_member(
    changed: asyncpg.Connection, seen: dict[Visibility, Seen], view: Visibility, change: str
) -> None:
    offering, needing = ({row["owner_key"] for row in seen[Visibility.PUBLIC][name]} for name in ("offer", "need"))
    key = min((offering & needing) - {None})
    postings = [
        str(row[0])
        for table in ("oferta", "necesidad")
        for row in await changed.fetch(f"select id from padron.{table} where afiliado_id::text = $1", key)
    ]
    told = {key, *postings}
    assert len(told) > 2

    def telling(given: Seen) -> list[str]:
        return [name for name, rows in given.items() for row in rows if not told.isdisjoint(map(str, row))]

    assert len({*telling(seen[view])}) > 7
    await changed.execute(f"update padron.afiliado set {change} where id::text = $1", key)
    assert telling(await read(changed, view)) == []


@every_view
@pytest.mark.parametrize("status", ["borrador", "retirada"])
async def test_what_is_not_posted_is_seen_under_no_view(
    changed: asyncpg.Connection, view: Visibility, status: str
) -> None:
    for table in ("oferta", "necesidad"):
        await changed.execute(f"update padron.{table} set estatus = $1", status)
    given = await read(changed, view)
    assert [name for name in given if name.startswith(("offer", "need", "requirement")) and given[name]] == []


async def test_a_catalogued_establishment_never_repeats_the_name_or_the_legal_name(
    registry: asyncpg.Connection,
) -> None:
    ((named, repeating),) = await registry.fetch(
        "select count(*), count(*) filter (where replace(corridor.words(e.nombre_propio), ' ', '')"
        " in (replace(corridor.words(a.nombre), ' ', ''), replace(corridor.words(a.razon_social), ' ', '')))"
        " from padron.establecimiento e join padron.afiliado a on a.id = e.afiliado_id where e.nombre_propio <> ''"
    )
    assert named > 50
    assert repeating == 0
