"""Scopes on fields: what a credential has to be good for."""

from strawberry.federation.schema_directives import RequiresScopes

from adapters.contract.viewers import Scope

__all__ = ["requires"]


def requires(*scopes: Scope) -> RequiresScopes:
    """The directive of a field that needs all of these scopes: checked before anything is asked of a registry."""
    return RequiresScopes(scopes=[[scope.value for scope in scopes]])
