"""Which tokens are proven: signatures, algorithms, key IDs and headers."""

import hashlib
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.access.tokens import Tokens
from gateway.access.viewer import Scope, Viewer, ViewerClass
from gateway.errors import ClientError, ErrorCode
from tests.access.issuer import START, Clock, Issuer, encoded, private_key, public_jwk

PARTNER = Viewer(ViewerClass.PARTNER_APP, "jwt:example:partner-1", "partner-1", scopes=frozenset({Scope.PROFILES_READ}))


async def refused(tokens: Tokens, token: str, words: str) -> None:
    with pytest.raises(ClientError, match=words) as error:
        await tokens.proof(token)
    assert error.value.code is ErrorCode.UNAUTHENTICATED


async def test_a_token_says_who_comes_and_until_when(issuer: Issuer, clock: Clock) -> None:
    proof = await issuer.tokens(clock).proof(issuer.sign())
    assert proof.viewer == PARTNER
    assert proof.expires == START + 600 + 30


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_algorithms_that_are_taken_by_default(algorithm: str, issuer: Issuer, clock: Clock) -> None:
    issuer.add("two", algorithm)
    assert (await issuer.tokens(clock).proof(issuer.sign("two"))).viewer == PARTNER


@pytest.mark.parametrize("algorithm", ["PS256", "ES384"])
async def test_other_algorithms_only_where_they_are_set(algorithm: str, issuer: Issuer, clock: Clock) -> None:
    issuer.add("two", algorithm)
    await refused(issuer.tokens(clock), issuer.sign("two"), "algorithm")
    assert (await issuer.tokens(clock, algorithms=(algorithm,)).proof(issuer.sign("two"))).viewer == PARTNER
    await refused(issuer.tokens(clock, algorithms=(algorithm,)), issuer.sign("one"), "algorithm")


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", "HS256", "HS512", None, 7, ["ES256"]])
@pytest.mark.parametrize("signed", [True, False])
async def test_no_algorithm_without_a_public_key(algorithm: Any, signed: bool, issuer: Issuer, clock: Clock) -> None:
    """The confusion of old: a token signed by HMAC, with the public key as the secret, or not signed at all."""
    header = {"kid": "one", **({} if algorithm is None else {"alg": algorithm})}
    text = f"{encoded(header)}.{encoded(issuer.claims())}"
    secret = issuer.keys["one"][0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signature = encoded(hmac.digest(secret, text.encode(), hashlib.sha256)) if signed else ""
    await refused(issuer.tokens(clock), f"{text}.{signature}", "algorithm")


async def test_no_secret_in_a_key_set_is_a_key(issuer: Issuer, clock: Clock) -> None:
    issuer.write(
        {"keys": [{"kty": "oct", "kid": "one", "k": encoded(b"x" * 32), "alg": alg} for alg in ("ES256", "HS256")]}
    )
    token = jwt.encode(issuer.claims(), b"x" * 32, "HS256", headers={"kid": "one"})
    await refused(issuer.tokens(clock), token, "algorithm")
    issuer.keys["other"] = (private_key("ES256"), "ES256")
    await refused(issuer.tokens(clock), issuer.sign("other", {"kid": "one"}), "does not publish")


async def test_a_key_of_another_algorithm_or_use_does_not_count(issuer: Issuer, clock: Clock) -> None:
    key = issuer.keys["one"][0]
    for more in ({"alg": "ES384"}, {"use": "enc"}, {"crv": "P-384"}, {"kty": "RSA"}, {"x": "AAAA"}, {"x": 5}):
        issuer.write({"keys": [{**public_jwk(key, "one", "ES256"), **more}]})
        await refused(issuer.tokens(clock), issuer.sign(), "does not publish")
    issuer.write({"keys": [None, 7, "one", {}, {"kid": "one"}, public_jwk(key, None, "ES256")]})
    await refused(issuer.tokens(clock), issuer.sign(), "does not publish")
    issuer.write({"keys": [{**public_jwk(key, "one", "ES256"), "use": "sig", "alg": "ES256", "x5c": ["..."]}]})
    assert (await issuer.tokens(clock).proof(issuer.sign())).viewer == PARTNER


async def test_a_short_key_does_not_count(issuer: Issuer, clock: Clock) -> None:
    # 1024 bits: tokens by it could be forged. Only its public half is needed to see that it is left out.
    modulus = encoded((1 << 1023 | 12345).to_bytes(128, "big"))
    issuer.write({"keys": [{"kty": "RSA", "kid": "one", "n": modulus, "e": "AQAB"}]})
    text = f"{encoded({'alg': 'RS256', 'kid': 'one'})}.{encoded(issuer.claims())}.{encoded(b'x' * 128)}"
    await refused(issuer.tokens(clock), text, "does not publish")


async def test_a_wrong_signature(issuer: Issuer, clock: Clock) -> None:
    header, _, signature = issuer.sign().split(".")
    await refused(issuer.tokens(clock), f"{header}.{encoded(issuer.claims(sub='another'))}.{signature}", "signature")
    await refused(issuer.tokens(clock), f"{header}.{encoded(issuer.claims())}.", "signature")
    issuer.keys["imposter"] = (private_key("ES256"), "ES256")
    await refused(issuer.tokens(clock), issuer.sign("imposter", {"kid": "one"}), "signature")


async def test_keys_that_a_token_brings_or_names_do_not_count(issuer: Issuer, clock: Clock) -> None:
    issuer.keys["imposter"] = (private_key("ES256"), "ES256")
    brought = public_jwk(issuer.keys["imposter"][0], "imposter", "ES256")
    for header in ({"jwk": brought}, {"jku": "https://imposter.example/jwks"}, {"x5u": "https://imposter.example/x"}):
        await refused(issuer.tokens(clock), issuer.sign("imposter", header), "does not publish")


async def test_a_token_has_to_name_its_key(issuer: Issuer, clock: Clock) -> None:
    await refused(issuer.tokens(clock), issuer.sign(header={"kid": None}), "kid")
    header = encoded({"alg": "ES256", "kid": 1})
    await refused(issuer.tokens(clock), f"{header}.{encoded(issuer.claims())}.AAAA", "kid")
    await refused(issuer.tokens(clock), issuer.sign(header={"kid": "two"}), "does not publish")


async def test_what_a_token_may_say_it_is(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.tokens(clock)
    for kind in ("at+jwt", "application/at+jwt", "AT+JWT", "JWT", "jwt"):
        assert (await tokens.proof(issuer.sign(header={"typ": kind}))).viewer == PARTNER
    header = encoded({"alg": "ES256", "kid": "one"})  # says nothing
    text = f"{header}.{encoded(issuer.claims())}"
    signature = jwt.get_algorithm_by_name("ES256").sign(text.encode(), issuer.keys["one"][0])
    assert (await tokens.proof(f"{text}.{encoded(signature)}")).viewer == PARTNER
    for kind in ("logout+jwt", "dpop+jwt", "secevent+jwt", "kb+jwt", "application/json"):
        await refused(tokens, issuer.sign(header={"typ": kind}), "typ")


@pytest.mark.parametrize("header", [{"crit": ["exp"], "exp": 1}, {"crit": ["b64"], "b64": True}, {"crit": []}])
async def test_extensions_are_not_passed_over(header: dict[str, Any], issuer: Issuer, clock: Clock) -> None:
    text = f"{encoded({'alg': 'ES256', 'kid': 'one', **header})}.{encoded(issuer.claims())}"
    signature = jwt.get_algorithm_by_name("ES256").sign(text.encode(), issuer.keys["one"][0])
    token = f"{text}.{encoded(signature)}"
    await refused(issuer.tokens(clock), token, "crit|can be read")


async def test_only_issuers_that_are_set(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.tokens(clock)
    for other in ("https://id.example/", "https://ID.example", "", None, 7, ["https://id.example"]):
        claims = issuer.claims() | {"iss": other}
        text = f"{encoded({'alg': 'ES256', 'kid': 'one'})}.{encoded(claims)}"
        signature = jwt.get_algorithm_by_name("ES256").sign(text.encode(), issuer.keys["one"][0])
        await refused(tokens, f"{text}.{encoded(signature)}", "issuer")


async def test_an_issuer_counts_with_its_own_keys_only(issuer: Issuer, clock: Clock, tmp_path) -> None:
    other = Issuer(tmp_path / "other.json", name="https://other.example")
    other.add("two")
    tokens = Tokens([issuer.provider(clock), other.provider(clock)], lambda _: None, clock, 0)
    assert (await tokens.proof(other.sign("two"))).viewer.id == "jwt:example:partner-1"
    await refused(tokens, issuer.sign("one", iss="https://other.example"), "does not publish")


DEEP = encoded(b'{"a":' * 990 + b"1" + b"}" * 990)  # as deep as the standard library can just not read
NO_TOKENS = [
    "", ".", "..", "...", "....", "a.b.c", "e30.e30.e30", "e30.e30", "e30.e30.e30.e30.e30", "x", "-._~+/=",
    f"{encoded([])}.{encoded({})}.", f"{encoded({'alg': 'ES256'})}.{encoded([])}.",
    f"{encoded({'alg': 'ES256'})}.{encoded(b'{')}.", f"{encoded({'alg': 'ES256'})}.{encoded(b'nonsense')}.",
    f"{encoded(b'[' * 3000)}.{encoded({})}.", f"{encoded({'alg': 'ES256'})}.{encoded(b'[' * 3000)}.",
    f"{DEEP}.{encoded({})}.", f"{encoded({'alg': 'ES256'})}.{DEEP}.",
    f"{encoded({'alg': 'ES256', 'b64': False})}.{encoded({})}.", f"{encoded(bytes([255]))}.{encoded({})}.",
]  # fmt: skip


async def test_a_header_that_is_nested_too_deep(issuer: Issuer, clock: Clock) -> None:
    tokens = issuer.tokens(clock)
    for depth in (900, 980, 1000, 1020):
        deep = b"[" * depth + b"]" * depth
        header = encoded(b'{"alg":"ES256","kid":"one","x":' + deep + b"}")
        await refused(tokens, f"{header}.{encoded(issuer.claims())}.AAAA", "signature")


@pytest.mark.parametrize("text", NO_TOKENS, ids=range(len(NO_TOKENS)))
async def test_what_is_no_token(text: str, issuer: Issuer, clock: Clock) -> None:
    await refused(issuer.tokens(clock), text, "can be read|issuer")


async def test_no_refusal_shows_the_token(issuer: Issuer, clock: Clock) -> None:
    token = issuer.sign(sub="somebody-in-particular", exp=1)
    with pytest.raises(ClientError) as error:
        await issuer.tokens(clock).proof(token)
    shown = json.dumps([str(error.value), error.value.extensions])
    assert "somebody" not in shown
    assert token not in shown
