"""The Montréal registry on a real server: the projections keep the contract and hide what is hidden."""

import csv
import re
from collections import Counter
from importlib.resources import files
from typing import Any

import asyncpg
import pytest

from adapters.contract import codes as contract
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import SEES, Visibility
from adapters.contract.text import fold
from adapters.kit.columns import OPTIONAL, PROJECTIONS
from adapters.kit.folder import load
from adapters.kit.promises import RELEASED
from adapters.kit.sample import ACTIVITIES, SampleMember, members
from adapters.montreal import ADAPTER
from adapters.montreal.native import codelists
from adapters.montreal.native.invented import HOME

MONTREAL = files("adapters.montreal")
ADAPTER_PROJECTIONS = load(ADAPTER.folder)
every_view = pytest.mark.parametrize("view", Visibility, ids=str)
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


def projection(name: str, view: Visibility = Visibility.CORRIDOR) -> str:
    return ADAPTER_PROJECTIONS.under(view)[name]


def widest(name: str) -> Visibility:
    """The view of a partner, where it sees rows of this projection at all."""
    return Visibility.PRIVATE if name == "contact" else Visibility.CORRIDOR


def names() -> list[str]:
    return sorted(each.name.removesuffix(".sql") for each in (MONTREAL / "projections").iterdir())


@pytest.fixture(scope="module")
def sample() -> list[SampleMember]:
    """The invented members that conftest.py fills the registry with."""
    return list(members(HOME, 200, 11))


async def rows(registry: asyncpg.Connection, name: str, view: Visibility = Visibility.CORRIDOR) -> list[asyncpg.Record]:
    return await registry.fetch(projection(name, view))


async def values(
    registry: asyncpg.Connection, name: str, column: str, view: Visibility = Visibility.CORRIDOR
) -> list[Any]:
    return [row[column] for row in await rows(registry, name, view)]


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


@pytest.mark.parametrize(
    ("child", "link", "parent"),
    [
        *((name, "member_key", "member") for name in names() if name.startswith("member_")),
        *((name, "offer_key", "offer") for name in names() if name.startswith("offer_")),
        *((name, "need_key", "need") for name in names() if name.startswith("need_")),
        *((name, "programme_key", "programme") for name in names() if name.startswith("programme_")),
        ("capability", "member_key", "member"),
        ("contact", "member_key", "member"),
        ("identifier", "member_key", "member"),
        ("industry", "member_key", "member"),
        ("programme_member", "member_key", "member"),
        ("requirement", "need_key", "need"),
        ("offer", "owner_key", "member"),
        ("need", "owner_key", "member"),
    ],
)
@every_view
async def test_links_lead_to_a_served_row(
    registry: asyncpg.Connection, child: str, link: str, parent: str, view: Visibility
) -> None:
    links = set(await values(registry, child, link, view)) - {None}
    assert bool(links) is listed(child, view)
    assert links <= set(await values(registry, parent, "key", view))


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


@pytest.mark.parametrize("name", names())
async def test_no_canary_leaves(registry: asyncpg.Connection, name: str) -> None:
    for row in await rows(registry, name):
        assert "canary" not in str(tuple(row.values())).lower()


async def test_the_canaries_are_there(registry: asyncpg.Connection) -> None:
    for table, column in (
        ("grappe.membre", "nom_affiche"),
        ("grappe.membre", "site_web"),
        ("grappe.fiche_membre", "presentation"),
        ("registre.nom", "nom_assuj"),
        ("registre.nom", "nom_assuj_lang_etrng"),
        ("grappe.offre_texte", "titre"),
        ("grappe.besoin_texte", "resume"),
        ("grappe.identifiant", "valeur"),
        ("grappe.programme_nom", "nom"),
        ("grappe.contact", "nom"),
        ("grappe.contact", "cellulaire"),
    ):
        planted = await registry.fetchval(f"select count(*) from {table} where {column} like '%CANARY%'")
        assert planted > 0, f"{table}.{column}"


@every_view
async def test_exactly_the_served_members_are_served(
    registry: asyncpg.Connection, sample: list[SampleMember], view: Visibility
) -> None:
    served = {key for key in await values(registry, "member", "key", view) if int(key) > 100_000}
    assert served == {str(100_000 + member.number) for member in sample if member.seen(view)}
    # What open data says of an organisation is for everybody.
    real = await registry.fetch("select no_membre, cod_statut_adhesion from grappe.membre where no_membre < 100000")
    known = {key for key in await values(registry, "member", "key", view) if int(key) < 100_000}
    assert known == {str(row["no_membre"]) for row in real if row["cod_statut_adhesion"] == "AC"}
    assert {row["cod_statut_adhesion"] for row in real} == {"AC", "TE", "RT"}


@every_view
async def test_exactly_the_shown_postings_are_served(
    registry: asyncpg.Connection, sample: list[SampleMember], view: Visibility
) -> None:
    for name, attribute in (("offer", "offers"), ("need", "needs")):
        shown = [
            posting
            for member in sample
            if member.seen(view)
            for posting in getattr(member, attribute)
            if posting.seen(view)
        ]
        found = await rows(registry, name, view)
        assert Counter((row["kind"], row["status"], row["updated_at"], row["anonymous"]) for row in found) == Counter(
            (posting.kind, posting.status, posting.updated_at, posting.anonymous) for posting in shown
        )


def listed(name: str, view: Visibility) -> bool:
    """Whether a view has rows of a projection when nothing of it is hidden."""
    return name != "contact" or view in RELEASED


OF_MEMBERS = [name for name in names() if name not in {"programme", "programme_text", "programme_themes"}]
OF_OFFERS = [name for name in names() if name.startswith("offer")]
OF_NEEDS = [name for name in names() if name.startswith("need") or name == "requirement"]
OF_PROGRAMMES = [name for name in names() if name.startswith("programme")]


@pytest.mark.parametrize(
    ("change", "emptied"),
    [
        ("update grappe.membre set cod_statut_adhesion = 'TE'", OF_MEMBERS),
        ("update grappe.membre set cod_statut_adhesion = 'RT'", OF_MEMBERS),
        ("update grappe.consentement set dat_retrait = now() where cod_finalite = 'PROFIL'", OF_MEMBERS),
        ("delete from grappe.consentement where cod_finalite = 'PROFIL'", OF_MEMBERS),
        ("update grappe.offre set cod_statut = 'BR'", OF_OFFERS),
        ("update grappe.offre set cod_statut = 'RE'", OF_OFFERS),
        ("update grappe.besoin set cod_statut = 'BR'", OF_NEEDS),
        ("update grappe.besoin set cod_statut = 'RE'", OF_NEEDS),
    ],
)
@every_view
async def test_what_is_withdrawn_is_gone_from_every_projection(
    registry: asyncpg.Connection, change: str, emptied: list[str], view: Visibility
) -> None:
    await registry.execute(change)
    for name in names():
        assert bool(await rows(registry, name, view)) is (name not in emptied and listed(name, view)), name


@pytest.mark.parametrize("level", Visibility, ids=str)
@pytest.mark.parametrize(
    ("table", "emptied"),
    [("membre", OF_MEMBERS), ("offre", OF_OFFERS), ("besoin", OF_NEEDS), ("programme", OF_PROGRAMMES)],
)
async def test_a_level_decides_in_every_projection(
    registry: asyncpg.Connection, table: str, emptied: list[str], level: Visibility
) -> None:
    """Everything else is public then."""
    for each in ("membre", "offre", "besoin", "programme"):
        code = codelists.VISIBILITY[level if each == table else Visibility.PUBLIC]
        await registry.execute(f"update grappe.{each} set cod_visibilite = '{code}'")
    for view in Visibility:
        for name in names():
            there = (level in SEES[view] or name not in emptied) and listed(name, view)
            assert bool(await rows(registry, name, view)) is there, (name, view)


@every_view
async def test_an_anonymous_posting_leads_nowhere(registry: asyncpg.Connection, view: Visibility) -> None:
    """But for its owner."""
    for name, table in (("offer", "offre"), ("need", "besoin")):
        found = await rows(registry, name, view)
        assert {row["anonymous"] for row in found} == {True, False} or view is Visibility.PUBLIC
        hidden = view is not Visibility.PRIVATE
        assert all((row["owner_key"] is None) is (row["anonymous"] and hidden) for row in found)
        owners = await registry.fetch(f"select no_{table}, no_membre from grappe.{table} order by no_{table}")
        assert [row["no_membre"] for row in owners] != sorted(row["no_membre"] for row in owners)


@every_view
async def test_hidden_fields_are_null(
    registry: asyncpg.Connection, sample: list[SampleMember], view: Visibility
) -> None:
    found = {row["key"]: row for row in await rows(registry, "member", view)}
    identifiers = {row["member_key"]: row for row in await rows(registry, "identifier", view) if row["scheme"] == "NEQ"}
    seen: Counter[tuple[str, bool]] = Counter()
    for member in sample:
        row = found.get(str(100_000 + member.number))
        if row is None:
            continue
        levels = {"website": "PUBLIC", "legal_name": "CORRIDOR", "identifiers": "CORRIDOR"}
        levels |= dict.fromkeys(member.hidden_fields, ("CLUSTER", "MUTUAL", "PRIVATE")[member.number % 3])
        shown = {field: level in SEES[view] for field, level in levels.items()}
        seen.update(shown.items())
        assert row["website"] == (member.website if shown["website"] else None)
        assert row["legal_name"] == (member.legal_name if shown["legal_name"] else None)
        value = identifiers[row["key"]]["value"]
        assert re.fullmatch(r"(11|33)9\d{7}", value) if shown["identifiers"] else value is None
    assert seen["website", True]
    assert all(seen[field, False] for field in ("website", "legal_name", "identifiers")) or view is Visibility.PRIVATE


async def test_a_hidden_corporate_name_is_not_given_away_by_another_name(registry: asyncpg.Connection) -> None:
    """Nor by the foreign form of one, nor as a former one of them; a name of its own is shown all the same."""
    (member, file, hidden) = await registry.fetchrow(
        "select m.no_membre, m.no_dossier, n.nom_assuj"
        " from grappe.membre as m join registre.nom as n using (no_dossier)"
        " where n.stat_nom = 'V' and n.typ_nom_assuj = 'M' and m.cod_visibilite = 'P' and m.cod_statut_adhesion = 'AC'"
        " and n.nom_assuj <> m.nom_affiche and no_membre > 100000 and exists (select from grappe.consentement as c"
        " where c.no_membre = m.no_membre and c.cod_finalite = 'PROFIL' and c.dat_retrait is null) limit 1"
    )
    await registry.execute("update grappe.membre set vis_denomination = 'G' where no_membre = $1", member)
    await registry.execute("update registre.nom set nom_assuj_lang_etrng = 'Zq Abroad Inc.' where no_dossier = $1"
                           " and typ_nom_assuj = 'M'", file)  # fmt: skip
    spaced = " ".join(hidden.upper()) + "."
    await registry.executemany(
        "insert into registre.nom (no_dossier, no_nom, nom_assuj, nom_assuj_lang_etrng, stat_nom, typ_nom_assuj)"
        " values ($1, $2, $3, $4, $5, $6)",
        [
            (file, 91, hidden.upper(), spaced, "V", "N"),
            (file, 92, "ZQ ABROAD, INC", "Zq Unlike Abroad", "A", "A"),
            (file, 93, "Zq Unlike", hidden, "V", "A"),
        ],
    )
    given_away = {hidden, hidden.upper(), spaced, "Zq Abroad Inc.", "ZQ ABROAD, INC"}
    for view in Visibility:
        found = {row["text"] for row in await rows(registry, "member_text", view) if row["member_key"] == f"{member}"}
        assert found >= {"Zq Unlike", "Zq Unlike Abroad"}
        assert found & given_away == (given_away if "CLUSTER" in SEES[view] else set()), view


async def test_everybody_sees_the_facts_of_open_data(registry: asyncpg.Connection) -> None:
    """Names, websites and identifiers of real organisations."""
    real = [row for row in await rows(registry, "member", Visibility.PUBLIC) if int(row["key"]) < 100_000]
    assert len(real) > 300
    assert sum(row["website"] is not None for row in real) > 100
    of = {
        row["member_key"] for row in await rows(registry, "identifier", Visibility.PUBLIC) if row["value"] is not None
    }
    assert {row["key"] for row in real} <= of


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


async def test_a_partner_sees_no_city_where_the_address_is_not_public(registry: asyncpg.Connection) -> None:
    cities = {row["key"]: (row["city"], row["subdivision"]) for row in await rows(registry, "member")}
    addresses = await registry.fetch(
        "select m.no_membre::text as key, a.ind_disp from grappe.membre as m join registre.etablissement as a "
        "using (no_dossier) where a.ind_etab_princ = 'O'"
    )
    shown = {row["key"]: row["ind_disp"] == "O" for row in addresses}
    assert {shown[key] for key in cities} == {True, False}
    for key, (city, subdivision) in cities.items():
        assert subdivision == ("CA-QC" if shown[key] else None)
        assert (city is not None) is shown[key]


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


async def test_the_reader_reads_the_projections_and_nothing_else(registry: asyncpg.Connection) -> None:
    await registry.execute("set local role corridor_reader")
    for name in names():
        await registry.fetch(f"select * from ({projection(name)}) as each limit 1")
    for refused in (
        "select cellulaire from grappe.contact",
        "select lign1_adr from registre.etablissement",
        "select dat_octroi from grappe.consentement",
        "delete from grappe.membre",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with registry.transaction():
                await registry.execute(refused)
