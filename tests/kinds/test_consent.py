"""Consent of our own app in a tenant that was made from here (partner-center.md 2.5, graph.md 10.4)."""

from __future__ import annotations

from typing import Any

import pytest
from cloud.clouds import TENANT, reply

from kinds import newcomers
from kinds.builders import a_change, performing
from kinds.vendor import Vendor, at, rows, with_person
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner.consent import GRAPH_APP, KIND, SCOPES
from reconciler.model.address import Address
from reconciler.model.change import Action
from reconciler.model.errors import CloudError, Conflict, Forbidden
from reconciler.model.kind import Interest
from reconciler.model.resource import Live

DECLARED = Interest(kinds=frozenset({"consent"}))
PATH = f"/customers/{TENANT}/applicationconsents"


def read(vendor: Vendor, interest: Interest = DECLARED) -> list[Live[Any]]:
    async def work(session: CustomerSession) -> list[Live[Any]]:
        return [live async for live in KIND.read(session, "contoso", interest)]

    return with_person(vendor, work)


def give(vendor: Vendor) -> dict[Address, str]:
    change = a_change("consent", "app", Action.CREATE)
    return with_person(vendor, lambda session: KIND.perform(session, (change,), performing()))


def test_it_follows_from_a_tenant_to_be_made_with_default_roles_and_a_person() -> None:
    one = newcomers.desired(KIND, newcomers.declaring(create=newcomers.a_create()))

    assert str(one.address) == "contoso/consent/app"
    assert one.spec.scopes == frozenset(SCOPES)


@pytest.mark.parametrize(
    "said",
    [
        newcomers.declaring(),
        newcomers.declaring(create=newcomers.a_create(enableGDAPByDefault=False)),
        newcomers.declaring(person=False, create=newcomers.a_create()),
    ],
    ids=["nothing-to-make", "no-roles", "no-person"],
)
def test_where_nobody_could_give_it_it_is_not_planned(said: Any) -> None:
    assert list(KIND.declare_together(said)) == []


def test_a_tenant_that_answers_has_consented() -> None:
    (live,) = read(Vendor({"GET /organization": rows({"id": TENANT})}))

    assert live.address == Address("contoso", "consent", "app")


def test_a_tenant_that_cannot_be_asked_is_not_one_without_consent() -> None:
    with pytest.raises(Forbidden):
        read(Vendor({"GET /organization": (403, {})}))


def test_login_tells_that_consent_is_missing() -> None:
    said = {"error": "invalid_grant", "error_description": "AADSTS90099: no", "error_codes": [90099]}

    assert with_person(Vendor(), _listed, login=lambda _request: reply(400, said)) == []


async def _listed(session: CustomerSession) -> list[Live[Any]]:
    return [live async for live in KIND.read(session, "contoso", DECLARED)]


def test_it_is_given_for_our_own_app_and_no_more_than_we_use() -> None:
    vendor = Vendor({f"POST {PATH}": (201, {})})

    ids = give(vendor)

    grants = [{"enterpriseApplicationId": GRAPH_APP, "scope": ",".join(SCOPES)}]
    assert vendor.wrote == [(f"POST {PATH}", {"applicationId": "app", "applicationGrants": grants})]
    assert ids == {Address("contoso", "consent", "app"): "app"}


@pytest.mark.parametrize(
    ("text", "fails"), [("Permission entry already exists.", False), ("Busy.", True)], ids=["there", "other"]
)
def test_what_was_granted_before_is_no_failure(text: str, *, fails: bool) -> None:
    vendor = Vendor({f"POST {PATH}": (409, {"code": 409, "description": text})})

    if not fails:
        assert give(vendor)
        return
    with pytest.raises(Conflict):
        give(vendor)


def test_it_opens_the_tenant_once_the_tenant_answers() -> None:
    assert at(Vendor({"GET /organization": rows({"id": TENANT})}), KIND.is_open)


def test_an_error_is_not_an_answer() -> None:
    with pytest.raises(CloudError):
        at(Vendor({"GET /organization": (403, {})}), KIND.is_open)
