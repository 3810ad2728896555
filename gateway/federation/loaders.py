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
from gateway.federation.sight import barred
from gateway.reference import Reference

__all__ = ["Found", "Key", "Load", "See", "gathered", "load"]

Key = tuple[Reference, Shape]
Found = Row | Outage | None
"""A row; None where its registry shows none under the key; an Outage where it did not answer."""
Load = Callable[[Sequence[Key]], Awaitable[Sequence[Found]]]
See = Callable[[Reference], Visibility | None]
"""Up to which level what a reference points to is seen; None where no agreement lets its registry be asked."""


_Batch = tuple[str, Shape, Visibility]
"""What one statement asks for: of which registry, in which shape, under which view."""


async def load(directory: Directory, see: See, keys: Sequence[Key]) -> list[Found]:
    """What is found for each key."""
    if len(keys) == 1:  # most often so, and then there is nothing to sort
        return [await _one(directory, see, *keys[0])]
    wanted: dict[_Batch, list[str]] = {}
    batches = [(reference.cluster, shape, see(reference)) for reference, shape in keys]
    for (cluster, shape, view), (reference, _) in zip(batches, keys, strict=True):
        if view is not None:
            wanted.setdefault((cluster, shape, view), []).append(reference.key)
    own = _beside(wanted) if len(wanted) > 1 else {}
    asked = [
        (directory[cluster], FetchRequest(tuple(found), shape, view, own.get((cluster, shape, view))))
        for (cluster, shape, view), found in wanted.items()
    ]
    answers = await together(*(fetch(source, request) for source, request in asked))
    rows: dict[tuple[str, Shape, Visibility | None], dict[str, Row] | Outage] = {
        batch: _by_key(answer) for batch, answer in zip(wanted, answers, strict=True)
    }
    for cluster, shape, view in own:
        rows[cluster, shape, Visibility.PRIVATE] = rows[cluster, shape, view]
    found = [
        (barred(reference.cluster) if batch[2] is None else rows[batch], reference.key)
        for batch, (reference, _) in zip(batches, keys, strict=True)
    ]
    return [each if isinstance(each, Outage) else each.get(key) for each, key in found]


async def _one(directory: Directory, see: See, reference: Reference, shape: Shape) -> Found:
    view = see(reference)
    if view is None:
        return barred(reference.cluster)
    found = _by_key(await fetch(directory[reference.cluster], FetchRequest((reference.key,), shape, view)))
    return found if isinstance(found, Outage) else found.get(reference.key)


def gathered(directory: Directory, see: See) -> Load:
    """Loads what several places of one request ask for at the same moment together. For one request: it remembers."""
    return DataLoader(load_fn=partial(load, directory, see)).load_many


def _beside(wanted: dict[_Batch, list[str]]) -> dict[_Batch, str]:
    """What is seen as the viewer's own beside others of the same shape: taken out of what is wanted, by their batch."""
    own: dict[_Batch, str] = {}
    for cluster, shape, view in [batch for batch in wanted if batch[2] is not Visibility.PRIVATE]:
        private = (cluster, shape, Visibility.PRIVATE)
        keys = set(wanted.get(private, ()))
        if len(keys) == 1 and keys.isdisjoint(wanted[cluster, shape, view]):
            own[cluster, shape, view] = keys.pop()
            del wanted[private]
    return own


def _by_key(answer: Answer[Sequence[Row]] | Outage) -> dict[str, Row] | Outage:
    return answer if isinstance(answer, Outage) else {row.key: row for row in answer.value}
