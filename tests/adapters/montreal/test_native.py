"""The projections of Montréal have the form of the contract, and say what its registry says."""

import csv
import re
from collections import Counter
from importlib.resources import files

import asyncpg
import pytest

from adapters.contract import codes as contract
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.text import fold
from adapters.kit.columns import OPTIONAL, PROJECTIONS
from adapters.kit.sample import ACTIVITIES, SampleMember
from adapters.montreal.native import codelists
from tests.adapters.montreal.projections import names, projection, rows, values

CODE_TABLES = {
    "visibilite": ("cod_visibilite", ["member"]),
    "statut_adhesion": ("cod_statut_adhesion", ["member"]),
    "type_membre": ("cod_type_membre", ["member"]),
    "langue": ("cod_langue", ["member", "member_languages"]),
    "niveau": ("cod_niveau", ["capability", "requirement"]),
    "type_offre": ("cod_type_offre", ["offer"]),
    "type_besoin": ("cod_type_besoin", ["need"]),
    "mode_collaboration": ("cod_mode", ["offer", "offer_modes", "need", "need_modes"]),
    "statut_annonce": ("cod_statut", ["offer", "need"]),
    "statut_programme": ("cod_statut", ["programme"]),
    "registre_externe": ("cod_registre", ["identifier"]),
}


def widest(name: str) -> Visibility:
    """The view of a partner, where it sees rows of this projection at all."""
    return Visibility.PRIVATE if name == "contact" else Visibility.CORRIDOR


def test_every_projection_of_the_contract_is_there() -> None:
    assert set(PROJECTIONS) <= set(names()) <= set(PROJECTIONS) | set(OPTIONAL)


@pytest.mark.parametrize("name", names())
async def test_columns_types_nulls_and_codes(registry: asyncpg.Connection, name: str) -> None:
    columns = PROJECTIONS.get(name) or OPTIONAL[name]
    subquery = f"select * from ({projection(name, widest(name))}) as each"
    statement = await registry.prepare(f"{subquery} limit 0")
    oids = {each.name: each.type.oid for each in statement.get_attributes()}
    types = {column: await registry.fetchval("select format_type($1, null)", oid) for column, oid in oids.items()}
    assert types == {column.name: column.type for column in columns}
    found = await registry.fetch(subquery)
    assert found
    for column in columns:
        given = [row[column.name] for row in found]
        if column.required:
            assert None not in given, column.name
        if column.codelist:
            flat = [code for value in given if value for code in (value if isinstance(value, list) else [value])]
            assert set(flat) <= set(column.codelist), column.name
        for value in given:
            assert not isinstance(value, list) or None not in value


@pytest.mark.parametrize("name", [each.name for each in CATALOGUE.values() if each.keyed])
async def test_keys_are_unique(registry: asyncpg.Connection, name: str) -> None:
    keys = await values(registry, name, "key", widest(name))
    assert len(set(keys)) == len(keys) > 5


async def test_no_row_comes_twice_within_its_parent(registry: asyncpg.Connection) -> None:
    for name, identity in {
        "industry": ("member_key", "system", "version", "code"),
        "capability": ("member_key", "concept"),
        "requirement": ("need_key", "key"),
        "programme_member": ("member_key", "programme_key"),
    }.items():
        seen = Counter(tuple(row[column] for column in identity) for row in await rows(registry, name))
        assert max(seen.values()) == 1, name


async def test_every_member_has_its_name_once(registry: asyncpg.Connection) -> None:
    named = Counter(row["member_key"] for row in await rows(registry, "member_text") if row["field"] == "NAME")
    assert named == Counter(await values(registry, "member", "key"))


async def test_required_texts_are_there_in_french(registry: asyncpg.Connection) -> None:
    for name, field in {"offer": "TITLE", "need": "TITLE", "programme": "NAME"}.items():
        written = {
            row[f"{name}_key"]
            for row in await rows(registry, f"{name}_text")
            if row["field"] == field and row["lang"] == "fr"
        }
        assert written == set(await values(registry, name, "key"))


async def test_member_fields_come_from_the_sample(registry: asyncpg.Connection, sample: list[SampleMember]) -> None:
    found = {row["key"]: row for row in await rows(registry, "member")}
    seen = 0
    for member in sample:
        row = found.get(str(100_000 + member.number))
        if row is None:
            continue
        seen += 1
        assert row["display_name"] == member.name
        assert (row["sector"], row["org_type"]) == (member.sector, member.org_type)
        assert (row["membership_status"], row["visibility"]) == (member.status, member.visibility)
        assert row["founded"] == member.founded
        assert set(row["languages"]) == set(member.languages)
        assert set(row["target_markets"]) == set(member.target_markets)
        assert set(row["interests"]) == set(member.interests)
        assert row["updated_at"] == member.updated_at
        assert row["name_key"] == fold(member.name)
        if member.headcount is None:
            assert row["headcount_min"] is row["headcount_code"] is row["size_band"] is None
        else:
            assert row["headcount_min"] <= member.headcount <= (row["headcount_max"] or 10**6)
            assert (row["size_band"] == "MICRO") == (row["headcount_min"] < 10)
    assert seen > 100


@pytest.mark.parametrize("name", [name for name in names() if name in OPTIONAL])
async def test_pairs_say_the_same_as_the_list(registry: asyncpg.Connection, name: str) -> None:
    owner, _, field = name.partition("_")
    pairs = Counter((row[f"{owner}_key"], row["value"]) for row in await rows(registry, name))
    listed = Counter((row["key"], value) for row in await rows(registry, owner) for value in row[field])
    assert pairs == listed
    assert pairs


async def test_words_are_those_of_the_text(registry: asyncpg.Connection) -> None:
    for name in ("member_text", "offer_text", "need_text"):
        wrong = await registry.fetchval(
            f"select count(*) from ({projection(name)}) as t where t.words <> corridor.document(t.lang, t.text)"
        )
        assert wrong == 0


@pytest.mark.parametrize("table", CODE_TABLES)
async def test_every_native_code_is_translated(registry: asyncpg.Connection, table: str) -> None:
    column, projections = CODE_TABLES[table]
    for name in projections:
        for row in await registry.fetch(f"select {column} from grappe.{table}"):
            assert re.search(rf"\('{row[column]}', '?\w*", projection(name)), (name, row[column])
    letters = await registry.fetch(
        "select cod_dom_val from registre.domaine_valeur where typ_dom_val = 'INTVAL_EMPLO_QUE'"
    )
    assert len(letters) == 14
    assert all(f"('{row['cod_dom_val']}', " in projection("member") for row in letters)


async def test_an_untranslated_code_becomes_null_and_loses_no_row(registry: asyncpg.Connection) -> None:
    before = await values(registry, "member", "key")
    await registry.execute("insert into grappe.type_membre values ('XYZ', 'Nouveau type')")
    await registry.execute("update grappe.membre set cod_type_membre = 'XYZ' where no_membre = 1001")
    found = {row["key"]: row for row in await rows(registry, "member")}
    assert sorted(found) == sorted(before)
    assert found["1001"]["sector"] is None


def vocabulary(name: str) -> list[dict[str, str]]:
    source = files("gateway.vocabulary").joinpath("data", f"{name}.csv")
    return list(csv.DictReader(source.read_text(encoding="utf-8").splitlines()))


def test_code_tables_fit_the_vocabularies() -> None:
    concepts = {row["uri"] for row in vocabulary("concepts")}
    assert set(codelists.competences()) <= concepts
    assert {codelists.ACTIVITY[activity] for activity in ACTIVITIES} <= set(codelists.activities())
    naics = {row["code"] for row in vocabulary("industries") if (row["system"], row["version"]) == ("NAICS", "2017")}
    comparable = {row["code5"] for row in vocabulary("comparable")}
    for row in codelists.activities().values():
        assert row["cod_scian"] in naics
        five = row["cod_scian"][:5]
        assert row["cod_commun5"] == (five if five in comparable else "")


def test_code_translations_are_those_of_the_contract() -> None:
    for mapping, codelist in (
        (codelists.VISIBILITY, contract.Visibility),
        (codelists.MEMBER_STATUS, contract.MembershipStatus),
        (codelists.ORG_TYPE, contract.OrgType),
        (codelists.LEVEL, contract.Level),
        (codelists.OFFER_KIND, contract.OfferKind),
        (codelists.NEED_KIND, contract.NeedKind),
        (codelists.MODE, contract.CollaborationMode),
        (codelists.POSTING_STATUS, contract.PostingStatus),
    ):
        assert set(mapping) == set(codelist)


async def test_a_member_is_the_same_at_any_size(registry: asyncpg.Connection, small: asyncpg.Connection) -> None:
    for table, order in {
        "grappe.membre": "no_membre",
        "grappe.fiche_membre": "no_membre, cod_langue",
        "registre.entreprise": "no_dossier",
        "registre.nom": "no_dossier, no_nom",
        "registre.etablissement": "no_dossier, no_suf_etab",
    }.items():
        first = "no_membre <= 100030" if "no_membre" in order else "no_dossier <= 7100030"
        query = f"select * from {table} where {first} order by {order}"
        assert await small.fetch(query) == await registry.fetch(query)
    query = "select * from grappe.offre where no_membre <= 100030 order by no_offre"
    assert await small.fetch(query) == await registry.fetch(query)
