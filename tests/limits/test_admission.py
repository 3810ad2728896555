"""All limits of a request's way in, as the settings have them."""

import pytest

from gateway.errors import ClientError
from gateway.limits.admission import Admission
from gateway.limits.rates import Payer
from gateway.settings import RateSettings, RatesSettings, Settings
from gateway.store import Store

SMALL = RatesSettings(anonymous=RateSettings(burst=100, per_second=0.001))


def test_who_has_a_credential_pays_under_its_name_and_who_has_none_under_its_address() -> None:
    admission = Admission.of(Settings(trusted_proxies=("10.0.0.0/8",)), None)
    assert admission.payer("partner_app", "key:one", "10.0.0.1", "192.0.2.1") == Payer("partner_app", "key:one")
    assert admission.payer("anonymous", "anonymous", "10.0.0.1", "192.0.2.1") == Payer("anonymous", "192.0.2.1")
    assert admission.payer("anonymous", "anonymous", "203.0.113.1", "192.0.2.1") == Payer("anonymous", "203.0.113.1")


def test_places_are_those_of_the_settings() -> None:
    admission = Admission.of(Settings(max_concurrent=2), None)
    first, second = Payer("anonymous", "192.0.2.1"), Payer("anonymous", "192.0.2.2")
    with admission.place(first), admission.place(second):
        with pytest.raises(ClientError) as refused:
            admission.check()
        assert refused.value.code == "OVERLOADED"
    admission.check()


async def test_budgets_are_those_of_the_settings_and_each_class_has_one() -> None:
    admission = Admission.of(Settings(rates=SMALL), None)
    await admission.charge(Payer("anonymous", "192.0.2.1"), 100)
    with pytest.raises(ClientError) as refused:
        await admission.charge(Payer("anonymous", "192.0.2.1"), 1)
    assert refused.value.code == "RATE_LIMITED"
    with pytest.raises(ClientError):
        admission.check(Payer("anonymous", "192.0.2.1"))
    for kind in ("partner_app", "member", "coordinator", "privacy_officer"):
        await admission.charge(Payer(kind, "192.0.2.1"), 1000)


async def test_a_refused_document_costs_something_and_an_empty_budget_is_no_error_of_it() -> None:
    admission = Admission.of(Settings(rates=SMALL), None)
    payer = Payer("anonymous", "192.0.2.1")
    for _ in range(10):
        admission.check(payer)
        await admission.fine(payer)
    await admission.fine(payer)
    with pytest.raises(ClientError):
        admission.check(payer)


async def test_credentials_that_do_not_count_are_paid_for_apart() -> None:
    admission = Admission.of(Settings(rates=SMALL, trusted_proxies=("10.0.0.0/8",)), None)
    stranger = admission.stranger("10.0.0.1", "2001:db8::1")
    assert stranger == admission.stranger("2001:db8::2"), "of IPv6 a /64"
    for _ in range(10):
        await admission.fine(stranger)
    with pytest.raises(ClientError):
        admission.check(stranger)
    admission.check(admission.payer("anonymous", "anonymous", "2001:db8::1"))
    admission.check(admission.stranger("2001:db8:1::1"))


async def test_workers_without_a_store_share_a_budget_by_parts() -> None:
    admission = Admission.of(Settings(rates=SMALL, workers=4), None)
    payer = Payer("anonymous", "192.0.2.1")
    await admission.charge(payer, 25)
    with pytest.raises(ClientError):
        await admission.charge(payer, 1)


async def test_gateways_with_one_store_share_a_budget(store: Store, store_dsn: str) -> None:
    other = Store(store_dsn, timeout=10)
    payer = Payer("anonymous", "192.0.2.1")
    gateways = [Admission.of(Settings(rates=SMALL, workers=2), each) for each in (store, other)]
    await gateways[0].charge(payer, 60)
    await gateways[1].charge(payer, 40)
    for admission in gateways:
        with pytest.raises(ClientError):
            await admission.charge(payer, 1)
    await other.close()


async def test_rates_can_be_left_to_somebody_else() -> None:
    admission = Admission.of(Settings(rates=RatesSettings(enabled=False)), None)
    payer = Payer("anonymous", "192.0.2.1")
    for _ in range(100):
        admission.check(payer)
        await admission.charge(payer, 1000)
        await admission.fine(payer)
