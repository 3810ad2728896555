"""Rows by reference: one statement for each registry and shape, for all that one request asks for at once."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from strawberry.dataloader import DataLoader

from adapters.contract.answer import Row
from adapters.contract.request import FetchRequest
from adapters.contract.shape import Shape
from gateway.federation.directory import Directory
from gateway.federation.fanout import Answer, Outage, fetch, together
from gateway.federation.reference import Reference

__all__ = ["Found", "Key", "Load", "gathered", "load"]

Key = tuple[Reference, Shape]
Found = Row | Outage | None
"""A row; None where its registry shows none under the key; an Outage where it did not answer."""
Load = Callable[[Sequence[Key]], Awaitable[Sequence[Found]]]


async def load(directory: Directory, keys: Sequence[Key]) -> list[Found]:
    """What is found for each key."""
    wanted: dict[tuple[str, Shape], list[str]] = {}
    for reference, shape in keys:
        wanted.setdefault((reference.cluster, shape), []).append(reference.key)
    asked = [(directory[cluster], FetchRequest(tuple(found), shape)) for (cluster, shape), found in wanted.items()]
    answers = await together(*(fetch(source, request) for source, request in asked))
    rows = {batch: _by_key(answer) for batch, answer in zip(wanted, answers, strict=True)}
    found = [(rows[reference.cluster, shape], reference.key) for reference, shape in keys]
    return [each if isinstance(each, Outage) else each.get(key) for each, key in found]


def gathered(directory: Directory) -> Load:
    """Loads what several places of one request ask for at the same moment together. For one request: it remembers."""
    return DataLoader(load_fn=partial(load, directory)).load_many


def _by_key(answer: Answer[Sequence[Row]] | Outage) -> dict[str, Row] | Outage:
    return answer if isinstance(answer, Outage) else {row.key: row for row in answer.value}
