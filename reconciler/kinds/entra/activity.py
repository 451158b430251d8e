"""When people signed in last: one listing of its own, because it needs a permission and a license that plans do not.

The latest of what the directory tells of a person counts, attempts and sign-ins of programs included; who never did
counts from the day on which the account was made (graph.md 11: absent is never, or before April 2020). It lags hours.

Must not: be read for a plan that no policy asks it of (`idleSeats`). Who signs in decides nothing there.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import instants
from reconciler.kinds.entra import listing
from reconciler.kinds.entra.listing import Row

PAGE = 500  # the largest with this property (graph.md 11)
PATH = f"/users?$select=id,createdDateTime,signInActivity&$top={PAGE}"
TIMES = ("lastSignInDateTime", "lastNonInteractiveSignInDateTime", "lastSuccessfulSignInDateTime")


async def last_seen(session: CustomerSession) -> dict[str, datetime]:
    """When each person was there last, by object id; nobody of whom nothing is known. CloudError."""
    rows = await session.graph.listing(PATH, batch=False)
    return {listing.id_of(row): max(times) for row in rows if (times := list(_times(row)))}


def _times(row: Row) -> Iterable[datetime]:
    activity = row.get("signInActivity")
    said = [activity.get(name) for name in TIMES] if isinstance(activity, dict) else []
    for text in (row.get("createdDateTime"), *said):
        moment = instants.read(text)
        if moment:
            yield moment
