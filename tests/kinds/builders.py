"""Entries, rows of the vendor and changes for tests of kinds: everything has a plain default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from reconciler.kinds.entra.user_spec import UserEntry
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.connection import Secret
from reconciler.model.finding import Finding, Origin
from reconciler.model.kind import Declared, Declaring, Kind
from reconciler.model.performing import Performing
from reconciler.model.repository import CustomerEntry, CustomerFiles, Entry
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Document, Spec
from reconciler.model.template import CatalogSku, Defaults, PlanTemplate

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PLACE = Origin("desired-state/customers/contoso/users.yaml", 3, 3)
ADA_ID = "0c9f0000-0000-4000-8000-0000000000ad"
BO_ID = "0c9f0000-0000-4000-8000-0000000000b0"
SPB_ID = "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"
VISIO_ID = "c5928f49-12ba-48f7-ada3-0d743a3601d5"
YAMMER_ID = "7547a3fe-08ee-4ccb-b430-5077c5041653"
EXCHANGE_ID = "9aaf7827-d63c-4b61-89c3-182f06f82e5c"
CATALOG = {
    "CFQ7TTC0LCHC:0002": CatalogSku(title="Microsoft 365 Business Premium", sku="SPB", sku_id=SPB_ID),
    "CFQ7TTC0HD32:0002": CatalogSku(title="Visio Plan 2", sku="VISIOCLIENT", sku_id=VISIO_ID),
}


def context(
    plans: Mapping[str, Any] | None = None,
    catalog: Mapping[str, CatalogSku] | None = None,
) -> Declaring:
    """What an entry of customer contoso may look at; plans as they stand in YAML."""
    templates = {name: PlanTemplate.model_validate(plan) for name, plan in (plans or {}).items()}
    files = CustomerFiles("contoso", CustomerEntry(tenant="contoso.onmicrosoft.com"), Origin("customer.yaml"))
    return Declaring(files, templates, CATALOG if catalog is None else catalog, Defaults(usage_location="DE"))


def entry(kind: Kind[Any, Any], key: str, **document: Any) -> Entry:
    """One item of the kind's section, written as in YAML."""
    assert kind.entry is not None
    assert kind.section is not None
    return Entry(kind.section, key, kind.entry.model_validate(document), PLACE)


def declared(kind: Kind[Any, Any], item: Entry, declaring: Declaring | None = None) -> list[Declared]:
    """What an entry stands for, alone and together with all that the context has seen before."""
    chosen = declaring or context()
    return [*kind.declare(item, chosen), *kind.declare_together(chosen)]


def resources(found: Iterable[Declared]) -> dict[str, Desired[Any]]:
    """The desired resources by their addresses' text."""
    return {str(one.address): one for one in found if isinstance(one, Desired)}


def findings(found: Iterable[Declared]) -> list[Finding]:
    return [one for one in found if isinstance(one, Finding)]


def a_person(**document: Any) -> Document:
    return UserEntry.model_validate(document)


def a_user_row(upn: str = "Ada@contoso.com", user_id: str = ADA_ID, **more: Any) -> dict[str, Any]:
    """A row of GET /users with the properties that are always selected."""
    return {
        "id": user_id,
        "userPrincipalName": upn,
        "userType": "Member",
        "onPremisesSyncEnabled": None,
        "accountEnabled": True,
        "usageLocation": "DE",
        "licenseAssignmentStates": [],
        **more,
    }


def a_state(sku_id: str = SPB_ID, *, group: str | None = None, state: str = "Active", **more: Any) -> dict[str, Any]:
    """One element of licenseAssignmentStates (graph.md 7.4)."""
    return {"skuId": sku_id, "disabledPlans": [], "assignedByGroup": group, "state": state, "error": "None", **more}


def a_sku_row(
    part: str = "SPB", sku_id: str = SPB_ID, enabled: int = 10, consumed: int = 4, **more: Any
) -> dict[str, Any]:
    """A row of GET /subscribedSkus (graph.md 7.1)."""
    plans = [("EXCHANGE_S_STANDARD", EXCHANGE_ID), ("YAMMER_ENTERPRISE", YAMMER_ID)] if part == "SPB" else []
    return {
        "skuId": sku_id,
        "skuPartNumber": part,
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": consumed,
        "prepaidUnits": {"enabled": enabled, "suspended": 0, "warning": 0, "lockedOut": 0},
        "servicePlans": [{"servicePlanName": name, "servicePlanId": plan_id} for name, plan_id in plans],
        "subscriptionIds": [],
        **more,
    }


def part(name: str, before: Any = None, after: Any = None) -> FieldChange:
    """`name` may be `members:bo@contoso.com` for one element of a set."""
    return FieldChange(tuple(name.split(":", 1)), before, after)


def a_change(kind: str, key: str, action: Action, *fields: FieldChange, **more: Any) -> Change:
    return Change(Address("contoso", kind, key), action, Reason.DECLARED, Cause.CONFIG, fields, **more)


@dataclass(frozen=True)
class Secrets:
    """Passwords of tests; `made` records for whom one was made."""

    made: list[Address] = field(default_factory=list)
    kept: list[tuple[Address, str, str]] = field(default_factory=list)

    def password(self, address: Address, names: tuple[str, ...] = ()) -> str:
        self.made.append(address)
        return "Correct-Horse-1"

    def supplied(self, address: Address, secret: Secret, names: tuple[str, ...] = ()) -> str:
        return f"{secret} for {address.key}, not {' '.join(names)}"

    def keep(self, address: Address, secret: str, whose: str) -> None:
        self.kept.append((address, secret, whose))


def performing(*lives: Live[Any], ids: Mapping[str, str] | None = None) -> Performing:
    """What a driver may use; `ids` by address text."""
    known: dict[Address, Live[Spec]] = {live.address: live for live in lives}
    made = {Address(*text.split("/", 2)): remote_id for text, remote_id in (ids or {}).items()}
    return Performing(NOW, made, Secrets(), known)
