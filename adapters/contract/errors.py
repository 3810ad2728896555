"""How a registry fails. Messages are for logs: no text of a driver ever reaches a client."""

__all__ = ["ContractBroken", "Refused", "RegistryError", "RegistryTimeout", "Unavailable"]


class RegistryError(Exception):
    """A registry did not answer a request."""


class Unavailable(RegistryError):
    """The registry cannot be reached, or went away while answering."""


class RegistryTimeout(RegistryError):
    """The registry did not answer within its deadline."""


class Refused(RegistryError):
    """The registry answered that this gateway may not ask: credentials or grants are wrong."""


class ContractBroken(RegistryError):
    """The registry answered something that its projections promise not to."""
