"""Pages of one ordered list over all registries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from adapters.contract.answer import Row
from adapters.contract.codes import SourceStatus
from adapters.contract.request import Boundary, FetchRequest, Ordering, PageRequest, Where
from adapters.contract.shape import Shape
from gateway.federation.cursor import Cursor, CursorCodec, fingerprint
from gateway.federation.directory import Directory
from gateway.federation.fanout import Answer, Outage, all_failed, fetch, together
from gateway.federation.merge import Placed, merge
from gateway.federation.sight import Sight
from gateway.reference import Reference

__all__ = ["ListRequest", "Page", "page"]


@dataclass(frozen=True)
class ListRequest:
    """One page of a list, as a client asks for it.

    ``clusters`` are those of the filter, all where it names none. ``cursor`` is ``after`` of a
    forward and ``before`` of a backward page. ``where`` is what anybody may ask: each registry is asked under the
    view that the viewer has of it, or not at all. An agreement that begins or ends changes no walk's fingerprint.
    """

    where: Where
    ordering: Ordering
    size: int
    clusters: tuple[str, ...]
    cursor: str | None = None
    backward: bool = False
    hits: bool = False
    fail_whole: bool = False
    sight: Sight = field(default_factory=Sight)
    apart: Reference | None = None
    """A member that a match is not to list: the one who asks."""

    @cached_property
    def walk(self) -> str:
        """The fingerprint of the walk that this page is part of."""
        views = [(code, self.sight.view(code).value) for code in self.clusters]
        return fingerprint(self.where, self.apart, views, self.ordering)

    @cached_property
    def seen(self) -> Mapping[str, Where]:
        """What each registry of the filter is asked for, by cluster."""
        return {code: replace(self._where(code), view=self.sight.view(code)) for code in self.clusters}

    def _where(self, cluster: str) -> Where:
        match = self.where.match
        if match is None or self.apart is None or self.apart.cluster != cluster:
            return self.where
        return replace(self.where, match=replace(match, excluded=(self.apart.key,)))


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its rows in order, their contents by shape, and how each registry took part.

    ``ends`` are its first and last row, or, where all of them vanished before their contents were read, the places
    where they were: none where there never was a row.
    """

    request: ListRequest
    rows: Sequence[Placed]
    ends: tuple[Placed, Placed] | None
    bodies: Mapping[Shape, Mapping[tuple[str, str], Row]]
    has_next: bool
    has_previous: bool
    sources: Mapping[str, Answer[int] | Outage]
    walked: tuple[str, ...]
    codec: CursorCodec

    @property
    def complete(self) -> bool:
        """Whether every registry of the filter took part, now and on every earlier page of the walk."""
        return self.walked == self.request.clusters

    @property
    def outages(self) -> list[Outage]:
        """The registries of the filter that took no part in this page, now or since an earlier page of the walk."""
        return [
            each for code, each in self.sources.items() if isinstance(each, Outage) and code in self.request.clusters
        ]

    @property
    def start_cursor(self) -> str | None:
        """The cursor of the page's beginning."""
        return None if self.ends is None else self.cursor(self.ends[0])

    @property
    def end_cursor(self) -> str | None:
        """The cursor of the page's end: what is after it is the next page, even where this one came out empty."""
        return None if self.ends is None else self.cursor(self.ends[1])

    def cursor(self, placed: Placed) -> str:
        """The cursor of a row."""
        boundary = Boundary(placed.row.sort, placed.cluster, placed.row.key)
        return self.codec.encode(Cursor(boundary, self.walked), self.request.walk)


async def page(directory: Directory, codec: CursorCodec, request: ListRequest, shapes: Sequence[Shape]) -> Page:
    """One page. A single flat shape travels with the keys; else keys come first, and JSON for the winners second."""
    boundary, walking = None, request.clusters
    if request.cursor is not None:
        cursor = codec.decode(request.cursor, request.walk)
        boundary, walking = cursor.boundary, cursor.clusters
    inline = shapes[0] if len(shapes) == 1 and not shapes[0].nested else None
    limit = request.size + 1
    asked = {
        code: PageRequest(where, request.ordering, limit, boundary, request.backward, inline, request.hits)
        for code, where in request.seen.items()
    }
    answers = await request.sight.ask(
        directory,
        walking,
        lambda registry: registry.page(asked[registry.cluster.code]),
        heavy=request.where.match is not None,
    )
    _settle(request, answers)
    pages = {code: answer.value for code, answer in answers.items() if isinstance(answer, Answer)}
    rows, more = merge(pages, request.ordering, request.size, backward=request.backward)
    keys = rows
    bodies: Mapping[Shape, Mapping[tuple[str, str], Row]] = {}
    if inline is not None:
        bodies = {inline: {(placed.cluster, placed.row.key): placed.row for placed in rows}}
    elif shapes:
        bodies, lost = await _bodies(directory, request.sight, keys, shapes)
        while lost:  # What these had won is made up for by the others, whose rows suffice for a page without them.
            answers = {**answers, **lost}
            _settle(request, answers)
            pages = {code: found for code, found in pages.items() if code not in lost}
            keys, more = merge(pages, request.ordering, request.size, backward=request.backward)
            bodies, lost = await _bodies(directory, request.sight, keys, shapes)
        found = set.intersection(*(set(bodies[each]) for each in shapes))  # a shape is hashed once, not for each row
        rows = [placed for placed in keys if (placed.cluster, placed.row.key) in found]
    taking_part = tuple(code for code in walking if isinstance(answers[code], Answer))
    bounds = rows or keys
    more_behind, more_before = (boundary is not None, more) if request.backward else (more, boundary is not None)
    return Page(
        request=request,
        rows=rows,
        ends=(bounds[0], bounds[-1]) if bounds else None,
        bodies=bodies,
        has_next=more_behind,
        has_previous=more_before,
        sources=_reports(directory, answers, rows),
        walked=taking_part,
        codec=codec,
    )


def _settle(request: ListRequest, answers: Mapping[str, Answer[Sequence[Row]] | Outage]) -> None:
    """Fails the page where no registry answered, or where one did not and the client wants all or nothing."""
    outages = [answer for answer in answers.values() if isinstance(answer, Outage)]
    if outages and request.fail_whole:
        raise outages[0].failure
    if outages and len(outages) == len(answers):
        raise all_failed(outages)


async def _bodies(
    directory: Directory, sight: Sight, rows: Sequence[Placed], shapes: Sequence[Shape]
) -> tuple[dict[Shape, dict[tuple[str, str], Row]], dict[str, Outage]]:
    """The contents of the winners: one statement for each registry and shape, all at once."""
    keys: dict[str, list[str]] = {}
    for placed in rows:
        keys.setdefault(placed.cluster, []).append(placed.row.key)
    asked = [
        (code, FetchRequest(tuple(found), shape, sight.view(code))) for code, found in keys.items() for shape in shapes
    ]
    answers = await together(*(fetch(directory[code], request) for code, request in asked))
    bodies: dict[Shape, dict[tuple[str, str], Row]] = {shape: {} for shape in shapes}
    lost: dict[str, Outage] = {}
    for (code, request), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Outage):
            lost[code] = answer
        else:
            bodies[request.shape].update({(code, row.key): row for row in answer.value})
    return bodies, lost


def _reports(
    directory: Directory, answers: Mapping[str, Answer[Sequence[Row]] | Outage], rows: Sequence[Placed]
) -> Mapping[str, Answer[int] | Outage]:
    """How each cluster of the directory took part, with how many rows of the page are its own."""
    reports: dict[str, Answer[int] | Outage] = {}
    placed = [each.cluster for each in rows]
    for source in directory:
        code = source.cluster.code
        match answers.get(code):
            case None:
                reports[code] = Outage(code, SourceStatus.EXCLUDED, retryable=False)
            case Outage() as outage:
                reports[code] = outage
            case Answer() as answer:
                reports[code] = Answer(code, placed.count(code), answer.as_of, answer.latency_ms)
    return reports
