"""Rows and answers that lack what their service promises: a kind that cannot be read, a row in doubt, and no more."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from cloud.clouds import TENANT

from reconciler import kinds
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import group, sku, user
from reconciler.kinds.entra import license as licenses
from reconciler.kinds.partner import customer, subscription
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.errors import CloudError, InDoubt, Unexpected
from reconciler.model.kind import Interest, Kind

from .builders import ADA_ID, BO_ID, SPB_ID, a_change, a_sku_row, a_state, a_user_row, part, performing
from .vendor import ADMINS, OWN, Vendor, at, items, read, rows

Json = dict[str, Any]
ROWS: dict[str, Json] = {
    "/users": a_user_row(licenseAssignmentStates=[a_state(disabledPlans=[SPB_ID]), a_state(group="g1")]),
    "/directory/deletedItems/microsoft.graph.user": a_user_row("bo@contoso.com", BO_ID),
    "/groups": {"id": "g1", "mailNickname": "all", "displayName": "All", "groupTypes": []},
    "/groups/g1/members": {"id": ADA_ID},
    "/subscribedSkus": a_sku_row(),
    "/directory/subscriptions": {"id": "d1", "commerceSubscriptionId": "s1", "skuId": SPB_ID, "totalLicenses": 2},
    "/organization": {"id": TENANT, "verifiedDomains": [{"name": "contoso.com", "isDefault": True}]},
    OWN: {
        "id": "s1",
        "offerId": "CFQ7TTC0LCHC:0002:A",
        "quantity": 2,
        "status": "active",
        "refundableQuantity": {"details": [{"quantity": 1, "allowedUntilDateTime": "2026-10-05T12:00:00Z"}]},
    },
}
EMPTY = ("/directory/deletedItems/microsoft.graph.group", ADMINS)
KINDS: tuple[Kind[Any, CustomerSession], ...] = (
    user.KIND,
    licenses.KIND,
    group.KIND,
    sku.KIND,
    subscription.KIND,
    customer.KIND,
)
WHOLE = Interest(frozenset({"display_name", "members"}), frozenset({"all"}))
PROFILE: Json = {"id": TENANT, "companyProfile": {"tenantId": TENANT, "address": {"country": "DE"}}}


def answering(contents: dict[str, Json], profile: Json = PROFILE) -> Vendor:
    routes: dict[str, Any] = {f"GET {path}": rows(content) for path, content in contents.items()}
    routes |= {f"GET {path}": rows() for path in EMPTY}
    routes[f"GET {OWN}"] = items(contents[OWN])
    routes[f"GET /customers/{TENANT}"] = (200, profile)
    return Vendor(routes)


def damages() -> Iterator[Any]:
    """Every value of every row: left out, null, a list."""
    for path, content in ROWS.items():
        for place in _places(content):
            for name, value in (("gone", ...), ("null", None), ("list", [[1]])):
                yield pytest.param(path, place, value, id=f"{path} {'.'.join(map(str, place))} {name}")


def _places(node: Any, so_far: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in inner:
        yield (*so_far, key)
        yield from _places(value, (*so_far, key))


@pytest.mark.parametrize(("path", "place", "value"), list(damages()))
def test_a_row_with_a_value_of_no_use_is_read_or_told_as_the_services_error(
    path: str, place: tuple[Any, ...], value: Any
) -> None:
    contents = copy.deepcopy(ROWS)
    node: Any = contents[path]
    for key in place[:-1]:
        node = node[key]
    if value is ...:
        del node[place[-1]]
    else:
        node[place[-1]] = value

    for kind in KINDS:
        with suppress(CloudError):
            assert read(kind, answering(contents), WHOLE) is not None


@pytest.mark.parametrize("path", ["/users", "/directory/deletedItems/microsoft.graph.user"], ids=["living", "deleted"])
@pytest.mark.parametrize("name", [None, 7, "", " "], ids=str)
def test_a_user_without_a_name_costs_its_kind(path: str, name: Any) -> None:
    """The name is the address; nothing can be planned for "contoso/user/None"."""
    contents = {**ROWS, path: {**ROWS[path], "userPrincipalName": name}}

    with pytest.raises(Unexpected, match="is no user principal name"):
        read(user.KIND, answering(contents), WHOLE)


@pytest.mark.parametrize("value", [{"de": "Ada"}, [["Ada"]], 7, True], ids=["map", "list", "number", "truth"])
@pytest.mark.parametrize("name", ["displayName", "city", "businessPhones"])
def test_a_value_that_is_no_text_is_not_taken_for_one(name: str, value: Any) -> None:
    """It would be compared, and written over."""
    contents = {**ROWS, "/users": {**ROWS["/users"], name: value}}
    asked = Interest(frozenset({"display_name", "city", "business_phones"}), frozenset())

    with pytest.raises(Unexpected, match="the answer does not have the form that was expected"):
        read(user.KIND, answering(contents), asked)


def test_what_is_missing_is_named() -> None:
    contents = copy.deepcopy(ROWS)
    del contents["/subscribedSkus"]["skuPartNumber"]

    with pytest.raises(Unexpected, match=r"graph GET /subscribedSkus: .*KeyError: 'skuPartNumber'"):
        read(sku.KIND, answering(contents))


def test_whole_rows_are_read() -> None:
    assert [len(read(kind, answering(ROWS), WHOLE)) for kind in KINDS] == [2, 2, 1, 1, 1, 1]


@pytest.mark.parametrize("body", [{}, {"id": None}, {"id": 7}], ids=["nothing", "no id", "a number"])
def test_a_creation_whose_answer_names_no_id_is_in_doubt(body: Json) -> None:
    row = a_change("group", "all", Action.CREATE, part("mail_nickname", None, "all"), part("display_name", None, "All"))

    async def work(session: CustomerSession) -> dict[Address, str]:
        return await group.KIND.perform(session, (row,), performing())

    with pytest.raises(InDoubt):
        at(Vendor({"POST /groups": (201, body), "GET /groups": rows()}), work)


@pytest.mark.parametrize("kind", kinds.ALL, ids=lambda kind: str(kind.name))
def test_every_kind_tells_odd_answers_as_the_services(kind: Kind[Any, CustomerSession]) -> None:
    own = [vars(type(kind)).get(name) for name in ("read", "perform")]

    assert [work.__qualname__ for work in own if work and not hasattr(work, "__wrapped__")] == []
