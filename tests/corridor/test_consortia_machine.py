"""Whatever is done to a consortium in whatever order, its invariants hold: by a model that knows nothing of ours."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from adapters.contract.codes import Level
from gateway.corridor.acts import Command
from gateway.corridor.consortium import Consortium, Requirement, Rules, Seat
from gateway.corridor.failures import Failed, Failure
from gateway.store import Store
from schemas.codes import SeatRole
from tests.corridor.building import (
    HERE,
    HOME,
    IOT,
    LEAD,
    LORA,
    MAPS,
    OTHER,
    PARTNER,
    SPARE,
    THERE,
    Building,
    of,
    seat_of,
)
from tests.corridor.registries import profile

MEMBERS = st.sampled_from([LEAD, PARTNER, OTHER, SPARE])
CITY = {LEAD: HERE, SPARE: HERE, PARTNER: THERE, OTHER: THERE}
REQUIREMENTS = (Requirement("iot", IOT), Requirement("maps", MAPS))
MOST = 3


class Life(RuleBasedStateMachine):
    """A consortium of at most three, and four members who come and go."""

    runner: asyncio.Runner
    store: Store

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize(formed=st.booleans())
    def create(self, formed: bool) -> None:
        """LEAD creates it, and can do one half of what is needed; often PARTNER has joined, and it was formed."""
        self.building = Building(self.store)
        self.can: dict[str, set[str]] = {LEAD: {"iot"}, PARTNER: {"maps"}, OTHER: {"maps"}, SPARE: {"iot", "maps"}}
        self.gone: set[str] = set()
        self.silent: set[str] = set()
        self.state = "DRAFT"
        self.seats: dict[str, tuple[str, str]] = {LEAD: ("LEAD", "ACCEPTED")}
        self._tell()
        rules = Rules(max_members=MOST)
        self.consortium: Consortium = self.run(self.building.create(requirements=REQUIREMENTS, rules=rules))
        if formed:
            self.invite(PARTNER, False)
            self.answer(PARTNER, True)
            self.form()
            assert self.state == "FORMED"

    def _tell(self) -> None:
        concepts = {"iot": LORA, "maps": MAPS}
        registries = self.building.registries
        registries.members = {
            member: profile(member, {concepts[each]: Level.WORKING for each in able})
            for member, able in self.can.items()
            if member not in self.gone
        }
        registries.silent = self.silent

    def _there(self, member: str) -> bool:
        return member not in self.gone and CITY[member] not in self.silent

    def _in(self, state: str) -> list[str]:
        return [member for member, (_, at) in self.seats.items() if at == state]

    def _covering(self, key: str, state: str = "ACCEPTED") -> set[str]:
        return {member for member in self._in(state) if self._there(member) and key in self.can[member]}

    def _sound(self) -> bool:
        """Invariant 2, as the model has it."""
        accepted = self._in("ACCEPTED")
        cities = {CITY[member] for member in accepted}
        leads = [member for member in accepted if self.seats[member][0] == "LEAD"]
        covered = all(self._covering(each) for each in ("iot", "maps"))
        return len(cities) > 1 and len(leads) == 1 and covered and all(map(self._there, accepted))

    def _leader(self) -> str | None:
        return next((member for member in self._in("ACCEPTED") if self.seats[member][0] == "LEAD"), None)

    def _by(self) -> Any:
        """Who decides: the lead, or the coordinator of the city that created it."""
        leader = self._leader()
        return HOME if leader is None else of(leader)

    def _try(self, work: Coroutine[Any, Any, Any], *, works: bool) -> bool:
        """Does it, and checks that it works exactly where the model says so."""
        failures: tuple[Failure, ...] = ()
        try:
            self.run(work)
        except Failed as failed:
            failures = failed.failures
        assert works == (not failures), failures
        return works

    def _seat(self, member: str) -> Seat:
        return seat_of(self.run(self.building.now(self.consortium)), member)

    @rule(member=MEMBERS, leads=st.booleans())
    def invite(self, member: str, leads: bool) -> None:
        """The lead invites somebody to see to everything."""
        led = any(role == "LEAD" and at in {"INVITED", "ACCEPTED"} for role, at in self.seats.values())
        works = (
            self._there(member)
            and self.seats.get(member, ("", ""))[1] not in {"INVITED", "ACCEPTED"}
            and not (leads and led)
            and len(self._in("ACCEPTED")) < MOST
            and self._leader() != member
        )
        role = SeatRole.LEAD if leads else SeatRole.PARTNER
        inviting = self.building.invite(self.consortium, member, ["iot", "maps"], role, by=self._by())
        if self._try(inviting, works=works):
            self.seats[member] = (role.value, "INVITED")
            if self.state == "DRAFT":
                self.state = "RECRUITING"

    @rule(member=MEMBERS, accept=st.booleans())
    def answer(self, member: str, accept: bool) -> None:
        """Who is invited answers."""
        if self.seats.get(member, ("", ""))[1] != "INVITED":
            return
        works = not accept or (self._there(member) and len(self._in("ACCEPTED")) < MOST)
        if self._try(self.building.answer(self._seat(member), accept=accept), works=works):
            self.seats[member] = (self.seats[member][0], "ACCEPTED" if accept else "DECLINED")

    @rule(member=MEMBERS)
    def revoke(self, member: str) -> None:
        """The lead takes an invitation back."""
        if self.seats.get(member, ("", ""))[1] == "INVITED":
            seat = self._seat(member)
            self._try(self.building.seats.revoke(Command(self._by(), "r", {}), seat.id, seat.version), works=True)
            self.seats[member] = (self.seats[member][0], "REVOKED")

    @rule(member=MEMBERS, removed=st.booleans())
    def lose(self, member: str, removed: bool) -> None:
        """A member leaves, or the lead removes it."""
        if self.seats.get(member, ("", ""))[1] != "ACCEPTED":
            return
        seat, by = self._seat(member), self._by()
        if removed:
            work = self.building.seats.remove(Command(by, "m", {}), seat.id, "asleep", seat.version)
        else:
            work = self.building.seats.leave(Command(of(member), "l", {}), seat.id, None, seat.version)
        if self._try(work, works=not (removed and self._leader() == member)):
            self.seats[member] = (self.seats[member][0], "REMOVED" if removed else "LEFT")
            if self.state == "FORMED" and not self._sound():
                self.state = "REPAIR"  # invariant 4, and the act says so itself

    @rule()
    def form(self) -> None:
        """The lead forms it."""
        works = self.state in {"RECRUITING", "REPAIR"} and self._sound()
        if self._try(self.building.form(self.consortium, by=self._by()), works=works):
            self.state = "FORMED"

    @rule()
    def review(self) -> None:
        """The gateway looks after those that were formed."""
        self.run(self.building.consortia.review())
        silent = any(CITY[member] in self.silent for member in self._in("ACCEPTED"))
        if self.state == "FORMED" and not silent and not self._sound():
            self.state = "REPAIR"

    @rule(member=MEMBERS, able=st.sets(st.sampled_from(["iot", "maps"])))
    def learn(self, member: str, able: set[str]) -> None:
        """A registry changes what a member can do."""
        self.can[member] = able
        self._tell()

    @rule(member=MEMBERS)
    def withdraw(self, member: str) -> None:
        """A member withdraws from its registry, or comes back."""
        self.gone ^= {member}
        self._tell()

    @rule()
    def calm(self) -> None:
        """All come back, and all registries answer."""
        self.gone, self.silent = set(), set()
        self._tell()

    @rule(city=st.sampled_from([HERE, THERE]))
    def silence(self, city: str) -> None:
        """A registry falls silent, or answers again."""
        self.silent ^= {city}
        self._tell()

    @invariant()
    def it_is_as_the_model_has_it(self) -> None:
        """Invariants 2 to 4, after each step."""
        found: Consortium = self.run(self.building.now(self.consortium))
        assert found.state == self.state
        assert {seat.member: (seat.role, seat.state) for seat in found.seats} == self.seats
        assert sum(seat.role is SeatRole.LEAD for seat in found.accepted) <= 1
        assert len(found.accepted) <= MOST
        assessment = self.run(self.building.assessed(found))
        assert assessment.formable == self._sound()
        for line in assessment.coverage:
            assert {seat.member for seat in line.covered_by} == self._covering(line.requirement.key)
            assert {seat.member for seat in line.pending_by} == self._covering(line.requirement.key, "INVITED")

    def teardown(self) -> None:
        """What every example leaves behind: transitions that follow on each other, and a version for each event."""
        if not hasattr(self, "consortium"):
            return
        ways = self.run(self.building.transitions(self.consortium.key))
        assert [before for before, _, _ in ways] == [None, *(after for _, after, _ in ways[:-1])]
        versions = self.run(
            self.store.fetch(
                "select version from corridor.event where entity_key = $1 order by id", self.consortium.key
            )
        )
        assert [row["version"] for row in versions] == list(range(1, len(versions) + 1))


def test_whatever_happens_to_a_consortium_its_invariants_hold(store_dsn: str) -> None:
    with asyncio.Runner() as runner:
        store = Store(store_dsn, timeout=10)
        kind = type("Life", (Life,), {"runner": runner, "store": store})
        checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
        given = settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=checks)
        try:
            run_state_machine_as_test(kind, settings=given)  # type: ignore[no-untyped-call]
        finally:
            runner.run(store.close())
