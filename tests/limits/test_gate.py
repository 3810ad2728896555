"""Places for operations: never too many, and never all of them for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ClientError, ErrorCode
from gateway.limits.gate import Gate, Refusals


def code(gate: Gate, key: str) -> ErrorCode | None:
    """Takes a place, or says why there is none."""
    try:
        gate.enter(key)
    except ClientError as error:
        return error.code
    return None


def test_at_the_limit_all_run_and_over_it_the_next_is_refused_at_once() -> None:
    gate = Gate(3)
    assert [code(gate, key) for key in ("a", "b", "c")] == [None, None, None]
    with pytest.raises(ClientError) as refused:
        gate.check()
    assert refused.value.extensions == {"code": "OVERLOADED", "retryable": True, "retryAfter": 1}
    assert code(gate, "d") is ErrorCode.OVERLOADED
    assert gate.refused == 2
    gate.leave("b")
    gate.check()
    assert code(gate, "d") is None


def test_one_viewer_alone_gets_half_and_is_told_that_it_is_its_share() -> None:
    gate = Gate(64)
    assert [code(gate, "loud") for _ in range(33)] == [None] * 32 + [ErrorCode.RATE_LIMITED]
    assert code(gate, "quiet") is None


def test_places_of_another_kind_have_words_of_their_own() -> None:
    gate = Gate(2, Refusals("All are open.", "{held} are yours.", again=7))
    gate.enter("a")
    with pytest.raises(ClientError, match=r"^1 are yours\.$"):
        gate.enter("a")
    gate.enter("b")
    with pytest.raises(ClientError, match=r"^All are open\.$") as refused:
        gate.check()
    assert refused.value.extensions["retryAfter"] == 7


def test_a_place_is_given_back_however_the_block_ends() -> None:
    gate = Gate(4)

    def failing() -> None:
        with gate.place("a"):
            assert gate.taken == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert gate.taken == 0
    assert not gate._held


@given(st.integers(2, 20), st.lists(st.tuples(st.booleans(), st.integers(0, 25)), max_size=200))
def test_a_newcomer_finds_a_place_as_long_as_there_are_fewer_viewers_than_places(
    places: int, steps: list[tuple[bool, int]]
) -> None:
    gate, held = Gate(places), dict[str, int]()
    for coming, number in steps:
        key = str(number)
        if coming:
            found = code(gate, key)
            if held.get(key, 0) == 0 and sum(held.values()) < places:
                assert found is None
            if found is None:
                held[key] = held.get(key, 0) + 1
        elif held.get(key):
            gate.leave(key)
            held[key] -= 1
        assert gate.taken == sum(held.values()) <= places
        assert set(gate._held) == {viewer for viewer, count in held.items() if count}
