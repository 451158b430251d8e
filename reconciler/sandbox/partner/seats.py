"""How many seats a subscription may have: its SKU's bounds, and the tenant's pool.

The maximum of a SKU is pooled over the whole customer tenant: all partners, all channels count (fact sheet 4.1; Learn
"Error codes" 800088 and the cap page). Out of the SKU's own bounds is 400/2002, out of the pool 403/800088 with the
remaining number. An integration sandbox account has narrower limits of its own: 400/800018 (fact sheet 2.6).
It must not know windows: lots.py does.

The decision a reader would question [inferred]: a suspended or not yet provisioned subscription counts in the pool, an
expired one doesn't; and the remaining limit is what this one subscription may have in total.
"""

from reconciler.sandbox.partner.commerce import Desk
from reconciler.sandbox.partner.errors import refuse
from reconciler.sandbox.world import Product, Tenant

# Learn "Test and debug": subscriptions of one customer, seats of one subscription.
SANDBOX_SUBSCRIPTIONS, SANDBOX_SEATS = 5, 25
_COUNTED = ("active", "suspended", "pending")


def check_bounds(product: Product, quantity: int) -> None:
    """Refuses with 400/2002."""
    if not max(product.minimum, 1) <= quantity <= product.maximum:
        raise refuse(400, 2002)


def remaining(tenant: Tenant, product: Product, but: str | None = None) -> int:
    """Seats that the pool still has for one subscription; `but` is the id of that one, whose own seats don't count."""
    return product.maximum - purchased(tenant, product, but)


def purchased(tenant: Tenant, product: Product, but: str | None = None) -> int:
    return sum(
        subscription.quantity
        for subscription in tenant.subscriptions.values()
        if subscription.product == product.id and subscription.status in _COUNTED and subscription.id != but
    )


def check_pool(tenant: Tenant, product: Product, quantity: int, offer_id: str, but: str | None = None) -> None:
    """Refuses with 403/800088."""
    left = remaining(tenant, product, but)
    if quantity > left:
        raise refuse(403, 800088, quantity, max(left, 0), offer_id)


def check_sandbox(desk: Desk, quantity: int, new: int = 0) -> None:
    """What an integration sandbox account allows; `new` are the subscriptions that are about to be made."""
    if not desk.partner.is_sandbox:
        return
    own = [one for one in desk.tenant.subscriptions.values() if one.owner_tenant_id == desk.partner.id]
    living = sum(1 for one in own if one.status != "deleted")
    if quantity > SANDBOX_SEATS or (new and living + new > SANDBOX_SUBSCRIPTIONS):
        raise refuse(400, 800018)
