"""A license as it is compared: one SKU on one user, with the service plans switched off by name.

Names and not ids, because that is what people write and read; the driver turns them into ids with the tenant's own
SKUs (graph.md 7.1). Must not: say where a license comes from; inherited ones are told apart by facts and guards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from reconciler.kinds.entra.sku import SkuKey, is_id
from reconciler.kinds.entra.upn import Upn
from reconciler.model.address import Ref
from reconciler.model.spec import Spec


def _plan_name(text: str) -> str:
    name = text.strip()
    return name.lower() if is_id(name) else name.upper()


# A service plan that the SKU has lost is known by its id only; ids stay in lower case.
ServicePlan = Annotated[str, AfterValidator(_plan_name)]


class LicenseSpec(Spec):
    """One SKU on one user; it goes away with the user."""

    user: Annotated[Upn, Ref("user", owner=True)]
    sku: Annotated[SkuKey, Ref("sku")]
    disabled_service_plans: frozenset[ServicePlan] = frozenset()


@dataclass(frozen=True, slots=True)
class LicenseFacts:
    """Where a live license comes from. `groups` are ids of the groups that give it; `error` is of the direct one."""

    sku_id: str
    direct: bool
    working: bool
    groups: tuple[str, ...] = ()
    error: str = "None"

    @property
    def inherited(self) -> bool:
        return bool(self.groups)
