"""A license as it is compared: one SKU on one user, with the service plans switched off by name.

Names and not ids, because that is what people write and read; the driver turns them into ids with the tenant's own
SKUs (graph.md 7.1). Must not: hold wire names.

Questionable on purpose: what groups give is a live license of its own, keyed `upn:SKU@groups`. One person can hold the
same SKU directly and from groups, and taking the direct one away must not look as if nothing had happened.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from reconciler.kinds.entra.sku import SkuKey, is_id
from reconciler.kinds.entra.upn import Upn
from reconciler.model.address import Ref
from reconciler.model.seats import Standing
from reconciler.model.spec import COMPLETED, Spec


def _plan_name(text: str) -> str:
    name = text.strip()
    return name.lower() if is_id(name) else name.upper()


# A service plan that the SKU has lost is known by its id only; ids stay in lower case.
ServicePlan = Annotated[str, AfterValidator(_plan_name)]


class LicenseSpec(Spec):
    """One SKU on one user; it goes away with the user.

    `inherited` ones are only ever read, apart from this: one that is `waiting_for_seat`, because there was none when
    the group gave it, can be asked for again.
    """

    user: Annotated[Upn, Ref("user", owner=True)]
    sku: Annotated[SkuKey, Ref("sku")]
    disabled_service_plans: Annotated[frozenset[ServicePlan], COMPLETED] = frozenset()
    inherited: bool = False
    waiting_for_seat: bool | None = None


class LicenseFacts(NamedTuple):
    """What else is known. `groups` are ids of groups that give the same SKU in working order, `errors` what fails.

    Groups that are `short` lack nothing but a seat; of those that are `refused` something else is wrong. `dragged` are
    service plans that are off because they need one that the files switch off.
    """

    sku_id: str
    working: bool
    groups: tuple[str, ...] = ()
    errors: frozenset[str] = frozenset()
    short: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    dragged: frozenset[str] = frozenset()

    @property
    def standings(self) -> dict[str, Standing]:
        """What became of the license by the group that gives it."""
        found = dict.fromkeys(self.refused, Standing.REFUSED) | dict.fromkeys(self.short, Standing.SHORT)
        return found | dict.fromkeys(self.groups, Standing.WORKS)
