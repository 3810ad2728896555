"""Global IDs: a round trip, or BAD_ID."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ClientError, ErrorCode
from gateway.reference import Reference

WORDS = st.text("abcdefghijklmnopqrstuvwxyz-ABC019", min_size=1, max_size=12)
KEYS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), min_size=1, max_size=20)


@given(WORDS, WORDS, KEYS)
def test_an_id_is_read_as_it_was_written(typename: str, cluster: str, key: str) -> None:
    reference = Reference(typename, cluster, key)
    assert Reference.parse(reference.id) == reference


@given(st.text() | st.text("ABCabc012-_=") | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_whatever_else_is_a_bad_id_or_the_one_spelling_of_a_reference(text: str) -> None:
    assert _spelling(text) in {text, ErrorCode.BAD_ID}


@pytest.mark.parametrize("raw", ["", "Member", "Member:a", "Member:a:", "Member:a:\0", "Member:a:1="])
def test_garbage_is_a_bad_id(raw: str) -> None:
    given_id = Reference("Member", "a", "1").id + "=" if raw.endswith("=") else Reference(*_three(raw)).id
    with pytest.raises(ClientError) as caught:
        Reference.parse(given_id if raw.count(":") == 2 else raw)
    assert caught.value.code is ErrorCode.BAD_ID


def _spelling(text: str) -> str:
    """The ID that the text is read as, or the code of the error."""
    try:
        return Reference.parse(text).id
    except ClientError as error:
        return error.code


def _three(raw: str) -> tuple[str, str, str]:
    typename, _, rest = raw.partition(":")
    cluster, _, key = rest.partition(":")
    return typename, cluster, key
