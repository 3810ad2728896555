"""Who sees what of the Montréal registry: every projection under every view, and what nobody sees."""

import re
from collections import Counter

import asyncpg
import pytest

from adapters.contract.codes import SEES, Visibility
from adapters.kit.sample import SampleMember
from adapters.montreal.native import codelists
from tests.adapters.montreal.projections import listed, names, projection, rows, values

every_view = pytest.mark.parametrize("view", Visibility, ids=str)
OF_MEMBERS = [name for name in names() if name not in {"programme", "programme_text", "programme_themes"}]
OF_OFFERS = [name for name in names() if name.startswith("offer")]
OF_NEEDS = [name for name in names() if name.startswith("need") or name == "requirement"]
OF_PROGRAMMES = [name for name in names() if name.startswith("programme")]


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
