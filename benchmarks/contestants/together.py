"""Consortia and matches by hand: what the floor and the naive server make of rows with the rules of the domain.

The rules themselves, what covers a requirement and what a score consists of, are the gateway's own: another
contestant's would hardly be the same. What is compared is the way from the request to the rows, and from the rows to
the answer.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from adapters.contract.codes import Level, OrgType
from adapters.contract.match import Ability, Match, Sought
from adapters.contract.viewers import Purpose
from gateway.corridor.concepts import Concepts
from gateway.corridor.consortium import Consortium, Seat
from gateway.corridor.coverage import assess
from gateway.corridor.ports import Profile
from gateway.matching.reasons import reasons, wording
from gateway.matching.score import Parts
from gateway.reference import Reference
from gateway.vocabulary import Vocabulary

__all__ = ["MATCHES", "consortium", "key_of", "match", "matched", "profile", "read_matches", "write_matches"]

MATCHES = "CORRIDOR_BENCH_MATCHES"
"""The variable that names the file of the recorded matches."""

_Told = dict[str, Any]


def write_matches(found: Mapping[str, Match], file: Path) -> None:
    """Writes what was asked of registries for each need, by global ID."""
    file.write_bytes(orjson.dumps(found))


def read_matches() -> Mapping[str, Match]:
    """What was written, from the file that the environment names."""
    return {need: match(given) for need, given in orjson.loads(Path(os.environ[MATCHES]).read_bytes()).items()}


def match(given: _Told) -> Match:
    """A match from its JSON."""
    sought = [
        Sought(**{**each, "min_level": Level(each["min_level"]), "concepts": tuple(map(tuple, each["concepts"]))})
        for each in given["requirements"]
    ]
    able = [Ability(**{**each, "level": Level(each["level"])}) for each in given["abilities"]]
    tuples = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
    return Match(**{**given, **tuples, "requirements": tuple(sought), "abilities": tuple(able)})


def matched(hits: str, of: Match, cluster: str) -> _Told:
    """A match without its member."""
    parts = Parts.read(hits)
    return {
        "score": parts.score,
        "oneSided": parts.one_sided,
        "reasons": [
            {
                "code": each.code,
                "points": each.points,
                "maxPoints": each.max_points,
                "requirement": each.requirement,
                "text": wording(each, "en", _vocabulary().concepts)[0],
            }
            for each in reasons(parts, of, cluster)
        ],
    }


def profile(id_: str, country: str, org_type: str, purposes: Sequence[str], capabilities: Mapping[str, str]) -> Profile:
    """What a consortium has to know of a member; ``capabilities`` are levels by concept."""
    return Profile(
        id_,
        Reference.parse(id_).cluster,
        country,
        OrgType(org_type),
        {concept: Level(level) for concept, level in capabilities.items()},
        frozenset(map(Purpose, purposes)),
    )


def consortium(row: Any, profiles: Mapping[str, Profile]) -> tuple[_Told, Sequence[Seat]]:
    """A consortium as the store has it, as it stands by these profiles, and its seats, which are left out."""
    found = Consortium.read(row)
    assessed = assess(found, profiles, _within().within, agreed=True)
    told = {
        "id": found.id,
        "state": found.state,
        "formable": assessed.formable,
        "version": found.version,
        "requirements": [
            {
                "requirement": {"key": each.requirement.key, "weight": each.requirement.weight},
                "covered": bool(each.covered_by),
                "coveredBy": [{"id": seat.id} for seat in each.covered_by],
                "pendingBy": [{"id": seat.id} for seat in each.pending_by],
            }
            for each in assessed.coverage
        ],
        "blockers": [{"code": each.code, "nodes": each.nodes} for each in assessed.blockers],
    }
    return told, found.seats


def key_of(seat: Seat) -> tuple[str, str]:
    """The cluster and the key of a seat's member."""
    reference = Reference.parse(seat.member)
    return reference.cluster, reference.key


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary.load()


@cache
def _within() -> Concepts:
    return Concepts(_vocabulary().concepts)
