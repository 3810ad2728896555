"""What registries are asked for: concepts expanded, both ways round."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Level
from adapters.contract.match import Ability, Match, Sought
from gateway.matching.plan import MOST_RELATED, Asked, Asker, plan
from gateway.matching.score import closeness
from gateway.vocabulary import Vocabulary


@dataclass(frozen=True)
class Linked:
    """What of a concept a plan reads."""

    broader: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()


def chained(*pairs):
    """Concepts from (narrower, broader) pairs."""
    uris = {uri for pair in pairs for uri in pair}
    return {
        uri: Linked(tuple(high for low, high in pairs if low == uri), tuple(low for low, high in pairs if high == uri))
        for uri in uris
    }


TREE = chained(("python", "programming"), ("asyncio", "python"), ("typing", "python"), ("programming", "computing"))


def asked(concept, key="r", level=Level.WORKING):
    return Asked(key, concept, level, weight=1, mandatory=True)


def test_what_is_narrower_is_worth_more_than_what_is_broader_at_any_distance():
    [sought] = plan(TREE, [asked("python")], Asker(), as_of=1).requirements
    assert sought.concepts == (("python", 100), ("asyncio", 70), ("typing", 70), ("computing", 40), ("programming", 40))


def test_the_asker_is_compared_the_other_way_round():
    """Who can do asyncio meets a need for Python as the narrower one of the two; not so well the other way."""
    match = plan(TREE, [], Asker(abilities=(("asyncio", Level.EXPERT), ("computing", Level.WORKING))), as_of=1)
    by_concept = {(each.concept, each.level): each.sim for each in match.abilities}
    assert by_concept["python", Level.EXPERT] == by_concept["programming", Level.EXPERT] == 70
    assert by_concept["typing", Level.WORKING] == 40
    assert ("typing", Level.EXPERT) not in by_concept


def test_of_two_abilities_for_one_concept_only_those_stay_that_are_ever_the_better():
    able = Asker(abilities=(("python", Level.WORKING), ("asyncio", Level.EXPERT), ("typing", Level.AWARENESS)))
    python = [each for each in plan(TREE, [], able, as_of=1).abilities if each.concept == "python"]
    assert python == [Ability("python", Level.WORKING, 100), Ability("python", Level.EXPERT, 70)]


def test_a_concept_that_the_vocabulary_does_not_know_is_like_itself_only():
    match = plan(TREE, [asked("urn:x")], Asker(abilities=(("urn:y", Level.EXPERT),)), as_of=1)
    assert match.requirements[0].concepts == (("urn:x", 100),)
    assert match.abilities == (Ability("urn:y", Level.EXPERT, 100),)


def test_a_circle_ends_and_the_higher_similarity_wins():
    circle = chained(("a", "b"), ("b", "c"), ("c", "a"))
    assert plan(circle, [asked("a")], Asker(), as_of=1).requirements[0].concepts == (("a", 100), ("b", 70), ("c", 70))


def test_a_concept_with_very_many_narrower_ones_keeps_the_nearest():
    wide = chained(
        *((f"near{number:03}", "top") for number in range(60)), *((f"far{n:03}", "near000") for n in range(90))
    )
    concepts = [uri for uri, _ in plan(wide, [asked("top")], Asker(), as_of=1).requirements[0].concepts]
    assert len(concepts) == MOST_RELATED + 1
    assert sum(uri.startswith("near") for uri in concepts) == 60
    assert "far039" in concepts
    assert "far040" not in concepts


def test_the_rest_is_handed_on_once_each():
    match = plan(
        TREE,
        [Asked("k", "computing", Level.EXPERT, 3, mandatory=False)],
        Asker(markets=("MX", "MX"), modes=("JOINT_BID",), languages=("fr-CA", "es"), themes=("iot", "iot")),
        as_of=20_000,
        excluded=("me", "me"),
    )
    related = (("computing", 100), ("asyncio", 70), ("programming", 70), ("python", 70), ("typing", 70))
    assert match == Match(
        version="1",
        requirements=(Sought("k", 3, Level.EXPERT, mandatory=False, concepts=related),),
        abilities=(),
        markets=("MX",),
        modes=("JOINT_BID",),
        languages=("fr-CA", "es"),
        themes=("iot",),
        as_of=20_000,
        excluded=("me",),
    )


def test_no_concept_of_the_vocabulary_reaches_the_bound():
    concepts = Vocabulary.load().concepts
    match = plan(concepts, [asked(uri, uri) for uri in concepts], Asker(), as_of=1)
    sizes = [
        [sum(sim == wanted for _, sim in sought.concepts) for wanted in (100, 70, 40)] for sought in match.requirements
    ]
    assert {same for same, _, _ in sizes} == {1}
    assert max(narrower for _, narrower, _ in sizes) < MOST_RELATED / 2
    assert max(broader for _, _, broader in sizes) < MOST_RELATED / 2


@given(
    st.lists(st.tuples(st.sampled_from(list(TREE)), st.sampled_from(Level)), max_size=5), st.sampled_from(list(TREE))
)
def test_abilities_say_as_much_as_all_capabilities_together(held, wanted):
    able = plan(TREE, [], Asker(abilities=tuple(held)), as_of=1).abilities
    similar = dict(plan(TREE, [asked(wanted)], Asker(), as_of=1).requirements[0].concepts)
    for level in Level:
        of_all = max((closeness(similar.get(concept, 0), mastered, level) for concept, mastered in held), default=0)
        of_plan = max((closeness(a.sim, a.level, level) for a in able if a.concept == wanted), default=0)
        assert of_plan == of_all


@pytest.mark.parametrize(
    ("held", "wanted", "points"),
    [
        ("EXPERT", "EXPERT", 10_000),
        ("EXPERT", "AWARENESS", 10_000),
        ("ADVANCED", "EXPERT", 6_000),
        ("WORKING", "EXPERT", 0),
    ],
)
def test_levels(held, wanted, points):
    assert closeness(100, Level(held), Level(wanted)) == points
