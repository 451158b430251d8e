"""A new password for one person, handed over like the first one.

The person is looked up in the files: by address, or by sign-in name where only one customer has it. What is planned,
shown, asked and performed is one row of an ordinary apply.

Must not: reset anybody's password whom the files do not declare.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reconciler.app import applying
from reconciler.app.applying import Applied, Orders
from reconciler.app.planning import Request
from reconciler.app.workspace import open_workspace
from reconciler.core.expansion import at_hand
from reconciler.model.address import Address
from reconciler.model.errors import UsageError
from reconciler.model.plan import Scope

KIND = "user"


async def redeliver(request: Request, orders: Orders, user: str) -> Applied:
    """Reset and hand over. UsageError where nobody is meant, or where the person is not there; else as `apply`."""
    workspace = open_workspace(request.root, request.environ).checked()
    customers = map(at_hand, workspace.customers.values())
    people = (address for customer in customers for address in customer.resources if address.kind == KIND)
    found = _meant(user, people)
    scope = Scope(targets=(str(found),))
    applied = await applying.apply_in(workspace, replace(request, scope=scope), replace(orders, redeliver=found))
    if not applied.plan.changes and not applied.plan.deferred and not applied.stopped:
        raise UsageError(
            f"{found} is not at the customer, so there is no password to reset. `plan` says what is to do."
        )
    return applied


def _meant(user: str, people: Iterable[Address]) -> Address:
    wanted = user.casefold()
    found = [address for address in people if wanted in (str(address).casefold(), address.key.casefold())]
    if not found:
        raise UsageError(f'The files declare nobody "{user}". Say a sign-in name or an address, customer/user/name.')
    if len(found) > 1:
        raise UsageError(f'"{user}" is declared more than once: {", ".join(map(str, sorted(found)))}. Say the address.')
    return found[0]
