"""When the people of a customer were there last, read where a policy asks for it and a plan is judged.

    seen, untold = await read(workspace, customer, session, run)

Must not: cost anything where no policy asks, or a customer its plan where it cannot be read (no permission, no premium
license): that is a finding, and nothing is said of who signs in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from reconciler.app.workspace import Workspace
from reconciler.cloud.sessions import CustomerSession
from reconciler.core.plan import Run
from reconciler.kinds.entra import activity
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.errors import CloudError
from reconciler.model.finding import Finding
from reconciler.model.resource import Snapshot

FIX = "Give the app AuditLog.Read.All at a customer with Entra ID P1, or take idleSeats out of policies."
Seen = tuple[Mapping[str, datetime], tuple[Finding, ...]]


async def read(workspace: Workspace, snapshot: Snapshot, session: CustomerSession | None, run: Run) -> Seen:
    """By object id; nothing where nobody asks, or the users could not be read either."""
    asked = run.judge is not None and workspace.repository.settings.policies.idle_seats is not None
    if not asked or session is None or not snapshot.covers("user").permits_removal:
        return {}, ()
    try:
        return await activity.last_seen(session), ()
    except CloudError as error:
        where = Address(snapshot.customer, "customer", snapshot.customer)
        detail = f"Who signs in at {snapshot.customer} cannot be read: {error}"
        origin = workspace.repository.customers[snapshot.customer].origin
        return {}, (Finding(codes.SIGN_INS_UNREAD, detail, FIX, where, origin),)
