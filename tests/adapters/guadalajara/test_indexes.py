"""The plans of the projections of Guadalajara: what indexes.sql has to carry, under each view."""

import re
from pathlib import Path

import asyncpg
import pytest

from adapters.contract.codes import Visibility
from adapters.contract.request import LIST_VIEWS
from adapters.guadalajara.native import fill
from adapters.kit.columns import PROJECTIONS
from adapters.kit.folder import load

PROJECTION = load(Path(fill.__file__).parents[1])
VIEWS = [view for view in Visibility if view in LIST_VIEWS]
NAME = 'row.name_key collate "C", row.key collate "C"'
PAGES = {
    NAME: "afiliado_nombre_orden",
    'row.name_key collate "C" desc, row.key collate "C" desc': "afiliado_nombre_orden",
    'row.key collate "C"': "afiliado_clave_orden",
    'row.updated_at, row.key collate "C"': "afiliado_actualizado_orden",
    'row.updated_at desc, row.key collate "C" desc': "afiliado_actualizado_orden",
    '(row.founded is null), row.founded, row.key collate "C"': "afiliado_fundacion_orden",
    '(row.founded is not null) desc, row.founded desc, row.key collate "C" desc': "afiliado_fundacion_inverso",
    '(row.headcount_min is null), row.headcount_min, row.key collate "C"': "afiliado_personal_orden",
    '(row.headcount_min is not null) desc, row.headcount_min desc, row.key collate "C" desc': (
        "afiliado_personal_inverso"
    ),
}


async def plan(
    connection: asyncpg.Connection, view: Visibility, name: str, rest: str, columns: str = "row.*", **settings: str
) -> str:
    """The plan of a statement over a projection for the gateway's role, as far as an index can carry it."""
    async with connection.transaction():
        # As in a registry that has been vacuumed: whether that can be had here depends on who else has a snapshot.
        await connection.execute("update pg_class set relallvisible = relpages where oid = 'padron.afiliado'::regclass")
        await connection.execute("set local role corridor_reader")
        for setting, value in {"enable_seqscan": "off", **settings}.items():
            await connection.execute(f"set local {setting} = {value}")
        lines = await connection.fetch(
            f"explain (costs off, verbose) select {columns} from ({PROJECTION.under(view)[name]}) as row {rest}"
        )
    return "\n".join(line[0] for line in lines)


@pytest.mark.parametrize("name", sorted(PROJECTIONS))
@pytest.mark.parametrize("view", Visibility, ids=str)
async def test_the_view_is_folded_into_the_plan(registry: asyncpg.Connection, view: Visibility, name: str) -> None:
    found = await plan(registry, view, name, "")
    assert "sees" not in found
    assert f"'{view}'" not in found


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize(("order", "index"), PAGES.items(), ids=lambda value: value.replace(' collate "C"', ""))
async def test_a_page_of_members_is_read_in_the_order_of_an_index(
    registry: asyncpg.Connection, order: str, index: str, view: Visibility
) -> None:
    found = await plan(registry, view, "member", f"order by {order} limit 21")
    assert index in found
    assert "Sort" not in found


async def test_a_page_further_on_starts_inside_the_index(registry: asyncpg.Connection) -> None:
    boundary = (
        """where row.name_key collate "C" >= 'm' and (row.name_key collate "C" > 'm' or row.key collate "C" > '8')"""
    )
    found = await plan(registry, Visibility.CORRIDOR, "member", f"{boundary} order by {NAME} limit 21")
    assert "afiliado_nombre_orden" in found
    assert re.search(r"afiliado_nombre_orden on .*\n *Output: .*\n *Index Cond: \(.* >= 'm'::text\)", found)
    assert "Sort" not in found


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize(
    ("name", "condition", "index"),
    [
        ("member", "row.key = 'x'", "afiliado_clave"),
        ("member", "row.key = any('{x,y}')", "afiliado_clave"),
        ("member", "row.sector = any('{PUBLIC}')", "afiliado_giro"),
        ("member", "row.org_type = any('{INVESTOR}')", "afiliado_tipo"),
        ("member", "row.languages && '{fr-CA}'", "afiliado_idiomas"),
        ("member", "row.target_markets && '{JP}'", "afiliado_mercados"),
        ("member", "row.interests && '{urn:x}'", "afiliado_intereses"),
        ("member_text", "row.words @@ 'axtel'::tsquery", "afiliado_nombre_palabras"),
        ("member_text", "row.words @@ 'axtel'::tsquery", "afiliado_razon_palabras"),
        ("member_text", "row.words @@ 'axtel'::tsquery", "otro_nombre_palabras"),
        ("member_text", "row.words @@ 'axtel'::tsquery", "establecimiento_palabras"),
        ("member_text", "row.words @@ 'axtel'::tsquery", "afiliado_semblanza_es"),
        ("member_text", "row.words @@ 'axtel'::tsquery", "afiliado_semblanza_en"),
        ("member_text", "row.words @@ 'axtel'::tsquery", "afiliado_semblanza_fr"),
        ("member_text", "row.member_key = 'x'", "otro_nombre_afiliado"),
        ("member_text", "row.member_key = 'x'", "establecimiento_afiliado"),
        ("capability", "row.concept = any('{urn:x}')", "capacidad_concepto"),
        ("capability", "row.member_key = 'x'", "capacidad_afiliado"),
        ("identifier", "row.member_key = 'x'", "identificador_afiliado"),
        ("industry", "row.member_key = 'x'", "afiliado_clave"),
        ("industry", "row.common_code5 = any('{54151}')", "afiliado_actividad"),
        ("programme_member", "row.member_key = 'x'", "programa_afiliado_afiliado"),
        ("programme_member", "row.programme_key = 'x'", "programa_afiliado_programa"),
        ("offer", "row.key = 'x'", "oferta_clave"),
        ("offer", "row.owner_key = any('{x}')", "oferta_titular"),
        ("offer", "row.kind = any('{FACILITY_OFFER}')", "oferta_tipo"),
        ("offer", "row.concepts && '{urn:x}'", "oferta_conceptos"),
        ("offer_modes", "row.offer_key = 'x'", "oferta_modalidad_clave"),
        ("offer_modes", "row.value = any('{LICENSING}')", "oferta_modalidad_modalidad"),
        ("offer_text", "row.offer_key = 'x'", "oferta_clave"),
        ("offer_text", "row.words @@ 'java'::tsquery", "oferta_titulo_es"),
        ("offer_text", "row.words @@ 'java'::tsquery", "oferta_resumen_fr"),
        ("need", "row.key = 'x'", "necesidad_clave"),
        ("need", "row.owner_key = any('{x}')", "necesidad_titular"),
        ("need", "row.kind = any('{CHALLENGE}')", "necesidad_tipo"),
        ("need", "row.target_markets && '{JP}'", "necesidad_mercados"),
        ("need_modes", "row.need_key = 'x'", "necesidad_modalidad_clave"),
        ("need_modes", "row.value = any('{LICENSING}')", "necesidad_modalidad_modalidad"),
        ("need_text", "row.words @@ 'java'::tsquery", "necesidad_titulo_en"),
        ("requirement", "row.need_key = 'x'", "necesidad_concepto_clave"),
        ("requirement", "row.concept = any('{urn:x}')", "necesidad_concepto_concepto"),
    ],
)
async def test_a_condition_is_met_through_an_index(
    registry: asyncpg.Connection, name: str, condition: str, index: str, view: Visibility
) -> None:
    assert index in await plan(registry, view, name, f"where {condition}")


@pytest.mark.parametrize("view", VIEWS, ids=str)
@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("capability", "row.concept = any('{urn:x}')"),
        ("offer_text", "row.words @@ 'java'::tsquery"),
        ("need_text", "row.words @@ 'java'::tsquery"),
        ("requirement", "row.concept = any('{urn:x}')"),
    ],
)
async def test_whether_an_owner_is_seen_stands_in_an_index(
    registry: asyncpg.Connection, name: str, condition: str, view: Visibility
) -> None:
    key = {"capability": "member", "offer_text": "offer"}.get(name, "need")
    looped = {"enable_hashjoin": "off", "enable_mergejoin": "off"}
    found = await plan(registry, view, name, f"where {condition}", f"row.{key}_key", **looped)
    owners = re.findall(r"(\w[\w ]*?) using (\w+) on padron.afiliado", found)
    assert owners
    assert set(owners) == {("Index Only Scan", "afiliado_compartido")}


@pytest.mark.parametrize("view", [Visibility.MUTUAL, Visibility.PRIVATE], ids=str)
@pytest.mark.parametrize(
    ("name", "condition", "index"),
    [
        ("member", "row.key = any('{x,y}')", "afiliado_clave"),
        ("member_text", "row.member_key = 'x'", "establecimiento_afiliado"),
        ("capability", "row.member_key = 'x'", "capacidad_afiliado"),
        ("identifier", "row.member_key = 'x'", "identificador_afiliado"),
        ("programme_member", "row.member_key = 'x'", "programa_afiliado_afiliado"),
        ("offer", "row.owner_key = 'x'", "oferta_titular"),
        ("offer_text", "row.offer_key = 'x'", "oferta_clave"),
        ("need", "row.owner_key = 'x'", "necesidad_titular"),
        ("requirement", "row.need_key = 'x'", "necesidad_concepto_clave"),
    ],
)
async def test_what_belongs_to_one_member_is_found_through_an_index_under_every_view(
    registry: asyncpg.Connection, name: str, condition: str, index: str, view: Visibility
) -> None:
    own = view is Visibility.PRIVATE and index.endswith("_titular")
    assert index + "_propio" * own in await plan(registry, view, name, f"where {condition}")


@pytest.mark.parametrize(("name", "table"), [("offer", "oferta"), ("need", "necesidad")])
@pytest.mark.parametrize(("order", "index"), [("updated_at", "actualizada_orden"), ("valid_until", "vigencia_orden")])
@pytest.mark.parametrize("view", VIEWS, ids=str)
async def test_a_page_of_postings_is_read_in_the_order_of_an_index(
    registry: asyncpg.Connection, name: str, table: str, order: str, index: str, view: Visibility
) -> None:
    found = await plan(registry, view, name, f'order by row.{order} desc, row.key collate "C" desc limit 21')
    assert f"{table}_{index}" in found
    # The one thing sorted is the list of modes in a row.
    assert all(key.startswith('"*VALUES*') for key in re.findall("Sort Key: (.*)", found))
