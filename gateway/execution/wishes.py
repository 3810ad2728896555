"""What somebody looks for: read live from the registry of the need or the member that matches are asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any

from adapters.contract.answer import Row
from adapters.contract.codes import Level
from adapters.contract.errors import ContractBroken
from adapters.contract.shape import ID, Pick, Shape
from gateway.errors import ClientError, ErrorCode
from gateway.execution.registries import values_of
from gateway.federation.fanout import Outage
from gateway.matching.plan import Asked, Asker
from gateway.reference import Reference

if TYPE_CHECKING:
    from gateway.execution.context import RequestContext

__all__ = ["Wish", "asker_of", "of_member", "of_need"]

_MOST_REQUIREMENTS = 50
"""Requirements that one match is asked with: those of many needs together can be more."""

_REQUIREMENTS = (
    Pick("key", "key"),
    Pick("concept", "concept", slot=0),
    Pick("min_level", "min_level"),
    Pick("weight", "weight"),
    Pick("mandatory", "mandatory"),
)
_SOUGHT = (
    Pick("requirements", "requirements", shape=Shape("requirement", _REQUIREMENTS)),
    Pick("modes", "modes"),
    Pick("target_markets", "target_markets"),
)
_OWNED = Pick("owner", "owner", shape=Shape("member", (Pick("id", ID),)))
_CAPABILITIES = Shape("capability", (Pick("concept", "concept", slot=0), Pick("level", "level")))
_ABLE = (
    Pick("languages", "languages"),
    Pick("capabilities", "capabilities", shape=_CAPABILITIES),
    Pick("programmes", "programmes", shape=Shape("programme", (Pick("themes", "themes", slot=0),))),
)
_NEED = Shape("need", (*_SOUGHT, _OWNED))
_ASKER = Shape("member", _ABLE)
_MEMBER = Shape(
    "member",
    (
        *_ABLE,
        Pick("target_markets", "target_markets"),
        Pick("interests", "interests", slot=0),
        Pick("needs", "needs", first=_MOST_REQUIREMENTS, shape=Shape("need", _SOUGHT)),
    ),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is looked for, by whom; ``member`` is left out of what is found, None where nobody may know who it is."""

    requirements: tuple[Asked, ...]
    asker: Asker = field(default_factory=Asker)
    member: Reference | None = None


async def of_need(context: "RequestContext", given: str) -> Wish:
    """What a need looks for.

    Of an anonymous one it is not told whose it is, so the abilities of its owner count for nothing, unless it asks.
    """
    need = await _read(context, context.services.reference(given, "Need"), _NEED)
    owner = None if need["owner"] is None else Reference.parse(need["owner"]["id"])
    if owner is None and context.own_member is not None and await context.owns(given):
        owner = context.own_member
    able = {} if owner is None else await _read(context, owner, _ASKER)
    return Wish(_asked(need["requirements"]), _asker(able, [need]), owner)


async def of_member(context: "RequestContext", given: str) -> Wish:
    """What a member looks for: what its needs require, or where it has none, its interests."""
    reference = context.services.reference(given, "Member")
    member = await _read(context, reference, _MEMBER)
    needs = member["needs"]
    required = [
        {**each, "key": f"{place}.{each['key']}"}
        for place, need in enumerate(needs, 1)
        for each in need["requirements"]
    ]
    interests = [
        {"key": f"interest.{place}", "concept": uri, "min_level": Level.AWARENESS, "weight": 1, "mandatory": False}
        for place, uri in enumerate(member["interests"], 1)
    ]
    return Wish(_asked(required or interests), _asker(member, needs or [member]), reference)


async def asker_of(context: "RequestContext", member: str | None, markets: Iterable[str]) -> Asker:
    """What counts of a member that looks for others on behalf of a group; nothing where there is none to be read."""
    able: Mapping[str, Any] = {}
    if member is not None:
        (row,) = await context.rows([(Reference.parse(member), _ASKER)])
        able = values_of(row) if isinstance(row, Row) else {}
    return _asker(able, [{"target_markets": list(markets)}])


async def _read(context: "RequestContext", reference: Reference, shape: Shape) -> Mapping[str, Any]:
    (row,) = await context.rows([(reference, shape)])
    match row:
        case Row(broken=True):
            raise ContractBroken(f"{reference.cluster}: a {shape.object} that cannot be matched by what it says")
        case Row():
            return values_of(row)
        case Outage():
            raise row.failure
        case None:
            raise ClientError(
                ErrorCode.NOT_FOUND, f"There is no {shape.object} of this ID that you may see.", retryable=False
            )


def _asked(requirements: Iterable[Mapping[str, Any]]) -> tuple[Asked, ...]:
    return tuple(
        Asked(each["key"], each["concept"], Level(each["min_level"]), each["weight"], each["mandatory"])
        for each in islice(requirements, _MOST_REQUIREMENTS)
    )


def _asker(able: Mapping[str, Any], sought: Iterable[Mapping[str, Any]]) -> Asker:
    wanted = list(sought)
    return Asker(
        abilities=tuple((each["concept"], Level(each["level"])) for each in able.get("capabilities", ())),
        markets=_all(wanted, "target_markets"),
        modes=_all(wanted, "modes"),
        languages=tuple(able.get("languages", ())),
        themes=_all(able.get("programmes", ()), "themes"),
    )


def _all(found: Iterable[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    """The values under a name, each once."""
    return tuple(dict.fromkeys(value for each in found for value in each.get(name, ())))
