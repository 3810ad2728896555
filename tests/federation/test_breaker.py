"""The breaker as a state machine, under a clock that the test turns."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from gateway.federation.breaker import Breaker

WINDOW, CALLS, PAUSE = 10.0, 3, 2.0


class BreakerMachine(RuleBasedStateMachine):
    """Calls that begin and end in any order, against a model that keeps every result."""

    running = Bundle("running")

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.breaker = Breaker(WINDOW, CALLS, PAUSE, lambda: self.now)
        self.results: list[tuple[float, bool]] = []
        self.opened: float | None = None
        self.probe: int | None = None
        self.openings = 0
        self.begun = 0
        self.permits: dict[int, tuple[int, int]] = {}

    @rule(seconds=st.sampled_from([0.1, 1.0, PAUSE, WINDOW + 0.1]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule(target=running)
    def begin(self) -> int:
        permit = self.breaker.allow()
        allowed = self.opened is None or (self.probe is None and self.now - self.opened >= PAUSE)
        assert (permit is not None) == allowed
        self.begun += 1
        if permit is not None:
            if self.opened is not None:
                self.probe = self.begun
            self.permits[self.begun] = permit, self.openings
        return self.begun

    @rule(call=consumes(running), ok=st.booleans())
    def end(self, call: int, ok: bool) -> None:
        if call not in self.permits:
            return
        permit, openings = self.permits.pop(call)
        self.breaker.report(permit, ok=ok)
        if openings != self.openings:
            return  # A straggler from before the circuit opened.
        if self.opened is not None:
            assert call == self.probe
            self.probe, self.results = None, []
            self.opened = None if ok else self.now
            return
        self.results = [each for each in (*self.results, (self.now, ok)) if self.now - each[0] <= WINDOW]
        failures = sum(not fine for _, fine in self.results)
        if failures >= CALLS and 2 * failures >= len(self.results):
            self.opened = self.now
            self.openings += 1

    @rule(call=consumes(running))
    def leave(self, call: int) -> None:
        if call not in self.permits:
            return
        permit, _ = self.permits.pop(call)
        self.breaker.abandon(permit)
        if call == self.probe:
            self.probe = None

    @invariant()
    def open_as_the_model_says(self) -> None:
        assert self.breaker.open == (self.opened is not None)


BreakerMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestBreaker = BreakerMachine.TestCase
