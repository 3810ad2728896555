"""Wording codes: what the gateway itself knows, put into the places that a registry's text leaves for it."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeAlias

import orjson
from graphql import get_nullable_type, is_list_type

from adapters.contract.answer import MARK
from adapters.contract.errors import ContractBroken
from gateway.execution.selection import Asked
from gateway.execution.writing import Writing

__all__ = ["UnknownCode", "Words", "slots", "unworded", "worded"]

_MARKED = re.compile(rf'{MARK}\[(\d+),("(?:[^"\\]|\\.)*")\]{MARK}')
_REMEMBERED = 1000
"""Codes that one slot remembers the words of: more than the vocabulary has concepts."""

Words: TypeAlias = Callable[[str], str]
"""A code as the JSON that its place of the query asks for."""


class UnknownCode(Exception):
    """A code that the vocabulary does not hold: walk the row, so that the error gets its path."""


def slots(asked: Sequence[tuple[str, Asked]], writing: Writing) -> tuple[Words, ...]:
    """The words for each slot of a shape; raises Unwritable where one needs the executor."""
    return tuple(_words(typename, each, writing) for typename, each in asked)


def _words(typename: str, asked: Asked, writing: Writing) -> Words:
    write = writing.field(typename, asked)
    selections = writing.selections
    listed = is_list_type(get_nullable_type(selections.object_type(typename).fields[asked.name].type))

    def words(code: str) -> str:
        try:
            value = write({asked.key: [code] if listed else code})
        except ContractBroken:
            raise UnknownCode(code) from None
        return orjson.dumps(value[0] if listed else value).decode()

    passing = selections.target(typename, asked) == "Cluster" and any(
        each.name == "health" for each in selections.fields("Cluster", asked.nodes)
    )
    return words if passing else lru_cache(_REMEMBERED)(words)


def worded(text: str, slots: Sequence[Words]) -> str:
    r"""A row's text with every marked code worded.

    >>> worded('{"c":\t[0,"x"]\t}', [lambda code: '{"label":"X"}'])
    '{"c":{"label":"X"}}'
    """
    return _MARKED.sub(lambda mark: slots[int(mark[1])](orjson.loads(mark[2])), text)


def unworded(text: str) -> str:
    r"""A row's text with every marked code bare.

    >>> unworded('{"c":\t[0,"x"]\t}')
    '{"c":"x"}'
    """
    return _MARKED.sub(r"\2", text)
