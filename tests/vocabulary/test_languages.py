"""The languages to try for a reader, and the text chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.languages import LANGUAGES, chain, choose


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (None, ("en", "fr", "es")),
        ("", ("en", "fr", "es")),
        ("en", ("en", "fr", "es")),
        ("fr", ("fr", "en", "es")),
        ("es", ("es", "en", "fr")),
        ("FR-ca", ("fr-CA", "fr", "en", "es")),
        ("es-419", ("es-419", "es", "en", "fr")),
        ("nah", ("nah", "en", "fr", "es")),
        ("zh-hant-tw", ("zh-Hant-TW", "zh-Hant", "zh", "en", "fr", "es")),
        ("de-1901", ("de-1901", "de", "en", "fr", "es")),
        # A single letter is no place to stop (RFC 4647, 3.4), and what follows it keeps its case.
        ("zh-Hant-CN-x-private1", ("zh-Hant-CN-x-private1", "zh-Hant-CN", "zh-Hant", "zh", "en", "fr", "es")),
        ("fr-CA-u-CU-MXNX", ("fr-CA-u-cu-mxnx", "fr-CA-u-cu", "fr-CA", "fr", "en", "es")),
    ],
)
def test_a_chain_goes_from_the_tag_to_its_parents_to_the_corridors_languages(
    lang: str | None, expected: tuple[str, ...]
) -> None:
    assert chain(lang) == expected


@pytest.mark.parametrize(
    "lang",
    [
        "f",
        "french",
        "fr_CA",
        "fr-",
        "-fr",
        "fr--CA",
        "fr CA",
        "fr-CA ",
        "fr\n",
        "fr-x",
        "é",
        "ſr",
        "fr-\0",
        "\ud800",
        "x" * 10_000,
    ],
)
def test_what_is_no_tag_is_refused_in_words(lang: str) -> None:
    with pytest.raises(ValueError, match="is not a language tag: expected BCP 47") as refused:
        chain(lang)
    assert len(str(refused.value)) < 800
    assert str(refused.value).isascii()


def test_a_long_well_formed_tag_is_refused() -> None:
    with pytest.raises(ValueError, match="is not a language tag"):
        chain("fr" + "-abcde" * 20)


@given(st.text(max_size=70) | st.from_regex(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{1,8}){0,4}", fullmatch=True))
def test_a_chain_ends_in_the_corridors_languages_or_the_tag_is_refused(lang: str) -> None:
    try:
        languages = chain(lang)
    except ValueError:
        return
    assert set(LANGUAGES) <= set(languages)
    assert len(set(languages)) == len(languages)
    assert languages[0].lower() == (lang.lower() or "en")
    assert all(chain(tag)[0] == tag for tag in languages)


@pytest.mark.parametrize(
    ("texts", "lang", "expected"),
    [
        ({"fr": "a", "fr-CA": "b", "en": "c"}, "fr-CA", ("b", "fr-CA")),
        ({"fr": "a", "en": "c"}, "fr-CA", ("a", "fr")),
        ({"fr-CA": "b", "en": "c"}, "fr", ("b", "fr-CA")),
        ({"fr-FR": "a", "fr-CA": "b"}, "fr-BE", ("b", "fr-CA")),
        ({"es": "d", "fr": "a"}, "de", ("a", "fr")),
        ({"frr": "x", "es": "d"}, "fr", ("d", "es")),
        ({"pt": "y", "it": "x"}, None, ("x", "it")),
        ({}, "fr", None),
    ],
)
def test_the_text_chosen_is_the_nearest_and_says_its_language(
    texts: dict[str, str], lang: str | None, expected: tuple[str, str] | None
) -> None:
    assert choose(texts, chain(lang)) == expected
