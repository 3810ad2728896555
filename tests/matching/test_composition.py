"""Composition against trying every team, and what it promises besides."""

import asyncio
import random
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.matching import composition
from gateway.matching.composition import compose, composed
from gateway.matching.reduction import enough
from gateway.matching.team import Blocker, Candidate, Coverage, Question, Requirement, Rules
from schemas.codes import BlockerCode, Optimality
from tests.matching.teams import HOME, all_teams, best_by_trying, broken, candidate, large, optional_weight

KEYS = "abcd"
KINDS = ("SME", "UNIVERSITY", "NGO")


@st.composite
def members(draw, name):
    cluster = draw(st.sampled_from(list(HOME)))
    return Candidate(
        id=name,
        cluster=cluster,
        country=draw(st.sampled_from([HOME[cluster], "US"])),
        org_type=draw(st.sampled_from(KINDS)),
        cost=draw(st.sampled_from([0, 1, 2, 3, 5000, 10_000]) | st.integers(0, 10_000)),
        covers=draw(st.frozensets(st.sampled_from(KEYS), max_size=3)),
    )


@st.composite
def questions(draw):
    names = [f"m{number}" for number in range(draw(st.integers(0, 8)))]
    pool = [draw(members(name)) for name in names]
    return Question(
        candidates=tuple(pool),
        requirements=tuple(
            Requirement(key, draw(st.booleans()), draw(st.integers(0, 3))) for key in KEYS[: draw(st.integers(0, 4))]
        ),
        rules=Rules(
            min_members=draw(st.integers(0, 4)),
            min_clusters=draw(st.integers(0, 3)),
            min_countries=draw(st.integers(0, 3)),
            max_members=draw(st.none() | st.integers(0, 6)),
            required_types=draw(st.dictionaries(st.sampled_from(KINDS), st.integers(0, 2), max_size=2)),
            lead_types=draw(st.frozensets(st.sampled_from(KINDS), max_size=2)),
        ),
        seated=tuple(draw(members(f"seated{number}")) for number in range(draw(st.integers(0, 2)))),
    )


def of(question, team):
    """The candidates of an option."""
    by_id = {each.id: each for each in (*question.candidates, *question.seated)}
    return tuple(by_id[member] for member in team.members)


@given(questions(), st.integers(1, 3), st.randoms(use_true_random=False))
@settings(max_examples=300, deadline=None)
def test_the_options_are_the_best_there_are(question, options, shuffler):
    answer = compose(question, options=options, seconds=60)
    assert answer.optimality is Optimality.EXACT
    teams = [of(question, team) for team in answer.teams]
    assert [(sum(each.cost for each in team), optional_weight(question, team)) for team in teams] == best_by_trying(
        question, options
    )
    for option, team in zip(answer.teams, teams, strict=True):
        assert not broken(question, team)
        assert set(question.seated) <= set(team)
        assert option.cost == sum(each.cost for each in team)
        assert option.clusters == tuple(sorted({each.cluster for each in team}))
        covering = {each.id: each.covers for each in team}
        assert all(line.requirement in covering[line.member] for line in option.coverage)
        assert [line.requirement for line in option.coverage] == [
            each.key for each in question.requirements if any(each.key in covers for covers in covering.values())
        ]
    assert not any(set(earlier) <= set(later) for number, later in enumerate(teams) for earlier in teams[:number])
    shuffled = list(question.candidates)
    shuffler.shuffle(shuffled)
    assert compose(replace(question, candidates=tuple(shuffled)), options=options, seconds=60) == answer


@given(questions())
@settings(max_examples=300, deadline=None)
def test_what_is_in_the_way_is_as_little_as_can_be(question):
    answer = compose(question, options=1, seconds=60)
    in_the_way = [broken(question, team) for team in all_teams(question)]
    assert len(answer.infeasible_because) == min(map(len, in_the_way))
    assert bool(answer.infeasible_because) != bool(answer.teams)
    assert frozenset(answer.infeasible_because) in in_the_way


def test_taking_the_cheapest_that_helps_most_is_worse():
    pool = (
        candidate("broad", "abcd", 4000),
        candidate("left", "abe", 3000),
        candidate("right", "cdf", 3000, "gdl"),
        candidate("e", "e", 1500),
        candidate("f", "f", 1500, "gdl"),
    )
    question = Question(pool, tuple(map(Requirement, "abcdef")), Rules(min_members=2, min_clusters=2))
    greedy, open_keys = [], set("abcdef")
    while open_keys:
        next_one = min(pool, key=lambda each: each.cost / max(len(each.covers & open_keys), 0.001))
        greedy.append(next_one)
        open_keys -= next_one.covers
    assert not broken(question, tuple(greedy))
    assert sum(each.cost for each in greedy) == 7000
    best = compose(question).teams[0]
    assert (best.cost, set(best.members)) == (6000, {"left", "right"})
    assert best.coverage == tuple(Coverage(key, "left" if key in "abe" else "right") for key in "abcdef")


def test_at_equal_cost_the_team_that_covers_more_weight_is_first():
    pool = (
        candidate("plain", "a", 2000),
        candidate("light", "ab", 2000),
        candidate("heavy", "ac", 2000),
        candidate("dearer", "abc", 2001),
    )
    question = Question(
        pool,
        (Requirement("a"), Requirement("b", mandatory=False), Requirement("c", mandatory=False, weight=3)),
        Rules(),
    )
    assert [team.members for team in compose(question).teams] == [("heavy",), ("light",), ("plain",)]


def test_who_costs_nothing_and_does_nothing_is_left_out():
    pool = (candidate("idle", "", 0), candidate("helpful", "b", 0), candidate("doing", "a", 10))
    question = Question(pool, (Requirement("a"), Requirement("b", mandatory=False)), Rules())
    assert [set(team.members) for team in compose(question).teams] == [{"helpful", "doing"}, {"doing"}]


def test_the_cheapest_of_several_covers():
    pool = (candidate("dear", "ab", 3000), candidate("cheap", "bc", 1000))
    question = Question(pool, tuple(map(Requirement, "abc")), Rules())
    lines = compose(question).teams[0].coverage
    assert lines == (Coverage("a", "dear"), Coverage("b", "cheap"), Coverage("c", "cheap"))


def test_too_little_room_is_named_before_what_there_is_no_room_for():
    pool = tuple(candidate(key, key) for key in "abc")
    question = Question(pool, tuple(map(Requirement, "abc")), Rules(max_members=2))
    assert compose(question).infeasible_because == (Blocker(BlockerCode.TOO_MANY_MEMBERS),)


def test_what_is_lacking_and_too_little_room_are_both_named():
    pool = tuple(candidate(key, key) for key in "abc")
    question = Question(pool, tuple(map(Requirement, "abcd")), Rules(max_members=2))
    assert compose(question).infeasible_because == (
        Blocker(BlockerCode.CAPABILITY_UNCOVERED, "d"),
        Blocker(BlockerCode.TOO_MANY_MEMBERS),
    )


def test_an_uncovered_requirement_is_named_by_its_key():
    question = Question((candidate("only", "a"),), (Requirement("a"), Requirement("gis")), Rules(min_clusters=2))
    assert compose(question).infeasible_because == (
        Blocker(BlockerCode.TOO_FEW_CLUSTERS),
        Blocker(BlockerCode.CAPABILITY_UNCOVERED, "gis"),
    )


def test_a_candidate_that_is_seated_already_is_not_counted_twice():
    seat = candidate("seat", "a")
    question = Question((seat, candidate("other")), (Requirement("a"),), Rules(min_members=2), (seat,))
    assert [team.members for team in compose(question).teams] == [("seat", "other")]


def test_a_complete_team_needs_nobody():
    seats = (candidate("one", "a"), candidate("two", cluster="gdl"))
    question = Question((candidate("more", "a"),), (Requirement("a"),), Rules(min_members=2, min_clusters=2), seats)
    assert [team.members for team in compose(question).teams] == [("one", "two")]


@pytest.mark.parametrize(
    "question",
    [
        Question((candidate("twice"), candidate("twice")), (), Rules()),
        Question((), (), Rules(), (candidate("twice"), candidate("twice"))),
        Question((), (Requirement("a"), Requirement("a")), Rules()),
        Question((candidate("paid", cost=-1),), (), Rules()),
        Question((), (Requirement("a", weight=-1),), Rules()),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(question):
    with pytest.raises(ValueError, match=r"given twice|is negative"):
        compose(question)


@pytest.mark.parametrize("seed", range(3))
def test_leaving_candidates_out_loses_no_team(seed, monkeypatch):
    question = large(seed, most_covered=2)
    with_fewer = compose(question, seconds=60)
    looked_at = []

    def everybody(candidates, question, options):
        looked_at.append(len(candidates))
        return tuple(candidates)

    monkeypatch.setattr(composition, "reduced", everybody)
    with_all = compose(question, seconds=60)
    assert looked_at == [600]
    assert [team.cost for team in with_fewer.teams] == [team.cost for team in with_all.teams]
    assert len(with_fewer.teams) == 3


@given(questions(), st.integers(1, 3))
@settings(deadline=None)
def test_what_registries_leave_out_loses_no_team(question, options):
    """Of members of one registry that cover the same and are of the same type, the best ``enough`` do."""
    seated = {each.id for each in question.seated}
    pool = [replace(each, country=HOME[each.cluster]) for each in question.candidates if each.id not in seated]
    most, alike, listed = enough(question.rules, len(question.seated), options), Counter(), []
    for each in sorted(pool, key=composition._rank):
        kind = each.cluster, each.covers, each.org_type
        alike[kind] += 1
        if alike[kind] <= most:
            listed.append(each)
    asked = [replace(question, candidates=tuple(each)) for each in (pool, listed)]
    everybody, fewer = [compose(each, options=options) for each in asked]
    assert fewer.infeasible_because == everybody.infeasible_because
    assert [team.cost for team in fewer.teams] == [team.cost for team in everybody.teams]


@pytest.mark.parametrize("in_the_way", [False, True])
def test_the_same_question_has_the_same_answer(in_the_way):
    question = large(7, in_the_way=in_the_way)
    answer = compose(question, seconds=60)
    pool = list(question.candidates)
    random.Random(1).shuffle(pool)
    assert compose(replace(question, candidates=tuple(pool)), seconds=60) == answer
    assert answer.optimality is Optimality.EXACT


def test_without_time_nothing_is_claimed():
    answer = compose(large(1), seconds=0)
    assert answer.optimality is Optimality.APPROXIMATE
    assert not answer.infeasible_because


def test_when_time_runs_out_the_teams_so_far_are_given(monkeypatch):
    question = large(1)
    exact = compose(question, seconds=60)
    clock = iter([0.0, 0.0, 0.0, 100.0, 100.0])
    monkeypatch.setattr(composition, "monotonic", lambda: next(clock))
    answer = compose(question, seconds=60)
    assert answer.optimality is Optimality.APPROXIMATE
    assert answer.teams == exact.teams[: len(answer.teams)]
    assert 1 <= len(answer.teams) < 3


async def test_questions_are_answered_side_by_side_while_the_loop_goes_on():
    asked = [large(seed) for seed in (1, 2, 3)]
    turns = 0

    async def turning():
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0.001)

    ticking = asyncio.create_task(turning())
    answers = await asyncio.gather(*(composed(question, seconds=60) for question in asked))
    ticking.cancel()
    assert turns > 3
    assert answers == [compose(question, seconds=60) for question in asked]


def test_nothing_is_printed_and_no_file_is_written(capfd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    compose(large(2))
    assert capfd.readouterr() == ("", "")
    assert not list(tmp_path.iterdir())
