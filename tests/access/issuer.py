"""An issuer of tokens for the tests: keys made at run time, its key set in a file, any claims and headers."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from gateway.access.provider import Provider
from gateway.access.tokens import Tokens
from gateway.reference import Reference, member_cluster
from gateway.settings import AuthSettings, ProviderSettings

START = 1_900_000_000.0
"""When the tests happen, in Unix seconds."""

MEMBER = Reference("Member", "technomontreal", "42").id

_MAKE = {
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
}


@dataclass
class Clock:
    """A clock that goes when it is told to."""

    now: float = START

    def __call__(self) -> float:
        return self.now


def private_key(algorithm: str) -> Any:
    return _MAKE[algorithm]()


def public_jwk(key: Any, kid: str | None, algorithm: str, **more: Any) -> dict[str, Any]:
    jwk = get_default_algorithms()[algorithm].to_jwk(key.public_key(), as_dict=True)
    jwk.pop("key_ops", None)
    return {**jwk, **({} if kid is None else {"kid": kid}), **more}


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Issuer:
    """Signs tokens; what its key set holds is what was last published."""

    file: Path
    keys: dict[str, tuple[Any, str]] = field(default_factory=dict)
    name: str = "https://id.example"

    def add(self, kid: str, algorithm: str = "ES256") -> None:
        self.keys[kid] = (private_key(algorithm), algorithm)
        self.publish(*self.keys)

    def publish(self, *kids: str) -> None:
        self.write({"keys": [public_jwk(self.keys[kid][0], kid, self.keys[kid][1]) for kid in kids]})

    def write(self, document: Any) -> None:
        self.file.write_bytes(document if isinstance(document, bytes) else json.dumps(document).encode())

    def claims(self, **changed: Any) -> dict[str, Any]:
        """Claims that let a partner app in at START; those given as None are left out."""
        usual = {
            "iss": self.name,
            "aud": "urn:corridor",
            "sub": "partner-1",
            "exp": START + 600,
            "iat": START,
            "scope": "profiles:read",
            "corridor_class": "PARTNER_APP",
        }
        return {name: value for name, value in {**usual, **changed}.items() if value is not None}

    def sign(self, kid: str = "one", header: Mapping[str, Any] | None = None, **changed: Any) -> str:
        key, algorithm = self.keys[kid]
        headers = {"kid": kid, "typ": "at+jwt", **(header or {})}
        return jwt.encode(
            self.claims(**changed), key, algorithm, headers={name: each for name, each in headers.items() if each}
        )

    def settings(self, **changed: Any) -> ProviderSettings:
        given = {"issuer": self.name, "audience": "urn:corridor", "jwks": str(self.file), **changed}
        return ProviderSettings(**given)

    def provider(self, clock: Clock, auth: AuthSettings | None = None, **changed: Any) -> Provider:
        return Provider("example", self.settings(**changed), auth or AuthSettings(), clock)

    def tokens(self, clock: Clock, **changed: Any) -> Tokens:
        return Tokens([self.provider(clock, **changed)], member_cluster, clock, leeway=30)
