"""Linear programs in whole numbers, and HiGHS, which solves them.

HiGHS runs here in one thread, silently, writes no file and lets go of the interpreter's lock while it works; with the
same program it always comes to the same solution.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from highspy import Highs, HighsLp, HighsModelStatus, HighsStatus, HighsVarType, MatrixFormat, kSolutionStatusFeasible

__all__ = ["Program", "Solution", "Verdict"]

_GAP = 0.5
"""Costs are whole numbers: what is less than one better than what is found is not better."""
_WHOLE = 0.5


class Verdict(Enum):
    """What is known when the solver stops."""

    BEST = "best"
    """The solution is proven to be a best one."""
    FOUND = "found"
    """Time ran out; the solution is the best seen."""
    NONE = "none"
    """There is no solution."""
    UNKNOWN = "unknown"
    """Time ran out before a solution was seen."""


@dataclass(frozen=True, slots=True)
class Solution:
    """How it ended, and the columns chosen: those of value one."""

    verdict: Verdict
    chosen: frozenset[int] = frozenset()


@dataclass(slots=True)
class Program:
    """Columns from 0 to 1, each with a cost to minimise the sum of, under rows of bounded sums."""

    costs: list[int] = field(default_factory=list)
    _least: list[float] = field(default_factory=list)
    _kinds: list[HighsVarType] = field(default_factory=list)
    _starts: list[int] = field(default_factory=lambda: [0])
    _columns: list[int] = field(default_factory=list)
    _factors: list[float] = field(default_factory=list)
    _lower: list[float] = field(default_factory=list)
    _upper: list[float] = field(default_factory=list)

    def choice(self, cost: int = 0, *, taken: bool = False) -> int:
        """A new column that is 0 or 1; with ``taken`` it is 1. Returns its number."""
        return self._column(cost, int(taken), HighsVarType.kInteger)

    def share(self, cost: int = 0) -> int:
        """A new column anywhere from 0 to 1: for what comes out whole by itself when the choices are made."""
        return self._column(cost, 0, HighsVarType.kContinuous)

    def bound(
        self, terms: Iterable[tuple[int, int]], *, at_least: float = -float("inf"), at_most: float = float("inf")
    ) -> None:
        """A new row: the sum of (column, factor) is within the bounds. A column may be given several times."""
        factors: Counter[int] = Counter()
        for column, factor in terms:
            factors[column] += factor
        self._columns.extend(factors.keys())
        self._factors.extend(factors.values())
        self._starts.append(len(self._columns))
        self._lower.append(at_least)
        self._upper.append(at_most)

    def solve(self, seconds: float) -> Solution:
        """A solution of the least cost, or what is known after so many seconds."""
        if not self.costs:
            self.choice(1)  # of a program without columns HiGHS does not say whether its rows hold
        solver = Highs()  # type: ignore[no-untyped-call]
        solver.silent()
        for option, value in (
            ("threads", 1),
            ("parallel", "off"),
            ("time_limit", max(seconds, 0.0)),
            ("mip_abs_gap", _GAP),
            ("mip_rel_gap", 0.0),
        ):
            _accepted(solver.setOptionValue(option, value))
        _accepted(solver.passModel(self._model()))
        solver.run()
        status = solver.getModelStatus()
        if status == HighsModelStatus.kInfeasible:
            return Solution(Verdict.NONE)
        if status not in {HighsModelStatus.kOptimal, HighsModelStatus.kTimeLimit}:
            raise RuntimeError(f"the solver stopped with {status.name}: the program it was given is wrong")
        if solver.getInfo().primal_solution_status != int(kSolutionStatusFeasible):
            return Solution(Verdict.UNKNOWN)
        chosen = frozenset(column for column, value in enumerate(solver.getSolution().col_value) if value > _WHOLE)
        return Solution(Verdict.BEST if status == HighsModelStatus.kOptimal else Verdict.FOUND, chosen)

    def _column(self, cost: int, least: int, kind: HighsVarType) -> int:
        self.costs.append(cost)
        self._least.append(least)
        self._kinds.append(kind)
        return len(self.costs) - 1

    def _model(self) -> HighsLp:
        model = HighsLp()
        model.num_col_, model.num_row_ = len(self.costs), len(self._lower)
        model.col_cost_ = [float(cost) for cost in self.costs]
        model.col_lower_, model.col_upper_ = self._least, [1.0] * len(self.costs)
        model.integrality_ = self._kinds
        model.row_lower_, model.row_upper_ = self._lower, self._upper
        model.a_matrix_.format_ = MatrixFormat.kRowwise
        model.a_matrix_.num_col_, model.a_matrix_.num_row_ = model.num_col_, model.num_row_
        model.a_matrix_.start_, model.a_matrix_.index_ = self._starts, self._columns
        model.a_matrix_.value_ = self._factors
        return model


def _accepted(status: HighsStatus) -> None:
    """Raises RuntimeError where HiGHS does not take what it is given: another version may know other options."""
    if status != HighsStatus.kOk:
        raise RuntimeError(f"the solver does not take its options or its program: {status.name}")
