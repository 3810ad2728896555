"""What a client sent, by HTTP or WebSocket: checked for its form, and its document found where it is only named."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

from gateway.errors import ClientError, ErrorCode
from gateway.execution.operations import Operation
from gateway.http.entrance import Asker
from gateway.http.persisted import PersistedQueries
from gateway.http.trusted import TrustedDocuments

__all__ = ["Sent", "Sources"]

_DOCUMENT_ID = re.compile(r"sha256:([0-9a-f]{64})")


class Sent(NamedTuple):
    """An operation in the form that GraphQL over HTTP gives it.

    ``digest`` is the hash that the automatic persisted queries of Apollo's clients name the document by, and
    ``document`` the one of a ``documentId``: SHA-256 in lower-case hexadecimal. ``tell_cost``: the answer is to say
    what it cost.
    """

    text: str | None
    name: str | None
    variables: Mapping[str, Any] | None
    digest: str | None
    document: str | None
    tell_cost: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> "Sent":
        """The operation of a JSON object; BAD_REQUEST where it holds none."""
        text, name, variables = given.get("query"), given.get("operationName"), given.get("variables")
        extensions, digest, document, tell_cost = given.get("extensions"), None, None, False
        if extensions is not None:
            if not isinstance(extensions, dict):
                raise ClientError(ErrorCode.BAD_REQUEST, "`extensions` must be an object.")
            if (named := extensions.get("persistedQuery")) is not None:
                digest = _digest(named)
            tell_cost = extensions.get("cost") is True
        if (identifier := given.get("documentId")) is not None:
            document = _document(identifier)
        if (text is not None and not isinstance(text, str)) or not (text or digest or document):
            raise ClientError(ErrorCode.BAD_REQUEST, "`query` must be a string: the text of a GraphQL document.")
        if name is not None and not isinstance(name, str):
            raise ClientError(ErrorCode.BAD_REQUEST, "`operationName` must be a string.")
        if variables is not None and not isinstance(variables, dict):
            raise ClientError(
                ErrorCode.BAD_REQUEST, "`variables` must be an object: a value for each variable, by name."
            )
        if document is not None and (text or digest):
            raise ClientError(ErrorCode.BAD_REQUEST, "`documentId` stands alone: send no `query` and no hash with it.")
        return cls(text or None, name or None, variables, digest, document, tell_cost)


Fine = Callable[[Asker], Awaitable[None]]


class Sources:
    """Where documents come from: the request itself, the persisted queries, the trusted ones (None without a store).

    With ``only_trusted`` a document must be among the last. Whoever names one that is not there pays a ``fine``: it
    could have the store searched for nothing, again and again.
    """

    def __init__(
        self, persisted: PersistedQueries, trusted: TrustedDocuments | None, fine: Fine, *, only_trusted: bool
    ) -> None:
        self._persisted = persisted
        self._trusted = trusted
        self._fine = fine
        self._only_trusted = only_trusted

    async def operation(self, sent: Sent, asker: Asker, *, only_query: bool = False) -> Operation:
        """The operation with its text; raises ClientError where there is none, or none that may run."""
        try:
            text = await self._text(sent)
        except ClientError as error:
            if error.code is ErrorCode.DOCUMENT_NOT_TRUSTED:
                await self._fine(asker)
            raise
        return Operation(text, sent.name, sent.variables, only_query, asker.viewer, asker.payer, sent.tell_cost)

    def remember(self, sent: Sent, text: str) -> None:
        """Takes in that a document could be executed: the next time its hash is enough."""
        if sent.digest is not None and not self._only_trusted:
            self._persisted.remember(sent.digest, text)

    async def _text(self, sent: Sent) -> str:
        if self._only_trusted or sent.document is not None:
            if self._trusted is None:
                raise ClientError(ErrorCode.DOCUMENT_NOT_TRUSTED, "This gateway has no registered documents.")
            return await self._trusted.document(sent.document or sent.digest, sent.text)
        if sent.text is None:
            return self._persisted.text(sent.digest or "")
        if sent.digest is not None:
            self._persisted.check(sent.digest, sent.text)
        return sent.text


def _digest(named: Any) -> str:
    match named:
        case {"version": 1, "sha256Hash": str(digest)}:
            return digest
        case {"version": version} if version != 1:
            raise ClientError(
                ErrorCode.BAD_REQUEST, "`extensions.persistedQuery.version` must be 1: no other is known."
            )
    raise ClientError(
        ErrorCode.BAD_REQUEST,
        "`extensions.persistedQuery` must be an object: `version`, which is 1, and the string `sha256Hash`.",
    )


def _document(identifier: Any) -> str:
    found = _DOCUMENT_ID.fullmatch(identifier) if isinstance(identifier, str) else None
    if found is None:
        raise ClientError(
            ErrorCode.BAD_REQUEST,
            "`documentId` must be `sha256:` and the SHA-256 of the document in lower-case hexadecimal.",
        )
    return found[1]
