"""The plan of an operation: what each field of its root asks of the registries, compiled once for each form of it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLSchema,
    OperationType,
    VariableNode,
    VariableValues,
    get_argument_values,
)

from gateway.access.viewer import Viewer
from gateway.execution.connections import ListPlan
from gateway.execution.context import RequestContext
from gateway.execution.documents import MOST_ERRORS, Prepared, Refused, variables
from gateway.execution.facts import Facts, Services
from gateway.execution.guards import Guard, guards
from gateway.execution.references import EntitiesPlan, MemberPlan, NodePlan, NodesPlan
from gateway.execution.selection import Asked, Selections
from gateway.execution.writing import Unwritable, Write, Writing
from gateway.federation.fanout import together

__all__ = ["Form", "OperationPlan", "Root", "RootPlan", "compiled"]


@dataclass(frozen=True, slots=True)
class Form:
    """What a plan is compiled for, beside the operation's text: the values of the variables that shape its answer.

    These are all that stand in a directive or anywhere below the root: never what a root field is asked for,
    which a plan reads anew for each request.
    """

    key: str
    values: VariableValues = field(compare=False)

    @classmethod
    def of(cls, prepared: Prepared, values: VariableValues) -> "Form":
        """The form that these variables give the operation."""
        shaping = [(name, values.coerced[name]) for name in prepared.shaping if name in values.coerced]
        return cls(repr(shaping) if shaping else "", values)


class RootPlan(Protocol):
    """The plan of a root field."""

    async def run(self, context: RequestContext, arguments: Mapping[str, Any]) -> Any:
        """The field's value for the executor."""

    def write(self, value: Any) -> Any:
        """That value as JSON; raises Unwritable where only the executor can complete it."""


@dataclass(frozen=True, slots=True)
class _KnownPlan:
    """The plan of a root field that the gateway answers itself."""

    resolve: Callable[..., Any]
    write: Write

    async def run(self, _context: RequestContext, arguments: Mapping[str, Any]) -> Any:
        return self.resolve(None, **arguments)


@dataclass(frozen=True, slots=True)
class _RefusedPlan:
    """The plan of a root field that asks for what cannot be had: compiling it again says why."""

    compile: Callable[[], object]

    async def run(self, _context: RequestContext, _arguments: Mapping[str, Any]) -> Any:
        return self.compile()

    def write(self, _value: Any) -> Any:
        raise Unwritable


@dataclass(frozen=True, slots=True)
class Root:
    """A root field with its plan. ``given``: the arguments that are the same in each request; ``varying``: the rest.

    ``named`` are the variables of those, by argument, where each stands for itself alone: then their values, which are
    coerced already, are those of the arguments. None where one of them is part of a larger value.
    """

    asked: Asked
    plan: RootPlan
    given: Mapping[str, Any]
    varying: GraphQLField
    named: Mapping[str, str] | None = None

    @classmethod
    def of(cls, asked: Asked, definition: GraphQLField, plan: RootPlan) -> "Root":
        """A root field whose constant arguments are coerced now; GraphQLError where one of them cannot be."""
        node = asked.nodes[0]
        names = {each.name.value for each in node.arguments or () if variables(each.value)}
        varying = {name: each for name, each in definition.args.items() if name in names}
        constant = {name: each for name, each in definition.args.items() if name not in names}
        given = get_argument_values(GraphQLField(definition.type, constant), node, hide_suggestions=True)
        return cls(asked, plan, given, GraphQLField(definition.type, varying), _named(node, varying))

    async def run(self, context: RequestContext, values: VariableValues) -> Any:
        """The field's value for the executor."""
        return await self.plan.run(context, {**self.given, **self._arguments(values)})

    def write(self, value: Any) -> Any:
        """That value as JSON; raises Unwritable where only the executor can complete it."""
        if isinstance(value, Exception):
            raise Unwritable
        return self.plan.write(value)

    def _arguments(self, values: VariableValues) -> Mapping[str, Any]:
        """The varying arguments; GraphQLError where one is needed and its variable has no value."""
        if self.named is not None:
            found = {argument: values.coerced.get(variable) for argument, variable in self.named.items()}
            if None not in found.values():  # else there is a default, or something to be said
                return found
        return get_argument_values(self.varying, self.asked.nodes[0], values, hide_suggestions=True)

    async def settled(self, context: RequestContext, values: VariableValues) -> Any:
        """The same as ``run``, or the exception that it ended with."""
        try:
            return await self.run(context, values)
        except Exception as error:  # noqa: BLE001 - the executor raises it again, at its place
            return error


@dataclass(frozen=True, slots=True)
class OperationPlan:
    """The plans of the root fields of one form of an operation.

    ``direct`` says that there is one for every field, so that the executor need not be entered. ``guards`` are the
    fields that only some may see.
    """

    roots: Mapping[str, Root]
    direct: bool
    guards: tuple[Guard, ...]

    def check(self, viewer: Viewer) -> None:
        """Raises Refused where the operation asks for what the viewer may not see."""
        errors = [error for guard in self.guards if (error := guard.refusal(viewer)) is not None]
        if errors:
            raise Refused(errors[:MOST_ERRORS])

    async def run(self, context: RequestContext, values: VariableValues) -> dict[str, Any] | None:
        """The data, where all of it can be written; None where the executor has to complete what was answered."""
        roots = self.roots
        settled = await together(*(root.settled(context, values) for root in roots.values()))
        answers = dict(zip(roots, settled, strict=True))
        try:
            return {key: root.write(answers[key]) for key, root in roots.items()}
        except Unwritable:
            context.answer = _answered(answers)
            return None

    def attend(self, context: RequestContext, values: VariableValues) -> None:
        """Has the resolvers of the executor run the plans."""
        roots = self.roots
        context.answer = lambda key: roots[key].run(context, values)


def _named(node: FieldNode, varying: Mapping[str, GraphQLArgument]) -> Mapping[str, str] | None:
    """The variables behind these arguments, by the argument's name in Python; None where one is no variable alone."""
    behind = {each.name.value: each.value for each in node.arguments or ()}
    found = {(each.out_name or name): behind[name] for name, each in varying.items()}
    names = {name: value.name.value for name, value in found.items() if isinstance(value, VariableNode)}
    return names if len(names) == len(found) else None


def _answered(answers: Mapping[str, Any]) -> Callable[[str], Awaitable[Any]]:
    async def answer(key: str) -> Any:
        if isinstance(answers[key], Exception):
            raise answers[key]
        return answers[key]

    return answer


def compiled(schema: GraphQLSchema, services: Services, prepared: Prepared, form: Form) -> OperationPlan:
    """The plan of an operation in one form; a mistake in it is told when its field is run."""
    selections = Selections(schema, prepared.definition, prepared.fragments, form.values)
    writing = Writing(selections, Facts(services))
    roots: dict[str, Root] = {}
    asked_for = selections.roots if prepared.kind is OperationType.QUERY else []
    for asked in asked_for:
        definition = selections.schema.get_field(selections.object_type("Query"), asked.name)
        root = None if definition is None else _root(asked, definition, writing, services)
        if root is not None:
            roots[asked.key] = root
    direct = bool(roots) and len(roots) == len(asked_for)
    return OperationPlan(roots, direct, guards(selections))


def _root(asked: Asked, definition: GraphQLField, writing: Writing, services: Services) -> Root | None:
    def root() -> Root | None:
        plan = _compiled(asked, writing, services)
        return None if plan is None else Root.of(asked, definition, plan)

    try:
        return root()
    except Unwritable:
        return None
    except Exception:  # noqa: BLE001 - a client's mistake or a bug: raised again where the executor can place it
        return Root(asked, _RefusedPlan(root), {}, GraphQLField(definition.type))


def _compiled(asked: Asked, writing: Writing, services: Services) -> RootPlan | None:
    match asked.name:
        case "members" | "offers" | "needs" as lists:
            typename = writing.selections.target("Query", asked)
            return ListPlan(lists.removesuffix("s"), typename, asked, writing, services)
        case "member":
            return MemberPlan(asked, writing, services)
        case "node":
            return NodePlan(asked, writing, services)
        case "nodes":
            return NodesPlan(asked, writing, services)
        case "_entities":
            return EntitiesPlan(asked, writing, services)
        case "clusters" | "cluster":
            return _KnownPlan(writing.resolver("Query", asked), writing.value("Query", asked))
        case "__typename":
            return _KnownPlan(lambda _source: "Query", lambda value: value)
        case _:
            return None
