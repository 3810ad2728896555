"""The reference registry keeps the laws of every registry, on rows that never were in a database."""

import pytest

from adapters.contract.cluster import Cluster
from adapters.contract.codes import Visibility
from adapters.kit.conformance import RegistryLaws
from adapters.kit.conformance.rows import PROMISES
from adapters.kit.memory import MemoryRegistry
from adapters.kit.memory.sample import sample_tables
from adapters.kit.sample import Home

HOME = Home("demo", "fr", ("fr-CA", "en-CA"), "CA", ("inc.",), ("P1", "P2", "P3"), "+151455501")
CLUSTER = Cluster("demo", "Demo", "Québec", "CA", "CA-QC", "America/Toronto", ("fr",), "1.0.0")


@pytest.fixture(scope="session")
def filled() -> MemoryRegistry:
    """A registry of some two hundred members."""
    return MemoryRegistry(CLUSTER, sample_tables(HOME, 260, seed=3))


class TestLaws(RegistryLaws):
    """Everything is inherited."""

    @pytest.fixture
    def registry(self, filled: MemoryRegistry) -> MemoryRegistry:
        """The registry under test."""
        return filled


@pytest.mark.parametrize("view", Visibility, ids=str)
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__)
def test_the_sample_keeps_the_contract(filled: MemoryRegistry, promise, view: Visibility) -> None:
    """The rows themselves."""
    assert not list(promise(filled.under(view)))
