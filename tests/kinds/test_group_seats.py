"""Who waits before a licensed group is joined: the request is accepted in any case (graph.md 7.5)."""

from __future__ import annotations

from typing import Any

import pytest

from kinds.builders import SPB_ID, a_change, a_sku_row
from kinds.groups import SALES_ID, a_live, members, perform
from kinds.vendor import Vendor, rows
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.errors import NotYetVisible
from reconciler.model.resource import Live

MEMBERS = f"/groups/{SALES_ID}/members"
E3_ID = "05e9a617-0261-4cee-bb44-138d3ef5d965"
E3_PLANS = [{"servicePlanName": "EXCHANGE_S_ENTERPRISE", "servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0"}]
SPB: dict[str, frozenset[str]] = {"SPB": frozenset()}


def holds(user: str, key: str = "SPB", sku_id: str = SPB_ID) -> Live[Any]:
    spec = LicenseSpec(user=user, sku=key)
    return Live(Address("contoso", "license", f"{user}:{key}"), "x", spec, facts=LicenseFacts(sku_id, working=True))


@pytest.mark.parametrize(
    ("enabled", "consumed", "waits"), [(3, 1, False), (2, 1, True), (1, 2, True)], ids=["enough", "one", "none"]
)
def test_nobody_joins_a_licensed_group_before_the_directory_has_the_seats(
    enabled: int, consumed: int, *, waits: bool
) -> None:
    """Who finds no seat stays in an error that does not heal by itself (graph.md 7.5)."""
    skus = rows(a_sku_row(enabled=enabled, consumed=consumed))
    vendor = Vendor({f"PATCH /groups/{SALES_ID}": (204, None), "GET /subscribedSkus": skus})
    vendor.routes[f"GET {MEMBERS}"] = rows()
    joining = a_change("group", "sales", Action.UPDATE, *members(1, 2), remote_id=SALES_ID, live=a_live(licenses=SPB))

    if waits:
        with pytest.raises(NotYetVisible, match="free seats for u1, u2"):
            perform(vendor, joining)
    else:
        perform(vendor, joining)

    assert bool(vendor.wrote) is not waits


def test_who_has_the_license_already_needs_no_seat() -> None:
    full = rows(a_sku_row(enabled=1, consumed=1))
    vendor = Vendor({f"POST {MEMBERS}/$ref": (204, None), "GET /subscribedSkus": full})
    joining = a_change("group", "sales", Action.UPDATE, *members(1), remote_id=SALES_ID, live=a_live(licenses=SPB))

    perform(vendor, joining, lives=(holds("u1"),))

    assert len(vendor.wrote) == 1


def test_whom_an_earlier_try_put_in_needs_no_second_seat() -> None:
    full = rows(a_sku_row(enabled=2, consumed=1))
    vendor = Vendor({f"PATCH /groups/{SALES_ID}": (204, None), "GET /subscribedSkus": full})
    vendor.routes[f"GET {MEMBERS}"] = rows({"id": "ID-001"})
    joining = a_change("group", "sales", Action.UPDATE, *members(1, 2), remote_id=SALES_ID, live=a_live(licenses=SPB))

    perform(vendor, joining)

    assert len(vendor.wrote) == 1


@pytest.mark.parametrize(("held", "waits"), [([E3_ID], True), ([SPB_ID], False)], ids=["still there", "gone"])
def test_nobody_joins_before_what_excludes_the_license_is_gone(held: list[str], *, waits: bool) -> None:
    skus = rows(a_sku_row(), a_sku_row("SPE_E3", E3_ID, servicePlans=E3_PLANS))
    vendor = Vendor({f"POST {MEMBERS}/$ref": (204, None), "GET /subscribedSkus": skus})
    vendor.routes["GET /users/id-001"] = (200, {"licenseAssignmentStates": [{"skuId": one} for one in held]})
    joining = a_change("group", "sales", Action.UPDATE, *members(1), remote_id=SALES_ID, live=a_live(licenses=SPB))

    if waits:
        with pytest.raises(NotYetVisible, match="u1 still has SPE_E3"):
            perform(vendor, joining, lives=(holds("u1", "SPE_E3", E3_ID),))
    else:
        perform(vendor, joining, lives=(holds("u1", "SPE_E3", E3_ID),))

    assert bool(vendor.wrote) is not waits
