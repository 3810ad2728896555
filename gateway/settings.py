"""Settings: from the environment (``CORRIDOR_…``) and a TOML file; ``docs/reference/settings.md`` lists them."""

import os
import re
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, IPvAnyNetwork, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

__all__ = [
    "AuthSettings",
    "ProviderSettings",
    "RateSettings",
    "RatesSettings",
    "RegistrySettings",
    "Settings",
    "SigningAlgorithm",
    "StoreSettings",
]

_FILE = "corridor.toml"


class Introspection(StrEnum):
    """Who may read the schema from a running gateway."""

    PUBLIC = "PUBLIC"
    VIEWERS = "VIEWERS"
    OFF = "OFF"


class DocumentMode(StrEnum):
    """Which documents are run."""

    ANY = "ANY"
    TRUSTED = "TRUSTED"


_ORIGIN = re.compile(r"(?!https://.*:443$|http://.*:80$)https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[1-9][0-9]{0,4})?")
"""An origin as browsers send it: never a path, a capital letter, or the port that goes without saying."""

SigningAlgorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""The algorithms with a public key: neither ``none`` nor HMAC can be named."""


def _address(dsn: SecretStr | None) -> SecretStr | None:
    if dsn is None:
        return None
    try:
        parts = urlsplit(dsn.get_secret_value())
        port = None if "," in parts.netloc else parts.port
    except ValueError:
        port, parts = 0, urlsplit("")
    if parts.scheme not in {"postgres", "postgresql"} or port == 0:
        raise PydanticCustomError("dsn", "not of the form postgresql://user:password@host:port/name")
    return dsn


class RegistrySettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """One city's registry."""

    dsn: SecretStr = Field(description="The address of the registry's database, as postgresql://user@host:port/name.")
    adapter: str = Field("", description="The Python module of the adapter; adapters.<city> where nothing is said.")
    deadline: float = Field(1.5, gt=0, description="Seconds within which the registry has to answer a request.")
    statement_timeout: float = Field(1.2, gt=0, description="Seconds after which its server ends a statement.")
    connect_timeout: float = Field(1.0, gt=0, description="Seconds within which a connection has to be made or free.")
    pool_size: int = Field(
        10, ge=1, description="How many connections this gateway may hold to it, all its workers taken together."
    )
    max_cost: int = Field(1000, ge=1, description="What one operation may cost this registry at worst.")
    screen_interests: bool = Field(
        False,
        description="Whether its cluster looks at expressions of interest before its members hear of them: a "
        "coordinator lets each of them through, or declines it.",
    )

    _check_dsn = field_validator("dsn")(_address)


class StoreSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """The corridor store: a Postgres database of the gateway's own."""

    dsn: SecretStr = Field(
        description="The address of the store for the login that the gateway uses, a member of corridor_app."
    )
    owner_dsn: SecretStr | None = Field(
        None,
        description="Its address for the login that owns it, for the commands migrate, keys and audit; without it they "
        "use dsn. Better not set where the gateway serves.",
    )
    pool_size: int = Field(
        10,
        ge=1,
        description="How many connections this gateway may hold to it, all its workers taken together. Beside them "
        "each process has one to write disclosures, one to hear of changes, and now and then another one for what is "
        "due by the clock.",
    )
    timeout: float = Field(
        1.0,
        gt=0,
        description="Seconds within which a connection has to be made or free, and within which a statement ends.",
    )

    _check_dsn = field_validator("dsn", "owner_dsn")(_address)


class ProviderSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """One OpenID provider, whose access tokens are taken."""

    issuer: str = Field(min_length=1, description="Who the tokens are from: their claim `iss`, to the letter.")
    audience: str = Field(min_length=1, description="Who the tokens are for: what their claim `aud` has to name.")
    jwks: str = Field(
        description="Where its public keys are: an https:// address (http:// on this machine only), or a file."
    )
    algorithms: tuple[SigningAlgorithm, ...] = Field(
        ("RS256", "ES256", "EdDSA"), min_length=1, description="The algorithms that its tokens may be signed with."
    )
    clusters: tuple[str, ...] = Field(
        (),
        description="The codes of the clusters whose members and staff it lets in; `*` stands for all. With none named "
        "it lets in partner apps that are of no cluster, and nobody else.",
    )
    class_claim: str = Field("corridor_class", description="The claim that names the class of the viewer.")
    cluster_claim: str = Field("corridor_cluster", description="The claim with the code of the viewer's cluster.")
    member_claim: str = Field("corridor_member", description="The claim with the ID of the member that it acts for.")
    organisation_claim: str = Field(
        "corridor_organisation",
        description="The claim with the name that disclosures are logged under; without it `client_id`, then `sub`.",
    )

    @field_validator("jwks")
    @classmethod
    def _is_safe(cls, jwks: str) -> str:
        try:
            parts = urlsplit(jwks)
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise PydanticCustomError("jwks", "not an address that can be read") from None
        if "://" in jwks and not (host and (parts.scheme == "https" or (parts.scheme == "http" and _loopback(host)))):
            raise PydanticCustomError("jwks", "not https://: keys that anybody on the way could change prove nothing")
        return jwks


class AuthSettings(BaseModel, extra="forbid", hide_input_in_errors=True):
    """How credentials are checked."""

    providers: dict[Annotated[str, Field(pattern=r"^[a-z0-9_-]+$")], ProviderSettings] = Field(
        default_factory=dict, description="The OpenID providers whose tokens are taken, each under a name of your own."
    )
    leeway: float = Field(30.0, ge=0, le=300, description="Seconds that the clock of a provider may be off.")
    credential_lifetime: float = Field(
        10.0,
        ge=0,
        le=300,
        description="Seconds that a checked credential is remembered, and so within which the revocation of an API key "
        "takes effect. With 0 each request asks the store.",
    )
    credential_cache: int = Field(10_000, ge=1, description="How many checked credentials are remembered.")
    max_credential: int = Field(8192, ge=256, description="Bytes of the header `Authorization`.")
    jwks_lifetime: float = Field(600.0, gt=0, description="Seconds after which a provider's keys are fetched anew.")
    jwks_keep: float = Field(
        21_600.0, gt=0, description="Seconds for which its last keys are good while it cannot be reached."
    )
    jwks_pause: float = Field(
        10.0, gt=0, description="Seconds between two fetches from a provider, however many unknown keys tokens name."
    )
    jwks_timeout: float = Field(3.0, gt=0, description="Seconds within which a provider has to give its keys.")

    @field_validator("providers")
    @classmethod
    def _one_for_each_issuer(cls, providers: dict[str, ProviderSettings]) -> dict[str, ProviderSettings]:
        if len({provider.issuer for provider in providers.values()}) < len(providers):
            raise PydanticCustomError("providers", "two providers have the same issuer")
        return providers


class RateSettings(BaseModel, extra="forbid"):
    """How much of one class of viewers each may ask for."""

    burst: int = Field(ge=1, description="The cost that may be spent at once after a pause.")
    per_second: float = Field(gt=0, description="The cost that comes back each second.")


class RatesSettings(BaseModel, extra="forbid"):
    """How much each viewer may ask for, in cost, by its class."""

    enabled: bool = Field(True, description="Whether rates are limited at all.")
    anonymous: RateSettings = Field(
        RateSettings(burst=3000, per_second=50), description="Each address without a credential (of IPv6, each /64)."
    )
    partner_app: RateSettings = Field(RateSettings(burst=20_000, per_second=500), description="Each application.")
    member: RateSettings = Field(RateSettings(burst=10_000, per_second=200), description="Each member.")
    coordinator: RateSettings = Field(RateSettings(burst=10_000, per_second=200), description="Each coordinator.")
    privacy_officer: RateSettings = Field(RateSettings(burst=5000, per_second=100), description="Each privacy officer.")
    buckets: int = Field(
        20_000, ge=16, description="How many viewers of a class each process remembers; who comes then shares a budget."
    )
    replicas: int = Field(
        1, ge=1, description="How many gateways share the store: what each may grant on its own while that is down."
    )
    lease: float = Field(
        0.05, gt=0, le=1, description="Which part of a burst a process fetches from the store at a time."
    )


class Settings(BaseSettings):
    """All settings of the gateway."""

    model_config = SettingsConfigDict(
        env_prefix="CORRIDOR_", env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True
    )

    registries: dict[str, RegistrySettings] = Field(
        default_factory=dict, description="The registries by city, which is also the name of their adapter."
    )
    auth: AuthSettings = Field(default_factory=AuthSettings, description="How credentials are checked.")
    store: StoreSettings | None = Field(
        None, description="The corridor store. Without it there are no API keys, no disclosure log and no agreements."
    )
    agreements_lifetime: float = Field(
        5.0,
        gt=0,
        description="Seconds for which a process goes by the agreements between clusters that it has read, "
        "where nothing tells it sooner that one has changed.",
    )
    interest_days: int = Field(
        30, ge=1, le=3650, description="Days after which an expression of interest that nobody answered expires."
    )
    release_days: int = Field(
        183, ge=1, le=3650, description="Days for which two members see each other's contact, if it is not revoked."
    )
    disclosure_retention: int = Field(
        3 * 365, ge=1, description="Days after which corridor audit expire removes an entry of the disclosure log."
    )
    event_days: int = Field(
        30, ge=1, description="Days for which a subscriber can go on behind an event that it heard of."
    )
    sweep_interval: float = Field(
        60.0, gt=0, description="Seconds after which the gateway looks again for what has run out: by the clock alone."
    )
    match_interval: float = Field(
        60.0, ge=1, description="Seconds after which the matches that somebody follows are looked for again."
    )
    consortium_repair: int = Field(
        30, ge=1, description="Days within which a consortium that broke its own rules has to keep to them again."
    )
    host: str = Field("127.0.0.1", description="The address that the gateway listens on.")
    port: int = Field(8000, ge=0, le=65535, description="The port that it listens on.")
    workers: int = Field(1, ge=1, description="How many processes serve; they share the port and each pool_size.")
    cursor_secret: SecretStr | None = Field(
        None,
        min_length=12,
        description="Signs cursors. Without it each start of the gateway makes its own, and cursors end with it.",
    )
    graphiql: bool = Field(False, description="Whether GraphiQL is served at /graphiql; corridor demo serves it.")
    introspection: Introspection = Field(
        Introspection.VIEWERS,
        description="Who may read the schema, by introspection or at /schema.graphql: PUBLIC (everybody), VIEWERS "
        "(whoever brings a credential) or OFF (nobody). In corridor demo it is PUBLIC.",
    )
    documents: DocumentMode = Field(
        DocumentMode.ANY, description="Which documents are run: ANY, or only TRUSTED ones, registered in the store."
    )
    trusted_cache: int = Field(1000, ge=1, description="How many registered documents are remembered.")
    cors_origins: tuple[str, ...] = Field(
        (),
        description="The origins whose pages may ask from a browser, as https://app.example.org, each exactly so; * "
        "for all. Without any, only pages of the gateway's own origin may.",
    )
    max_streams: int = Field(
        1000, ge=1, description="How many WebSocket connections and event streams one process holds open."
    )
    max_subscriptions: int = Field(20, ge=1, description="How many operations one WebSocket connection runs at once.")
    subscription_init_timeout: float = Field(
        10.0, gt=0, description="Seconds within which a WebSocket connection has to send connection_init."
    )
    metrics: bool = Field(True, description="Whether requests are counted, and the counts served at /metrics.")
    request_deadline: float = Field(5.0, gt=0, description="Seconds that one operation may take in all.")
    share_reads: bool = Field(
        True,
        description="Whether equal reads of a registry at the same moment, for viewers who may see the same, are one.",
    )
    max_body: int = Field(256 * 1024, ge=1024, description="Bytes of a request body.")
    max_tokens: int = Field(1000, ge=10, description="Tokens of a document, counted before it is parsed.")
    max_depth: int = Field(10, ge=1, description="Levels of nesting in an operation, inside fragments too.")
    max_fields: int = Field(500, ge=1, description="Fields in a document, each counted wherever a fragment puts it.")
    max_document: int = Field(32 * 1024, ge=100, description="Characters of a document, counted before it is parsed.")
    max_aliases: int = Field(15, ge=0, description="Aliases in an operation, each counted wherever a fragment puts it.")
    max_roots: int = Field(10, ge=1, description="Fields at the root of an operation, those of fragments among them.")
    max_directives: int = Field(20, ge=0, description="Directives in a document, those of fragments wherever they go.")
    max_directives_at_place: int = Field(4, ge=0, description="Directives at one place of a document.")
    max_repeats: int = Field(
        25, ge=1, description="How often one response key may be asked for at one place, fragments taken together."
    )
    max_errors: int = Field(5, ge=1, description="Mistakes that are told of a document that is not valid.")
    max_items: int = Field(2000, ge=1, description="Items that the lists in an operation's variables have together.")
    max_cost: int = Field(1000, ge=1, description="What one operation may cost.")
    max_nodes: int = Field(10_000, ge=1, description="Objects that an answer may hold at most.")
    max_concurrent: int = Field(
        64, ge=2, description="Operations that run at once in each process; nobody has more of them than are free."
    )
    rates: RatesSettings = Field(default_factory=RatesSettings, description="How much each viewer may ask for.")
    trusted_proxies: tuple[IPvAnyNetwork, ...] = Field(
        (), description="Networks of proxies whose word about the client's address (`X-Forwarded-For`) is taken."
    )
    document_cache: int = Field(1000, ge=1, description="How many parsed and validated documents are remembered.")
    plan_cache: int = Field(1000, ge=1, description="How many compiled plans of operations are remembered.")
    persisted_queries: int = Field(
        1000,
        ge=0,
        description="How many documents clients may ask for by their hash alone, each process its own; "
        "all together have 8 KiB for each. With 0 there are no persisted queries.",
    )
    cache_max_age: int = Field(
        0, ge=0, description="Seconds that anybody may keep a whole answer by GET; with 0, if they ask each time."
    )

    @field_validator("documents")
    @classmethod
    def _have_a_store(cls, documents: DocumentMode, info: ValidationInfo) -> DocumentMode:
        if documents is DocumentMode.TRUSTED and info.data.get("store") is None:
            raise PydanticCustomError("documents", "TRUSTED needs a store, where the documents are registered")
        return documents

    @field_validator("cors_origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [each for each in origins if each != "*" and not _ORIGIN.fullmatch(each)]
        if wrong:
            raise PydanticCustomError(
                "origin",
                "an origin is https:// or http://, a host in lower case, and a port unless it is the usual one",
            )
        return origins

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the signature is the library's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments before the environment before the file that ``CORRIDOR_SETTINGS`` names."""
        file = Path(os.environ.get("CORRIDOR_SETTINGS", _FILE))
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=file)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
