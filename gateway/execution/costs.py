"""What an operation costs before it is run: estimated once for each form of it, and multiplied for each request.

Two numbers are estimated in the same walk over what is asked for: the cost (what the registries have to do, by the
table of ``gateway.limits.weights``) and the nodes (how many objects the answer may hold).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import GraphQLSchema, VariableValues

from gateway.errors import ClientError, ErrorCode
from gateway.execution.documents import Prepared
from gateway.execution.plans import Form
from gateway.execution.remembering import Remembered
from gateway.execution.selection import Selections
from gateway.execution.weighing import Part, Scale
from gateway.limits.weights import Weight

__all__ = ["Bill", "Cost", "CostLimits", "Costs"]


class Bill(NamedTuple):
    """What one request is estimated to cost: in all, each registry at worst; and how many objects it may answer."""

    total: int
    nodes: int
    by_registry: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one form of an operation costs, but for what its root fields are asked for."""

    parts: tuple[Part, ...]

    def bill(self, values: VariableValues) -> Bill:
        """The estimate for one request."""
        given = values.coerced
        total, nodes = Weight.OPERATION.tenths, 0
        by_registry: dict[str, int] = {}
        for part in self.parts:
            rows, asked = part.rows(given), part.asked(given)
            of_rows, once = rows * part.row.tenths, part.once.tenths
            fixed = part.fixed
            if part.searches and part.searched(given):
                fixed += part.searches * Weight.SEARCH.tenths
            total += of_rows + len(asked) * fixed + once
            nodes += rows * part.row.nodes + part.once.nodes
            for cluster in asked:
                by_registry[cluster] = by_registry.get(cluster, 0) + of_rows + fixed + once
        return Bill(-(-total // 10), nodes, {cluster: -(-tenths // 10) for cluster, tenths in by_registry.items()})

    def heaviest(self, values: VariableValues) -> str:
        """The path of what weighs most in it."""
        given = values.coerced
        most, path = 0, ""
        for part in self.parts:
            fixed = part.fixed + (part.searches * Weight.SEARCH.tenths if part.searched(given) else 0)
            for found, below in (
                (part.rows(given) * part.row.share, part.row.path),
                (part.once.share, part.once.path),
                (len(part.asked(given)) * fixed, ()),
            ):
                if found > most:
                    most, path = found, ".".join((part.name, *below))
        return path


@dataclass(frozen=True, slots=True)
class CostLimits:
    """What one operation may cost; ``registries`` are those that bear another cost than ``cost``, by cluster."""

    cost: int = 1000
    nodes: int = 10_000
    registries: Mapping[str, int] = field(default_factory=dict)

    def check(self, cost: Cost, values: VariableValues) -> Bill:
        """The estimate for one request; COST_TOO_HIGH or TOO_MANY_NODES where it is over a limit."""
        bill = cost.bill(values)
        if bill.total > self.cost:
            raise ClientError(
                ErrorCode.COST_TOO_HIGH,
                f"The operation costs {bill.total}, and {self.cost} is allowed. {_advice(cost, values)}",
                cost=bill.total,
                limit=self.cost,
            )
        if bill.nodes > self.nodes:
            raise ClientError(
                ErrorCode.TOO_MANY_NODES,
                f"The answer could hold {bill.nodes} objects, and {self.nodes} are allowed. {_advice(cost, values)}",
                nodes=bill.nodes,
                limit=self.nodes,
            )
        for cluster, found in bill.by_registry.items():
            most = self.registries.get(cluster, self.cost)
            if found > most:
                raise ClientError(
                    ErrorCode.COST_TOO_HIGH,
                    f"The operation costs the registry of {cluster} {found}, and {most} is allowed there."
                    f" {_advice(cost, values)}",
                    cost=found,
                    limit=most,
                    cluster=cluster,
                )
        return bill

    def report(self, bill: Bill) -> dict[str, Any]:
        """What ``extensions.cost`` says to who asks for it."""
        return {
            "total": bill.total,
            "limit": self.cost,
            "nodes": bill.nodes,
            "nodesLimit": self.nodes,
            "byRegistry": [
                {"cluster": cluster, "cost": cost, "limit": self.registries.get(cluster, self.cost)}
                for cluster, cost in bill.by_registry.items()
            ],
        }


def _advice(cost: Cost, values: VariableValues) -> str:
    most = cost.heaviest(values)
    return f"`{most}` weighs most: ask for fewer rows at once (`first`), or for less of each."


class Costs:
    """Estimates operations on one schema over these clusters; ``plans`` is how many estimates are remembered."""

    def __init__(self, schema: GraphQLSchema, clusters: Sequence[str], plans: int = 1000) -> None:
        self._schema = schema
        self._clusters = tuple(clusters)
        self._remembered = Remembered(self._of, plans)
        self.cache_info = self._remembered.cache_info

    def of(self, prepared: Prepared, form: Form) -> Cost:
        """The cost of an operation in one form."""
        return self._remembered.of(large=prepared.large)(prepared, form)

    def _of(self, prepared: Prepared, form: Form) -> Cost:
        selections = Selections(self._schema, prepared.definition, prepared.fragments, form.values)
        root = self._schema.get_root_type(prepared.kind)
        assert root is not None  # noqa: S101 - the document is valid
        scale = Scale(selections, self._clusters)
        return Cost(tuple(scale.part(root.name, asked) for asked in selections.roots))
