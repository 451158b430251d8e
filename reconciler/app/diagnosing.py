"""The doctor use case: can this machine reach the clouds, is the clock right, do tokens come, can the ledger be kept.

Each check answers by itself and says what to do; nothing is written at a customer. The ledger is tried by taking and
giving back a lock.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import datetime, timedelta

from reconciler.app import fleet, preflight, renewing, vaults
from reconciler.app.planning import Request
from reconciler.app.preflight import Check, Relationships
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.cloud import auth, claims
from reconciler.cloud.auth import Audience
from reconciler.cloud.sessions import ORGANIZATION, Sessions
from reconciler.model import halves
from reconciler.model.errors import CloudError, StoreError
from reconciler.model.refresh import Vault
from reconciler.model.repository import DesiredCustomer
from reconciler.store.locks import Locks

MOST_SKEW = timedelta(minutes=5)
LATE = timedelta(days=60)  # a refresh token that nobody uses ends after 90 (partner-center.md 2.3)
CONSENT = "Consent to what is missing at this customer, and give the person's group the role by GDAP."
MONTHLY = "Let a monthly job run reconciler auth renew: after 90 days without use it would have ended."


async def diagnose(request: Request, holder: str) -> list[Check]:
    """Every check, in the order in which a mistake in one explains the next."""
    workspace = open_workspace(request.root, request.environ)
    found = [_files(workspace), _ledger(workspace, holder)]
    customers = fleet.in_scope(workspace, request.scope)
    served = [c for c in customers if c.connection in workspace.repository.settings.connections]
    async with fleet.open_clouds(
        workspace, served, request.environ, request.seams, fleet.pace(request.clock)
    ) as clouds:
        for name, sessions in clouds.connections.items():
            vault = vaults.of(sessions.connection, workspace.root, request.environ)
            checks = _connection(name, sessions, served, vault, request.clock.now())
            found += [check async for check in checks]
    return found


def _files(workspace: Workspace) -> Check:
    errors = len(workspace.errors)
    return Check("files", not errors, f"{errors} errors", "Run reconciler validate." if errors else "")


def _ledger(workspace: Workspace, holder: str) -> Check:
    try:
        locks = Locks(workspace.store, holder)
        locks.release(locks.acquire("doctor"))
    except StoreError as error:
        return Check("ledger", passed=False, detail=str(error).rstrip("."))
    return Check("ledger", passed=True, detail=f"{workspace.ledger_location} can be written")


async def _connection(
    name: str, sessions: Sessions, customers: list[DesiredCustomer], vault: Vault | None, now: datetime
) -> AsyncIterator[Check]:
    partner = sessions.connection.partner_tenant
    if halves.allows(sessions.connection.model):
        yield await _token(f"{name}: Partner Center token", sessions, Audience(partner, auth.PARTNER_CENTER))
    else:
        yield Check(f"{name}: Partner Center", passed=True, detail=f"not asked: {halves.CLOSED}")
        yield await _token(f"{name}: Graph token", sessions, Audience(partner, auth.GRAPH))
    if sessions.connection.auth.user is not None:
        yield await _person(name, sessions, vault, now)
    skew = abs(sessions.clock_skew)
    well = skew <= MOST_SKEW or sessions.connection.environment == "local"
    fix = "" if well else "Set this machine's clock; tokens are refused by a clock that is wrong."
    yield Check(f"{name}: clock", well, f"{int(skew.total_seconds())} s apart from the service", fix)
    found = await preflight.relationships(sessions)
    if found.unknown:
        fix = "Consent to DelegatedAdminRelationship.Read.All in the partner tenant to be told before they end."
        yield Check(f"{name}: GDAP", passed=True, detail=f"its relationships cannot be read: {found.unknown}", fix=fix)
    for customer in customers:
        if customer.connection == name:
            yield await _customer(f"{name}: {customer.key}", sessions, customer, found)


async def _token(what: str, sessions: Sessions, audience: Audience) -> Check:
    try:
        await sessions.tokens.get(audience)
    except CloudError as error:
        return Check(what, passed=False, detail=str(error), fix="Check the connection's auth: and its consent.")
    return Check(what, passed=True, detail="given")


async def _person(name: str, sessions: Sessions, vault: Vault | None, now: datetime) -> Check:
    """Does the refresh token work, how old is it, and was its sign-in a strong one? Looking at it renews it."""
    what, renew = f"{name}: person", f"Run reconciler auth renew {name}."
    kept = None
    with suppress(StoreError):  # the token that is asked for next says the same
        kept = await asyncio.to_thread(vault.load) if vault else None
    try:
        home = Audience(sessions.connection.partner_tenant, renewing.service_of(sessions.connection), as_user=True)
        told = claims.read(await sessions.tokens.get(home))
    except CloudError as error:
        return Check(what, passed=False, detail=str(error), fix=renew)
    strong = {True: "with", False: "without", None: "nobody knows whether with"}[told.mfa]
    since = f" {_days(kept.signed_in, now)}" if kept and kept.signed_in else ""
    detail = f"{told.person or 'somebody'} signed in{since}, {strong} multifactor authentication"
    if told.mfa is False:
        return Check(what, passed=False, detail=f"{detail}; Partner Center refuses that", fix=renew)
    if vault is None:
        fix = f"It ends after 90 days: add store: {{file: keys/{name}.age}} to auth.user of the connection."
        return Check(what, passed=True, detail=f"{detail}; nothing keeps the refresh token", fix=fix)
    if kept is None or kept.given is None:
        return Check(what, passed=True, detail=f"{detail}; the refresh token is kept in {vault.describe()} from now on")
    age = f"the refresh token in {vault.describe()} was given {_days(kept.given, now)}, and is new now"
    late = now - kept.given >= LATE
    return Check(what, passed=True, detail=f"{detail}; {age}", fix=MONTHLY if late else "")


def _days(moment: datetime, now: datetime) -> str:
    days = (now - moment).days
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")


async def _customer(what: str, sessions: Sessions, customer: DesiredCustomer, found: Relationships) -> Check:
    try:
        session = await sessions.customer(customer.tenant)
        rows = await session.graph.listing(ORGANIZATION)
        tenant_id = await session.tenant_id()
        lacks = await preflight.lacking(sessions, customer)
    except CloudError as error:
        return Check(what, passed=False, detail=str(error), fix="Check consent and roles at this customer.")
    name = str(rows[0].get("displayName", "")) if rows else ""
    ends = preflight.told(found.of(tenant_id), sessions.now, needed=sessions.tokens.has_user and not found.unknown)
    detail = "; ".join(filter(None, (f"tenant {tenant_id} {name}".rstrip(), ends.detail, *lacks)))
    return Check(what, ends.passed and not lacks, detail, " ".join(filter(None, (CONSENT if lacks else "", ends.fix))))
