"""Every kind of resource, one line each: registering a kind is adding a line here."""

from __future__ import annotations

from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import group, sku, user
from reconciler.kinds.entra import license as license_kind
from reconciler.kinds.partner import agreement, consent, customer, subscription
from reconciler.model.kind import Kind

ALL: tuple[Kind[Any, CustomerSession], ...] = (  # Any: kinds of different specs stand side by side
    customer.KIND,
    agreement.KIND,
    consent.KIND,
    sku.KIND,
    subscription.KIND,
    user.KIND,
    group.KIND,
    license_kind.KIND,
)

__all__ = ["ALL"]
