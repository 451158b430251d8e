"""Names of a world file resolved to ids, with every dangling one remembered.

Ids that a file leaves out are uuid5 of place and name, so the same file gives the same world everywhere.
It must not raise while there may be more to report: `Names.check` does, once, at the end.

The decision a reader would question: resolved licenses are shared between users who hold the same ones. A fleet of
250,000 users has a few dozen different sets, and nothing on a shelf is changed in place.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from reconciler.sandbox import skus
from reconciler.sandbox.world import Licenses
from reconciler.sandbox.worldfile import LicenseForm, WorldError, nearest

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "reconciler.sandbox")


def derived_id(*place: str) -> str:
    """The id of what stands at that place, the same on every machine."""
    return str(uuid.uuid5(_NAMESPACE, "/".join(place).casefold()))


class Names:
    """Resolves names while one world is loaded."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._licenses: dict[tuple[tuple[str, tuple[str, ...]], ...], Licenses] = {}

    def check(self) -> None:
        """A WorldError with everything that was found wrong."""
        if self.problems:
            raise WorldError(self.problems)

    def lost(self, place: str, what: str, name: str, known: Mapping[str, str]) -> None:
        """Remember that `name` means nothing there."""
        self.problems.append(f'{place}: no {what} "{name}"{nearest(name, list(known))}')

    def sku_id(self, place: str, name: str) -> str:
        """The SKU's guid; a guid that is not among the frequent SKUs stands for itself."""
        sku = skus.find(name)
        if sku is not None:
            return sku.id
        if _is_guid(name):
            return name.lower()
        self.problems.append(f'{place}: no SKU "{name}"; use its guid if it is not among the frequent ones')
        return ""

    def licenses(self, place: str, forms: Mapping[str, LicenseForm | None]) -> Licenses:
        """skuId -> disabled plan ids."""
        key = tuple((name, () if form is None else form.disabled_plans) for name, form in forms.items())
        if key not in self._licenses:
            self._licenses[key] = {
                self.sku_id(place, name): tuple(self._plan_id(f"{place}.{name}", name, plan) for plan in plans)
                for name, plans in key
            }
        return self._licenses[key]

    def _plan_id(self, place: str, sku_name: str, plan_name: str) -> str:
        sku = skus.find(sku_name)
        plan = None if sku is None else sku.plan(plan_name)
        if plan is not None:
            return plan.id
        if _is_guid(plan_name):
            return plan_name.lower()
        known = {} if sku is None else {plan.name: plan.id for plan in sku.plans}
        self.lost(place, "service plan", plan_name, known)
        return ""


def _is_guid(name: str) -> bool:
    try:
        return len(name) == 36 and bool(uuid.UUID(name))
    except ValueError:
        return False
