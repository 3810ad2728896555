"""Coverage and blockers: derived alone from seats and live profiles, and the same by a second, plain reading."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Level, OrgType
from adapters.contract.languages import LANGUAGES
from adapters.contract.viewers import Purpose
from gateway.corridor.concepts import Concepts
from gateway.corridor.consortium import Consortium, Requirement, Rules, Seat
from gateway.corridor.coverage import Assessment, Blocker, assess, blocker_texts
from gateway.corridor.ports import Absence, Profile
from gateway.reference import Reference
from gateway.vocabulary import Vocabulary
from schemas.codes import BlockerCode, ConsortiumState, SeatRole, SeatState
from tests.corridor.building import IOT, LORA, MAPS, UX, VOCABULARY

CONCEPTS = Concepts(VOCABULARY)
COUNTRIES = {"here": "CA", "there": "MX", "afar": "CO"}
LEVELS = list(Level)


def consortium(seats: list[Seat], requirements: list[Requirement], rules: Rules | None = None) -> Consortium:
    return Consortium(
        UUID(int=1), "here", "t", "en", None, (), tuple(requirements), rules or Rules(), ConsortiumState.RECRUITING,
        seats=tuple(seats),
    )  # fmt: skip


def seat(number: int, state: SeatState, role: SeatRole, covers: frozenset[str], cluster: str) -> Seat:
    member = Reference("Member", cluster, str(number)).id
    return Seat(UUID(int=number), member, cluster, role, state, tuple(sorted(covers)), None, datetime.now(UTC))


@st.composite
def situations(draw: st.DrawFn) -> tuple[Consortium, Mapping[str, Profile | Absence], bool]:
    keys = ["a", "b", "c"]
    requirements = [
        Requirement(
            key, draw(st.sampled_from([IOT, LORA, MAPS])), draw(st.sampled_from(LEVELS)), mandatory=draw(st.booleans())
        )
        for key in draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    ]
    rules = Rules(
        draw(st.integers(2, 4)), draw(st.integers(1, 3)), draw(st.integers(1, 3)),
        draw(st.none() | st.integers(2, 3)), tuple(draw(st.sets(st.sampled_from([OrgType.SME, OrgType.NGO])))),
        draw(st.dictionaries(st.sampled_from([OrgType.SME, OrgType.NGO]), st.integers(1, 2))),
    )  # fmt: skip
    seats, profiles, led = [], {}, False
    for number in range(draw(st.integers(0, 5))):
        state = draw(st.sampled_from(list(SeatState)))
        role = draw(st.sampled_from([SeatRole.LEAD, SeatRole.PARTNER])) if not led else SeatRole.ADVISER
        led |= role is SeatRole.LEAD and state in {SeatState.ACCEPTED, SeatState.INVITED}
        covers, cluster = draw(st.frozensets(st.sampled_from(keys))), draw(st.sampled_from([*COUNTRIES]))
        made = seat(number + 1, state, role, covers, cluster)
        seats.append(made)
        known = Profile(
            made.member,
            made.cluster,
            COUNTRIES[made.cluster],
            draw(st.sampled_from([OrgType.SME, OrgType.NGO, OrgType.STARTUP])),
            draw(st.dictionaries(st.sampled_from([IOT, LORA, MAPS, UX]), st.sampled_from(LEVELS))),
            draw(st.sampled_from([frozenset(Purpose), frozenset({Purpose.PROFILE_EXCHANGE})])),
        )
        profiles[made.member] = draw(st.sampled_from([known, known, known, Absence.SILENT, Absence.GONE]))
    return consortium(seats, requirements, rules), profiles, draw(st.booleans())


def plainly(
    of: Consortium, profiles: Mapping[str, Profile | Absence], *, agreed: bool
) -> tuple[dict[str, tuple[set[int], set[int]]], set[BlockerCode]]:
    """The second reading: who covers what, and which codes are in the way."""
    there = {}
    for each in of.seats:
        found = profiles[each.member]
        if isinstance(found, Profile) and Purpose.CONSORTIUM in found.purposes:
            there[each.key.int] = found
    part = {IOT: {IOT, LORA}}

    def able(each: Seat, requirement: Requirement) -> bool:
        if each.key.int not in there or requirement.key not in each.covers:
            return False
        held = there[each.key.int].capabilities
        return any(
            concept in part.get(requirement.concept, {requirement.concept})
            and LEVELS.index(level) >= LEVELS.index(requirement.min_level)
            for concept, level in held.items()
        )

    covering = {
        requirement.key: (
            {each.key.int for each in of.seats if each.state == "ACCEPTED" and able(each, requirement)},
            {each.key.int for each in of.seats if each.state == "INVITED" and able(each, requirement)},
        )
        for requirement in of.requirements
    }
    taking_part = [each for each in of.seats if each.state == "ACCEPTED"]
    shown = [there[each.key.int] for each in taking_part if each.key.int in there]
    leads = [each for each in taking_part if each.role == "LEAD"]
    asked = [each for each in of.seats if each.role == "LEAD" and each.state == "INVITED"]
    rules = of.rules
    wrong_lead = bool(
        leads
        and rules.lead_types
        and leads[0].key.int in there
        and there[leads[0].key.int].org_type not in rules.lead_types
    )
    open_ = [each for each in of.requirements if each.mandatory and not covering[each.key][0]]
    conditions = {
        BlockerCode.TOO_FEW_CLUSTERS: len({each.cluster for each in taking_part}) < rules.min_clusters,
        BlockerCode.TOO_FEW_MEMBERS: len(taking_part) < rules.min_members,
        BlockerCode.TOO_MANY_MEMBERS: rules.max_members is not None and len(taking_part) > rules.max_members,
        BlockerCode.CAPABILITY_UNCOVERED: bool(open_),
        BlockerCode.PENDING_INVITATION: any(covering[each.key][1] for each in open_),
        BlockerCode.NO_LEAD: wrong_lead or (not leads and not asked),
        BlockerCode.LEAD_NOT_ACCEPTED: not leads and bool(asked),
        BlockerCode.TYPE_RULE_UNMET: any(
            sum(each.org_type == kind for each in shown) < number for kind, number in rules.required_types.items()
        ),
        BlockerCode.COUNTRY_RULE_UNMET: len({each.country for each in shown}) < rules.min_countries,
        BlockerCode.AGREEMENT_NOT_IN_FORCE: not agreed,
        BlockerCode.MEMBER_UNAVAILABLE: len(shown) < len(taking_part),
    }
    return covering, {code for code, holds in conditions.items() if holds}


def read(assessment: Assessment) -> tuple[dict[str, tuple[set[int], set[int]]], set[BlockerCode]]:
    covering = {
        each.requirement.key: ({s.key.int for s in each.covered_by}, {s.key.int for s in each.pending_by})
        for each in assessment.coverage
    }
    return covering, {blocker.code for blocker in assessment.blockers}


@given(situations())
def test_both_readings_agree(situation: tuple[Consortium, Mapping[str, Profile | Absence], bool]) -> None:
    of, profiles, agreed = situation
    assessment = assess(of, profiles, CONCEPTS.within, agreed=agreed)
    assert read(assessment) == plainly(of, profiles, agreed=agreed)
    assert assessment.formable == (not assessment.blockers)
    assert assessment.silent == any(profiles[each.member] is Absence.SILENT for each in of.accepted)
    ids = {each.id for each in of.seats}
    for blocker in assessment.blockers:
        assert ids.issuperset(blocker.nodes)
        for lang in ("fr-CA", "es-MX", "en-CA"):
            assert "{" not in blocker.detail(lang)


@given(situations(), st.sampled_from([IOT, LORA, MAPS]), st.data())
def test_a_capability_more_never_uncovers_anything(
    situation: tuple[Consortium, Mapping[str, Profile | Absence], bool], concept: str, data: st.DataObject
) -> None:
    of, profiles, agreed = situation
    before, _ = read(assess(of, profiles, CONCEPTS.within, agreed=agreed))
    shown = {id_: each for id_, each in profiles.items() if isinstance(each, Profile)}
    if shown:
        id_ = data.draw(st.sampled_from(sorted(shown)))
        more = {**shown[id_].capabilities, concept: Level.EXPERT}
        profiles = {**profiles, id_: replace(shown[id_], capabilities=more)}
    after, _ = read(assess(of, profiles, CONCEPTS.within, agreed=agreed))
    assert all(before[key][0] <= after[key][0] and before[key][1] <= after[key][1] for key in before)


def test_who_was_not_asked_about_is_as_good_as_silent() -> None:
    of = consortium([seat(1, SeatState.ACCEPTED, SeatRole.LEAD, frozenset("a"), "here")], [Requirement("a", IOT)])
    assert assess(of, {}, CONCEPTS.within, agreed=True).silent


@pytest.mark.parametrize("code", BlockerCode)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_blocker_is_worded_in_every_language(code: BlockerCode, lang: str) -> None:
    texts = blocker_texts()[code]
    assert set(texts) == set(LANGUAGES)
    names = {each: set(re.findall(r"{(\w+)}", text)) for each, text in texts.items()}
    assert names[lang] == names["en"]
    filled = Blocker(code, (), {"needed": "2", "found": "1", "type": "SME", "requirement": "iot"}).detail(lang)
    assert filled[0].isupper()
    assert filled.endswith(".")


def test_what_is_part_of_a_concept_goes_all_the_way_down() -> None:
    known = Vocabulary.load().concepts
    concepts = Concepts(known)
    deep = next(uri for uri, each in known.items() if any(known[child].narrower for child in each.narrower))
    within = concepts.within(deep)
    assert {deep, *known[deep].narrower} < within
    assert all(set(known[uri].narrower) <= within for uri in within)
    assert concepts.within("x:unknown") == {"x:unknown"}
    assert not concepts.knows("x:unknown")
    assert concepts.knows(deep)
