"""What the corridor itself keeps to: failures with their reasons, states, blockers, reasons of matches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from adapters.contract.codes import Code
from gateway.corridor import agreeing, interest, locked, releases
from gateway.corridor.coverage import blocker_texts
from gateway.corridor.failures import wordings
from gateway.corridor.machines import Machine
from gateway.matching.wording import SENTENCES
from reference_pages.markdown import table
from schemas.codes import (
    ActorRole,
    AgreementState,
    BlockerCode,
    ConsortiumState,
    FailureCode,
    InterestState,
    ReasonCode,
    ReleaseState,
    SeatState,
)

__all__ = ["LIVES", "blockers", "failure_table", "failures", "life", "match_reasons", "roles"]


@dataclass(frozen=True, slots=True)
class Life:
    """The states of one kind of entity, and what leads from one to another."""

    states: type[Code]
    machine: Machine[Any]


LIVES: Mapping[str, Life] = {
    "agreement_states": Life(AgreementState, agreeing.MACHINE),
    "interest_states": Life(InterestState, interest.MACHINE),
    "release_states": Life(ReleaseState, releases.MACHINE),
    "consortium_states": Life(ConsortiumState, locked.CONSORTIUM),
    "seat_states": Life(SeatState, locked.SEAT),
}
"""The state machines by the section that shows them."""


def life(of: Life) -> Iterator[str]:
    """Every state with what can follow on it, and who brings that about."""
    rows = []
    for state in of.states:
        ways = [(after, who) for (before, after), who in of.machine.transitions.items() if before is state]
        if not ways:
            rows.append([f"`{state.value}`", state.doc, "nothing", ""])
        for place, (after, who) in enumerate(ways):
            named = [f"`{state.value}`", state.doc] if place == 0 else ["", ""]
            rows.append([*named, f"`{after.value}`", ", ".join(sorted(f"`{each.value}`" for each in who))])
    return table(["state", "what it means", "can become", "by"], rows)


def roles() -> Iterator[str]:
    """In which roles somebody acts."""
    return table(["role", "who"], ([f"`{each.value}`", each.doc] for each in ActorRole))


def failure_table() -> Iterator[str]:
    """Every code of failures in a line."""
    reasons = wordings().values()
    return table(
        ["code", "what it means", "reasons"],
        (
            [f"[`{code.value}`](#{code.value.lower()})", code.doc, str(sum(each.code is code for each in reasons))]
            for code in FailureCode
        ),
    )


def failures() -> Iterator[str]:
    """Every code of failures with all that can be the reason, as it is said in English."""
    for code in FailureCode:
        yield from (f"## {code.value}", "", code.doc, "")
        rows = ([f"`{name}`", each.texts["en"]] for name, each in wordings().items() if each.code is code)
        yield from (*table(["reason", "what people are told"], rows), "")


def blockers() -> Iterator[str]:
    """What keeps a consortium from being formed."""
    texts = blocker_texts()
    return table(
        ["code", "what it means", "what people are told"],
        ([f"`{code.value}`", code.doc, texts[code]["en"]] for code in BlockerCode),
    )


def match_reasons() -> Iterator[str]:
    """What a match has points for."""
    return table(
        ["code", "what it means", "what people are told"],
        ([f"`{code.value}`", code.doc, SENTENCES[code]["en"]] for code in ReasonCode),
    )
