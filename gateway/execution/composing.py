"""Composing: the best teams for a consortium, from what each registry says of its own members."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from strawberry import ID

from adapters.contract.answer import Row
from adapters.contract.codes import Level
from adapters.contract.languages import chain, choose
from adapters.contract.match import Match
from adapters.contract.request import PageRequest, Where
from adapters.contract.viewers import Purpose
from gateway.corridor.consortium import Consortium, Requirement
from gateway.corridor.coverage import Assessment, Within
from gateway.corridor.ports import Profile
from gateway.execution.matches import BEST_FIRST, Matched, matched, today
from gateway.execution.reports import source_reports
from gateway.execution.wishes import asker_of
from gateway.federation.fanout import Answer, Outage
from gateway.federation.merge import Placed
from gateway.matching.composition import composed
from gateway.matching.plan import Asked, plan
from gateway.matching.reduction import enough
from gateway.matching.score import Parts
from gateway.matching.team import Blocker as InTheWay
from gateway.matching.team import Candidate, Coverage, Question, Rules, Team
from gateway.matching.team import Requirement as Wanted
from gateway.matching.wording import OBSTACLES
from gateway.reference import Reference
from gateway.vocabulary import Vocabulary
from schemas import composition as schema
from schemas.codes import BlockerCode, Optimality
from schemas.match import PartnerMatch

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["Composer", "Standing"]

_SUGGESTED = "suggestions"
"""What is logged of whom a team is proposed with: score, reasons and levels come with it, whatever is selected."""
_MOST_CANDIDATES = 400
"""Members that one registry may propose; where it has more, a better team may be missed, and the answer says so."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A consortium as it stands now: what is covered by whom, and what registries say of those who take part."""

    consortium: Consortium
    assessment: Assessment
    profiles: Mapping[str, Profile]
    within: Within

    @property
    def required(self) -> Sequence[Requirement]:
        """What it has to be able to do."""
        return self.consortium.requirements


@dataclass(frozen=True, slots=True)
class _Proposed:
    """A member that a registry proposes. Of many only a few are shown, so that reasons are worked out for those."""

    placed: Placed
    parts: Parts
    match: Match
    asked: tuple[Asked, ...]

    def shown(self, vocabulary: Vocabulary) -> Matched:
        """The match, with its reasons."""
        return matched(self.placed, self.match, self.asked, vocabulary)


class Composer:
    """Composes teams for one gateway, ``at_once`` of them at the same time: each takes a core while it is solved.

    ``seconds`` is how long one may take; what was found until then is given, and said to be approximate.
    """

    def __init__(self, at_once: int = 2, seconds: float = 2.0) -> None:
        self._places = asyncio.Semaphore(at_once)
        self._seconds = seconds

    async def compose(self, context: "RequestContext", standing: Standing, options: int) -> schema.CompositionResult:
        """The best teams that contain all who take part already; at most so many."""
        found, answers = await self._found(context, standing, options)
        question = Question(
            candidates=tuple(Candidate.matched(id_, each.placed.cluster, each.parts) for id_, each in found.items()),
            requirements=tuple(Wanted(each.key, each.mandatory, each.weight) for each in standing.required),
            rules=_rules(standing.consortium),
            seated=_seated(standing),
        )
        async with self._places:
            solved = await composed(question, options=options, seconds=self._seconds)
        reports = {
            code: Answer(code, len(answer.value), answer.as_of, answer.latency_ms)
            if isinstance(answer, Answer)
            else answer
            for code, answer in answers.items()
        }
        proposed = {each for team in solved.teams for each in team.members if each in found}
        context.disclosed.members(
            context.crossing.decided(Purpose.CONSORTIUM), _SUGGESTED, map(Reference.parse, proposed)
        )
        unseen = any(isinstance(each, Outage) or each.value >= _MOST_CANDIDATES for each in reports.values())
        return schema.CompositionResult(
            optimality=Optimality.APPROXIMATE if unseen else solved.optimality,
            options=[_option(context, team, found, standing) for team in solved.teams],
            infeasible_because=[
                schema.Blocker(source=_Obstacle.of(each, question.rules)) for each in solved.infeasible_because
            ],
            sources=source_reports(context.services, reports),
        )

    async def _found(
        self, context: "RequestContext", standing: Standing, options: int
    ) -> tuple[dict[str, _Proposed], Mapping[str, Answer[Sequence[Row]] | Outage]]:
        """The members that registries propose, by global ID; none that has, or had, a seat already."""
        services, consortium = context.services, standing.consortium
        clusters = [source.cluster.code for source in services.directory]
        lead = consortium.lead
        asked = tuple(
            Asked(each.key, each.concept, each.min_level, each.weight, each.mandatory)
            for each in consortium.requirements
        )
        asker = await asker_of(context, None if lead is None else lead.member, consortium.target_markets)
        match = replace(
            plan(services.vocabulary.concepts, asked, asker, as_of=today()),
            each=enough(_rules(consortium), len(consortium.accepted), options),
            purposes=(Purpose.PARTNER_MATCHING, Purpose.CONSORTIUM),  # who cannot be invited is not proposed
        )
        sight = await context.crossing.sight(clusters, Purpose.CONSORTIUM)
        met = [Reference.parse(seat.member) for seat in consortium.seats]

        def request(code: str) -> PageRequest:
            # Left out there, not here: they would stand in the places of those alike that are listed.
            seen = replace(match, excluded=tuple(each.key for each in met if each.cluster == code))
            where = Where("member", match=seen, view=sight.view(code))
            return PageRequest(where, BEST_FIRST, _MOST_CANDIDATES, hits=True)

        requests = {code: request(code) for code in clusters}
        answers = await sight.ask(
            services.directory, clusters, lambda registry: registry.page(requests[registry.cluster.code]), heavy=True
        )
        found = {
            Reference("Member", code, row.key).id: _Proposed(
                Placed(code, row), Parts.read(row.hits or ""), match, asked
            )
            for code, answer in answers.items()
            if isinstance(answer, Answer)
            for row in answer.value
        }
        return found, answers


def _rules(consortium: Consortium) -> Rules:
    rules = consortium.rules
    return Rules(
        min_members=rules.min_members,
        min_clusters=rules.min_clusters,
        min_countries=rules.min_countries,
        max_members=rules.max_members,
        required_types={each.value: number for each, number in rules.required_types.items()},
        lead_types=frozenset(each.value for each in rules.lead_types) if consortium.lead is None else frozenset(),
    )


def _seated(standing: Standing) -> tuple[Candidate, ...]:
    """Those who take part already, as they are counted: they cost nothing more."""
    covers: dict[str, set[str]] = {}
    for line in standing.assessment.coverage:
        for seat in line.covered_by:
            covers.setdefault(seat.member, set()).add(line.requirement.key)
    return tuple(
        Candidate(each.id, each.cluster, each.country, each.org_type.value, 0, frozenset(covers.get(each.id, ())))
        for seat in standing.consortium.accepted
        if (each := standing.profiles.get(seat.member)) is not None
    )


def _option(
    context: "RequestContext", team: Team, found: Mapping[str, _Proposed], standing: Standing
) -> schema.Composition:
    return schema.Composition(
        members=[
            PartnerMatch(source=found[each].shown(context.services.vocabulary))
            for each in team.members
            if each in found
        ],
        coverage=[
            schema.CoverageLine(
                requirement=line.requirement, member=ID(line.member), level=_level(line, found, standing)
            )
            for line in team.coverage
        ],
        cost=team.cost,
        clusters=[context.services.cluster(code) for code in team.clusters],
    )


def _level(line: Coverage, found: Mapping[str, _Proposed], standing: Standing) -> Level:
    """How well a member masters what it covers: by its match, or by its profile where it takes part already."""
    if line.member in found:
        return next(met.level for met in found[line.member].parts.met if met.key == line.requirement)
    (required,) = (each for each in standing.required if each.key == line.requirement)
    held = standing.profiles[line.member].capabilities
    return max((held[each] for each in standing.within(required.concept) if each in held), key=list(Level).index)


@dataclass(frozen=True, slots=True)
class _Obstacle:
    """Something in the way of every team, as the schema shows it."""

    code: BlockerCode
    values: Mapping[str, str]
    nodes: tuple[str, ...] = ()

    @classmethod
    def of(cls, found: InTheWay, rules: Rules) -> "_Obstacle":
        """As it was found, with the number that the rules ask for."""
        needed = {
            BlockerCode.TOO_FEW_CLUSTERS: rules.min_clusters,
            BlockerCode.COUNTRY_RULE_UNMET: rules.min_countries,
            BlockerCode.TOO_FEW_MEMBERS: rules.min_members,
            BlockerCode.TOO_MANY_MEMBERS: rules.max_members,
            BlockerCode.TYPE_RULE_UNMET: rules.required_types.get(found.subject or ""),
        }
        return cls(found.code, {"needed": str(needed.get(found.code)), "subject": str(found.subject)})

    def detail(self, lang: str | None) -> str:
        """What people are told."""
        text, _ = choose(OBSTACLES[self.code], chain(lang)) or ("", "")
        return text.format_map(self.values)
