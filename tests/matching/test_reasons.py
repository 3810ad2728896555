"""Reasons add up to the score, and are worded in three languages."""

from fractions import Fraction

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Level
from adapters.contract.languages import LANGUAGES
from adapters.contract.match import Match, Sought
from gateway.matching.reasons import Reason, reasons, unmet, wording
from gateway.matching.score import SCORING_VERSION, WEIGHTS, Met, Parts, average, closeness
from gateway.matching.team import Candidate
from gateway.matching.wording import BELOW, SENTENCES
from gateway.reference import Reference
from gateway.vocabulary import Vocabulary
from schemas.codes import ReasonCode

CODES = {100: ReasonCode.CAPABILITY_EXACT, 70: ReasonCode.CAPABILITY_NARROWER, 40: ReasonCode.CAPABILITY_BROADER}
_PART = st.integers(0, 10_000)


def match_of(*weights):
    """A match of requirements r0, r1 ... with a concept of each similarity."""
    return Match(
        version=SCORING_VERSION,
        requirements=tuple(
            Sought(
                f"r{at}",
                weight,
                Level.ADVANCED,
                mandatory=True,
                concepts=((f"same{at}", 100), (f"low{at}", 70), (f"high{at}", 40)),
            )
            for at, weight in enumerate(weights)
        ),
        abilities=(),
        markets=("CO",),
        modes=(),
        languages=("fr",),
        themes=(),
        as_of=20_000,
    )


def met_with(at, similarity, level):
    concept = {100: "same", 70: "low", 40: "high"}[similarity] + str(at)
    best = closeness(similarity, level, Level.ADVANCED)
    return Met(f"r{at}", best, concept, level, covers=best >= 7_000)


def parts_of(match, met, **given):
    best = {each.key: each.best for each in met}
    fit = average((sought.weight, best.get(sought.key, 0)) for sought in match.requirements)
    rest = {"reverse": 0, "one_sided": False, "market": 0, "mode": 0, "programme": 0, "language": 0, "freshness": 0}
    return Parts(tuple(met), fit, **(rest | given), need=None, org_type="SME", country="CA")


@st.composite
def matches(draw):
    match = match_of(*draw(st.lists(st.integers(1, 100), min_size=1, max_size=10)))
    places = draw(st.sets(st.sampled_from(range(len(match.requirements))), min_size=1))
    met = [
        met_with(
            at, draw(st.sampled_from(list(CODES))), draw(st.sampled_from([Level.WORKING, Level.ADVANCED, Level.EXPERT]))
        )
        for at in sorted(places)
    ]
    one_sided = draw(st.booleans())
    parts = parts_of(
        match,
        met,
        reverse=0 if one_sided else draw(_PART),
        one_sided=one_sided,
        market=draw(_PART),
        mode=draw(_PART),
        programme=draw(st.sampled_from([0, 10_000])),
        language=draw(st.sampled_from([0, 10_000])),
        freshness=draw(_PART),
    )
    return match, parts


@given(matches())
def test_points_add_up_to_the_score_and_none_is_above_its_most(drawn):
    match, parts = drawn
    given_reasons = reasons(parts, match, "mtl")
    assert sum(reason.points for reason in given_reasons) == parts.score
    assert all(0 < reason.points <= reason.max_points for reason in given_reasons)
    assert [reason.points for reason in given_reasons] == sorted((r.points for r in given_reasons), reverse=True)


@given(matches())
def test_no_reason_is_a_point_away_from_its_share(drawn):
    match, parts = drawn
    by_key = {reason.requirement or reason.code: reason for reason in reasons(parts, match, "mtl")}
    mutual = Fraction(60 * parts.mutual, 100)
    both = parts.fit + parts.reverse
    weights = {sought.key: sought.weight for sought in match.requirements}
    fit = sum(weights[met.key] * met.best for met in parts.met)
    shares = {met.key: mutual * parts.fit / both * weights[met.key] * met.best / fit for met in parts.met}
    shares[ReasonCode.THEY_NEED_WHAT_YOU_OFFER] = mutual * parts.reverse / both
    shares[ReasonCode.MARKET_OVERLAP] = Fraction(12 * parts.market, 100)
    shares[ReasonCode.FRESHNESS] = Fraction(4 * parts.freshness, 100)
    for key, share in shares.items():
        points = by_key[key].points if key in by_key else 0
        assert abs(points - share) < 1


@given(matches())
def test_parts_come_out_of_their_json_as_they_went_in(drawn):
    _, parts = drawn
    text = orjson.dumps(
        {
            "requirements": [
                {
                    "key": met.key,
                    "best": met.best,
                    "concept": met.concept,
                    "level": met.level.value,
                    "covers": met.covers,
                }
                for met in parts.met
            ],
            **{name: getattr(parts, name) for name in ("fit", "reverse", *list(WEIGHTS)[1:], "need", "country")},
            "oneSided": parts.one_sided,
            "orgType": parts.org_type,
        }
    ).decode()
    assert Parts.read(text) == parts
    assert Candidate.matched("id", "mtl", parts) == Candidate(
        "id", "mtl", "CA", "SME", 10_000 - parts.score, frozenset(met.key for met in parts.met if met.covers)
    )


def test_the_most_of_all_reasons_is_the_most_that_a_score_can_be():
    match = match_of(2, 1)
    met = [met_with(0, 100, Level.EXPERT), met_with(1, 100, Level.ADVANCED)]
    full = dict.fromkeys(("market", "mode", "programme", "language", "freshness"), 10_000)
    of_two = reasons(parts_of(match, met, reverse=10_000, **full), match, "mtl")
    assert [(reason.points, reason.max_points) for reason in of_two] == [
        (most, most) for most in (3000, 2000, 1200, 1000, 1000, 800, 600, 400)
    ]
    one_sided = reasons(parts_of(match, met, one_sided=True, **full), match, "mtl")
    assert sum(reason.points for reason in one_sided) == sum(reason.max_points for reason in one_sided) == 7600


def test_a_reason_says_what_it_is_about():
    match = match_of(1, 1, 1, 1)
    met = [met_with(0, 100, Level.EXPERT), met_with(1, 70, Level.WORKING), met_with(2, 40, Level.ADVANCED)]
    parts = Parts(tuple(met), 4550, 4550, False, 0, 0, 0, 0, 0, "need-7", "SME", "CA")
    given_reasons = reasons(parts, match, "mtl")
    assert [(each.code, each.requirement, each.held, each.asked, each.below) for each in given_reasons] == [
        (ReasonCode.THEY_NEED_WHAT_YOU_OFFER, None, None, None, False),
        (ReasonCode.CAPABILITY_EXACT, "r0", "same0", "same0", False),
        (ReasonCode.CAPABILITY_NARROWER, "r1", "low1", "same1", True),
        (ReasonCode.CAPABILITY_BROADER, "r2", "high2", "same2", False),
    ]
    assert given_reasons[0].evidence == (Reference("Need", "mtl", "need-7").id,)
    assert unmet(parts, match) == ("r3",)


def test_every_code_is_worded_in_every_language():
    assert set(SENTENCES) == set(ReasonCode)
    assert all(set(texts) == set(LANGUAGES) for texts in (*SENTENCES.values(), BELOW))
    for texts in SENTENCES.values():
        assert len(set(texts.values())) == len(LANGUAGES)
        assert all(text.endswith(".") and text.count(".") == 1 for text in texts.values())


@pytest.fixture(scope="module")
def concepts():
    return Vocabulary.load().concepts


@pytest.mark.parametrize("code", list(ReasonCode))
@pytest.mark.parametrize("lang", ["en-CA", "fr-CA", "es-MX", "de", None])
def test_a_sentence_is_in_the_language_asked_for_with_the_labels_of_that_language(code, lang, concepts):
    held, asked = (next(each for each in concepts.values() if each.broader).uri, next(iter(concepts)))
    about = {"held": held, "asked": asked} if code.startswith("CAPABILITY") else {}
    text, found = wording(Reason(code, 1, 1, **about), lang, concepts)
    assert found == {"fr-CA": "fr", "es-MX": "es"}.get(lang, "en")
    assert "{" not in text
    if about:
        assert concepts[held].labels[found] in text
        below, _ = wording(Reason(code, 1, 1, **about, below=True), lang, concepts)
        assert below == text.removesuffix(".") + BELOW[found] + "."


def test_a_concept_that_the_vocabulary_does_not_know_is_named_by_its_uri():
    text, _ = wording(Reason(ReasonCode.CAPABILITY_EXACT, 1, 1, held="urn:x", asked="urn:x"), "es", {})
    assert text == "Este miembro tiene la capacidad que usted busca: urn:x."
