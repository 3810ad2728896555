"""Settings: from the environment (``CORRIDOR_…``) and a TOML file; ``docs/reference/settings.md`` lists them."""

import os
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

__all__ = ["RegistrySettings", "Settings"]

_FILE = "corridor.toml"


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

    @field_validator("dsn")
    @classmethod
    def _is_address(cls, dsn: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(dsn.get_secret_value())
            port = None if "," in parts.netloc else parts.port
        except ValueError:
            port, parts = 0, urlsplit("")
        if parts.scheme not in {"postgres", "postgresql"} or port == 0:
            raise PydanticCustomError("dsn", "not of the form postgresql://user:password@host:port/name")
        return dsn


class Settings(BaseSettings):
    """All settings of the gateway."""

    model_config = SettingsConfigDict(
        env_prefix="CORRIDOR_", env_nested_delimiter="__", extra="forbid", hide_input_in_errors=True
    )

    registries: dict[str, RegistrySettings] = Field(
        default_factory=dict, description="The registries by city, which is also the name of their adapter."
    )
    host: str = Field("127.0.0.1", description="The address that the gateway listens on.")
    port: int = Field(8000, ge=0, le=65535, description="The port that it listens on.")
    workers: int = Field(1, ge=1, description="How many processes serve; they share the port and each pool_size.")
    cursor_secret: SecretStr | None = Field(
        None,
        min_length=12,
        description="Signs cursors. Without it each start of the gateway makes its own, and cursors end with it.",
    )
    graphiql: bool = Field(True, description="Whether GraphiQL is served at /graphiql.")
    metrics: bool = Field(True, description="Whether requests are counted, and the counts served at /metrics.")
    request_deadline: float = Field(5.0, gt=0, description="Seconds that one operation may take in all.")
    share_reads: bool = Field(
        True,
        description="Whether equal reads of a registry at the same moment, for viewers who may see the same, are one.",
    )
    max_body: int = Field(256 * 1024, ge=1024, description="Bytes of a request body.")
    max_tokens: int = Field(1000, ge=10, description="Tokens of a document, counted before it is parsed.")
    max_depth: int = Field(10, ge=1, description="Levels of nesting in an operation, inside fragments too.")
    max_fields: int = Field(500, ge=1, description="Fields in an operation, each counted wherever a fragment puts it.")
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
