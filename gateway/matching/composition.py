"""The best teams over all clusters, exactly: a linear program in whole numbers, solved anew for each next team.

An option never contains an earlier one: a team with a member too many is no other team. Candidates are put in an order
of their own first, so that the same ones given in another order make the same teams.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from time import monotonic

from gateway.matching.needs import Need, covering, needs
from gateway.matching.program import Program, Solution, Verdict
from gateway.matching.reduction import reduced
from gateway.matching.score import SCORING_VERSION
from gateway.matching.team import Blocker, Candidate, Composed, Coverage, Question, Team
from schemas.codes import BlockerCode, Optimality

__all__ = ["compose", "composed"]

_NO_ROOM = Blocker(BlockerCode.TOO_MANY_MEMBERS)


async def composed(question: Question, *, options: int = 3, seconds: float = 2.0) -> Composed:
    """As :func:`compose`, in a thread of its own: the event loop goes on."""
    return await asyncio.to_thread(compose, question, options=options, seconds=seconds)


def compose(question: Question, *, options: int = 3, seconds: float = 2.0) -> Composed:
    """The best teams, at most ``options``; after so many seconds, what was found until then.

    Best is what costs least; at equal cost, what covers more weight. Nobody is in a team for nothing. Raises ValueError
    where a candidate or a requirement is given twice, or a cost or weight is negative.
    """
    _check(question)
    search = _Search.of(question, options, monotonic() + seconds)
    if search.lacking:
        return search.in_the_way()
    teams: list[Team] = []
    while len(teams) < options:
        solution = search.best()
        match solution.verdict:
            case Verdict.NONE if not teams:
                return Composed(Optimality.EXACT, (), (_NO_ROOM,))
            case Verdict.NONE:
                break
            case Verdict.UNKNOWN:
                return Composed(Optimality.APPROXIMATE, tuple(teams), ())
            case Verdict.FOUND:
                return Composed(Optimality.APPROXIMATE, (*teams, search.team(solution.chosen)), ())
            case Verdict.BEST:
                teams.append(search.team(solution.chosen))
                search.found.append(solution.chosen)
    return Composed(Optimality.EXACT, tuple(teams), ())


def _check(question: Question) -> None:
    for what, names in (
        ("candidate", [each.id for each in question.candidates]),
        ("seated member", [each.id for each in question.seated]),
        ("requirement", [each.key for each in question.requirements]),
    ):
        if len(set(names)) < len(names):
            raise ValueError(f"a {what} is given twice")
    if any(each.cost < 0 for each in (*question.candidates, *question.seated)):
        raise ValueError("a cost is negative: scores go from 0 to 10,000")
    if any(each.weight < 0 for each in question.requirements):
        raise ValueError("a weight is negative")


def _rank(member: Candidate) -> tuple[int, str]:
    """The best first; equal ones by a hash, so that no cluster is favoured."""
    return member.cost, sha256(f"{SCORING_VERSION}:{member.id}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class _Search:
    """One question being answered. Members are known by their positions in the pool."""

    question: Question
    pool: Sequence[Candidate]
    """The members seated, then the candidates that matter, best first."""
    needs: Sequence[Need]
    """What a team has to have, without what even all together do not have."""
    lacking: Sequence[Blocker]
    """What even all together do not have."""
    optional: Sequence[tuple[int, frozenset[int]]]
    """The weights of the optional requirements, and who covers them."""
    deadline: float
    found: list[frozenset[int]] = field(default_factory=list)
    """The teams so far: none of the next contains one."""

    @classmethod
    def of(cls, question: Question, options: int, deadline: float) -> "_Search":
        """The search, before any team is found."""
        seated = {member.id for member in question.seated}
        free = sorted((each for each in question.candidates if each.id not in seated), key=_rank)
        pool = (*question.seated, *reduced(free, question, options))
        optional = [(each.weight, covering(each.key, pool)) for each in question.requirements if not each.mandatory]
        everybody = frozenset(range(len(pool)))
        wanted = [(need, need.fulfilled(everybody)) for need in needs(question, pool)]
        possible = [need for need, fulfilled in wanted if fulfilled]
        lacking = [need.blocker for need, fulfilled in wanted if not fulfilled]
        return cls(question, pool, possible, lacking, optional, deadline)

    def best(self) -> Solution:
        """The best team that contains none of those found."""
        solution = self._solved(self._program())
        if solution.verdict in {Verdict.NONE, Verdict.UNKNOWN}:
            return solution
        proven, team = solution.verdict is Verdict.BEST, solution.chosen
        while proven and self._optional(team) < self._optional(range(len(self.pool))):
            preferred = self._solved(self._program(preferred_to=team))
            if preferred.verdict is Verdict.NONE:
                break
            proven, team = preferred.verdict is Verdict.BEST, preferred.chosen or team
        return Solution(Verdict.BEST if proven else Verdict.FOUND, self._lean(team))

    def in_the_way(self) -> Composed:
        """The smallest set of what is in the way, where something is lacking.

        All that is lacking is in it, as it has to be. If there is no room then for what the rest needs, there must be
        one thing more, and more room is enough: then everybody can be in the team.
        """
        if self.question.rules.max_members is None:
            return Composed(Optimality.EXACT, (), tuple(self.lacking))
        verdict = self._solved(self._program()).verdict
        optimality = Optimality.APPROXIMATE if verdict is Verdict.UNKNOWN else Optimality.EXACT
        return Composed(optimality, (), (*self.lacking, *([_NO_ROOM] if verdict is Verdict.NONE else [])))

    def team(self, positions: frozenset[int]) -> Team:
        """The members at these positions, as an option."""
        members = [self.pool[at] for at in sorted(positions)]
        first = {key: member.id for member in sorted(members, key=_rank, reverse=True) for key in member.covers}
        keys = [requirement.key for requirement in self.question.requirements]
        return Team(
            members=tuple(member.id for member in members),
            cost=sum(member.cost for member in members),
            coverage=tuple(Coverage(key, first[key]) for key in keys if key in first),
            clusters=tuple(sorted({member.cluster for member in members})),
        )

    def _program(self, *, preferred_to: frozenset[int] | None = None) -> Program:
        """The program of all teams that fulfil the needs and contain none of those found.

        With ``preferred_to`` only of those that cost no more than this team and cover more optional weight.
        """
        program = Program()
        for at, member in enumerate(self.pool):
            program.choice(member.cost, taken=at < len(self.question.seated))
        for need in self.needs:
            program.bound(_count(program, need.groups), at_least=need.at_least)
        if self.question.rules.max_members is not None:
            program.bound([(at, 1) for at in range(len(self.pool))], at_most=self.question.rules.max_members)
        for team in self.found:
            added = sorted(at for at in team if at >= len(self.question.seated))
            program.bound([(at, 1) for at in added], at_most=len(added) - 1)
        if preferred_to is not None:
            program.bound(
                [(at, member.cost) for at, member in enumerate(self.pool)],
                at_most=sum(self.pool[at].cost for at in preferred_to),
            )
            covered = _count(program, [members for _, members in self.optional])
            program.bound(
                [(column, weight) for (column, _), (weight, _) in zip(covered, self.optional, strict=True)],
                at_least=self._optional(preferred_to) + 1,
            )
        return program

    def _optional(self, team: Iterable[int]) -> int:
        """The weight of the optional requirements that a team covers."""
        return sum(weight for weight, members in self.optional if not members.isdisjoint(team))

    def _lean(self, team: frozenset[int]) -> frozenset[int]:
        """The team without those who are there for nothing; in a best team they cost nothing either."""
        for at in sorted(team, reverse=True)[: len(team) - len(self.question.seated)]:
            rest = team - {at}
            worth_it = not self.pool[at].cost and self._optional(rest) < self._optional(team)
            if not worth_it and all(need.fulfilled(rest) for need in self.needs):
                team = rest
        return team

    def _solved(self, program: Program) -> Solution:
        """The solution within the time left, as positions of members."""
        solution = program.solve(self.deadline - monotonic())
        return Solution(solution.verdict, frozenset(at for at in solution.chosen if at < len(self.pool)))


def _count(program: Program, groups: Iterable[frozenset[int]]) -> list[tuple[int, int]]:
    """The terms, one for each group, of how many groups have a member."""
    terms = []
    for group in groups:
        members = sorted(group)
        if len(members) == 1:
            terms.append((members[0], 1))
        else:
            present = program.share()
            program.bound([(present, -1), *((at, 1) for at in members)], at_least=0)
            terms.append((present, 1))
    return terms
