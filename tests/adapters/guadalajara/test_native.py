"""The reference registry of Guadalajara on a real server: its rows, as the projections give them."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from adapters.contract.codes import Visibility
from adapters.contract.text import fold
from adapters.guadalajara.native import denue, fill, organisations
from adapters.guadalajara.native.codelists import classes
from adapters.guadalajara.native.codelists import rows as code_rows
from adapters.guadalajara.native.sample import HOME, Writer
from adapters.guadalajara.native.tables import Batch
from adapters.kit.columns import OPTIONAL, PROJECTIONS, Column
from adapters.kit.folder import load
from adapters.kit.sample import SampleMember, members

FOLDER = Path(fill.__file__).parents[1]
CORRIDOR = FOLDER.parent / "kit" / "sql" / "corridor.sql"
DENUE_FILES = sorted((FOLDER / "native" / "data").glob("denue_*.csv"))
PROJECTION = load(FOLDER).under(Visibility.CORRIDOR)
COLUMNS = {name: columns for name, columns in {**PROJECTIONS, **OPTIONAL}.items() if name in PROJECTION}
KEYED = ("member", "offer", "need", "programme")
NAMES = {"boolean": "bool", "integer": "int4", "timestamp with time zone": "timestamptz"}

Rows = list[asyncpg.Record]


@pytest.fixture(scope="module")
async def served(registry: asyncpg.Connection) -> dict[str, Rows]:
    """Every row of every projection, as the gateway's role reads it for a partner of the corridor."""
    await registry.execute("set role corridor_reader")
    try:
        return {name: await registry.fetch(f"select * from ({PROJECTION[name]}) as row") for name in COLUMNS}
    finally:
        await registry.execute("reset role")


def shown(sample: dict[str, SampleMember], kind: str) -> list[str]:
    """The Spanish titles of the offers or needs that a partner may see."""
    return [
        posting.title["es"]
        for member in sample.values()
        if member.served
        for posting in getattr(member, kind)
        if posting.seen(Visibility.CORRIDOR)
    ]


@pytest.mark.parametrize("name", COLUMNS)
async def test_a_projection_gives_exactly_the_columns_and_types_of_the_contract(
    registry: asyncpg.Connection, name: str
) -> None:
    prepared = await registry.prepare(f"select * from ({PROJECTION[name]}) as row")
    given = {attribute.name: attribute.type.name for attribute in prepared.get_attributes()}
    assert given == {column.name: NAMES.get(column.type, column.type) for column in COLUMNS[name]}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_projection_has_rows_and_no_null_where_the_contract_allows_none(served: dict[str, Rows], name: str) -> None:
    assert bool(served[name]) == (name != "contact")  # which no partner is served
    missing = [
        column.name
        for column in COLUMNS[name]
        if column.required and any(row[column.name] is None for row in served[name])
    ]
    assert missing == []


def coded() -> list[tuple[str, Column]]:
    return [(name, column) for name, columns in COLUMNS.items() for column in columns if column.codelist]


@pytest.mark.parametrize(("name", "column"), coded(), ids=lambda value: getattr(value, "name", value))
def test_codes_are_of_their_list(served: dict[str, Rows], name: str, column: Column) -> None:
    values = [row[column.name] for row in served[name] if row[column.name] is not None]
    codes = {code for value in values for code in (value if isinstance(value, list) else [value])}
    assert codes
    assert column.codelist is not None
    assert codes <= {code.value for code in column.codelist}


def test_every_native_code_is_translated() -> None:
    everything = "".join(PROJECTION[name] for name in COLUMNS)
    untranslated = [
        row for row in code_rows("catalogo") if f"('{row['codigo']}', '{row['contrato']}'" not in everything
    ]
    assert untranslated == []


@pytest.mark.parametrize("name", KEYED)
def test_keys_are_unique(served: dict[str, Rows], name: str) -> None:
    keys = [row["key"] for row in served[name]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", [name for name in COLUMNS if name not in {"member", "programme"}])
def test_a_row_belongs_to_rows_that_are_served(served: dict[str, Rows], name: str) -> None:
    links = {column.name for column in COLUMNS[name] if column.name.endswith("_key")}
    assert links
    for link in links:
        owner = "member" if link == "owner_key" else link.removesuffix("_key")
        known = {row["key"] for row in served[owner]}
        assert {row[link] for row in served[name]} - {None} <= known


def test_members_have_one_name_each_and_it_is_the_display_name(served: dict[str, Rows]) -> None:
    names = [(row["member_key"], row["text"]) for row in served["member_text"] if row["field"] == "NAME"]
    assert sorted(names) == sorted((row["key"], row["display_name"]) for row in served["member"])


def test_name_keys_are_the_folded_names(served: dict[str, Rows]) -> None:
    assert [row["name_key"] for row in served["member"]] == [fold(row["display_name"]) for row in served["member"]]


def test_exactly_the_visible_rows_are_served(served: dict[str, Rows], sample: dict[str, SampleMember]) -> None:
    real = [each.name for each in organisations.organisations() if each.status != "baja"]
    invented = [each.name for each in sample.values() if each.served]
    assert 0 < len(invented) < len(sample)
    assert Counter(row["display_name"] for row in served["member"]) == Counter(real + invented)
    for name, kind in (("offer", "offers"), ("need", "needs")):
        titles = [row["text"] for row in served[f"{name}_text"] if row["field"] == "TITLE" and row["lang"] == "es"]
        assert Counter(titles) == Counter(shown(sample, kind))
        assert len(served[name]) == len(titles)


def test_nothing_hidden_is_served(served: dict[str, Rows]) -> None:
    leaks = [(name, row) for name, given in served.items() for row in given if "canary" in repr(row).lower()]
    assert leaks == []


async def test_there_is_something_hidden_to_leak(registry: asyncpg.Connection) -> None:
    for table in ("afiliado", "oferta", "necesidad", "identificador", "otro_nombre", "programa", "contacto"):
        hidden = await registry.fetchval(f"select count(*) from padron.{table} as row where row::text like '%CANARY%'")
        assert hidden > 0, table


def test_hidden_fields_are_null_and_shown_ones_are_not(
    served: dict[str, Rows], sample: dict[str, SampleMember]
) -> None:
    by_key = {row["key"]: row for row in served["member"]}
    seen = Counter[tuple[str, bool]]()
    for key, each in sample.items():
        if each.served:
            row = by_key[key]
            assert row["legal_name"] == (None if "legal_name" in each.hidden_fields else each.legal_name)
            assert (row["website"] is None) == (each.website is None or "website" in each.hidden_fields)
            seen.update((field, field in each.hidden_fields) for field in ("legal_name", "website"))
    assert len(seen) == 4
    assert Counter(row["value"] is None for row in served["identifier"])[True] > 0


@pytest.mark.parametrize("name", ["offer", "need"])
def test_anonymous_postings_have_no_owner_and_others_have_one(served: dict[str, Rows], name: str) -> None:
    assert {(row["anonymous"], row["owner_key"] is None) for row in served[name]} == {(True, True), (False, False)}


def test_local_times_come_out_as_the_instants_they_were(
    served: dict[str, Rows], sample: dict[str, SampleMember]
) -> None:
    given = {row["key"]: row["updated_at"] for row in served["member"]}
    assert all(given[key] == each.updated_at for key, each in sample.items() if each.served)
    # In May 2021 there was summer time: 12:00 was 17:00 UTC.
    (axtel,) = [row["updated_at"] for row in served["member"] if row["display_name"] == "AXTEL"]
    assert axtel.isoformat() == "2021-05-31T17:00:00+00:00"


def test_some_texts_are_said_to_be_machine_translations(served: dict[str, Rows]) -> None:
    for name in ("member_text", "offer_text", "need_text"):
        assert {row["machine"] for row in served[name]} == {True, False}
        assert not any(row["machine"] for row in served[name] if row["lang"] == "es")


def test_websites_are_urls_or_nothing(served: dict[str, Rows]) -> None:
    websites = {row["display_name"]: row["website"] for row in served["member"]}
    assert all(
        site is None or (site.startswith(("http://", "https://")) and " " not in site) for site in websites.values()
    )
    assert websites["JABIL"] == "http://www.jabil.com"
    # As DENUE writes it: WWW.FOCOS ALEMANES.MX
    assert "WWW.FOCOS ALEMANES.MX" in {unit["www"] for path in DENUE_FILES for unit in denue.read(path)}
    assert not any(site and "focos" in site for site in websites.values())


def test_headcounts_are_the_bounds_in_the_words_of_denue(served: dict[str, Rows]) -> None:
    given = {
        row["headcount_code"]: (row["headcount_min"], row["headcount_max"], row["size_band"])
        for row in served["member"]
    }
    assert given == {
        None: (None, None, None),
        "0 a 5 personas": (0, 5, "MICRO"),
        "6 a 10 personas": (6, 10, "MICRO"),
        "11 a 30 personas": (11, 30, "SMALL"),
        "31 a 50 personas": (31, 50, "SMALL"),
        "51 a 100 personas": (51, 100, "MEDIUM"),
        "101 a 250 personas": (101, 250, "MEDIUM"),
        "251 y más personas": (251, None, "LARGE"),
    }


async def test_a_firm_with_several_establishments_is_one_member(
    registry: asyncpg.Connection, served: dict[str, Rows]
) -> None:
    units = denue.union(denue.read(path) for path in DENUE_FILES)
    assert len(units) == 617
    repeated = {name for name, times in Counter(unit["raz_social"] for unit in units).items() if times > 1}
    assert len(repeated) > 40
    legal_names = Counter(row["legal_name"] for row in served["member"])
    corrected = {row["escrita"]: row["corregida"] for row in code_rows("razon_social_corregida")}
    assert {legal_names[corrected.get(name, name)] for name in repeated} == {1}
    assert not corrected.keys() & legal_names.keys()
    enrolled = await registry.fetch("select unidad_id from padron.establecimiento where unidad_id < 9000000000")
    assert sorted(row[0] for row in enrolled) == sorted(int(unit["id"]) for unit in units)


def test_the_university_of_two_sources_is_one_member_with_its_establishments_as_names(served: dict[str, Rows]) -> None:
    (university,) = [row for row in served["member"] if row["name_key"] == "universidad de guadalajara"]
    assert (university["org_type"], university["founded"]) == ("UNIVERSITY", 1792)
    names = {row["text"] for row in served["member_text"] if row["member_key"] == university["key"]}
    assert {"UdeG", "RESTAURANTE U DE G", "ITRANS"} <= names
    identifiers = {row["value"] for row in served["identifier"] if row["member_key"] == university["key"]}
    assert "ror:https://ror.org/043xj7k26" in identifiers


def test_real_organisations_carry_only_the_facts_of_their_source(served: dict[str, Rows]) -> None:
    real = {str(each.key) for each in organisations.organisations()}
    assert not real & {row["owner_key"] for name in ("offer", "need") for row in served[name]}
    assert not real & {row["member_key"] for row in served["programme_member"]}
    assert {row["scheme"] for row in served["identifier"] if row["member_key"] in real} == {"OTHER"}
    assert {row["level"] for row in served["capability"] if row["member_key"] in real} == {"WORKING"}
    assert all(not row["target_markets"] and not row["interests"] for row in served["member"] if row["key"] in real)


@pytest.mark.parametrize("path", DENUE_FILES, ids=lambda path: path.stem)
@pytest.mark.parametrize("encoding", ["iso-8859-1", "utf-8-sig"])
def test_denue_reads_the_same_in_either_encoding(tmp_path: Path, path: Path, encoding: str) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes().decode("utf-8").encode(encoding))
    assert copy.read_bytes() != path.read_bytes()
    assert denue.read(copy) == denue.read(path)


def test_a_file_with_other_columns_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("id,clee\n1,2\n", encoding="utf-8")
    with pytest.raises(ValueError, match="columns of DENUE"):
        denue.read(other)


def test_a_member_has_the_same_rows_however_many_are_asked_for() -> None:
    late, early, writer = Batch(), Batch(), Writer(7, classes())
    for member in members(HOME, 2, 7, start=40):
        writer.add(late, member)
    for member in list(members(HOME, 42, 7))[40:]:
        Writer(7, classes()).add(early, member)
    assert late.rows["oferta"]
    assert late.rows == early.rows


@pytest.mark.parametrize(
    "forbidden",
    ["select celular from padron.contacto", "select notas_internas from padron.afiliado", "delete from padron.oferta"],
)
async def test_the_reader_may_not_see_more_nor_write(registry: asyncpg.Connection, forbidden: str) -> None:
    await registry.execute("set role corridor_reader")
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await registry.execute(forbidden)
    finally:
        await registry.execute("reset role")


async def test_requirements_follow_a_need_that_is_changed(
    registry: asyncpg.Connection, served: dict[str, Rows]
) -> None:
    key = served["need"][0]["key"]
    changed = [{"clave": "9", "concepto": "urn:otro", "nivel": "experto", "peso": 2, "obligatorio": True}]
    transaction = registry.transaction()
    await transaction.start()
    try:
        await registry.execute(
            "update padron.necesidad set requisitos = $1 where id::text = $2", json.dumps(changed), key
        )
        given = await registry.fetch(f"select * from ({PROJECTION['requirement']}) as row where need_key = $1", key)
    finally:
        await transaction.rollback()
    assert [tuple(row) for row in given] == [(key, "9", "urn:otro", "EXPERT", 2, True)]


async def test_a_renamed_column_is_served_again_by_a_change_of_sql_alone(
    make_database: Callable[[], Awaitable[str]],
) -> None:
    def renamed(sql: str) -> str:
        return sql.replace("a.nombre", "a.nombre_comercial").replace("(nombre)", "(nombre_comercial)")

    connection = await asyncpg.connect(await make_database())
    try:
        await connection.execute((FOLDER / "native/schema.sql").read_text(encoding="utf-8"))
        await connection.execute("alter table padron.afiliado rename column nombre to nombre_comercial")
        for script in (CORRIDOR, FOLDER / "visibility.sql"):
            await connection.execute(script.read_text(encoding="utf-8"))
        await fill.fill(connection, 5, 7, lambda *_: None)
        await connection.execute(renamed((FOLDER / "indexes.sql").read_text(encoding="utf-8")))
        with pytest.raises(asyncpg.UndefinedColumnError):
            await connection.prepare(PROJECTION["member"])
        names = await connection.fetch(f"select display_name from ({renamed(PROJECTION['member'])}) as row")
        assert "JABIL" in {row["display_name"] for row in names}
        texts = await connection.fetch(
            f"select text from ({renamed(PROJECTION['member_text'])}) as row where field = 'NAME'"
        )
        assert sorted(row["text"] for row in texts) == sorted(row["display_name"] for row in names)
    finally:
        await connection.close()
