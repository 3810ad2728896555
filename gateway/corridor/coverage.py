"""What the seats of a consortium cover, and what keeps it from being formed: derived on each read. Pure."""

import tomllib
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from adapters.contract.codes import Level
from adapters.contract.languages import chain, choose
from adapters.contract.viewers import Purpose
from gateway.corridor.consortium import Consortium, Requirement, Seat
from gateway.corridor.ports import Absence, Profile
from schemas.codes import BlockerCode, SeatRole, SeatState

__all__ = ["Assessment", "Blocker", "Coverage", "Profiles", "Within", "assess", "blocker_texts"]

Profiles = Mapping[str, Profile | Absence]
"""What registries say of members, by their references. Who is not among them was not asked about: as if silent."""
Within = Callable[[str], Collection[str]]
"""The concepts that are part of one: it, and all narrower ones."""

_LEVELS = list(Level)


@dataclass(frozen=True, slots=True)
class Blocker:
    """Something in the way: ``nodes`` are the IDs of the seats concerned, ``values`` what its wording names.

    >>> Blocker(BlockerCode.TOO_FEW_CLUSTERS, (), {"needed": "2", "found": "1"}).detail("es-MX")
    'Se necesitan miembros de al menos 2 clústeres; hay 1.'
    """

    code: BlockerCode
    nodes: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)

    def detail(self, lang: str | None = None) -> str:
        """What people are told."""
        found = choose(blocker_texts()[self.code], chain(lang))
        assert found is not None  # noqa: S101 - a test holds every code to have all languages
        return found[0].format_map(self.values)


@dataclass(frozen=True, slots=True)
class Coverage:
    """A requirement, who covers it, and who would once they have accepted."""

    requirement: Requirement
    covered_by: tuple[Seat, ...]
    pending_by: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a consortium stands. ``silent``: a registry that had to be asked gave no answer, so nobody can say."""

    coverage: tuple[Coverage, ...]
    blockers: tuple[Blocker, ...]
    silent: bool

    @property
    def sound(self) -> bool:
        """Whether it holds to its own rules, whatever becomes of the agreement between its clusters."""
        return all(blocker.code is BlockerCode.AGREEMENT_NOT_IN_FORCE for blocker in self.blockers)

    @property
    def formable(self) -> bool:
        """Whether nothing is in the way."""
        return not self.blockers


def assess(consortium: Consortium, profiles: Profiles, within: Within, *, agreed: bool) -> Assessment:
    """How a consortium stands by what registries say of its members now.

    ``agreed``: an agreement in force covers the clusters of all who take part.
    """
    coverage = tuple(_coverage(each, consortium, profiles, within) for each in consortium.requirements)
    silent = any(profiles.get(seat.member, Absence.SILENT) is Absence.SILENT for seat in consortium.accepted)
    return Assessment(coverage, tuple(_blockers(consortium, coverage, profiles, agreed=agreed)), silent)


def taking_part(profile: Profile | Absence | None) -> Profile | None:
    """The profile of a member that can be counted on: it is shown, and consents to being in consortia."""
    return profile if isinstance(profile, Profile) and Purpose.CONSORTIUM in profile.purposes else None


def _coverage(requirement: Requirement, consortium: Consortium, profiles: Profiles, within: Within) -> Coverage:
    concepts = within(requirement.concept)
    levels = _LEVELS[_LEVELS.index(requirement.min_level) :]

    def able(seat: Seat) -> bool:
        profile = taking_part(profiles.get(seat.member))
        return profile is not None and any(profile.capabilities.get(each) in levels for each in concepts)

    meant = [seat for seat in consortium.seats if requirement.key in seat.covers and able(seat)]
    return Coverage(
        requirement,
        tuple(seat for seat in meant if seat.state is SeatState.ACCEPTED),
        tuple(seat for seat in meant if seat.state is SeatState.INVITED),
    )


def _blockers(
    consortium: Consortium, coverage: tuple[Coverage, ...], profiles: Profiles, *, agreed: bool
) -> Iterator[Blocker]:
    rules, seats = consortium.rules, consortium.accepted
    known = {seat: profile for seat in seats if (profile := taking_part(profiles.get(seat.member)))}
    everybody = _ids(seats)
    yield from _too_few(BlockerCode.TOO_FEW_CLUSTERS, len(consortium.clusters), rules.min_clusters, everybody)
    yield from _too_few(BlockerCode.TOO_FEW_MEMBERS, len(seats), rules.min_members, everybody)
    if rules.max_members is not None and len(seats) > rules.max_members:
        yield _counted(BlockerCode.TOO_MANY_MEMBERS, len(seats), rules.max_members, everybody)
    for each in coverage:
        if each.requirement.mandatory and not each.covered_by:
            about = {"requirement": each.requirement.key}
            meant = [seat for seat in seats if each.requirement.key in seat.covers]
            yield Blocker(BlockerCode.CAPABILITY_UNCOVERED, _ids(meant), about)
            if each.pending_by:
                yield Blocker(BlockerCode.PENDING_INVITATION, _ids(each.pending_by), about)
    yield from _lead(consortium, profiles)
    types = Counter(profile.org_type for profile in known.values())
    for org_type, needed in rules.required_types.items():
        if types[org_type] < needed:
            of_type = [seat for seat, profile in known.items() if profile.org_type is org_type]
            values = {"type": org_type.value, "needed": str(needed), "found": str(types[org_type])}
            yield Blocker(BlockerCode.TYPE_RULE_UNMET, _ids(of_type), values)
    countries = {profile.country for profile in known.values()}
    yield from _too_few(BlockerCode.COUNTRY_RULE_UNMET, len(countries), rules.min_countries, everybody)
    if not agreed:
        yield Blocker(BlockerCode.AGREEMENT_NOT_IN_FORCE, everybody)
    absent = [seat for seat in seats if seat not in known]
    if absent:
        yield Blocker(BlockerCode.MEMBER_UNAVAILABLE, _ids(absent))


def _lead(consortium: Consortium, profiles: Profiles) -> Iterator[Blocker]:
    leads = [seat for seat in consortium.seats if seat.role is SeatRole.LEAD]
    accepted = consortium.lead
    if accepted is not None:
        types, profile = consortium.rules.lead_types, taking_part(profiles.get(accepted.member))
        if types and profile is not None and profile.org_type not in types:
            yield Blocker(BlockerCode.NO_LEAD, (accepted.id,))
        return
    invited = [seat for seat in leads if seat.state is SeatState.INVITED]
    yield Blocker(BlockerCode.LEAD_NOT_ACCEPTED if invited else BlockerCode.NO_LEAD, _ids(invited))


def _too_few(code: BlockerCode, found: int, needed: int, nodes: tuple[str, ...]) -> Iterator[Blocker]:
    if found < needed:
        yield _counted(code, found, needed, nodes)


def _counted(code: BlockerCode, found: int, needed: int, nodes: tuple[str, ...]) -> Blocker:
    return Blocker(code, nodes, {"needed": str(needed), "found": str(found)})


def _ids(seats: Collection[Seat]) -> tuple[str, ...]:
    return tuple(seat.id for seat in seats)


@cache
def blocker_texts() -> Mapping[str, Mapping[str, str]]:
    """How each code is said, by language."""
    return tomllib.loads((files("gateway.corridor") / "blockers.toml").read_text("utf-8"))
