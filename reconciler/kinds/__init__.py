"""Every kind of resource, one line each: registering a kind is adding a line here."""

from __future__ import annotations

from typing import Any

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds.entra import license as license_kind
from reconciler.kinds.entra import sku, user
from reconciler.kinds.partner import subscription
from reconciler.model.kind import Kind

ALL: tuple[Kind[Any, CustomerSession], ...] = (  # Any: kinds of different specs stand side by side
    sku.KIND,
    subscription.KIND,
    user.KIND,
    license_kind.KIND,
)

__all__ = ["ALL"]
