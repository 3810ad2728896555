"""Opportunities: what a cluster publishes for consortia to answer."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import orjson

from gateway.access.viewer import Viewer, ViewerClass
from gateway.corridor.acts import Act, Acts, Command, Result
from gateway.corridor.consortium import Requirement, Rules, global_id
from gateway.corridor.drafts import check_requirements, check_rules, moment
from gateway.corridor.failures import Failed, Failure
from gateway.corridor.quorum import Quorum
from gateway.corridor.statements import statement
from gateway.corridor.texts import text_failures
from gateway.store import Store
from schemas.codes import OpportunityKind

__all__ = ["Opportunities", "Opportunity", "Terms"]

_LONGEST = 200
_AMOUNT = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s\0]+")


@dataclass(frozen=True, slots=True)
class Terms:
    """An opportunity as a coordinator gives it: moments, days and amounts as the schema's scalars have them."""

    kind: OpportunityKind
    title: str
    lang: str
    market: str
    requirements: tuple[Requirement, ...]
    closes_at: str
    issuer: str | None = None
    rules: Rules | None = None
    budget: tuple[str, str] | None = None
    """An amount and its currency."""
    opens_on: str | None = None
    source_url: str | None = None


@dataclass(frozen=True, slots=True)
class Opportunity:
    """An opportunity as it was published; ``cluster`` is the code of the one that did."""

    key: UUID
    cluster: str
    kind: OpportunityKind
    title: str
    lang: str
    issuer: str | None
    market: str
    requirements: tuple[Requirement, ...]
    rules: Rules | None
    budget: Decimal | None
    currency: str | None
    opens_on: date | None
    closes_at: datetime
    source_url: str | None
    closed: bool

    @classmethod
    def read(cls, row: Any) -> "Opportunity":
        """From a row of ``sql/opportunities.sql``."""
        rules = row["rules"]
        return cls(
            **{
                **row,
                "kind": OpportunityKind(row["kind"]),
                "requirements": tuple(map(Requirement.read, orjson.loads(row["requirements"]))),
                "rules": None if rules is None else Rules.read(orjson.loads(rules)),
            }
        )

    @property
    def id(self) -> str:
        """The global ID."""
        return global_id("Opportunity", self.key)


class Opportunities:
    """The opportunities in the store. ``clusters`` are the codes of all clusters that the gateway serves."""

    def __init__(self, store: Store, acts: Acts, quorum: Quorum, clusters: Collection[str]) -> None:
        self._store = store
        self._acts = acts
        self._quorum = quorum
        self._clusters = clusters

    async def read(self, keys: Collection[UUID], viewer: Viewer) -> Mapping[UUID, Opportunity]:
        """Those of these opportunities that the viewer may know of: one statement."""
        rows = await self._store.fetch(
            statement("opportunities"), list(keys), await self._seen(viewer), None, None, None, None
        )
        return {row["key"]: Opportunity.read(row) for row in rows}

    async def page(
        self, viewer: Viewer, first: int, after: UUID | None, open_on: str | None, concepts: Sequence[str] | None
    ) -> list[Opportunity]:
        """Opportunities that the viewer may know of, those that close soonest first: one statement.

        ``concepts``: only those that require one of them, or something that is part of one.
        """
        wanted = None
        if concepts is not None:
            known = {each for uri in concepts for each in self._quorum.concepts.within(uri)}
            wanted = [orjson.dumps([{"concept": uri}]).decode() for uri in sorted(known)]
        day = None if open_on is None else _day(open_on, "openOn")
        rows = await self._store.fetch(
            statement("opportunities"), None, await self._seen(viewer), after, day, wanted, first
        )
        return [Opportunity.read(row) for row in rows]

    async def publish(self, command: Command, terms: Terms) -> Result:
        """A coordinator publishes an opportunity for its cluster."""

        async def work(act: Act) -> Result:
            viewer = command.viewer
            if viewer.kind is not ViewerClass.COORDINATOR or viewer.cluster is None:
                raise Failed.because("opportunity_publisher")
            closes, opens = moment(terms.closes_at, "input", "closesAt"), None
            if terms.opens_on is not None:
                opens = _day(terms.opens_on, "input", "opensOn")
            if failures := self._mistakes(terms, opens, closes):
                raise Failed(*failures)
            key = uuid4()
            amount, currency = terms.budget or (None, None)
            await act.connection.execute(
                "insert into corridor.opportunity"
                " (id, cluster, kind, title, lang, issuer, market, requirements, rules, budget, currency, opens_on,"
                " closes_at, source_url)"
                " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
                key,
                viewer.cluster,
                terms.kind,
                terms.title,
                terms.lang,
                terms.issuer,
                terms.market,
                orjson.dumps([each.stored for each in terms.requirements]).decode(),
                None if terms.rules is None else orjson.dumps(terms.rules.stored).decode(),
                None if amount is None else Decimal(amount),
                currency,
                opens,
                closes,
                terms.source_url,
            )
            act.tell("Opportunity", key, 1, "Opportunity")
            return {"opportunity": str(key)}

        return await self._acts.do(command, work)

    def _mistakes(self, terms: Terms, opens: date | None, closes: datetime) -> list[Failure]:
        failures = text_failures(terms.title, _LONGEST, "input", "title")
        failures += text_failures(terms.issuer, _LONGEST, "input", "issuer")
        failures += check_requirements(terms.requirements, self._quorum.concepts.knows, "input", "requirements")
        if terms.rules is not None:
            failures += check_rules(terms.rules, "input", "rules")
        if closes <= datetime.now(UTC) or (opens is not None and opens > closes.date()):
            failures.append(Failure("opportunity_days", ("input", "closesAt")))
        if terms.budget is not None and not _AMOUNT.fullmatch(terms.budget[0]):
            failures.append(Failure("opportunity_budget", ("input", "budget", "amount")))
        if terms.source_url is not None and not _ADDRESS.fullmatch(terms.source_url):
            failures.append(Failure("opportunity_source", ("input", "sourceUrl")))
        return failures

    async def _seen(self, viewer: Viewer) -> list[str]:
        """The clusters whose opportunities the viewer may know of: its own, and those it can meet in consortia."""
        own = viewer.cluster
        if own is None:
            return []
        await self._quorum.current()
        return [each for each in self._clusters if self._quorum.agreed({own, each})]


def _day(text: str, *path: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Failed.because("draft_moment", *path) from None
