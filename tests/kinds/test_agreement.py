"""The Microsoft Customer Agreement: on record, signed by the customer, or confirmed with a person's words (3.7)."""

from __future__ import annotations

from typing import Any

import pytest
from cloud.clouds import TENANT

from kinds import newcomers
from kinds.builders import a_change, performing
from kinds.vendor import Vendor, items, with_person
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner.agreement import KIND
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Rejected
from reconciler.model.kind import Interest
from reconciler.model.newcomer import AGREEMENT
from reconciler.model.resource import Live
from reconciler.model.template import Defaults

TEMPLATE = "117a77b0-9360-443b-8795-c6dedc750cf9"
OLD = "998b88de-aa99-4388-a42c-1b3517d49490"
DECLARED = Interest(kinds=frozenset({"agreement"}))
PATH = f"/customers/{TENANT}/agreements"
SIGNED = f"GET /customers/{TENANT}/directSignedMicrosoftCustomerAgreementStatus"
TEMPLATES = items(
    {"templateId": OLD, "agreementType": AGREEMENT, "versionRank": 0},
    {"templateId": TEMPLATE, "agreementType": AGREEMENT, "versionRank": 2},
    {"templateId": "x", "agreementType": "MicrosoftCloudAgreement", "versionRank": 9},
)


def a_row(day: str) -> dict[str, Any]:
    contact = {"firstName": "Tania", "lastName": "Carr", "email": "tania@example.com"}
    return {"primaryContact": contact, "templateId": TEMPLATE, "dateAgreed": f"{day}T00:00:00", "type": AGREEMENT}


def read(vendor: Vendor, interest: Interest = DECLARED) -> list[Live[Any]]:
    async def work(session: CustomerSession) -> list[Live[Any]]:
        return [live async for live in KIND.read(session, "contoso", interest)]

    return with_person(vendor, work)


def confirming(**said: Any) -> Change:
    one = newcomers.desired(KIND, newcomers.declaring(agreement={**newcomers.AGREEMENT, **said}))
    return a_change("agreement", AGREEMENT, Action.CREATE, desired=one)


def confirm(vendor: Vendor, change: Change, tenant: str = "") -> dict[Address, str]:
    known = {"contoso/customer/contoso": tenant} if tenant else {}
    return with_person(vendor, lambda session: KIND.perform(session, (change,), performing(ids=known)))


def test_nothing_is_declared_that_no_person_wrote() -> None:
    assert list(KIND.declare_together(newcomers.declaring(create=newcomers.a_create()))) == []


def test_a_declared_acceptance_has_the_persons_words_and_manages_nothing_afterwards() -> None:
    one = newcomers.desired(KIND, newcomers.declaring(agreement=newcomers.AGREEMENT))

    assert (one.spec.first_name, one.spec.date_agreed, one.managed) == ("Anna", "2026-08-31", frozenset())
    assert "legal statement" in KIND.note_on_create(one, Defaults())


def test_of_several_acceptances_the_latest_counts() -> None:
    vendor = Vendor({f"GET {PATH}": items(a_row("2019-08-27"), a_row("2024-08-26"), a_row("2020-01-01"))})

    (live,) = read(vendor)

    assert (live.spec.date_agreed, live.spec.last_name) == ("2024-08-26", "Carr")


@pytest.mark.parametrize(("is_signed", "count"), [(True, 1), (False, 0)], ids=["signed", "not-signed"])
def test_without_a_confirmation_the_customers_own_signature_counts(*, is_signed: bool, count: int) -> None:
    vendor = Vendor({f"GET {PATH}": items(), SIGNED: (200, {"isSigned": is_signed})})

    assert len(read(vendor)) == count


def test_it_is_confirmed_with_the_current_template_and_the_words_of_the_files() -> None:
    vendor = Vendor({"GET /agreements": TEMPLATES, f"POST {PATH}": (201, {})})

    ids = confirm(vendor, confirming())

    assert vendor.wrote == [
        (
            f"POST {PATH}",
            {
                "primaryContact": newcomers.AGREEMENT["primaryContact"],
                "templateId": TEMPLATE,
                "dateAgreed": "2026-08-31T00:00:00.000Z",
                "type": AGREEMENT,
            },
        )
    ]
    assert ids == {Address("contoso", "agreement", AGREEMENT): f"{TEMPLATE}:2026-08-31"}


def test_a_template_that_the_files_name_is_not_looked_for() -> None:
    vendor = Vendor({f"POST {PATH}": (201, {})})

    confirm(vendor, confirming(templateId=OLD))

    assert (vendor.asked, vendor.wrote[0][1]["templateId"]) == ([], OLD)


def test_a_tenant_of_this_run_is_known_by_the_id_it_got() -> None:
    vendor = Vendor({"POST /customers/new/agreements": (201, {})})

    confirm(vendor, confirming(templateId=OLD), tenant="new")

    assert vendor.wrote[0][0] == "POST /customers/new/agreements"


@pytest.mark.parametrize(("code", "fails"), [(600061, False), (600099, True)], ids=["on-record", "other"])
def test_the_same_contact_again_is_no_failure(code: int, *, fails: bool) -> None:
    vendor = Vendor({"GET /agreements": TEMPLATES, f"POST {PATH}": (400, {"code": code, "message": "no"})})

    if not fails:
        assert confirm(vendor, confirming())
        return
    with pytest.raises(Rejected):
        confirm(vendor, confirming())


def test_without_a_template_nothing_is_confirmed() -> None:
    vendor = Vendor({"GET /agreements": items()})

    with pytest.raises(Rejected, match="no template"):
        confirm(vendor, confirming())

    assert vendor.wrote == []
