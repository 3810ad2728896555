"""Cursors: what was given out is read again, and nothing else is, whatever a client sends."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract.codes import Visibility
from adapters.contract.request import Boundary, Condition, Ordering, Where
from gateway.errors import ClientError, ErrorCode
from gateway.federation.cursor import Cursor, CursorCodec, fingerprint

CODEC = CursorCodec(b"secret of the tests")
MEMBERS = Where("member")
WALK = fingerprint({"a": MEMBERS, "b": MEMBERS}, Ordering("NAME"))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
CURSORS = st.builds(
    Cursor,
    st.builds(Boundary, st.none() | TEXTS | st.integers(-(2**63), 2**63 - 1), TEXTS, TEXTS),
    st.lists(TEXTS, max_size=3).map(tuple),
)


def refused(text: str, codec: CursorCodec = CODEC, walk: str = WALK) -> None:
    """Fails where the cursor is taken, or refused with anything but BAD_CURSOR."""
    with pytest.raises(ClientError) as caught:
        codec.decode(text, walk)
    assert caught.value.code is ErrorCode.BAD_CURSOR


@given(CURSORS)
def test_a_cursor_is_read_as_it_was_written(cursor: Cursor) -> None:
    assert CODEC.decode(CODEC.encode(cursor, WALK), WALK) == cursor


@given(CURSORS, st.data())
def test_a_tampered_cursor_is_a_clear_error(cursor: Cursor, data: st.DataObject) -> None:
    text = CODEC.encode(cursor, WALK)
    at = data.draw(st.integers(0, len(text) - 1))
    character = data.draw(st.characters().filter(lambda each: each != text[at]))
    refused(text[:at] + character + text[at + 1 :])


@given(CURSORS, st.data())
def test_a_truncated_or_extended_cursor_is_a_clear_error(cursor: Cursor, data: st.DataObject) -> None:
    text = CODEC.encode(cursor, WALK)
    refused(text[: data.draw(st.integers(0, len(text) - 1))])
    refused(text + data.draw(st.text(min_size=1, max_size=5)))


@given(st.text() | st.text("ABCabc012-_="))
def test_arbitrary_text_is_a_clear_error(text: str) -> None:
    refused(text)


@given(CURSORS)
def test_a_cursor_of_another_gateway_or_version_is_a_clear_error(cursor: Cursor) -> None:
    refused(CursorCodec(b"another secret").encode(cursor, WALK))
    place = cursor.boundary
    payload = orjson.dumps([2, WALK, place.sort, place.cluster, place.key, cursor.clusters])
    signed = CODEC._signature(payload) + payload
    refused(base64.urlsafe_b64encode(signed).decode().rstrip("="))


OTHER_WALKS = {
    "another filter": (dict.fromkeys("ab", Where("member", (Condition("sectors", ("PUBLIC",)),))), Ordering("NAME")),
    "another object": (dict.fromkeys("ab", Where("offer")), Ordering("NAME")),
    "another order": (dict.fromkeys("ab", MEMBERS), Ordering("FOUNDED")),
    "the other direction": (dict.fromkeys("ab", MEMBERS), Ordering("NAME", descending=True)),
    "other clusters": ({"a": MEMBERS}, Ordering("NAME")),
    "another view": (dict.fromkeys("ab", Where("member", view=Visibility.CORRIDOR)), Ordering("NAME")),
    "another view of one cluster": ({"a": MEMBERS, "b": Where("member", view=Visibility.CLUSTER)}, Ordering("NAME")),
}


@pytest.mark.parametrize("other", OTHER_WALKS.values(), ids=OTHER_WALKS)
def test_a_cursor_of_another_walk_is_a_clear_error(other: tuple[dict[str, Where], Ordering]) -> None:
    text = CODEC.encode(Cursor(Boundary("x", "a", "1"), ("a", "b")), WALK)
    refused(text, walk=fingerprint(*other))


def test_another_spelling_of_the_same_bytes_is_a_clear_error() -> None:
    text = CODEC.encode(Cursor(Boundary("x", "a", "1"), ("a", "b")), WALK)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    padded = [CODEC.encode(Cursor(Boundary("x" * more, "a", "1"), ("a",)), WALK) for more in range(3)]
    loose = [each for each in padded if len(each) % 4]  # the last character has bits to spare
    assert loose
    for each in loose:
        alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
        refused(each[:-1] + alphabet[alphabet.index(each[-1]) + 1])
        refused(each + "=" * (-len(each) % 4))
    refused(base64.b64encode(raw).decode().rstrip("=") + "=" * 4)
