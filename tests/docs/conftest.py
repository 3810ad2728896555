"""The whole gateway, as the pages that tell a story meet it."""

import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from importlib import import_module
from time import time

import pytest
from pydantic import SecretStr

from gateway.access.admission import Holder
from gateway.access.register import Register
from gateway.access.viewer import GRANTABLE, ViewerClass
from gateway.app import create_app
from gateway.cli.demo_viewers import make_viewers
from gateway.reference import member_cluster
from gateway.settings import RatesSettings, RegistrySettings, Settings, StoreSettings
from gateway.store import Store
from tests.agreements import CLUSTERS, agree
from tests.docs.telling import Teller
from tests.http.served import Served

Tell = Callable[..., Awaitable[Teller]]
NAMES = {
    "Partner app": "partner",
    "Member in Montréal": "montreal",
    "Member in Guadalajara": "guadalajara",
    "Privacy officer": "privacy-montreal",
}
"""What pages call the viewers of the demo."""


@pytest.fixture
def nowhere() -> Iterator[str]:
    """The DSN of a database that cannot be reached."""
    with socket.socket() as closed:  # bound, and nobody listens
        closed.bind(("127.0.0.1", 0))
        yield f"postgresql://nobody@127.0.0.1:{closed.getsockname()[1]}/none"


@pytest.fixture
def teller(city_databases: dict[str, str], store_owner: str, store_dsn: str, nowhere: str) -> Iterator[Tell]:
    """Makes the teller of a page: on a store with the agreement of the demo, or with none."""
    serving = ExitStack()

    async def make(*, agreed: bool = True) -> Teller:
        if agreed:
            await agree(store_owner)
        cities = [(import_module(f"adapters.{city}").ADAPTER, dsn) for city, dsn in city_databases.items()]
        viewers = await make_viewers(store_owner, cities)
        keys = {NAMES[each.name]: each.key for each in viewers if each.name in NAMES and each.key is not None}
        owner = Store(store_owner, timeout=10)
        register = Register(owner, member_cluster, time)
        for city, cluster in zip(("montreal", "guadalajara"), CLUSTERS, strict=True):
            scopes = sorted(GRANTABLE[ViewerClass.COORDINATOR])
            holder = Holder(ViewerClass.COORDINATOR, "Invented coordinator", cluster, None, scopes)
            keys[f"coordinator-{city}"] = str(await register.create(holder, timedelta(days=1)))
        await owner.close()
        served: dict[str, Served] = {}

        def url(down: str) -> str:
            if down not in served:
                dsns = city_databases | ({down: nowhere} if down else {})
                app = create_app(_settings(dsns, store_dsn))
                served[down] = Served(app)
                serving.callback(served[down].stop)
            return served[down].url

        return Teller(keys, url)

    yield make
    serving.close()


def _settings(dsns: dict[str, str], store: str) -> Settings:
    """Both cities, with time enough for a busy machine."""
    slow = {"deadline": 30, "statement_timeout": 20, "connect_timeout": 20}
    registries = {city: RegistrySettings(dsn=SecretStr(dsn), **slow) for city, dsn in dsns.items()}
    return Settings(
        registries=registries,
        store=StoreSettings(dsn=SecretStr(store), timeout=10),
        cursor_secret=SecretStr("for tests only"),
        request_deadline=60,
        rates=RatesSettings(enabled=False),
    )
