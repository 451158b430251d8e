"""Licenses, products and licensed groups for tests, of Ada unless a key says otherwise."""

from __future__ import annotations

from typing import Any

from kinds.builders import ADA_ID, SPB_ID, a_sku_row
from reconciler.kinds.entra import sku
from reconciler.kinds.entra.group_spec import GroupSpec
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.model.address import Address
from reconciler.model.resource import Live

ADA = "ada@contoso.com"
SPB = f"{ADA}:SPB"
VISIO = f"{ADA}:VISIOCLIENT"
GROUP = "21d00000-0000-4000-8000-000000000001"
E3 = f"{ADA}:SPE_E3"
E3_ID = "05e9a617-0261-4cee-bb44-138d3ef5d965"


def live(key: str = SPB, sku_id: str = SPB_ID, *, off: frozenset[str] = frozenset(), **more: Any) -> Live[LicenseSpec]:
    user, _, name = key.partition(":")
    inherited = name.endswith("@groups")
    spec = LicenseSpec(user=user, sku=name.removesuffix("@groups"), disabled_service_plans=off, inherited=inherited)
    facts = LicenseFacts(sku_id, **{"working": True, **more})
    return Live(Address("contoso", "license", key), f"{ADA_ID}_{sku_id}", spec, facts=facts)


def a_sku(part_number: str = "SPB", sku_id: str = SPB_ID) -> Live[Any]:
    return sku.from_wire(a_sku_row(part_number, sku_id), part_number, "contoso")


def an_e3() -> Live[Any]:
    plans = [{"servicePlanName": "EXCHANGE_S_ENTERPRISE", "servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0"}]
    return sku.from_wire(a_sku_row("SPE_E3", E3_ID, servicePlans=plans), "SPE_E3", "contoso")


def a_group(*members: str, sku_key: str = "SPB") -> Live[Any]:
    """A group that hands a license to its members."""
    spec = GroupSpec(mail_nickname="sales", members=frozenset(members))
    handing = GroupFacts(dynamic=False, synced=False, role_assignable=False, licenses={sku_key: frozenset()})
    return Live(Address("contoso", "group", "sales"), GROUP, spec, facts=handing)
