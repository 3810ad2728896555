"""The indexes of the Montréal registry: each question of the corridor finds its own.

The registry is so small that Postgres would rather read it whole; forbidden to, it must show that an index serves.
"""

import re
from importlib.resources import files

import asyncpg
import pytest

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


@pytest.mark.parametrize("question", QUESTIONS)
async def test_an_index_answers(registry: asyncpg.Connection, question: str) -> None:
    name, condition, index = QUESTIONS[question]
    select = (MONTREAL / "projections" / f"{name}.sql").read_text(encoding="utf-8")
    await registry.execute("set local enable_seqscan = off")
    plan = await registry.fetch(f"explain (costs off) select 1 from ({select}) as each {condition}")
    text = "\n".join(row[0] for row in plan)
    assert re.search(rf"(using|on|Backward using) {index}\b", text), text
    assert "order by" not in condition or "Sort" not in text, text


async def test_indexes_may_be_made_again(registry: asyncpg.Connection) -> None:
    counted = "select count(*) from pg_indexes where schemaname in ('registre', 'grappe')"
    before = await registry.fetchval(counted)
    await registry.execute((MONTREAL / "indexes.sql").read_text(encoding="utf-8"))
    assert await registry.fetchval(counted) == before
