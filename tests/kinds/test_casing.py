"""GUIDs that an answer spells in capitals mean what they mean in small letters (graph.md 1; RFC 9562, section 4)."""

from __future__ import annotations

from typing import Any

from kinds.builders import ADA_ID, BO_ID, SPB_ID, a_sku_row, a_state, a_user_row
from kinds.vendor import ADMINS, Vendor, read, rows
from reconciler.kinds.entra import group, user
from reconciler.kinds.entra import license as license_kind
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.kinds.entra.license_spec import LicenseFacts
from reconciler.kinds.entra.user import UserFacts
from reconciler.model.kind import Interest

SALES_ID = "21d00000-0000-4000-8000-00000000000a"
BIN = "/directory/deletedItems/microsoft.graph"


def a_vendor(*users: dict[str, Any], **more: Any) -> Vendor:
    plain = {"GET /users": rows(*users), f"GET {BIN}.user": rows(), f"GET {BIN}.group": rows()}
    return Vendor({**plain, "GET /subscribedSkus": rows(a_sku_row()), **more})


def test_a_manager_is_found_by_an_id_in_capitals() -> None:
    ada = a_user_row(manager={"id": BO_ID.upper()})

    found = read(user.KIND, a_vendor(ada, a_user_row("bo@contoso.com", BO_ID)), Interest(frozenset({"manager"})))

    assert found["ada@contoso.com"].spec.manager == "bo@contoso.com"


def test_a_user_keeps_one_id_however_it_is_spelled() -> None:
    found = read(user.KIND, a_vendor(a_user_row(user_id=ADA_ID.upper())))

    assert found["ada@contoso.com"].remote_id == ADA_ID


def test_an_administrator_is_known_by_an_id_in_capitals() -> None:
    vendor = a_vendor(a_user_row(), **{f"GET {ADMINS}": rows({"id": ADA_ID.upper()})})

    facts = read(user.KIND, vendor)["ada@contoso.com"].facts

    assert isinstance(facts, UserFacts)
    assert facts.global_admin


def test_a_member_is_the_user_of_that_id_in_capitals() -> None:
    row = {"id": SALES_ID.upper(), "mailNickname": "sales", "displayName": "Sales", "securityEnabled": True}
    vendor = a_vendor(a_user_row(), **{"GET /groups": rows(row)})
    vendor.routes[f"GET /groups/{SALES_ID}/members"] = rows({"id": ADA_ID.upper()})

    live = read(group.KIND, vendor, Interest(ids=frozenset({SALES_ID})))["sales"]

    assert live.remote_id == SALES_ID
    assert live.spec.members == {"ada@contoso.com"}
    assert isinstance(live.facts, GroupFacts)
    assert live.facts.others == 0


def test_a_license_is_remembered_by_the_same_id_and_group_however_they_are_spelled() -> None:
    states = [a_state(SPB_ID.upper()), a_state(SPB_ID, group=SALES_ID.upper())]

    found = read(license_kind.KIND, a_vendor(a_user_row(user_id=ADA_ID.upper(), licenseAssignmentStates=states)))

    live = found["ada@contoso.com:SPB"]
    assert live.remote_id == f"{ADA_ID}_{SPB_ID}"
    assert isinstance(live.facts, LicenseFacts)
    assert live.facts.groups == (SALES_ID,)
