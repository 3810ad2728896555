"""How a credential that does not count is refused: whoever brings one is never taken for anonymous."""

from gateway.errors import ClientError, ErrorCode

__all__ = ["unauthenticated"]


def unauthenticated(message: str) -> ClientError:
    """A refusal; the message may say only what is safe to tell whoever holds the credential."""
    return ClientError(ErrorCode.UNAUTHENTICATED, message)
