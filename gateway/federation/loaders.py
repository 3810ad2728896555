"""Rows by reference: one statement for each registry and shape, for all that one request asks for at once."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from strawberry.dataloader import DataLoader

from adapters.contract.answer import Row
from adapters.contract.codes import Visibility
from adapters.contract.request import FetchRequest
from adapters.contract.shape import Shape
from gateway.federation.directory import Directory
from gateway.federation.fanout import Answer, Outage, fetch, together
from gateway.federation.reference import Reference

__all__ = ["Found", "Key", "Load", "See", "gathered", "load"]

Key = tuple[Reference, Shape]
Found = Row | Outage | None
"""A row; None where its registry shows none under the key; an Outage where it did not answer."""
Load = Callable[[Sequence[Key]], Awaitable[Sequence[Found]]]
See = Callable[[Reference], Visibility]
"""Up to which level what a reference points to is seen."""


async def load(directory: Directory, see: See, keys: Sequence[Key]) -> list[Found]:
    """What is found for each key."""
    wanted: dict[tuple[str, Shape, Visibility], list[str]] = {}
    batches = [(reference.cluster, shape, see(reference)) for reference, shape in keys]
    for batch, (reference, _) in zip(batches, keys, strict=True):
        wanted.setdefault(batch, []).append(reference.key)
    asked = [
        (directory[cluster], FetchRequest(tuple(found), shape, view))
        for (cluster, shape, view), found in wanted.items()
    ]
    answers = await together(*(fetch(source, request) for source, request in asked))
    rows = {batch: _by_key(answer) for batch, answer in zip(wanted, answers, strict=True)}
    found = [(rows[batch], reference.key) for batch, (reference, _) in zip(batches, keys, strict=True)]
    return [each if isinstance(each, Outage) else each.get(key) for each, key in found]


def gathered(directory: Directory, see: See) -> Load:
    """Loads what several places of one request ask for at the same moment together. For one request: it remembers."""
    return DataLoader(load_fn=partial(load, directory, see)).load_many


def _by_key(answer: Answer[Sequence[Row]] | Outage) -> dict[str, Row] | Outage:
    return answer if isinstance(answer, Outage) else {row.key: row for row in answer.value}
