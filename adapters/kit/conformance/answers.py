"""Answers made comparable: a row's content as plain values, whichever way the registry gave it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.objects import Kind
from adapters.contract.shape import Pick, Shape

__all__ = ["content", "difference"]

_SHOWN = 5


def content(row: Row, shape: Shape) -> Any:
    """The row's content with codes bare; a code under another slot than the shape's is a ValueError."""
    return row.value if row.text is None else _plain(json.loads(row.text), shape)


def difference(expected: Sequence[Row], given: Sequence[Row], shape: Shape | None = None) -> str:
    """What differs between two lists of rows, in words; nothing when they are the same."""
    wanted, got = [row.key for row in expected], [row.key for row in given]
    if wanted != got:
        return _order(wanted, got)
    return "\n".join(
        f"row {one.key}: {said}"
        for one, other in zip(expected, given, strict=True)
        for said in _unlike(one, other, shape)
    )


def _order(wanted: Sequence[str], got: Sequence[str]) -> str:
    known, found = set(wanted), set(got)
    missing, extra = [key for key in wanted if key not in found], [key for key in got if key not in known]
    if missing or extra:
        return f"{len(missing)} rows missing {missing[:_SHOWN]}, {len(extra)} too many {extra[:_SHOWN]}"
    if len(wanted) != len(got):
        twice = sorted({key for key in got if got.count(key) > 1})
        return f"the same row more than once: {twice[:_SHOWN]}"
    place = next(place for place, (one, other) in enumerate(zip(wanted, got, strict=True)) if one != other)
    return f"the order differs from row {place + 1} on: expected {wanted[place]}, got {got[place]}"


def _unlike(one: Row, other: Row, shape: Shape | None) -> Iterator[str]:
    if other.broken:
        yield "a required value is missing or a code is unknown"
    for name in ("sort", "score"):
        if getattr(one, name) != getattr(other, name):
            yield f"{name}: expected {getattr(one, name)!r}, got {getattr(other, name)!r}"
    if (one.hits is None) != (other.hits is None) or json.loads(one.hits or "0") != json.loads(other.hits or "0"):
        yield f"hits: expected {one.hits}, got {other.hits}"
    if shape is not None:
        yield from _paths("", content(one, shape), content(other, shape))


def _paths(path: str, one: Any, other: Any) -> Iterator[str]:
    """Every place where two values differ."""
    if isinstance(one, Mapping) and isinstance(other, Mapping) and list(one) == list(other):
        for key in one:
            yield from _paths(f"{path}.{key}", one[key], other[key])
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for place, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _paths(f"{path}[{place}]", left, right)
    elif one != other or type(one) is not type(other):
        yield f"{path.removeprefix('.')}: expected {one!r}, got {other!r}"


def _plain(value: Any, shape: Shape) -> Any:
    if value is None:
        return None
    if list(value) != [pick.key for pick in shape.picks]:
        raise ValueError(f"keys {list(value)} are not those of the shape of {shape.object}")
    return {pick.key: _unmarked(value[pick.key], pick, shape) for pick in shape.picks}


def _unmarked(value: Any, pick: Pick, shape: Shape) -> Any:
    taken = CATALOGUE[shape.object].fields.get(pick.field)
    if taken is None or value is None:
        return value
    match taken.kind:
        case Kind.TERM | Kind.CLUSTER:
            return _code(value, pick)
        case Kind.TERMS:
            return [_code(each, pick) for each in value]
        case Kind.GROUP | Kind.LOCALIZED | Kind.PARENT if pick.shape:
            return _plain(value, pick.shape)
        case Kind.CHILDREN if pick.shape:
            return [_plain(each, pick.shape) for each in value]
        case _:
            return value


def _code(marked: Any, pick: Pick) -> Any:
    slot, code = marked
    if slot != pick.slot:
        raise ValueError(f"{pick.key} is marked with slot {slot}, not {pick.slot}")
    return code
