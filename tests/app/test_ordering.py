"""What is asked before something is ordered, and what the answers stop."""

from __future__ import annotations

from typing import Any

import pytest
from cloud.clouds import TENANT
from core.scene import customer, order, planned, reading, want
from kinds.vendor import Vendor, at, items, with_person

from reconciler.app import ordering
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner.agreement import AgreementSpec
from reconciler.model.finding import Finding
from reconciler.model.newcomer import AGREEMENT

STATUS = f"GET /customers/{TENANT}/validationStatus"
AGREEMENTS = f"GET /customers/{TENANT}/agreements"
SIGNED = f"GET /customers/{TENANT}/directSignedMicrosoftCustomerAgreementStatus"
ALLOWED: dict[str, Any] = {
    STATUS: (200, {"status": "Allowed"}),
    AGREEMENTS: items({"templateId": "t", "dateAgreed": "2026-01-01"}),
    SIGNED: (200, {"isSigned": False}),
}
FILES = customer(order("office", fixed=5))


def asked(vendor: Vendor, files: Any = FILES, *, person: bool = True) -> tuple[Finding, ...]:
    plan = planned(files, reading())

    async def work(session: CustomerSession) -> tuple[Finding, ...]:
        return await ordering.objections(plan, files, session)

    return with_person(vendor, work) if person else at(vendor, work)


def test_nothing_is_against_an_account_that_may_buy_and_has_agreed() -> None:
    assert asked(Vendor(ALLOWED)) == ()


@pytest.mark.parametrize(
    ("routes", "why"),
    [
        ({STATUS: (200, {"status": "UnderReview"})}, "Microsoft says UnderReview of the customer's account"),
        ({AGREEMENTS: items()}, "nobody has accepted the Microsoft Customer Agreement"),
    ],
    ids=["under review", "no agreement"],
)
def test_what_is_against_an_order_stops_it(routes: dict[str, Any], why: str) -> None:
    (found,) = asked(Vendor({**ALLOWED, **routes}))

    assert found.is_error
    assert str(found.address) == "contoso/subscription/office"
    assert why in found.detail


@pytest.mark.parametrize(
    "routes",
    [
        {AGREEMENTS: items(), SIGNED: (200, {"isSigned": True})},
        {AGREEMENTS: (403, {"code": 900329, "description": "no"})},
        {STATUS: (404, {"code": 600074, "description": "no status"})},
    ],
    ids=["the customer signed", "it cannot be asked", "nobody looked at it"],
)
def test_what_nobody_knows_stops_nothing(routes: dict[str, Any]) -> None:
    assert asked(Vendor({**ALLOWED, **routes})) == ()


def test_an_agreement_that_the_plan_confirms_is_not_asked_for() -> None:
    files = customer(order("office", fixed=5), want("agreement", AGREEMENT, AgreementSpec()))
    vendor = Vendor({**ALLOWED, AGREEMENTS: items()})

    async def work(session: CustomerSession) -> tuple[Finding, ...]:
        return await ordering.objections(planned(FILES, reading()), files, session)

    assert with_person(vendor, work) == ()


def test_nothing_is_asked_where_nothing_is_ordered_or_nobody_could_answer() -> None:
    vendor = Vendor(ALLOWED)

    assert asked(vendor, customer()) == ()
    assert asked(vendor, person=False) == ()
    assert vendor.asked == []
