"""The contract's catalogue and the GraphQL types declare the same objects: names, kinds and nullability."""

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
)

from adapters.contract.catalogue import CATALOGUE
from adapters.contract.objects import Facet, Field, Kind, Object
from adapters.contract.shape import ID
from gateway.execution.selection import contract_name
from schemas import enums
from schemas.schema import build

SCHEMA = build()._schema

SCALARS = {
    Kind.TEXT: {"String", "URL", "CountryCode", "SubdivisionCode", "LanguageTag", "EmailAddress", "PhoneE164"},
    Kind.INTEGER: {"Int"},
    Kind.BOOLEAN: {"Boolean"},
    Kind.DATE: {"Date"},
    Kind.INSTANT: {"DateTime"},
    Kind.CODES: {"CountryCode", "LanguageTag"},
}
LISTS = {Kind.CODES, Kind.TERMS, Kind.CHILDREN}
WORDED = {"concept": {"Concept"}, "industry": {"String", "Wording"}}


def type_of(each: Object) -> GraphQLObjectType:
    found = SCHEMA.type_map[each.typename]
    assert isinstance(found, GraphQLObjectType)
    return found


APART = {"contact_point"}
"""What is asked of a registry by itself, under a release, and is no part of any row."""


@pytest.mark.parametrize("each", CATALOGUE.values(), ids=lambda each: each.name)
def test_every_object_has_the_same_fields_on_both_sides(each: Object) -> None:
    named = {contract_name(name) for name in type_of(each).fields} - APART
    shown = {field.name for field in each.fields.values() if not field.internal}
    assert named == {*shown, *([ID] if each.node else [])}


@pytest.mark.parametrize(
    ("each", "field"),
    [(each, field) for each in CATALOGUE.values() for field in each.fields.values() if not field.internal],
    ids=lambda item: item.name,
)
def test_every_field_has_the_same_kind_and_nullability_on_both_sides(each: Object, field: Field) -> None:
    (declared,) = (found for name, found in type_of(each).fields.items() if contract_name(name) == field.name)
    assert is_non_null_type(declared.type) == field.required
    assert is_list_type(get_nullable_type(declared.type)) == (field.kind in LISTS)
    target = get_named_type(declared.type)
    if field.codelist is not None:
        assert isinstance(target, GraphQLEnumType)
        assert set(target.values) == set(field.codelist)
    elif field.target:
        assert target.name == CATALOGUE[field.target].typename
    elif field.vocabulary:
        assert target.name in WORDED[field.vocabulary]
    elif field.kind is Kind.CLUSTER:
        assert target.name == "Cluster"
    else:
        assert target.name in SCALARS[field.kind]


@pytest.mark.parametrize("name", ["member", "offer", "need"])
def test_every_order_filter_and_facet_of_a_list_is_in_the_schema(name: str) -> None:
    title = CATALOGUE[name].typename
    orders = enums.MemberOrderField if name == "member" else enums.PostingOrderField
    assert set(orders) == {*CATALOGUE[name].orders, "RELEVANCE"}
    inputs = SCHEMA.type_map[f"{title}Filter"].fields  # type: ignore[union-attr]
    assert {contract_name(field) for field in inputs} == {*CATALOGUE[name].filters, "clusters"}
    facets: dict[str, Facet] = dict(CATALOGUE[name].facets)
    assert set(getattr(enums, f"{title}FacetField")) == {*facets, "CLUSTER"}
