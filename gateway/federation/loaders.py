"""Rows by reference, for one request: gathered into one statement for each registry and shape."""

from collections.abc import Sequence

from strawberry.dataloader import DataLoader

from adapters.contract.answer import Row
from adapters.contract.request import FetchRequest
from adapters.contract.shape import Shape
from gateway.federation.directory import Directory
from gateway.federation.fanout import Outage, ask, together
from gateway.federation.reference import Reference

__all__ = ["Rows"]

Key = tuple[Reference, Shape]


class Rows:
    """The rows of one request by (reference, shape). Make a new one for each request: it remembers.

    ``alone`` says that they are asked for in one place, so that there is nothing to wait for and gather.
    """

    def __init__(self, directory: Directory, *, alone: bool = False) -> None:
        self._directory = directory
        self._alone = alone
        self._loader: DataLoader[Key, Row | Outage | None] = DataLoader(load_fn=self._load)

    async def get(self, keys: Sequence[Key]) -> Sequence[Row | Outage | None]:
        """The row for each key; None where its registry shows none, an Outage where it did not answer."""
        if self._alone:
            return await self._load(list(keys))
        return await self._loader.load_many(keys)

    async def _load(self, keys: list[Key]) -> Sequence[Row | Outage | None]:
        wanted: dict[tuple[str, Shape], list[str]] = {}
        for reference, shape in keys:
            wanted.setdefault((reference.cluster, shape), []).append(reference.key)
        batches = list(wanted.items())
        answers = await together(
            *(self._ask(cluster, FetchRequest(tuple(found), shape)) for (cluster, shape), found in batches)
        )
        rows = {batch: answer for (batch, _), answer in zip(batches, answers, strict=True)}
        return [_pick(rows[reference.cluster, shape], reference.key) for reference, shape in keys]

    async def _ask(self, cluster: str, request: FetchRequest) -> dict[str, Row] | Outage:
        answer = await ask(self._directory[cluster], lambda registry: registry.fetch(request))
        return answer if isinstance(answer, Outage) else {row.key: row for row in answer.value}


def _pick(rows: dict[str, Row] | Outage, key: str) -> Row | Outage | None:
    return rows if isinstance(rows, Outage) else rows.get(key)
