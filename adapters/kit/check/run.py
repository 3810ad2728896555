"""The check, from the address of a database to a report."""

import asyncpg

from adapters.contract.errors import ContractBroken
from adapters.contract.registry import Limits
from adapters.kit import folder as folders
from adapters.kit.adapter import PostgresAdapter
from adapters.kit.check.columns import columns
from adapters.kit.check.contacts import contacts
from adapters.kit.check.drift import drift
from adapters.kit.check.plans import plans
from adapters.kit.check.probe import Probe
from adapters.kit.check.report import Finding, Report, Status
from adapters.kit.check.rows import rows
from adapters.kit.check.stability import stability
from adapters.kit.check.texts import texts
from adapters.kit.check.views import ladder, levels
from adapters.kit.postgres import SESSION

__all__ = ["check"]

_OLDEST = 150000  # Postgres 15
_SETTINGS = {**SESSION, "default_transaction_read_only": "on", "application_name": "corridor-check"}


async def check(adapter: PostgresAdapter, dsn: str, limits: Limits, *, record: bool = False) -> Report:
    """Looks at everything that the gateway relies on; reads only, and reads all of it.

    An answer that takes longer than ``limits`` let a statement take is a failure.
    ``record`` notes the native tables' columns in the city's ``fingerprint.json`` instead of comparing them.
    What cannot be reached or loaded is a finding too: nothing is raised for a registry's faults.
    """
    try:
        projections = folders.load(adapter.folder)
    except ContractBroken as error:
        return _failed(
            "projections", adapter.folder.name, f"{error}. Each file of the contract stands in projections/."
        )
    try:
        connection = await asyncpg.connect(
            dsn, timeout=limits.connect_timeout, server_settings=_SETTINGS, statement_cache_size=0
        )
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        why = f"{error}" or f"nobody answered within {limits.connect_timeout:g} s"  # a timeout has no text
        said = f"no connection: {type(error).__name__}: {why}. Check the address, the role and pg_hba.conf."
        return _failed("connection", adapter.cluster.code, said)
    try:
        return await _checked(Probe(adapter.cluster, projections, connection, limits), record=record)
    finally:
        await connection.close()


async def _checked(probe: Probe, *, record: bool) -> Report:
    found = [await _server(probe), *await levels(probe), *await columns(probe)]
    if any(finding.status is Status.FAIL for finding in found):
        left = "rows, plans and times were not looked at: mend the columns first, then run the check again"
        return Report((*found, Finding("rows", probe.cluster.code, Status.WARN, left)))
    for step in (rows, contacts, ladder, stability, texts, plans):
        try:
            found += await step(probe)
        except asyncpg.PostgresError as error:
            found.append(Finding(step.__name__, probe.cluster.code, Status.FAIL, f"the database answered: {error}"))
    found += await drift(probe, record=record)
    return Report(tuple(found))


async def _server(probe: Probe) -> Finding:
    encoding = await probe.connection.fetchval("show server_encoding")
    number = int(await probe.connection.fetchval("show server_version_num"))
    subject = f"Postgres {number // 10000}, {encoding}"
    if encoding != "UTF8":
        said = "the database's encoding has to be UTF8: only its byte order is that of the other cities. Make it anew."
        return Finding("server", subject, Status.FAIL, said)
    if number < _OLDEST:
        return Finding("server", subject, Status.FAIL, "the gateway needs Postgres 15 or later")
    return Finding("server", subject, Status.OK, "version and encoding will do")


def _failed(check_: str, subject: str, detail: str) -> Report:
    return Report((Finding(check_, subject, Status.FAIL, detail),))
