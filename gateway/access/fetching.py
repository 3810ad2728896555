"""Where a provider's key set is read: an address, or a file."""

import asyncio
from pathlib import Path
from typing import Protocol

import httpx

__all__ = ["FileSource", "HttpSource", "KeySource", "SourceFailed", "key_source"]

_MOST = 256 * 1024
"""Bytes of a key set: those of providers have some thousand."""


class SourceFailed(Exception):
    """A source that did not give its document, and why; for the log."""


class KeySource(Protocol):
    """Gives the bytes of a key set."""

    async def read(self) -> bytes:
        """The document as it is now; SourceFailed where it cannot be had."""

    async def close(self) -> None:
        """Gives back what the source holds."""


class HttpSource:
    """A key set at an address; ``timeout`` bounds the whole exchange, in seconds.

    Redirects are not followed, and nothing is decompressed: a provider cannot send the gateway elsewhere, nor make it
    hold more than was sent. Proxies and certificate authorities are those of the environment (``HTTPS_PROXY``,
    ``SSL_CERT_FILE``); what needs no TLS, as it is on this machine, goes through no proxy.
    """

    def __init__(self, address: str, timeout: float) -> None:
        self._address = address
        self._timeout = timeout
        headers = {"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"}
        self._client = httpx.AsyncClient(
            follow_redirects=False, timeout=timeout, headers=headers, trust_env=address.startswith("https:")
        )

    async def read(self) -> bytes:
        """The document as it is now."""
        try:
            async with asyncio.timeout(self._timeout), self._client.stream("GET", self._address) as response:
                return await _body(response)
        except TimeoutError:
            raise SourceFailed(f"no whole answer within {self._timeout:g} s") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise SourceFailed(type(error).__name__) from None

    async def close(self) -> None:
        """Closes its connections."""
        await self._client.aclose()


async def _body(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise SourceFailed(f"HTTP status {response.status_code}")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise SourceFailed("a compressed answer that was not asked for")
    body = bytearray()
    async for part in response.aiter_raw():
        body += part
        if len(body) > _MOST:
            raise SourceFailed(f"more than {_MOST} bytes")
    return bytes(body)


class FileSource:
    """A key set in a file, for providers that the gateway cannot reach."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def read(self) -> bytes:
        """The document as it is now."""
        try:
            document = await asyncio.to_thread(self._first_bytes)
        except OSError as error:
            raise SourceFailed(type(error).__name__) from None
        if len(document) > _MOST:
            raise SourceFailed(f"more than {_MOST} bytes")
        return document

    def _first_bytes(self) -> bytes:
        with self._path.open("rb") as file:
            return file.read(_MOST + 1)

    async def close(self) -> None:
        """Holds nothing."""


def key_source(jwks: str, timeout: float) -> KeySource:
    """The source that the setting ``jwks`` names."""
    return HttpSource(jwks, timeout) if "://" in jwks else FileSource(Path(jwks))
