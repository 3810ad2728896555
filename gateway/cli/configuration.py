"""The settings, read with errors that a person can act on; values are never shown, as they may be secrets."""

import os
import tomllib
from pathlib import Path

from pydantic import ValidationError
from pydantic_settings import SettingsError

from adapters.contract.errors import ContractBroken
from adapters.contract.registry import Adapter
from gateway.app import load_adapters
from gateway.cli.terminal import USAGE, fail
from gateway.settings import Settings

__all__ = ["adapters_of", "read_settings"]

_FILE_VARIABLE = "CORRIDOR_SETTINGS"
_NO_REGISTRY = """\
no registry is set, so there is nothing to serve. Give each city the address of its database:
  CORRIDOR_REGISTRIES__MONTREAL__DSN=postgresql://user:password@host:5432/name
or in corridor.toml (CORRIDOR_SETTINGS names another file):
  [registries.montreal]
  dsn = "postgresql://user:password@host:5432/name"
To see the gateway without databases of your own: corridor demo"""


def read_settings(*, registries: bool = False) -> Settings:
    """The settings; ends the command where they are wrong, or with ``registries`` where they name none."""
    named = os.environ.get(_FILE_VARIABLE)
    if named is not None and not Path(named).is_file():
        fail(f"{_FILE_VARIABLE} names a file that is not there: {named}", USAGE)
    try:
        settings = Settings()
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False, include_input=False)
        lines = [f"  {'.'.join(map(str, each['loc']))}: {each['msg']}" for each in problems]
        fail("\n".join(["the settings are wrong:", *lines, _where(named)]), USAGE)
    except (SettingsError, tomllib.TOMLDecodeError) as error:
        fail(f"the settings cannot be read: {error}\n{_where(named)}", USAGE)
    if registries and not settings.registries:
        fail(_NO_REGISTRY, USAGE)
    return settings


def adapters_of(settings: Settings) -> dict[str, Adapter]:
    """The adapters of the settings by city; ends the command where one is missing or incomplete."""
    loaded: dict[str, Adapter] = {}
    for city, registry in settings.registries.items():
        module = registry.adapter or f"adapters.{city}"
        try:
            loaded |= load_adapters(settings.model_copy(update={"registries": {city: registry}}))
        except ModuleNotFoundError as error:
            if error.name is None or not f"{module}.".startswith(f"{error.name}."):
                raise
            fail(f"there is no adapter for registries.{city}: no Python module {module}", USAGE)
        except AttributeError:
            fail(f"the adapter of registries.{city} is no adapter: {module} has no ADAPTER", USAGE)
        except ContractBroken as error:
            fail(f"the adapter of registries.{city} is incomplete: {error}", USAGE)
    return loaded


def _where(named: str | None) -> str:
    file = Path(named or "corridor.toml")
    found = f"and {file}" if file.is_file() else f"({file} is not there)"
    return f"They are read from the environment (CORRIDOR_...) {found}."
