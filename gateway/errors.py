"""Every error a client can meet, by its stable code. Each code has its page in ``docs/reference/errors.md``."""

from enum import StrEnum
from typing import Any

__all__ = ["ClientError", "ErrorCode", "SourceFailure", "internal_error"]


class ErrorCode(StrEnum):
    """The stable codes, as they stand in ``extensions.code``."""

    BAD_REQUEST = "BAD_REQUEST"
    BODY_TOO_LARGE = "BODY_TOO_LARGE"
    BODY_TOO_SLOW = "BODY_TOO_SLOW"
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED"
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE"
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE"
    NO_SUCH_PAGE = "NO_SUCH_PAGE"
    CROSS_SITE_REQUEST = "CROSS_SITE_REQUEST"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    IDENTITY_UNAVAILABLE = "IDENTITY_UNAVAILABLE"
    PERSISTED_QUERY_NOT_FOUND = "PERSISTED_QUERY_NOT_FOUND"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED"
    TOO_MANY_SUBSCRIPTIONS = "TOO_MANY_SUBSCRIPTIONS"
    FORBIDDEN = "FORBIDDEN"
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS"
    TOO_DEEP = "TOO_DEEP"
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS"
    DOCUMENT_TOO_LONG = "DOCUMENT_TOO_LONG"
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES"
    TOO_MANY_ROOTS = "TOO_MANY_ROOTS"
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES"
    TOO_MANY_REPEATS = "TOO_MANY_REPEATS"
    TOO_MANY_ITEMS = "TOO_MANY_ITEMS"
    COST_TOO_HIGH = "COST_TOO_HIGH"
    TOO_MANY_NODES = "TOO_MANY_NODES"
    RATE_LIMITED = "RATE_LIMITED"
    OVERLOADED = "OVERLOADED"
    SYNTAX_ERROR = "SYNTAX_ERROR"
    VALIDATION_FAILED = "VALIDATION_FAILED"
    OPERATION_UNKNOWN = "OPERATION_UNKNOWN"
    BAD_VARIABLES = "BAD_VARIABLES"
    BAD_INPUT = "BAD_INPUT"
    BAD_ID = "BAD_ID"
    NOT_FOUND = "NOT_FOUND"
    BAD_CURSOR = "BAD_CURSOR"
    EVENTS_GONE = "EVENTS_GONE"
    PAGE_TOO_LARGE = "PAGE_TOO_LARGE"
    SOURCE_TIMEOUT = "SOURCE_TIMEOUT"
    SOURCE_UNAVAILABLE = "SOURCE_UNAVAILABLE"
    ALL_SOURCES_FAILED = "ALL_SOURCES_FAILED"
    NO_AGREEMENT = "NO_AGREEMENT"
    CONTRACT_BROKEN = "CONTRACT_BROKEN"
    STORE_UNAVAILABLE = "STORE_UNAVAILABLE"
    DEADLINE_EXCEEDED = "DEADLINE_EXCEEDED"
    INTERNAL_ERROR = "INTERNAL_ERROR"


class ClientError(Exception):
    """An error whose message is safe to show, and says what to do."""

    def __init__(self, code: ErrorCode, message: str, **extensions: Any) -> None:
        super().__init__(message)
        self.code = code
        self.extensions: dict[str, Any] = {"code": code.value, **extensions}


class SourceFailure(ClientError):
    """A registry that did not answer, as clients see it: never its address, never its driver's words."""

    def __init__(self, code: ErrorCode, cluster: str, message: str, *, retryable: bool) -> None:
        super().__init__(code, message, cluster=cluster, retryable=retryable)
        self.cluster = cluster


def internal_error(trace: str) -> ClientError:
    """What a client sees of an unexpected error: where to find it in the log, and nothing else of it."""
    return ClientError(
        ErrorCode.INTERNAL_ERROR,
        "Something went wrong inside the gateway. It was logged: give `traceId` when you report it.",
        traceId=trace,
    )
