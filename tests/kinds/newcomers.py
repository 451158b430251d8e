"""A customer that is to be made, for tests: what its files say, and what becomes of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.model.connection import Connection
from reconciler.model.finding import Origin
from reconciler.model.kind import Declared, Declaring, Kind
from reconciler.model.repository import CustomerEntry, CustomerFiles
from reconciler.model.resource import Desired

from .builders import context

DOMAIN = "tailspin.onmicrosoft.com"
ADDRESS: dict[str, Any] = {
    "firstName": "Anna",
    "lastName": "Schmidt",
    "addressLine1": "Kai 1",
    "city": "Kiel",
    "postalCode": "24103",
    "country": "DE",
}
BILLING: dict[str, Any] = {
    "companyName": "Tailspin Toys GmbH",
    "email": "anna@tailspintoys.com",
    "culture": "de-DE",
    "language": "de",
    "defaultAddress": ADDRESS,
}
AGREEMENT: dict[str, Any] = {
    "primaryContact": {"firstName": "Anna", "lastName": "Schmidt", "email": "anna@tailspintoys.com"},
    "dateAgreed": "2026-08-31",
}


def declaring(model: str = "direct", mpn_id: str = "", *, person: bool = True, **entry: Any) -> Declaring:
    """What kinds may look at; `entry` are further keys of the customer, `create` as it stands in YAML."""
    user = {"refreshToken": {"env": "X"}} if person else None
    auth = {"clientId": "APP", "client": {"federated": "github"}, "user": user}
    connection = Connection.model_validate({"partnerTenant": "partner.onmicrosoft.com", "model": model, "auth": auth})
    files = CustomerFiles("contoso", CustomerEntry.model_validate({"tenant": DOMAIN, **entry}), Origin("c.yaml", 2, 3))
    return replace(context(), files=files, connection=connection, mpn_id=mpn_id)


def a_create(address: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """What stands under `create:`."""
    return {"billingProfile": {**BILLING, "defaultAddress": {**ADDRESS, **(address or {})}}, **more}


def desired(kind: Kind[Any, Any], said: Declaring) -> Desired[Any]:
    """The one resource that the customer's own entry stands for."""
    found: list[Declared] = list(kind.declare_together(said))
    (one,) = found
    assert isinstance(one, Desired)
    return one
