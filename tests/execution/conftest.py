"""Two gateways over the same rows: one over Postgres, one over what Postgres holds, in memory."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from importlib import import_module

import pytest

from adapters.contract.registry import Limits
from adapters.kit.memory import snapshot
from gateway.app import Gateway
from gateway.execution.operations import Operation
from gateway.federation.directory import Directory, Source
from gateway.reference import Reference
from gateway.settings import Settings
from tests.agreements import agreed
from tests.boundless import BOUNDLESS
from tests.viewers import PARTNER, Notes

SETTINGS = Settings(cursor_secret="for tests only", request_deadline=60, **BOUNDLESS)  # type: ignore[arg-type]


@pytest.fixture(scope="session")
async def over_postgres(city_databases: dict[str, str]) -> AsyncIterator[Gateway]:
    """The gateway as it runs: texts from Postgres, spliced."""
    directory = Directory.of(
        *(
            Source(import_module(f"adapters.{city}").ADAPTER.open(dsn, Limits(5, 5, 30)), deadline=30)
            for city, dsn in city_databases.items()
        )
    )
    yield Gateway.of(SETTINGS, directory, Notes(), corridor=agreed(directory))
    await directory.close()


@pytest.fixture(scope="session")
async def in_memory(over_postgres: Gateway) -> Gateway:
    """The same rows as objects, walked field by field by graphql-core."""
    sources = [Source(await snapshot(source.registry), deadline=30) for source in over_postgres.directory]  # type: ignore[arg-type]
    directory = Directory.of(*sources)
    return Gateway.of(SETTINGS, directory, Notes(), corridor=agreed(directory))


@pytest.fixture(scope="session")
async def seeds(over_postgres: Gateway) -> Mapping[str, Sequence[str]]:
    """Values of arguments that find something, and some that do not."""
    text = """{
      members(first: 60) { nodes { id capabilities { concept { uri } } offers { id } needs { id } programmes { id } } }
      offers(first: 10) { nodes { id } }
      clusters { slug id }
    }"""
    data = json.loads((await over_postgres.run(Operation(text, viewer=PARTNER))).body)["data"]
    members = data["members"]["nodes"]
    unknown = Reference("Member", "technomontreal", "no-such-key").id
    postings = [each["id"] for member in members for each in member["offers"] + member["needs"] + member["programmes"]]
    ids = [member["id"] for member in members] + [unknown]
    return {
        "Member": ids,
        "any": ids + postings + [offer["id"] for offer in data["offers"]["nodes"]],
        "concept": [each["concept"]["uri"] for member in members for each in member["capabilities"]],
        "cluster": [cluster["slug"] for cluster in data["clusters"]],
        "search": ["securite des donnees", "logiciel", "sistemas", "Muestra", "c++", "cloud", "universite", "zzzz"],
    }
