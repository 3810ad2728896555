"""Shape to JSON: the part of a statement that builds each row's text inside Postgres."""

from dataclasses import dataclass, field

from adapters.contract.answer import MARK
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.cluster import Cluster
from adapters.contract.codes import Visibility
from adapters.contract.objects import Field, Kind, Object
from adapters.contract.shape import ID, TYPENAME, Pick, Shape
from adapters.kit.folder import Selects
from adapters.kit.statement import Parameters, identifier, literal

__all__ = ["Shaping"]

_LONGEST_IDENTIFIER = 63
_TAB = r"E'\t'"
assert MARK == "\t"  # noqa: S101 - the two spellings of the mark must not part


@dataclass(slots=True)
class _Parts:
    """What a shape needs of one row: answer columns, joins that they use, and when the row is broken."""

    columns: list[tuple[str, str]] = field(default_factory=list)
    joins: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Shaping:
    """Compiles shapes for the projections of one city, under one view."""

    projections: Selects
    cluster: Cluster
    view: Visibility

    def body(self, shape: Shape, row: str, parameters: Parameters) -> tuple[str, str, str]:
        """The JSON of a row as an expression, whether the row is broken, and the joins that both need."""
        parts = self._parts(shape, CATALOGUE[shape.object], row, parameters)
        expression, join = _object(parts.columns, parameters)
        return expression, _any(parts.broken), "".join([*parts.joins, join])

    def _parts(self, shape: Shape, of: Object, row: str, parameters: Parameters) -> _Parts:
        parts = _Parts()
        for pick in shape.picks:
            if pick.field == TYPENAME:
                value = f"{literal(of.typename)}::text"
            elif pick.field == ID:
                value = _global_id(f"{of.typename}:{self.cluster.code}:", row)
            else:
                value = self._value(pick, of.fields[pick.field], of, row, parameters, parts)
            parts.columns.append((pick.key, value))
        return parts

    def _value(  # noqa: PLR0913 - one line for each kind of field
        self, pick: Pick, of: Field, owner: Object, row: str, parameters: Parameters, parts: _Parts
    ) -> str:
        columns = [f"{row}.{column}" for column in of.columns]
        if of.required:
            parts.broken += [f"{column} is null" for column in columns]
        match of.kind:
            case Kind.TEXT | Kind.INTEGER | Kind.BOOLEAN | Kind.DATE:
                return columns[0]
            case Kind.INSTANT:
                return _instant(columns[0])
            case Kind.CODE:
                parts.broken += _unknown(of, columns[0])
                return columns[0]
            case Kind.CODES:
                parts.broken += _unknown(of, columns[0])
                return columns[0]
            case Kind.TERM:
                return _marked(pick.slot, " || ':' || ".join(columns))
            case Kind.TERMS:
                return (
                    f"(select coalesce(json_agg({_marked(pick.slot, 'code')} order by place), '[]'::json)"
                    f" from unnest({columns[0]}) with ordinality as listed (code, place))"
                )
            case Kind.CLUSTER:
                return _marked(pick.slot, literal(self.cluster.code))
            case Kind.GROUP:
                return self._group(pick, of, row, parameters, parts)
            case Kind.LOCALIZED:
                value = self._localized(pick, owner, row, parameters, parts)
                if of.required:
                    parts.broken.append(f"{value} is null")
                return value
            case Kind.CHILDREN | Kind.PARENT:
                return self._related(pick, of, row, parameters, parts)

    def _group(self, pick: Pick, of: Field, row: str, parameters: Parameters, parts: _Parts) -> str:
        group = CATALOGUE[of.target]
        inner = self._parts(_shape(pick), group, row, parameters)
        present = " and ".join(
            f"{row}.{column} is not null" for part in group.fields.values() if part.required for column in part.columns
        )
        parts.broken += [f"({present} and {_any(inner.broken)})"] if inner.broken else []
        expression, join = _object(inner.columns, parameters)
        return f"case when {present} then (select {expression} from (select) as here{join}) end"

    def _localized(self, pick: Pick, owner: Object, row: str, parameters: Parameters, parts: _Parts) -> str:
        text = parameters.alias("text")
        inner = self._parts(_shape(pick), CATALOGUE["localized_text"], text, parameters)
        expression, join = _object(inner.columns, parameters)
        joined = parameters.alias("localized")
        langs = parameters.add(lambda _: list(pick.langs), "text[]")
        parts.joins.append(
            f"\nleft join lateral (select {expression} as body, {_any(inner.broken)} as broken"
            f" from ({self.projections[f'{owner.name}_text']}) as {text}{join}"
            f"\n  where {text}.{owner.name}_key = {row}.key and {text}.field = {literal(pick.field.upper())}"
            f"\n  order by array_position({langs}, {text}.lang),"
            f' {text}.lang collate "C" limit 1) as {joined} on true'
        )
        parts.broken += [f"coalesce({joined}.broken, false)"] if inner.broken else []
        return f"{joined}.body"

    def _related(self, pick: Pick, of: Field, row: str, parameters: Parameters, parts: _Parts) -> str:
        if of.own and self.view is not Visibility.PRIVATE:
            return "'[]'::json"
        shape = _shape(pick)
        target = parameters.alias(of.target)
        expression, broken, joins = self.body(shape, target, parameters)
        joined = parameters.alias("related")
        if of.kind is Kind.PARENT:
            parts.joins.append(
                f"\nleft join lateral (select {expression} as body, {broken} as broken"
                f" from ({self.projections[of.target]}) as {target}{joins}"
                f"\n  where {target}.key = {row}.{of.link}) as {joined} on true"
            )
        else:
            source, linked = self.children(of, target, parameters)
            order = ", ".join(_ordered(column, CATALOGUE[of.target], target) for column in of.order)
            limit = "" if pick.first is None else f" limit {pick.first:d}"
            parts.joins.append(
                f"\nleft join lateral (select coalesce(json_agg(listed.body), '[]'::json) as body,"
                f" coalesce(bool_or(listed.broken), false) as broken"
                f"\n  from (select {expression} as body, {broken} as broken from {source}{joins}"
                f"\n    where {linked} = {row}.key order by {order}{limit}) as listed) as {joined} on true"
            )
        parts.broken.append(f"coalesce({joined}.broken, false)")
        return f"{joined}.body"

    def children(self, of: Field, alias: str, parameters: Parameters) -> tuple[str, str]:
        """The rows behind a CHILDREN field as a from-item, and the column that links them to their owner."""
        source = f"({self.projections[of.target]}) as {alias}"
        if not of.through:
            return source, f"{alias}.{of.link}"
        pair = parameters.alias("pair")
        pairs = f"({self.projections[of.through]}) as {pair}"
        return f"({pairs} join {source} on {alias}.key = {pair}.{of.target}_key)", f"{pair}.{of.link}"


def _shape(pick: Pick) -> Shape:
    if pick.shape is None:
        raise ValueError(f"{pick.field} is an object: its pick needs a shape")
    return pick.shape


def _object(columns: list[tuple[str, str]], parameters: Parameters) -> tuple[str, str]:
    """A JSON object of the columns: an expression, and the join that it needs."""
    if all(len(key) <= _LONGEST_IDENTIFIER for key, _ in columns):
        alias = parameters.alias("body")
        listed = ", ".join(f"{value} as {identifier(key)}" for key, value in columns)
        return f"row_to_json({alias})", f"\ncross join lateral (select {listed}) as {alias}"
    pairs = " || ',' || ".join(
        literal(f'"{key}":') + f" || coalesce(to_json({value})::text, 'null')" for key, value in columns
    )
    return f"('{{' || {pairs} || '}}')::json", ""


def _marked(slot: int, code: str) -> str:
    return f"({_TAB} || '[{slot:d},' || to_json(({code})::text)::text || ']' || {_TAB})::json"


def _global_id(prefix: str, row: str) -> str:
    encoded = f"encode(convert_to({literal(prefix)} || {row}.key, 'UTF8'), 'base64')"
    return rf"translate({encoded}, E'+/=\n', '-_')"


def _instant(column: str) -> str:
    return f"""to_char({column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"""


def _unknown(of: Field, column: str) -> list[str]:
    if of.codelist is None:
        return []
    known = literal("{" + ",".join(of.codelist) + "}") + "::text[]"
    return [f"{column} <> all({known})" if of.kind is Kind.CODE else f"not {column} <@ {known}"]


def _any(conditions: list[str]) -> str:
    return f"coalesce({' or '.join(conditions)}, false)" if conditions else "false"


def _ordered(column: str, of: Object, alias: str) -> str:
    name = column.removeprefix("-")
    kind = of.fields[name].kind if name in of.fields else Kind.TEXT
    collated = ' collate "C"' if kind in {Kind.TEXT, Kind.CODE, Kind.TERM} else ""
    return f"{alias}.{name}{collated}{' desc' if column.startswith('-') else ''}"
