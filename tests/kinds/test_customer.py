"""Customers as Partner Center and the tenant say them, and how they are made (partner-center.md 3, graph.md 9)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from cloud.clouds import TENANT

from kinds import newcomers
from kinds.builders import a_change, performing
from kinds.vendor import ADMINS, Vendor, at, items, read, rows, with_person
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.partner.customer import KIND, CustomerFacts
from reconciler.kinds.partner.customer_spec import CustomerSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Conflict, Forbidden, InDoubt, Rejected
from reconciler.model.kind import Interest
from reconciler.model.performing import Performing
from reconciler.model.resource import Live
from reconciler.model.template import Defaults

DOCUMENT: dict[str, Any] = {
    "id": TENANT.upper(),
    "commerceId": "99e6a635-48e7-424d-9059-c9db944e3c54",
    "companyProfile": {"tenantId": TENANT, "companyName": "Contoso", "address": {"country": "AT"}},
    "relationshipToPartner": "reseller",
    "customDomains": ["Contoso.com"],
}
ORGANIZATION: dict[str, Any] = {
    "id": TENANT,
    "displayName": "Contoso AG",
    "countryLetterCode": "DE",
    "onPremisesSyncEnabled": True,
    "verifiedDomains": [
        {"name": "Contoso.com", "isDefault": True, "isInitial": False},
        {"name": "contoso.onmicrosoft.com", "isDefault": False, "isInitial": True},
    ],
}


def a_cloud(*organizations: dict[str, Any]) -> Vendor:
    return Vendor({f"GET /customers/{TENANT}": (200, DOCUMENT), "GET /organization": rows(*organizations)})


def test_a_customer_is_what_both_services_say() -> None:
    live = read(KIND, a_cloud(ORGANIZATION))["contoso"]

    assert live.remote_id == TENANT
    assert live.spec == CustomerSpec(
        tenant_id=TENANT,
        relationship="reseller",
        country="DE",
        domains=frozenset({"contoso.com", "contoso.onmicrosoft.com"}),
    )
    assert live.facts == CustomerFacts(
        display_name="Contoso AG",
        commerce_id="99e6a635-48e7-424d-9059-c9db944e3c54",
        default_domain="contoso.com",
        initial_domain="contoso.onmicrosoft.com",
        synced=True,
    )


def test_where_the_tenant_says_nothing_the_company_profile_is_taken() -> None:
    spec = read(KIND, a_cloud())["contoso"].spec

    assert (spec.country, spec.domains) == ("AT", {"contoso.com"})


def wanted(**said: Any) -> Change:
    """The row that makes the customer."""
    one = newcomers.desired(KIND, newcomers.declaring(**{"create": newcomers.a_create(), **said}))
    return a_change("customer", "contoso", Action.CREATE, desired=one)


def made(**more: Any) -> dict[str, Any]:
    credentials = {"userName": "admin", "password": "=;;n.=s9Z"}
    return {"id": TENANT.upper(), "userCredentials": credentials, **more}


def a_market(**routes: Any) -> Vendor:
    """A free domain, and a service that makes customers."""
    return Vendor({f"HEAD /domains/{newcomers.DOMAIN}": (404, None), "POST /customers": (201, made()), **routes})


def perform(vendor: Vendor, change: Change, tools: Performing) -> dict[Address, str]:
    return with_person(vendor, lambda session: KIND.perform(session, (change,), tools), newcomers.DOMAIN)


def test_a_customer_is_declared_by_what_it_is_to_be_made_with_and_by_nothing_else() -> None:
    one = newcomers.desired(KIND, newcomers.declaring(create=newcomers.a_create()))

    assert (str(one.address), one.managed) == ("contoso/customer/contoso", frozenset())
    assert (one.spec.domain, one.spec.city, one.spec.reseller) == (newcomers.DOMAIN, "Kiel", None)
    assert list(KIND.declare_together(newcomers.declaring())) == []


def test_a_new_tenant_is_said_to_cost_nothing() -> None:
    one = newcomers.desired(KIND, newcomers.declaring(create=newcomers.a_create()))

    assert KIND.note_on_create(one, Defaults(currency="CHF")).startswith("0.00 CHF/month")


def test_a_customer_is_asked_for_once_with_what_the_files_say_and_its_credentials_are_kept() -> None:
    vendor, tools = a_market(), performing()

    ids = perform(vendor, wanted(), tools)

    (head, _), (post, body) = vendor.wrote
    assert (head, post) == (f"HEAD /domains/{newcomers.DOMAIN}", "POST /customers")
    assert body["companyProfile"] == {"domain": newcomers.DOMAIN}
    assert body["billingProfile"] == newcomers.BILLING
    assert body["enableGDAPByDefault"] is True
    assert ids == {Address("contoso", "customer", "contoso"): TENANT}
    assert tools.secrets.kept == [  # type: ignore[attr-defined]  # the tests' own safe
        (Address("contoso", "customer", "contoso"), "=;;n.=s9Z", f"admin@{newcomers.DOMAIN}")
    ]


def test_the_request_id_is_the_one_of_the_run_whose_intent_it_is() -> None:
    vendor, key = a_market(), "5b0e3c55-6f0a-5a53-9c39-0d5b6d0f6e2a"

    perform(vendor, wanted(), replace(performing(), request_id=lambda _address: key))

    assert vendor.headers[-1]["ms-requestid"] == key


def test_a_domain_that_was_taken_meanwhile_makes_nothing() -> None:
    vendor = a_market(**{f"HEAD /domains/{newcomers.DOMAIN}": (200, None)})

    with pytest.raises(Conflict, match="is taken now"):
        perform(vendor, wanted(), performing())

    assert [request for request, _ in vendor.wrote] == [f"HEAD /domains/{newcomers.DOMAIN}"]


@pytest.mark.parametrize("answer", [(500, None), (503, None), (201, None)], ids=["500", "503", "no-body"])
def test_a_create_that_nobody_answered_is_never_sent_twice(answer: tuple[int, Any]) -> None:
    vendor = a_market(**{"POST /customers": answer})

    with pytest.raises(InDoubt):
        perform(vendor, wanted(), performing())

    assert [request for request, _ in vendor.wrote].count("POST /customers") == 1


def test_an_answer_without_credentials_leaves_the_hand_over_open() -> None:
    vendor, tools = a_market(**{"POST /customers": (201, made(userCredentials=None))}), performing()

    perform(vendor, wanted(), tools)

    assert tools.secrets.kept == []  # type: ignore[attr-defined]  # the tests' own safe


def test_an_indirect_provider_names_the_resellers_tenant() -> None:
    reseller = {"id": "R-TENANT", "mpnId": "4847383", "state": "Active"}
    vendor = a_market(**{"GET /relationships": items({"id": "X", "mpnId": "1"}, reseller)})

    perform(vendor, wanted(model="indirectProvider", mpn_id="4847383"), performing())

    assert vendor.wrote[-1][1]["associatedPartnerId"] == "R-TENANT"


def test_a_reseller_that_is_none_of_ours_makes_nothing() -> None:
    vendor = a_market(**{"GET /relationships": items({"id": "X", "mpnId": "4847383", "state": "Inactive"})})

    with pytest.raises(Rejected, match="4847383"):
        perform(vendor, wanted(model="indirectProvider", mpn_id="4847383"), performing())

    assert [request for request, _ in vendor.wrote] == [f"HEAD /domains/{newcomers.DOMAIN}"]


def test_a_lost_password_is_reset_for_the_only_global_administrator() -> None:
    admin = {"id": "A1", "userPrincipalName": f"boss@{newcomers.DOMAIN}"}
    vendor = Vendor({f"GET {ADMINS}": rows(admin), "GET /users/a1": (200, admin), "PATCH /users/a1": (204, None)})
    tools = performing()

    perform(vendor, a_change("customer", "contoso", Action.HANDOVER), tools)

    assert vendor.wrote == [
        ("PATCH /users/a1", {"passwordProfile": {"password": "Correct-Horse-1", "forceChangePasswordNextSignIn": True}})
    ]
    assert [(secret, whose) for _, secret, whose in tools.secrets.kept] == [  # type: ignore[attr-defined]  # as above
        ("Correct-Horse-1", f"boss@{newcomers.DOMAIN}")
    ]


def test_of_several_administrators_none_is_guessed() -> None:
    vendor = Vendor({f"GET {ADMINS}": rows({"id": "A1"}, {"id": "A2"})})

    with pytest.raises(Rejected, match="2 global administrators"):
        perform(vendor, a_change("customer", "contoso", Action.HANDOVER), performing())

    assert vendor.wrote == []


OWN = Interest(kinds=frozenset({"customer"}))


@pytest.mark.parametrize("interest", [OWN, Interest()], ids=["made-from-here", "others"])
def test_a_tenant_that_does_not_let_us_in_is_a_customer_only_where_it_was_made_from_here(interest: Interest) -> None:
    vendor = Vendor({f"GET /customers/{TENANT}": (200, DOCUMENT), "GET /organization": (403, {})})

    if interest is OWN:
        assert read(KIND, vendor, interest)["contoso"].remote_id == TENANT
        return
    with pytest.raises(Forbidden):
        read(KIND, vendor, interest)


@pytest.mark.parametrize(
    ("answer", "blocked"),
    [
        ((200, {"status": "UnderReview"}), True),
        ((200, {"status": "Not Allowed"}), True),
        ((200, {"status": "Allowed"}), False),
        ((404, {"code": 600074}), False),
    ],
    ids=["review", "refused", "allowed", "nobody-looked"],
)
def test_an_account_that_may_not_buy_is_told_and_blocks_what_would_be_bought(
    answer: tuple[int, Any], *, blocked: bool
) -> None:
    vendor = a_cloud(ORGANIZATION)
    vendor.routes[f"GET /customers/{TENANT}/validationStatus"] = answer

    async def work(session: CustomerSession) -> list[Live[Any]]:
        return [live async for live in KIND.read(session, "contoso", OWN)]

    (live,) = with_person(vendor, work)
    one = newcomers.desired(KIND, newcomers.declaring(create=newcomers.a_create()))
    order = a_change("subscription", "office", Action.CREATE)
    grow = a_change("subscription", "lab", Action.UPDATE)

    told = [finding.code for finding in KIND.worth_saying(one, live)]
    stopped = [str(address) for address, _ in KIND.refusals((order, grow), {live.address: live}, {})]

    assert told == ([codes.MAY_NOT_BUY] if blocked else [])
    assert stopped == (["contoso/subscription/office"] if blocked else [])


@pytest.mark.parametrize(
    ("answer", "expected"),
    [(rows(ORGANIZATION), True), ((503, {}), False), ((404, {}), False)],
    ids=["in", "busy", "not-there"],
)
def test_a_tenant_is_open_once_it_answers_for_itself(answer: tuple[int, Any], *, expected: bool) -> None:
    assert at(Vendor({"GET /organization": answer}), KIND.is_open) is expected


def test_a_tenant_that_refuses_us_is_not_waited_for() -> None:
    with pytest.raises(Forbidden):
        at(Vendor({"GET /organization": (403, {})}), KIND.is_open)
