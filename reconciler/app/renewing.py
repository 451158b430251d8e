"""The renew use case: a new refresh token for a connection, by a person who signs in, or from the one that is stored.

A sign-in that is good for nothing (another tenant, no multifactor authentication) is not stored: the token before it
may be better. What only Partner Center can tell, whether the person may do what an agent does, is asked afterwards.

Must not: make anything but tokens, or show one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from reconciler.app import fleet, vaults
from reconciler.app.planning import Request
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.cloud import auth, claims, device
from reconciler.cloud.auth import Audience
from reconciler.cloud.claims import Claims
from reconciler.cloud.device import Prompt
from reconciler.cloud.partner import acting
from reconciler.cloud.sessions import Sessions
from reconciler.kinds.partner.agreement import TEMPLATES
from reconciler.model import halves
from reconciler.model.connection import Connection
from reconciler.model.errors import CloudError, Forbidden, Unauthenticated, UsageError
from reconciler.model.refresh import RefreshToken
from reconciler.model.suggest import did_you_mean

IMPERSONATION = "user_impersonation"  # Partner Center's only delegated permission (partner-center.md 2.1)
MARGIN_S = 60.0  # for what is asked once somebody has signed in
MFA = (
    "The sign-in was without multifactor authentication, which Partner Center refuses for everything that needs a "
    "person. Require it of this account (security defaults or a conditional access policy), and sign in again."
)
AGENT = (
    "Partner Center refuses this person. Put the account into the group AdminAgents of the partner tenant; the token "
    "stays good for the customers' tenants."
)

Tell = Callable[[Prompt], None]


@dataclass(frozen=True, slots=True)
class Renewal:
    """How it ended: whose token lies where now, if one does, and what is wrong with it."""

    person: str
    place: str
    stored: bool
    problems: tuple[str, ...] = ()


async def renew(request: Request, name: str, tell: Tell | None, patience_s: float) -> Renewal | None:
    """A new token in the connection's store; None where nobody signed in in time. `tell` shows a person what to do.

    Without `tell` nobody is asked, and the token that is there is redeemed. UsageError, StoreError; CloudError where
    login refuses.
    """
    workspace = open_workspace(request.root, request.environ)
    connection = _connection(workspace, name)
    vault = vaults.of(connection, workspace.root, request.environ)
    if vault is None:
        raise UsageError(f'Connection "{name}" has no store for a refresh token. {_yaml(name)}')
    vault.ready()
    pace = fleet.pace(request.clock, request.clock.monotonic() + patience_s + MARGIN_S)
    async with fleet.open_connections(workspace, [name], request.environ, request.seams, pace) as clouds:
        sessions = clouds.connections[name]
        home = Audience(connection.partner_tenant, service_of(connection), as_user=True)
        if tell is None:
            told = claims.read(await sessions.tokens.get(home))
            problems = (*_of_token(told, "", home.scope), *await _of_partner_center(sessions))
            return Renewal(told.person, vault.describe(), stored=True, problems=problems)
        said = await device.sign_in(sessions.tokens, home, tell, pace, patience_s)
        return None if said is None else await _kept(request, sessions, home, said, vault.describe())


async def _kept(request: Request, sessions: Sessions, home: Audience, said: dict[str, Any], place: str) -> Renewal:
    told, person = claims.read(str(said["access_token"])), sessions.tokens.person
    ours = claims.read(await sessions.tokens.get(Audience(home.tenant, home.scope)))
    problems = tuple(_of_token(told, ours.tenant, home.scope))
    value = str(said.get("refresh_token") or "")
    if not value:
        problems = (*problems, "Login gave no refresh token. The app needs the permission offline_access.")
    if problems or person is None:
        return Renewal(told.person, place, stored=False, problems=problems)
    now = request.clock.now()
    token = RefreshToken(value, f"sign-in:{now.isoformat()}:{secrets.token_hex(4)}", now, now, told.person, told.mfa)
    await person.signed_in(auth.call_to(home.tenant), token)
    sessions.tokens.adopt(home, said, request.clock.monotonic())
    return Renewal(told.person, place, stored=True, problems=tuple(await _of_partner_center(sessions)))


def service_of(connection: Connection) -> str:
    """What the person's token is asked for: Partner Center, or Graph for who has no access to that."""
    return auth.PARTNER_CENTER if halves.allows(connection.model) else auth.GRAPH


def _of_token(told: Claims, home: str, scope: str) -> Iterator[str]:
    """What the token itself says against it; `home` is the partner tenant's id, if that is known."""
    if told.tenant and home and told.tenant != home:
        yield f"The sign-in was for tenant {told.tenant}, and the partner tenant is {home}. Use an account of that one."
    if told.tenant and scope == auth.PARTNER_CENTER and IMPERSONATION not in told.scopes:
        yield f"The app lacks Partner Center's permission {IMPERSONATION}: add it, and consent to it."
    if told.mfa is False:
        yield MFA


async def _of_partner_center(sessions: Sessions) -> list[str]:
    """What Partner Center says of the person; asks something that is open to agents only and changes nothing."""
    if not halves.allows(sessions.connection.model):
        return []  # it is asked for Graph alone
    try:
        await sessions.partner().listing(TEMPLATES, acting(halves.AGREEMENT_TEMPLATES))
    except Forbidden as error:
        return [f"{AGENT} ({error.exchange.detail})"]
    except Unauthenticated as error:
        return [str(error)]
    except CloudError as error:
        return [f"Whether Partner Center takes the person could not be seen: {error}"]
    return []


def _connection(workspace: Workspace, name: str) -> Connection:
    known = workspace.repository.settings.connections
    if name not in known:
        hint = did_you_mean(name, known) or f"The files have: {', '.join(known) or 'none'}."
        raise UsageError(f'No connection "{name}". {hint}')
    return known[name]


def _yaml(name: str) -> str:
    user = "user: {refreshToken: {env: PC_REFRESH_TOKEN}, store: {file: keys/NAME.age}}".replace("NAME", name)
    return f"Add to its auth: {user}"
