"""The indexes of the Montréal registry: each question of the corridor finds its own.

The registry is so small that Postgres would rather read it whole, or sort what it read; forbidden to, it must show that
an index serves.
"""

import re
from importlib.resources import files

import asyncpg
import pytest

from adapters.contract.codes import Visibility
from adapters.kit.columns import PROJECTIONS
from adapters.kit.folder import load
from adapters.montreal import ADAPTER

MONTREAL = files("adapters.montreal")

NAME_ORDER = 'order by each.name_key collate "C", each.key collate "C" limit 21'
QUESTIONS = {
    "lookup": ("member", "where each.key = any(array['100001', '1001'])", "membre_cle"),
    "name": ("member", NAME_ORDER, "membre_ordre_nom"),
    "name_after": (
        "member",
        f"where (each.name_key collate \"C\", each.key collate \"C\") > ('m', '1') {NAME_ORDER}",
        "membre_ordre_nom",
    ),
    "key": ("member", 'order by each.key collate "C" limit 21', "membre_cle_octets"),
    "updated": ("member", 'order by each.updated_at desc, each.key collate "C" desc limit 21', "membre_ordre_maj"),
    "founded": (
        "member",
        'order by (each.founded is null), each.founded, each.key collate "C" limit 21',
        "membre_ordre_fondation",
    ),
    "founded_down": (
        "member",
        'order by (each.founded is not null) desc, each.founded desc, each.key collate "C" desc limit 21',
        "membre_ordre_fondation_inverse",
    ),
    "offers_updated": ("offer", 'order by each.updated_at, each.key collate "C" limit 21', "offre_ordre_maj"),
    "offers_until": ("offer", 'order by each.valid_until, each.key collate "C" limit 21', "offre_ordre_fin"),
    "needs_updated": ("need", 'order by each.updated_at, each.key collate "C" limit 21', "besoin_ordre_maj"),
    "offers_of": ("offer", "where each.owner_key = any(array['100001'])", "offre_proprietaire"),
    "needs_of": ("need", "where each.owner_key = any(array['100001'])", "besoin_proprietaire"),
    "name_words": ("member_text", "where each.words @@ 'zanvex'::tsquery", "membre_nom_mots"),
    "other_name_words": ("member_text", "where each.words @@ 'zanvex'::tsquery", "nom_mots"),
    "summary_words": ("member_text", "where each.words @@ 'zanvex'::tsquery", "fiche_membre_mots"),
    "texts_of": ("member_text", "where each.member_key = any(array['100001'])", "fiche_membre_membre"),
    "title_words": ("offer_text", "where each.words @@ 'python'::tsquery", "offre_titre_mots"),
    "offer_summary_words": ("offer_text", "where each.words @@ 'python'::tsquery", "offre_resume_mots"),
    "need_words": ("need_text", "where each.words @@ 'python'::tsquery", "besoin_titre_mots"),
    "capabilities_of": ("capability", "where each.member_key = any(array['100001'])", "competence_membre_membre"),
    "concept": (
        "capability",
        "where each.concept = 'http://data.europa.eu/esco/skill/5da8018b-ae85-4cde-ad93-0394369018f3'",
        "competence_membre_competence",
    ),
    "requirements_of": ("requirement", "where each.need_key = any(array['1'])", "exigence_besoin"),
    "programmes_of": ("programme_member", "where each.member_key = any(array['100001'])", "participation_membre"),
    "market": ("member_target_markets", "where each.value = 'MX'", "marche_membre_pays"),
    "activity": ("industry", "where each.common_code5 = '33421'", "entreprise_cae"),
}


LISTED = [(question, view) for question in QUESTIONS for view in (Visibility.CORRIDOR, Visibility.CLUSTER)]
WORDS = [(question, Visibility.PUBLIC) for question in QUESTIONS if question.endswith("_words")]


@pytest.mark.parametrize(("question", "view"), LISTED + WORDS, ids=str)
async def test_an_index_answers(registry: asyncpg.Connection, question: str, view: Visibility) -> None:
    name, condition, index = QUESTIONS[question]
    select = load(ADAPTER.folder).under(view)[name]
    await registry.execute("set local enable_seqscan = off; set local enable_sort = off")
    plan = await registry.fetch(f"explain (costs off) select 1 from ({select}) as each {condition}")
    text = "\n".join(row[0] for row in plan)
    assert re.search(rf"(using|on|Backward using) {index}\b", text), text
    assert "order by" not in condition or "Sort" not in text, text


@pytest.mark.parametrize(("name", "index"), [("offer", "offre_titulaire"), ("need", "besoin_titulaire")])
async def test_an_owner_finds_its_own(registry: asyncpg.Connection, name: str, index: str) -> None:
    """Anonymous ones, too."""
    text = await planned(registry, name, Visibility.PRIVATE, "each.owner_key = '100001'")
    assert index in text, text


@pytest.mark.parametrize("view", Visibility, ids=str)
@pytest.mark.parametrize("name", PROJECTIONS)
async def test_a_level_is_a_comparison(registry: asyncpg.Connection, name: str, view: Visibility) -> None:
    """No function is called for a row: the view is a constant."""
    text = await planned(registry, name, view, "true")
    assert "sees(" not in text, text


@pytest.mark.parametrize(
    ("view", "index"),
    [
        (Visibility.PUBLIC, r"membre_visible_\w*"),
        (Visibility.CORRIDOR, r"membre_visible_corridor\w*"),
        (Visibility.CLUSTER, r"membre_visible_grappe\w*"),
    ],
)
async def test_whether_a_member_may_be_seen_is_read_from_an_index(
    registry: asyncpg.Connection, view: Visibility, index: str
) -> None:
    await registry.execute("set local enable_hashjoin = off")
    await registry.execute("set local enable_mergejoin = off")
    text = await planned(registry, "capability", view, "each.member_key = '100001'")
    assert re.search(rf"using {index} on membre m\n", text), text


async def planned(registry: asyncpg.Connection, name: str, view: Visibility, condition: str) -> str:
    """The plan of a projection under a view and a condition."""
    select = load(ADAPTER.folder).under(view)[name]
    await registry.execute("set local enable_seqscan = off")
    plan = await registry.fetch(f"explain (costs off) select * from ({select}) as each where {condition}")
    return "\n".join(row[0] for row in plan)


async def test_indexes_may_be_made_again(registry: asyncpg.Connection) -> None:
    counted = "select count(*) from pg_indexes where schemaname in ('registre', 'grappe')"
    before = await registry.fetchval(counted)
    await registry.execute((MONTREAL / "indexes.sql").read_text(encoding="utf-8"))
    assert await registry.fetchval(counted) == before
