"""Which part of a draft is doubted because of a row or a finding."""

from __future__ import annotations

import pytest

from reconciler.drafts.blaming import Blame
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.license_spec import LicenseSpec
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.draft import Draft, Item
from reconciler.model.finding import Code, Finding, Origin, Severity
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec

ADA, BO = Address("contoso", "user", "ada@contoso.com"), Address("contoso", "user", "bo@contoso.com")
GROUP = Address("contoso", "group", "sales")
OFFICE, LIVE = Address("contoso", "subscription", "office"), Address("contoso", "subscription", "an-id")
WORKER = Address("contoso", "plan", "worker")
CUSTOMER = Address("contoso", "customer", "contoso")
ODD = Code("RC999", Severity.ERROR, "Odd thing")


def license_of(user: Address, sku: str = "SPB") -> Address:
    return user._replace(kind="license", key=f"{user.key}:{sku}")


def desired(address: Address, spec: Spec, line: int, source: str = "") -> Desired[Spec]:
    return Desired(address, spec, frozenset(), Origin("users.yaml", line), {"sku": source} if source else {})


RESOURCES = (
    desired(ADA, UserSpec(user_principal_name=ADA.key), 2),
    desired(license_of(ADA), LicenseSpec(user=ADA.key, sku="SPB"), 2, "plan worker"),
    desired(license_of(ADA, "EMS"), LicenseSpec(user=ADA.key, sku="EMS"), 2),
    desired(BO, UserSpec(user_principal_name=BO.key), 8),
    desired(license_of(BO, "EMS"), LicenseSpec(user=BO.key, sku="EMS"), 8),
    desired(GROUP, GroupSpec(mail_nickname="sales"), 12),
    desired(OFFICE, SubscriptionSpec(sku="SPB"), 20),
)
BY_ADDRESS = {one.address: one for one in RESOURCES}
ITEMS = (
    Item("users", ADA.key, {}, ADA),
    Item("groups", "sales", {}, GROUP),
    Item("subscriptions", "office", {}, LIVE),
)


def blame(*tried: tuple[Address, str], head: bool = False) -> Blame:
    """Ada, a group and a subscription are drafted; Bo was declared before."""
    draft = Draft("contoso", {"tenant": "x"} if head else None, ITEMS, plans={"worker": 1})
    customer = DesiredCustomer("contoso", "x", "emea", Origin("customer.yaml", 2), BY_ADDRESS)
    return Blame(draft, customer, {"worker": Origin("plans.yaml", 3)}, frozenset(tried))


def row(address: Address, *fields: str, action: Action = Action.UPDATE, reason: Reason = Reason.DECLARED) -> Change:
    changes = tuple(FieldChange((name,), None, "x") for name in fields)
    return Change(address, action, reason, Cause.CONFIG, changes, desired=BY_ADDRESS.get(address))


ROWS = {
    "value": (row(ADA, "job_title"), (ADA, "jobTitle")),
    "state": (row(ADA, "account_enabled"), (ADA, "state")),
    "nested": (row(ADA, "extension_attribute1"), (ADA, "onPremisesExtensionAttributes")),
    "create": (row(ADA, "display_name", action=Action.CREATE), (ADA, "")),
    "plan's license": (row(license_of(ADA), action=Action.CREATE), (WORKER, "")),
    "own license": (row(license_of(ADA, "EMS"), action=Action.CREATE), (license_of(ADA, "EMS"), "")),
    "taken away": (row(license_of(ADA, "VISIO"), action=Action.UNASSIGN), (ADA, "")),
    "group": (row(GROUP, "members"), (GROUP, "members")),
    "seats": (row(OFFICE, "quantity", reason=Reason.SEATS), (LIVE, "auto")),
    "label": (row(OFFICE, "friendly_name"), (LIVE, "friendlyName")),
    "order": (row(OFFICE, action=Action.CREATE), (LIVE, "product")),
    "declared before": (row(license_of(BO, "EMS"), action=Action.UNASSIGN), (license_of(ADA, "EMS"), "")),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_is_the_fault_of_the_smallest_part_that_can_be_told(name: str) -> None:
    change, expected = ROWS[name]

    assert [(one.address, one.part) for one in blame().of_row(change)] == [expected]


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        ([(LIVE, "auto")], (LIVE, "seats")),
        ([(LIVE, "auto"), (LIVE, "seats")], (LIVE, "")),
    ],
    ids=["number", "whole"],
)
def test_what_is_refused_again_takes_the_next_part(
    tried: list[tuple[Address, str]], expected: tuple[Address, str]
) -> None:
    found = blame(*tried).of_row(row(OFFICE, "quantity", reason=Reason.SEATS))

    assert [(one.address, one.part) for one in found] == [expected]


def test_asking_again_comes_to_an_end() -> None:
    tried = ((LIVE, "auto"), (LIVE, "seats"), (LIVE, ""))

    assert blame(*tried).of_row(row(OFFICE, "quantity", reason=Reason.SEATS)) == ()
    assert blame((ADA, "jobTitle"), (ADA, "")).of_row(row(ADA, "job_title")) == ()


FINDINGS = {
    "user": (Finding(ODD, "", address=ADA), (ADA, "")),
    "location": (Finding(codes.USAGE_LOCATION_MISSING, "", address=ADA), (ADA, "licenses")),
    "license": (Finding(ODD, "", address=license_of(ADA, "EMS")), (license_of(ADA, "EMS"), "")),
    "subscription": (Finding(ODD, "", address=OFFICE), (LIVE, "product")),
    "place": (Finding(ODD, "", origin=Origin("users.yaml", 5)), (ADA, "")),
    "plan's place": (Finding(ODD, "", origin=Origin("plans.yaml", 4)), (WORKER, "")),
    "other place": (
        Finding(ODD, "", address=BO, origin=Origin("users.yaml", 8), related=(Origin("users.yaml", 2),)),
        (ADA, ""),
    ),
    "region": (Finding(codes.OUT_OF_REGION, "", address=CUSTOMER), (CUSTOMER, "country")),
    "head": (Finding(ODD, "", origin=Origin("customer.yaml", 4)), (CUSTOMER, "domains")),
}


@pytest.mark.parametrize("name", FINDINGS)
def test_a_finding_is_the_fault_of_what_it_is_about_or_stands_in(name: str) -> None:
    finding, expected = FINDINGS[name]

    assert [(one.address, one.part) for one in blame(head=True).of_finding(finding)] == [expected]


@pytest.mark.parametrize(
    "finding",
    [
        Finding(ODD, "", address=BO),
        Finding(ODD, "", origin=Origin("other.yaml", 1)),
        Finding(ODD, "", address=CUSTOMER),
    ],
    ids=["declared", "elsewhere", "declared-head"],
)
def test_what_is_no_part_of_the_draft_is_nobodys_fault(finding: Finding) -> None:
    assert blame().of_finding(finding) == ()
