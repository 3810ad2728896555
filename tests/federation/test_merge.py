"""The merge against the law itself: sort everything by the total order, and cut."""

from collections.abc import Mapping, Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from adapters.contract.answer import Row
from adapters.contract.request import Ordering, SortValue
from gateway.federation.merge import Placed, merge
from tests.federation.registries import place_of

CODES = ("a", "b", "ba", "é", "\U0001f600")
TEXTS = st.text(alphabet="abz é\uffff\U0001f600\U00010000~", max_size=4)
KEYS = st.text(alphabet="019az\uff5e\U0001f600", min_size=1, max_size=3)


def pages(sort: st.SearchStrategy[SortValue]) -> st.SearchStrategy[dict[str, list[Row]]]:
    """Rows of some clusters, keys unique in each, many ties and nulls."""
    rows = st.dictionaries(KEYS, sort, max_size=8).map(lambda held: [Row(key, value) for key, value in held.items()])
    return st.dictionaries(st.sampled_from(CODES), rows, max_size=4)


MANY = st.one_of(pages(st.none() | TEXTS), pages(st.none() | st.integers(-3, 3)))


def walked(held: Mapping[str, Sequence[Row]], *, descending: bool) -> list[Placed]:
    """Everything, in the total order."""
    placed = [Placed(code, row) for code, rows in held.items() for row in rows]
    return sorted(placed, key=lambda each: place_of(each.row, each.cluster, descending=descending))


@given(MANY, st.integers(1, 9), st.booleans())
@example({"a": [Row("1", "\uffff"), Row("2", "\U00010000")]}, 2, False)  # UTF-16 would turn these round
@example({"a": [Row("1", None)], "b": [Row("1", None), Row("0", None)]}, 2, True)
def test_one_total_order_forward(held: dict[str, list[Row]], limit: int, descending: bool) -> None:
    whole = walked(held, descending=descending)
    assert merge(held, Ordering("X", descending), limit, backward=False) == (whole[:limit], len(whole) > limit)


@given(MANY, st.integers(1, 9), st.booleans())
def test_one_total_order_backward(held: dict[str, list[Row]], limit: int, descending: bool) -> None:
    whole = walked(held, descending=descending)
    assert merge(held, Ordering("X", descending), limit, backward=True) == (whole[-limit:], len(whole) > limit)


@given(MANY, st.integers(1, 5), st.booleans(), st.booleans())
def test_each_registry_need_give_only_one_row_more_than_the_page(
    held: dict[str, list[Row]],
    limit: int,
    descending: bool,
    backward: bool,
) -> None:
    cut = {}
    for code, rows in held.items():
        own = [each.row for each in walked({code: rows}, descending=descending)]
        cut[code] = own[-(limit + 1) :][::-1] if backward else own[: limit + 1]
    ordering = Ordering("X", descending)
    assert merge(cut, ordering, limit, backward=backward) == merge(held, ordering, limit, backward=backward)


@given(MANY, st.booleans())
def test_nulls_come_last_both_ways(held: dict[str, list[Row]], descending: bool) -> None:
    rows, _ = merge(held, Ordering("X", descending), 100, backward=False)
    nulls = [each.row.sort is None for each in rows]
    assert nulls == sorted(nulls)
