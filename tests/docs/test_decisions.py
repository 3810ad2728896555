"""What the decisions and the explanation say of numbers and packages is what the code says."""

import re
import tomllib

import pytest

from adapters.contract.catalogue import CATALOGUE, CONCEPT_POINTS
from gateway.federation.breaker import Breaker
from tests.docs.pages import ROOT

DECISIONS = ROOT / "docs" / "decisions"
RELEVANCE = (DECISIONS / "0007-search-and-relevance.md").read_text(encoding="utf-8")
DEPENDENCIES = (DECISIONS / "0001-architecture-and-dependencies.md").read_text(encoding="utf-8")
WHERE = {
    ("member", "NAME"): "a member's name",
    ("member", "OTHER_NAME"): "another name of it",
    ("member", "SUMMARY"): "a summary",
    ("offer", "TITLE"): "the title of an offer or a need",
    ("offer", "SUMMARY"): "a summary",
    ("need", "TITLE"): "the title of an offer or a need",
    ("need", "SUMMARY"): "a summary",
}


def test_every_text_that_is_searched_has_its_points_on_the_page() -> None:
    texts = {(of.name, each.name): each for of in CATALOGUE.values() for each in of.texts.values() if each.points}
    assert texts.keys() == WHERE.keys()
    for place, each in texts.items():
        assert f"| {WHERE[place]} | {each.points} | {each.points + each.exact} |" in RELEVANCE


def test_the_points_of_a_concept_are_those_of_the_page() -> None:
    assert f"| {100 * CONCEPT_POINTS} |" in RELEVANCE
    assert f"{CONCEPT_POINTS} for each hundredth of the weight" in RELEVANCE
    assert f"{70 * CONCEPT_POINTS} at 70, {60 * CONCEPT_POINTS} at 60" in RELEVANCE


def _packages() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["demo"]]
    listed += [each for group in project["dependency-groups"].values() for each in group if isinstance(each, str)]
    return [re.match(r"[\w-]+", each)[0] for each in listed]


@pytest.mark.parametrize("package", _packages())
def test_every_dependency_has_its_reason(package: str) -> None:
    assert f"`{package}`" in DEPENDENCIES


def test_no_package_is_explained_that_is_not_used() -> None:
    explained = re.findall(r"`([\w-]+)`", "".join(re.findall(r"^\| (`[^|]+) \|", DEPENDENCIES, re.MULTILINE)))
    assert set(explained) <= set(_packages())


def test_the_circuit_breaker_is_as_the_explanation_says() -> None:
    text = " ".join((ROOT / "docs" / "explanation.md").read_text(encoding="utf-8").split())
    breaker = Breaker()
    assert (breaker.pause, breaker.window, breaker.calls) == (2, 10, 5)
    assert "alone for two seconds when, of the calls in the last ten seconds, at least five and half of all" in text


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(page.name[:4]) for page in DECISIONS.glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
    for page in DECISIONS.glob("*.md"):
        assert page.read_text(encoding="utf-8").startswith(f"# {int(page.name[:4])}. ")
