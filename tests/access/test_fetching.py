"""Key sets over HTTP: bounded in time and in size, never from elsewhere."""

import asyncio
import gzip
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from gateway.access.fetching import FileSource, HttpSource, SourceFailed, key_source
from gateway.settings import AuthSettings, ProviderSettings

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]
Serve = Callable[..., Awaitable[str]]
HOUR = timedelta(hours=1)


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    """`await serve(answer)` gives the address of a server that writes its answer to each request."""
    servers: list[asyncio.Server] = []

    async def serving(answer: Answer, tls: ssl.SSLContext | None = None) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await reader.readuntil(b"\r\n\r\n")
                await answer(writer)
                await writer.drain()
            except (ConnectionError, asyncio.IncompleteReadError):
                pass
            finally:
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/jwks"

    yield serving
    for server in servers:
        server.close()


def head(status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""]).encode()


def saying(*parts: bytes) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return answer


async def failure(address: str, seconds: float = 30) -> str:
    source = HttpSource(address, seconds)
    with pytest.raises(SourceFailed) as failed:
        await source.read()
    await source.close()
    return str(failed.value)


async def test_what_is_there_is_read(serve: Serve) -> None:
    source = HttpSource(await serve(saying(head(), b'{"keys": []}')), 30)
    assert await source.read() == b'{"keys": []}'
    assert await source.read() == b'{"keys": []}'
    await source.close()


async def test_as_much_as_is_allowed_and_not_a_byte_more(serve: Serve) -> None:
    most = 256 * 1024
    source = HttpSource(await serve(saying(head(), b"x" * most)), 30)
    assert len(await source.read()) == most
    await source.close()
    assert await failure(await serve(saying(head(), b"x" * (most + 1)))) == f"more than {most} bytes"


async def test_an_answer_without_end_is_given_up(serve: Serve) -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(head())
        while not writer.is_closing():
            writer.write(b"x" * 65_536)
            await writer.drain()

    assert "bytes" in await failure(await serve(endless))


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 Permanent"])
async def test_a_redirect_is_not_followed(status: str, serve: Serve) -> None:
    asked = []

    async def elsewhere(writer: asyncio.StreamWriter) -> None:
        asked.append(writer)
        writer.write(head() + b'{"keys": []}')

    target = await serve(elsewhere)
    assert await failure(await serve(saying(head(status, Location=target)))) == f"HTTP status {status[:3]}"
    assert asked == []


@pytest.mark.parametrize("status", ["404 Not Found", "500 Oh", "204 No Content", "206 Partial Content"])
async def test_only_a_whole_answer_counts(status: str, serve: Serve) -> None:
    assert await failure(await serve(saying(head(status), b""))) == f"HTTP status {status[:3]}"


async def test_nothing_is_unpacked(serve: Serve) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    assert "compressed" in await failure(await serve(saying(head(Content_Encoding="gzip"), bomb)))


async def test_one_who_drips_is_given_up_after_the_whole_time(serve: Serve) -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(head())
        while not writer.is_closing():
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    assert await failure(await serve(drip), 0.3) == "no whole answer within 0.3 s"


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nxx"])
async def test_what_is_no_http_is_an_ordinary_failure(said: bytes, serve: Serve) -> None:
    assert await failure(await serve(saying(said)))


async def test_nobody_there(serve: Serve) -> None:
    assert await failure("http://127.0.0.1:1/jwks") == "ConnectError"


async def test_what_is_on_this_machine_goes_through_no_proxy(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    source = HttpSource(await serve(saying(head(), b"{}")), 30)
    assert await source.read() == b"{}"
    await source.close()


def _certificate(folder: Path) -> Path:
    """A file with a new key and a certificate for 127.0.0.1 that only it has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + HOUR)
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = builder.add_extension(here, critical=False).sign(key, SHA256())
    file = folder / "certificate.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return file


async def test_a_certificate_has_to_be_trusted(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    certificate = _certificate(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    address = (await serve(saying(head(), b"{}"), tls)).replace("http:", "https:")
    assert await failure(address) == "ConnectError"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    source = HttpSource(address, 30)
    assert await source.read() == b"{}"
    await source.close()


async def test_files(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    source = key_source(str(file), 1)
    assert isinstance(source, FileSource)
    with pytest.raises(SourceFailed, match="FileNotFoundError"):
        await source.read()
    file.write_bytes(b"{}")
    assert await source.read() == b"{}"
    file.write_bytes(b"x" * (256 * 1024 + 1))
    with pytest.raises(SourceFailed, match="bytes"):
        await source.read()


GOOD = [
    "https://id.example/jwks",
    "http://127.0.0.1:8080/jwks",
    "http://localhost/x",
    "http://[::1]:9/x",
    "keys.json",
    "/etc/keys.json",
]
BAD = ["http://id.example/jwks", "http://10.0.0.1/jwks", "http://127.0.0.1.example/x", "ftp://id.example/x", "file:///etc/keys",
       "https://", "https://[::1", "http://localhost.example/", "https://id.example:port/x"]  # fmt: skip


@pytest.mark.parametrize("jwks", GOOD)
def test_addresses_that_are_taken(jwks: str) -> None:
    assert ProviderSettings(issuer="i", audience="a", jwks=jwks).jwks == jwks


@pytest.mark.parametrize("jwks", BAD)
def test_addresses_that_are_not(jwks: str) -> None:
    with pytest.raises(ValidationError, match="jwks"):
        ProviderSettings(issuer="i", audience="a", jwks=jwks)


def test_an_issuer_is_one_provider() -> None:
    one = {"issuer": "https://id.example", "audience": "a", "jwks": "keys.json"}
    AuthSettings(providers={"one": one, "two": {**one, "issuer": "https://other.example"}})
    with pytest.raises(ValidationError, match="same issuer"):
        AuthSettings(providers={"one": one, "two": {**one, "audience": "b"}})


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS384", "HS512", "RS1", ""])
def test_algorithms_without_a_public_key_cannot_be_set(algorithm: str) -> None:
    with pytest.raises(ValidationError, match="algorithms"):
        ProviderSettings(issuer="i", audience="a", jwks="keys.json", algorithms=(algorithm,))
