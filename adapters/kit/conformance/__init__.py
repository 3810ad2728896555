"""The suite that a city inherits: its registry answers every request as the reference registry does.

A city's whole test file is::

    from adapters.kit.conformance import ConformanceSuite

    @pytest.fixture(scope="session")
    async def registry_address(make_session_database):
        dsn = await make_session_database()
        await ADAPTER.create(dsn, members=150, seed=1, progress=lambda done, total: None)
        return ADAPTER, dsn

    class TestConformance(ConformanceSuite):
        pass

The suite makes its own requests from the catalogue: a field, filter, order or facet that the contract
gains is asked for without a change here.
"""

from adapters.kit.conformance.laws import RegistryLaws
from adapters.kit.conformance.suite import ConformanceSuite

__all__ = ["ConformanceSuite", "RegistryLaws"]
