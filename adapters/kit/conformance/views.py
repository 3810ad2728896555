"""What holds of every registry for whoever asks: a wider view only adds, and what is hidden decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.objects import Kind
from adapters.contract.registry import Registry
from adapters.contract.request import (
    LIST_VIEWS,
    RELEVANCE,
    Condition,
    FacetRequest,
    FetchRequest,
    Ordering,
    PageRequest,
    Search,
    Term,
    Where,
)
from adapters.contract.shape import ID, Pick, Shape
from adapters.contract.text import words
from adapters.kit.columns import SUBJECT
from adapters.kit.conformance.answers import content
from adapters.kit.conformance.requests import FACETS, LISTS, ORDERINGS, SEARCHED, everyone, page_of
from adapters.kit.shapes import everything

__all__ = ["ViewLaws"]

_LADDER = (
    (Visibility.PUBLIC, Visibility.CORRIDOR),
    (Visibility.CORRIDOR, Visibility.CLUSTER),
    (Visibility.CLUSTER, Visibility.PRIVATE),
    (Visibility.CORRIDOR, Visibility.MUTUAL),
    (Visibility.MUTUAL, Visibility.PRIVATE),
)
_LISTED = tuple(pair for pair in _LADDER if LIST_VIEWS.issuperset(pair))
_SEVERAL = 5

_every_list = pytest.mark.parametrize("of", LISTS)
_every_step = pytest.mark.parametrize(("narrow", "wide"), _LADDER, ids=[f"{one}-{other}" for one, other in _LADDER])
_every_listed_step = pytest.mark.parametrize(
    ("narrow", "wide"), _LISTED, ids=[f"{one}-{other}" for one, other in _LISTED]
)


class ViewLaws:
    """Inherit, and give the fixture ``registry``: any ``Registry`` with some rows of each level."""

    @_every_step
    @_every_list
    async def test_a_wider_view_only_adds(
        self, registry: Registry, of: str, narrow: Visibility, wide: Visibility
    ) -> None:
        """Every row is there, too, with every value the same, or where there was none."""
        keys, shape = await _keys(registry, of, Visibility.CLUSTER), everything(of)
        less = await _by_key(registry, FetchRequest(keys, shape, narrow))
        more = await _by_key(registry, FetchRequest(keys, shape, wide))
        assert less
        assert less.keys() <= more.keys()
        for key, row in less.items():
            assert _within(content(row, shape), content(more[key], shape)), f"{of} {key} has less as {wide}"

    @_every_listed_step
    @pytest.mark.parametrize(
        ("of", "ordering"), ORDERINGS, ids=[f"{of}-{each.name}-{each.descending}" for of, each in ORDERINGS]
    )
    async def test_a_hidden_row_moves_no_other(
        self, registry: Registry, of: str, ordering: Ordering, narrow: Visibility, wide: Visibility
    ) -> None:
        """The list of a narrower view is that of the wider one without some rows: sort keys and all."""
        less = [(row.key, row.sort) for row in await registry.page(everyone(of, narrow, ordering))]
        more = [(row.key, row.sort) for row in await registry.page(everyone(of, wide, ordering))]
        seen = set(less)
        assert less == [place for place in more if place in seen]
        if of in SUBJECT:
            assert len(less) < len(more), f"no {of} is hidden from {narrow} and seen by {wide}: nothing can be said"

    @_every_listed_step
    @_every_list
    async def test_a_hidden_row_has_no_key(
        self, registry: Registry, of: str, narrow: Visibility, wide: Visibility
    ) -> None:
        """What a list leaves out cannot be fetched either."""
        listed = set(await _keys(registry, of, narrow))
        hidden = tuple(key for key in await _keys(registry, of, wide) if key not in listed)
        assert not await registry.fetch(FetchRequest(hidden, everything(of), narrow))
        for key in hidden[:_SEVERAL]:
            assert not await registry.fetch(FetchRequest((key,), everything(of), narrow))

    @pytest.mark.parametrize("view", sorted(LIST_VIEWS), ids=str)
    async def test_a_hidden_row_is_nobodys_child_or_parent(self, registry: Registry, view: Visibility) -> None:
        """All that hangs on a row, and all that a row hangs on, is in the list of its own kind."""
        listed = {of: await _ids(registry, of, view) for of in LISTS}
        for of in LISTS:
            related = [
                taken for taken in CATALOGUE[of].fields.values()
                if taken.kind in {Kind.CHILDREN, Kind.PARENT} and taken.target in listed
            ]  # fmt: skip
            shape = Shape(of, tuple(Pick(each.name, each.name, shape=_id(each.target)) for each in related))
            for row in await registry.page(everyone(of, view, shape=shape)) if related else ():
                found = content(row, shape)
                for taken in related:
                    there = found[taken.name] or []
                    for each in [there] if isinstance(there, Mapping) else there:
                        assert each["id"] in listed[taken.target], f"{of} {row.key} leads to a hidden {taken.target}"

    @_every_listed_step
    @pytest.mark.parametrize(("of", "facet"), FACETS, ids=["-".join(each) for each in FACETS])
    async def test_a_hidden_row_counts_nowhere(
        self, registry: Registry, of: str, facet: str, narrow: Visibility, wide: Visibility
    ) -> None:
        """No value counts more in a narrower view, and no filter finds a row that the list leaves out."""
        less = await registry.facet(FacetRequest(Where(of, view=narrow), facet))
        more = await registry.facet(FacetRequest(Where(of, view=wide), facet))
        assert all(count <= more.get(value, 0) for value, count in less.items())
        listed = set(await _keys(registry, of, narrow))
        path = CATALOGUE[of].facets[facet].path
        for name in [each.name for each in CATALOGUE[of].filters.values() if each.path == path]:
            rare = sorted(more, key=lambda value: (less.get(value, 0), value))[:_SEVERAL]
            where = Where(of, (Condition(name, (*rare,)),), view=narrow)
            found = {row.key for row in await registry.page(page_of(where))}
            assert found <= listed
            assert await registry.count(where) == len(found)
            for value in rare:
                alone = replace(where, conditions=(Condition(name, (value,)),))
                assert await registry.count(alone) == less.get(value, 0)

    @_every_listed_step
    @pytest.mark.parametrize("of", SEARCHED)
    async def test_hidden_words_find_nothing(
        self, registry: Registry, of: str, narrow: Visibility, wide: Visibility
    ) -> None:
        """A search for the words of hidden rows and fields finds shown rows only, by what is shown of them."""
        listed = set(await _keys(registry, of, narrow))
        shown = set(await _words(registry, of, narrow))
        hidden = [word for word in await _words(registry, of, wide) if word not in shown]
        assert hidden, f"no word of a {of} is hidden from {narrow} and seen by {wide}: nothing can be said"
        for word in hidden[:: max(1, len(hidden) // _SEVERAL)]:
            where = Where(of, (), Search((Term(word, word),), ()), narrow)
            seen = await registry.page(page_of(where, Ordering(RELEVANCE, descending=True)))
            assert {row.key for row in seen} <= listed
            assert await registry.count(where) == len(seen)
            assert await registry.page(page_of(replace(where, view=wide))), f"{word!r} finds nothing as {wide} either"

    @pytest.mark.parametrize("view", sorted(set(Visibility) - LIST_VIEWS), ids=str)
    async def test_a_view_of_single_members_has_no_lists(self, registry: Registry, view: Visibility) -> None:
        """MUTUAL and PRIVATE are for keys: nothing is listed or counted under them."""
        where = Where("member", view=view)
        for refused in (
            registry.page(PageRequest(where, Ordering("NAME"), 1)),
            registry.count(where),
            registry.facet(FacetRequest(where, "SECTOR")),
        ):
            with pytest.raises(ValueError, match=view):
                await refused

    @pytest.mark.parametrize("view", Visibility, ids=str)
    @_every_list
    async def test_a_row_says_of_whom_it_tells(self, registry: Registry, of: str, view: Visibility) -> None:
        """Of itself, of its owner unless it is anonymous, or of nobody; in pages and by key."""
        keys = await _keys(registry, of, Visibility.CLUSTER)
        owner = "owner" if "owner" in CATALOGUE[of].fields else ""
        picks = (Pick("owner", "owner", shape=Shape("member", (Pick("id", ID),))),) if owner else (Pick("id", ID),)
        shape = Shape(of, picks)
        rows = [*await registry.fetch(FetchRequest(keys, shape, view))]
        if view in LIST_VIEWS:
            rows += await registry.page(everyone(of, view, shape=shape))
        assert rows
        owned = {row.subject for row in rows} - {None} if owner else set()
        members = await registry.fetch(FetchRequest((*sorted(filter(None, owned)),), _id("member"), view))
        ids = {row.key: content(row, _id("member"))["id"] for row in members}
        for row in rows:
            if owner:
                named = content(row, shape)["owner"]
                assert (None if row.subject is None else ids[row.subject]) == (named and named["id"])
            else:
                assert row.subject == (row.key if of in SUBJECT else None)


def _id(of: str) -> Shape:
    return Shape(of, (Pick("id", ID),))


async def _keys(registry: Registry, of: str, view: Visibility) -> tuple[str, ...]:
    return tuple([row.key for row in await registry.page(everyone(of, view))])


async def _ids(registry: Registry, of: str, view: Visibility) -> set[str]:
    return {content(row, _id(of))["id"] for row in await registry.page(everyone(of, view, shape=_id(of)))}


async def _by_key(registry: Registry, request: FetchRequest) -> dict[str, Row]:
    return {row.key: row for row in await registry.fetch(request)}


async def _words(registry: Registry, of: str, view: Visibility) -> list[str]:
    """The words of all texts of an object that a search looks into and a row shows, each once."""
    shape = Shape(of, tuple(_texts(of)))
    rows = [content(row, shape) for row in await registry.page(everyone(of, view, shape=shape))]
    return sorted({word for row in rows for text in _strings(row) for word in words(text)})


def _texts(of: str) -> Sequence[Pick]:
    given = Shape("localized_text", (Pick("text", "text"),))
    return [
        Pick(each.name, each.name, shape=given) if each.kind is Kind.LOCALIZED else Pick(each.name, each.name)
        for each in CATALOGUE[of].fields.values()
        if each.kind is Kind.LOCALIZED or each.name in {"display_name", "legal_name"}
    ]


def _strings(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return [text for each in value.values() for text in _strings(each)]
    return [] if value is None else [value]


def _within(less: Any, more: Any) -> bool:
    """Whether all of one value is in the other: objects field by field, lists as some of the elements, nulls filled."""
    if less is None:
        return True
    if isinstance(less, Mapping) and isinstance(more, Mapping):
        return less.keys() == more.keys() and all(_within(less[key], more[key]) for key in less)
    if isinstance(less, list) and isinstance(more, list):
        left = [*more]
        for each in less:
            place = next((place for place, other in enumerate(left) if _within(each, other)), None)
            if place is None:
                return False
            del left[place]
        return True
    return bool(less == more)
