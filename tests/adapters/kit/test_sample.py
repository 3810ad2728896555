"""The sample generator: the same member everywhere, plausible in distribution, and never to be taken for a real one."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from itertools import islice

import pytest

from adapters.contract import codes
from adapters.contract.codes import Visibility
from adapters.kit.sample import ACTIVITIES, CONCEPTS, Home, SampleMember, SamplePosting, members

MONTREAL = Home(
    "mtl", "fr", ("fr-CA", "en-CA", "es-MX"), "CA", (" inc.", ", S.E.N.C."), ("ALPHA", "BETA"), "+151455501"
)
GUADALAJARA = Home("gdl", "es", ("es-MX", "en-US"), "MX", ("S.A. de C.V.",), ("UNO",), "+5200335501", capitals=True)
URIS = {concept.uri for concept in CONCEPTS}
INVENTED = re.compile(r"\b(démo|muestra|ficti(f|ve)|fictici[oa])\b", re.IGNORECASE)


@pytest.fixture(scope="module", params=[MONTREAL, GUADALAJARA], ids=["mtl", "gdl"])
def home(request: pytest.FixtureRequest) -> Home:
    assert isinstance(request.param, Home)
    return request.param


@pytest.fixture(scope="module")
def sample(home: Home) -> list[SampleMember]:
    return list(members(home, 3000, seed=7))


def postings(sample: list[SampleMember]) -> Iterator[tuple[SampleMember, SamplePosting]]:
    for member in sample:
        for posting in (*member.offers, *member.needs):
            yield member, posting


def test_a_member_is_the_same_at_any_size_and_start(home: Home, sample: list[SampleMember]) -> None:
    assert list(members(home, 50, seed=7)) == sample[:50]
    assert list(members(home, 20, seed=7, start=1000)) == sample[1000:1020]
    assert next(members(home, 10**9, seed=7, start=2999)) == sample[2999]


def test_seeds_and_homes_differ(home: Home, sample: list[SampleMember]) -> None:
    other = list(members(home, 50, seed=8))
    assert sum(left.name == right.name for left, right in zip(other, sample, strict=False)) < 5
    names = {member.name.lower() for member in members(MONTREAL, 500, seed=7)}
    assert not names & {member.name.lower() for member in members(GUADALAJARA, 500, seed=7)}


def test_every_concept_is_in_the_vocabulary_by_the_same_labels() -> None:
    source = files("gateway.vocabulary").joinpath("data", "concepts.csv")
    vocabulary = {row["uri"]: row for row in csv.DictReader(source.read_text(encoding="utf-8").splitlines())}
    assert len(CONCEPTS) == len(URIS) == 120
    for concept in CONCEPTS:
        assert dict(concept.labels) == {lang: vocabulary[concept.uri][f"label_{lang}"] for lang in ("fr", "en", "es")}


def test_numbers_run_on(sample: list[SampleMember]) -> None:
    assert [member.number for member in sample] == list(range(1, 3001))


def test_names_are_visibly_invented(home: Home, sample: list[SampleMember]) -> None:
    for member in sample:
        assert INVENTED.search(member.name), member.name
        assert INVENTED.search(member.legal_name), member.legal_name
        assert member.website is None or member.website.endswith(".example/")
        if home.capitals:
            assert member.name == member.name.upper()


def test_contacts_are_one_to_three_and_nobodys(home: Home, sample: list[SampleMember]) -> None:
    """Invented names, reserved domains, numbers that nobody is called on; some without one or the other."""
    assert Counter(len(member.contacts) for member in sample).keys() == {1, 2, 3}
    for member in sample:
        released = member.seen(Visibility.MUTUAL) and "CONTACT_RELEASE" in member.consents
        assert [each.number for each in member.contacts] == [*range(1, len(member.contacts) + 1)]
        for each in member.contacts:
            assert INVENTED.search(each.name)
            assert each.name.startswith("CANARY") is not released
            assert each.role is None or each.role.startswith("CANARY") is not released
            assert each.email is None or each.email.endswith(".example")
            assert each.phone is None or re.fullmatch(re.escape(home.phone) + r"\d\d", each.phone)
            assert each.language in {None, *home.languages}
    listed = [each for member in sample for each in member.contacts]
    for column in ("role", "email", "phone", "language"):
        assert {getattr(each, column) is None for each in listed} == {True, False}, column


def test_codes_are_of_the_contract(home: Home, sample: list[SampleMember]) -> None:
    for member in sample:
        assert member.sector in set(codes.Sector)
        assert member.org_type in set(codes.OrgType)
        assert member.status in set(codes.MembershipStatus)
        assert member.visibility in set(codes.Visibility)
        assert member.activity in ACTIVITIES
        assert member.languages[0] == home.languages[0]
        assert set(member.languages) <= set(home.languages)
        assert member.target_markets[0] == home.country
        assert len(set(member.target_markets)) == len(member.target_markets)
        assert set(member.programmes) <= set(home.programmes)
        assert {level for _, level in member.capabilities} <= set(codes.Level)
    for member, posting in postings(sample):
        assert posting.kind in set(codes.OfferKind if posting in member.offers else codes.NeedKind)
        assert posting.modes
        assert set(posting.modes) <= set(codes.CollaborationMode)
        assert posting.status in set(codes.PostingStatus)
        assert posting.visibility in set(codes.Visibility)
        assert {need.min_level for need in posting.requirements} <= set(codes.Level)
        assert bool(posting.concepts) == (posting in member.offers)
        assert bool(posting.requirements) == (posting in member.needs)


def test_every_concept_is_of_the_list_and_once(sample: list[SampleMember]) -> None:
    for member in sample:
        known = [concept for concept, _ in member.capabilities]
        for uris in (known, member.interests, *(offer.concepts for offer in member.offers)):
            assert set(uris) <= URIS
            assert len(set(uris)) == len(uris)
    for _, posting in postings(sample):
        assert {need.concept for need in posting.requirements} <= URIS
        assert len({need.key for need in posting.requirements}) == len(posting.requirements)


def test_texts_speak_the_home_language_and_others(home: Home, sample: list[SampleMember]) -> None:
    spoken: Counter[str] = Counter()
    translated = 0
    for _, posting in postings(sample):
        assert set(posting.title) == set(posting.summary) >= {home.lang}
        assert posting.machine <= set(posting.title) - {home.lang}
        spoken.update(posting.title.keys())
        translated += len(posting.machine)
    assert set(spoken) == {"fr", "en", "es"}
    assert all(0.5 < count / spoken[home.lang] <= 1 for count in spoken.values())
    assert 0.3 < translated / (spoken.total() - spoken[home.lang]) < 0.5


def test_texts_of_one_posting_say_the_same(sample: list[SampleMember]) -> None:
    labels = {concept.uri: concept.labels for concept in CONCEPTS}
    seen = 0
    for _, offer in ((member, offer) for member in sample for offer in member.offers):
        for lang, summary in offer.summary.items():
            assert any(labels[uri][lang] in summary for uri in offer.concepts), summary
            seen += 1
    assert seen > 3000


def test_what_is_not_served_carries_a_canary(sample: list[SampleMember]) -> None:
    for member in sample:
        assert ("CANARY" in member.name) is not member.served
        for text in member.summary.values():
            assert ("CANARY" in text) is not member.served
        if member.website is not None:
            assert ("CANARY" in member.website) == (not member.served or "website" in member.hidden_fields)
        assert ("CANARY" in member.legal_name) == (not member.served or "legal_name" in member.hidden_fields)
    hidden = 0
    for member, posting in postings(sample):
        shown = posting.seen(codes.Visibility.CORRIDOR)
        for text in (*posting.title.values(), *posting.summary.values()):
            assert ("CANARY" in text) is not (shown and member.served)
            hidden += "CANARY" in text
    assert hidden


def test_each_view_has_members_and_postings_of_its_own(sample: list[SampleMember]) -> None:
    for hidden, seen in (
        ("PUBLIC", "CORRIDOR"),
        ("CORRIDOR", "CLUSTER"),
        ("CORRIDOR", "MUTUAL"),
        ("CLUSTER", "PRIVATE"),
    ):
        narrow, wide = codes.Visibility(hidden), codes.Visibility(seen)
        assert all(member.seen(wide) for member in sample if member.seen(narrow))
        assert any(member.seen(wide) and not member.seen(narrow) for member in sample)
        listed = [(member, posting) for member, posting in postings(sample) if member.seen(narrow)]
        assert any(posting.seen(wide) and not posting.seen(narrow) for _, posting in listed)
    assert not any(member.seen(view) for view in codes.Visibility for member in sample if member.status == "ENDED")


def test_an_anonymous_posting_does_not_name_its_owner(sample: list[SampleMember]) -> None:
    anonymous = [(member, posting) for member, posting in postings(sample) if posting.anonymous and member.served]
    assert anonymous
    for member, posting in anonymous:
        word = max((part for part in re.split(r"[^\w]+", member.name)), key=len)
        assert not any(word in text for text in (*posting.title.values(), *posting.summary.values()))


def test_dates_agree_with_the_status(home: Home, sample: list[SampleMember]) -> None:
    for _, posting in postings(sample):
        assert (posting.valid_until < home.today) == (posting.status == "EXPIRED")
        assert posting.updated_at.date() <= home.today
    assert all(member.founded is None or member.founded <= home.today.year for member in sample)


def test_the_distribution_is_plausible(sample: list[SampleMember]) -> None:
    size = len(sample)
    headcounts = [member.headcount for member in sample if member.headcount is not None]
    assert 0.03 < 1 - len(headcounts) / size < 0.1
    assert 0.5 < sum(count < 10 for count in headcounts) / len(headcounts) < 0.7
    assert 0.02 < sum(count >= 250 for count in headcounts) / len(headcounts) < 0.1
    assert {member.org_type for member in sample} == set(codes.OrgType)
    assert {member.activity for member in sample} == set(ACTIVITIES)
    assert all(
        member.org_type == "LARGE_ENTERPRISE"
        for member in sample
        if member.sector == "PRIVATE" and member.org_type != "INVESTOR" and (member.headcount or 0) >= 250
    )
    popular = Counter(concept for member in sample for concept, _ in member.capabilities)
    ranked = [count for _, count in popular.most_common()]
    assert ranked[0] > 3 * ranked[20] > 6 * ranked[-1]
    assert 2.5 < sum(ranked) / size < 6
    assert 0.75 < sum(member.served for member in sample) / size < 0.92
    assert {name for member in sample for name in member.hidden_fields} == {"website", "legal_name", "identifiers"}
    assert {posting.status for _, posting in postings(sample)} == set(codes.PostingStatus)


def test_nothing_is_read_ahead(home: Home) -> None:
    assert len(list(islice(members(home, 10**9, seed=1), 3))) == 3
