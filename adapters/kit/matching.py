"""Who fits what a match seeks, and how well: the part of a statement that scores members; see the contract's match."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapters.contract.catalogue import CATALOGUE, path_of
from adapters.contract.cluster import Cluster
from adapters.contract.codes import Level, PostingStatus
from adapters.contract.match import COVERING
from adapters.contract.viewers import Purpose
from adapters.kit.forms import MatchForm, Values, WhereForm
from adapters.kit.predicates import Predicates
from adapters.kit.scoring import Points, Scoring
from adapters.kit.statement import Parameters, literal

__all__ = ["SCORED", "Matching"]

SCORED = "scored"
"""The relation of the members that are listed: key, score, sort, and the parts of the score."""

_PARTS = ("fit", "reverse", "market", "mode", "programme", "language", "freshness")
_OPEN = literal(PostingStatus.PUBLISHED)
# Only a capability that is similar enough and at the level is worth as much: one that is similar enough, but one level
# below, is worth 6,000 at most, and one that is less similar less than 7,000.
_COVERED = COVERING * 100
# All parts of a candidate in one row: grouped, not joined, for Postgres cannot tell how many rows each part has.
_TOTAL = """
  select key, max(org_type) as org_type, max(fit) as fit, max(covered) as covered, max(market) as market,
    max(language) as language, max(freshness) as freshness, coalesce(max(reverse), 0) as reverse, max(need) as need,
    max(reverse) is null as one_sided, coalesce(max(mode), 0) as mode, coalesce(max(programme), 0) as programme
  from (
    select key, org_type, fit, covered, market, language, freshness,
      null::integer as reverse, null::text as need, null::integer as mode, null::integer as programme from candidate
    union all select key, null, null, null, null, null, null, reverse, need, null, null from returned
    union all select key, null, null, null, null, null, null, null, null, mode, null from working
    union all select key, null, null, null, null, null, null, null, null, null, 10000 from themed
  ) as part
  group by key
  having max(fit) is not null"""
_AT_LEVELS = ", ".join(f"at_{level.lower()}" for level in Level)


@dataclass(frozen=True, slots=True)
class Matching:
    """Compiles matches for the projections of one city, under one view."""

    predicates: Predicates
    cluster: Cluster

    def scored(self, where: WhereForm, match: MatchForm, parameters: Parameters) -> str:
        """A with clause that ends in :data:`SCORED`.

        It begins with the capabilities that have a sought concept, which an index finds; all that is scored besides
        is joined to those members, a relation for each part. What the asker can do for needs is found by its concepts
        as well: looking at the requirements of each candidate's needs instead reads more.
        """
        steps = {
            **self._listed(where, match, parameters),
            "answered": self._answered(parameters),
            "returned": self._returned(parameters),
            "working": self._working(parameters),
            "themed": self._themed(parameters),
            "total": _TOTAL,
            "ranked": self._ranked(parameters),
            SCORED: _chosen(match, parameters),
        }
        return _with(steps)

    def counted(self, where: WhereForm, match: MatchForm, parameters: Parameters) -> tuple[str, str]:
        """A with clause and its relation of the members that are listed, scored only where that decides who is."""
        if match.each:
            return self.scored(where, match, parameters), SCORED
        return _with(self._listed(where, match, parameters)), "candidate"

    def _listed(self, where: WhereForm, match: MatchForm, parameters: Parameters) -> dict[str, str]:
        return {
            "met": self._met(parameters),
            "fitting": _fitting(parameters),
            "candidate": self._candidates(where, match, parameters),
        }

    def members(self, rows: str) -> str:
        """The rows of members with their scores and parts: those of a query of :data:`SCORED`."""
        parts = ", ".join(f"best.{name}" for name in ("score", "sort", *_PARTS, "need", "one_sided"))
        return (
            f"select base.*, {parts}\nfrom ({rows}) as best"
            f" join ({self.predicates.projections['member']}) as base on base.key = best.key"
        )

    def parts(self, row: str, parameters: Parameters) -> tuple[str, str]:
        """What the score of a row is made of: a join, and the JSON object it gives."""
        joined, capability = parameters.alias("met"), parameters.alias("capability")
        source, sought = self._sought(capability, parameters)
        keys = _bound(parameters, lambda match: match.keys, "text[]")
        listed = (
            f"select distinct on (held.place) held.*"
            f"\n    from (select sought.place, {_at('sought', f'{capability}.level')} as points, {capability}.concept,"
            f" {capability}.level\n      from {source} {sought} where {capability}.member_key = {row}.key) as held"
            "\n    where held.points > 0"
            '\n    order by held.place, held.points desc, held.concept collate "C", held.level collate "C"'
        )
        one = (
            f"'key', ({keys})[best.place], 'best', best.points, 'concept', best.concept, 'level', best.level,"
            f" 'covers', best.points >= {_COVERED}"
        )
        rest = ", ".join(f"'{name}', {row}.{name}" for name in _PARTS)
        return (
            f"\ncross join lateral (select coalesce(json_agg(json_build_object({one}) order by best.place), '[]'::json)"
            f" as body\n  from ({listed}) as best) as {joined}",
            f"json_build_object('requirements', {joined}.body, {rest}, 'oneSided', {row}.one_sided,"
            f" 'need', {row}.need, 'orgType', {row}.org_type, 'country', {row}.country)::text",
        )

    def _sought(self, capability: str, parameters: Parameters) -> tuple[str, str]:
        """The capabilities as a from-item, and the join to the points that each is worth."""
        columns = [
            _bound(parameters, lambda match: match.places, "integer[]"),
            _bound(parameters, lambda match: match.weights, "integer[]"),
            *_points(parameters, lambda match: match.sought),
        ]
        return (
            f"({self.predicates.projections['capability']}) as {capability}",
            f"join unnest({', '.join(columns)}) as sought (place, weight, concept, {_AT_LEVELS})"
            f" on sought.concept = {capability}.concept",
        )

    def _met(self, parameters: Parameters) -> str:
        """Per member and requirement: the most points that a capability is worth."""
        source, sought = self._sought("capability", parameters)
        best = f"max({_at('sought', 'capability.level')})"
        return (
            f"\n  select capability.member_key as key, sought.place, sought.weight, {best} as best"
            f"\n  from {source} {sought}\n  group by capability.member_key, sought.place, sought.weight"
        )

    def _candidates(self, where: WhereForm, match: MatchForm, parameters: Parameters) -> str:
        """The members that may be listed, with what their own row is worth."""
        markets = _bound(parameters, lambda match: match.markets, "text[]")
        languages = _bound(parameters, lambda match: match.languages, "text[]")
        excluded = _bound(parameters, lambda match: match.excluded, "text[]")
        day = _bound(parameters, lambda match: match.day, "date")
        conditions = [
            "fitting.fit > 0",
            *(self._consented(purpose, parameters) for purpose in match.purposes),
            f"base.key <> all({excluded})",
            *self.predicates.conditions(where, "base", parameters),
        ]
        return (
            "\n  select base.key, base.org_type, fitting.fit, fitting.covered,"
            f"\n    coalesce((select 10000 * count(*) / nullif(cardinality({markets}), 0)"
            f" from unnest({markets}) as asked where asked = any(base.target_markets)), 0)::integer as market,"
            "\n    case when exists (select from unnest(base.languages) as spoken (tag)"
            f" where lower(split_part(spoken.tag, '-', 1)) = any({languages})) then 10000 else 0 end as language,"
            f"\n    greatest(10000 - 10000 * greatest({day} - (base.updated_at at time zone 'UTC')::date, 0) / 365, 0)"
            " as freshness"
            f"\n  from fitting join ({self.predicates.projections['member']}) as base on base.key = fitting.key"
            f"\n  where {' and '.join(conditions)}"
        )

    def _consented(self, purpose: Purpose, parameters: Parameters) -> str:
        return self.predicates.found(path_of("member", ("purposes",)), "base", f"array[{literal(purpose)}]", parameters)

    def _answered(self, parameters: Parameters) -> str:
        """Per need that requires something of what the asker can do: how much of it the asker meets."""
        able = ", ".join(_points(parameters, lambda match: match.able))
        points = _at("able", "requirement.min_level")
        return (
            f"\n  select requirement.need_key as key, sum(requirement.weight * {points}) as met"
            f"\n  from ({self.predicates.projections['requirement']}) as requirement"
            f" join unnest({able}) as able (concept, {_AT_LEVELS}) on able.concept = requirement.concept"
            "\n  group by requirement.need_key"
        )

    def _returned(self, parameters: Parameters) -> str:
        """Per candidate that has a need: the one that the asker meets best, and how well."""
        needs, required = (self.predicates.projections[name] for name in ("need", "requirement"))
        return (
            "\n  select distinct on (need.owner_key) need.owner_key as key, share.reverse,"
            " case when share.reverse > 0 then need.key end as need"
            f"\n  from candidate join ({needs}) as need on need.owner_key = candidate.key"
            "\n  left join answered on answered.key = need.key"
            "\n  cross join lateral (select coalesce(answered.met / nullif(sum(requirement.weight), 0), 0)::integer"
            f" as reverse\n    from ({required}) as requirement where requirement.need_key = answered.key) as share"
            f"\n  where {_valid('need', parameters)}"
            '\n  order by need.owner_key, share.reverse desc, need.key collate "C"'
        )

    def _working(self, parameters: Parameters) -> str:
        """Per candidate: its share of the asked modes."""
        modes = _bound(parameters, lambda match: match.modes, "text[]")
        joins, column = self.predicates.leaf(path_of("offer", ("modes",)), "offer", parameters)
        return (
            f"\n  select offer.owner_key as key, (10000 * count(distinct {column}) / cardinality({modes}))::integer"
            " as mode"
            f"\n  from candidate join ({self.predicates.projections['offer']}) as offer"
            f" on offer.owner_key = candidate.key{joins}"
            f"\n  where {_valid('offer', parameters)} and {column} = any({modes})\n  group by offer.owner_key"
        )

    def _themed(self, parameters: Parameters) -> str:
        """The members that take part in a programme with an asked theme."""
        themes = _bound(parameters, lambda match: match.themes, "text[]")
        source, linked = self.predicates.shaping.children(
            CATALOGUE["member"].fields["programmes"], "programme", parameters
        )
        joins, column = self.predicates.leaf(path_of("programme", ("themes",)), "programme", parameters)
        return f"\n  select distinct {linked} as key\n  from {source}{joins}\n  where {column} = any({themes})"

    def _ranked(self, parameters: Parameters) -> str:
        version = _bound(parameters, lambda match: match.version, "text")
        prefix = _bound(parameters, lambda match: match.prefix, "text")
        reference = f"{version} || {literal(f':Member:{self.cluster.code}:')} || total.key"
        return (
            f"\n  select total.*, {prefix} || lpad((10000 - total.score)::text, 5, '0') || ':'"
            f" || encode(sha256(convert_to({reference}, 'UTF8')), 'hex') as sort"
            "\n  from (select total.*, (60 * case when one_sided then 6 * fit / 10"
            " else 2 * fit * reverse / (fit + reverse) end"
            " + 12 * market + 10 * mode + 8 * programme + 6 * language + 4 * freshness) / 100 as score"
            "\n    from total) as total"
        )


def _fitting(parameters: Parameters) -> str:
    """Per member: the fit, and the requirements that are covered."""
    weight = _bound(parameters, lambda match: match.weight, "integer")
    return (
        f"\n  select key, (sum(best * weight) / {weight})::integer as fit,"
        f" array_agg(place order by place) filter (where best >= {_COVERED}) as covered\n  from met\n  group by key"
    )


def _with(steps: Mapping[str, str]) -> str:
    return "with " + ", ".join(f"{name} as ({text}\n)" for name, text in steps.items()) + "\n"


def _chosen(match: MatchForm, parameters: Parameters) -> str:
    if not match.each:
        return "\n  select * from ranked"
    each = _bound(parameters, lambda match: match.each, "integer")
    return (
        "\n  select * from (select ranked.*, row_number() over"
        ' (partition by covered, org_type order by sort collate "C") as place'
        f"\n    from ranked) as alike\n  where place <= {each}"
    )


def _valid(row: str, parameters: Parameters) -> str:
    day = _bound(parameters, lambda match: match.day, "date")
    return f"{row}.status = {_OPEN} and {row}.valid_until >= {day}"


def _at(points: str, level: str) -> str:
    """What a row of points is worth at a level; null where that is none."""
    return f"case {level} {' '.join(f'when {literal(each)} then {points}.at_{each.lower()}' for each in Level)} end"


def _points(parameters: Parameters, read: Callable[[Scoring], Points]) -> list[str]:
    """The placeholders of concepts and of their points at each level."""
    return [
        _bound(parameters, lambda match: read(match).concepts, "text[]"),
        *(
            _bound(parameters, lambda match, place=place: read(match).at[place], "integer[]")  # type: ignore[misc]
            for place in range(len(Level))
        ),
    ]


def _bound(parameters: Parameters, read: Callable[[Scoring], object], type_: str) -> str:
    """The placeholder of a value of the match."""

    def reader(values: Values) -> object:
        assert values.match is not None  # noqa: S101 - the form of a match has the values of one
        return read(values.match)

    return parameters.add(reader, type_)
