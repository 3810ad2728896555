"""The cities that a command can be asked about, and where their databases are."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError

from adapters.contract.registry import Adapter, Limits
from gateway.cli.configuration import adapters_of, read_settings
from gateway.cli.control import is_running
from gateway.cli.registries import CITIES, default_home, read_state
from gateway.cli.terminal import USAGE, fail
from gateway.settings import RegistrySettings, Settings

__all__ = ["ALL", "Place", "by_name", "place", "places"]

ALL = "all"


@dataclass(frozen=True, slots=True)
class Place:
    """A city's adapter, the address of its database, and how long the gateway would wait for it."""

    city: str
    adapter: Adapter
    dsn: str
    limits: Limits

    @property
    def address(self) -> str:
        """The address without the login, to be shown."""
        parts = urlsplit(self.dsn)
        return parts.netloc.rpartition("@")[2] + parts.path


def by_name(name: str, settings: Settings) -> tuple[str, Adapter]:
    """The city of this name or cluster code, of the settings or of the demo; ends the command where there is none."""
    known = _known(settings)
    city = next((city for city, adapter in known.items() if name in {city, adapter.cluster.code}), None)
    if city is None:
        codes = ", ".join(f"{city} ({adapter.cluster.code})" for city, adapter in known.items())
        fail(f"there is no city {name!a}. Known are {codes}.", USAGE)
    return city, known[city]


def place(name: str, dsn: str | None, home: Path | None) -> Place:
    """Where the city's database is: as given, else in the running demo, else as the settings say."""
    settings = read_settings()
    city, adapter = by_name(name, settings)
    found = dsn or _of_demo(home).get(city) or _of_settings(settings).get(city)
    if found is None:
        fail(f"where is the database of {city}? Start corridor demo, give --dsn, or set registries.{city}.dsn.", USAGE)
    return _place(city, adapter, found, settings)


def places(name: str, dsn: str | None, home: Path | None) -> list[Place]:
    """The city of this name, or with :data:`ALL` every city of the running demo, else of the settings."""
    if name != ALL:
        return [place(name, dsn, home)]
    if dsn is not None:
        fail("--dsn is the address of one city's database: name the city.", USAGE)
    settings = read_settings()
    known = _known(settings)
    addresses = _of_demo(home) or _of_settings(settings)
    if not addresses:
        fail("no city has a database: start corridor demo, or set registries.", USAGE)
    return [_place(city, known[city], address, settings) for city, address in addresses.items()]


def _place(city: str, adapter: Adapter, dsn: str, settings: Settings) -> Place:
    try:
        registry = settings.registries.get(city, RegistrySettings(dsn=SecretStr(dsn)))
    except ValidationError:
        fail("--dsn is not of the form postgresql://user:password@host:port/name", USAGE)
    # Whichever ends first: no client sees an answer that comes later.
    patience = min(registry.deadline, registry.statement_timeout)
    return Place(city, adapter, dsn, Limits(connect_timeout=registry.connect_timeout, statement_timeout=patience))


def _known(settings: Settings) -> dict[str, Adapter]:
    of_demo = {city: import_module(f"adapters.{city}").ADAPTER for city in CITIES}
    return of_demo | adapters_of(settings)


def _of_demo(home: Path | None) -> Mapping[str, str]:
    place_of_demo = (home or default_home()).absolute()
    if is_running(place_of_demo):
        return read_state(place_of_demo)
    if home is not None:
        fail(f"no demo runs in {place_of_demo}")
    return {}


def _of_settings(settings: Settings) -> Mapping[str, str]:
    return {city: registry.dsn.get_secret_value() for city, registry in settings.registries.items()}
