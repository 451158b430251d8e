"""No hook is given a secret of a connection.

What a hook names in `env:` is a value of its own: a ticket system's token, an address. With a secret of a connection it
could do whatever an apply can, and nobody would review that.

Passes:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {secret: {env: PC_SECRET}}}}
    hooks: {beforeApply: [{run: [./check.sh], env: [TICKET_TOKEN]}]}

Refused:

    connections:
      emea: {partnerTenant: partner.onmicrosoft.com, auth: {clientId: a, client: {secret: {env: PC_SECRET}}}}
    hooks: {beforeApply: [{run: [./check.sh], env: [PC_SECRET]}]}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.connection import Auth, Secret
from reconciler.model.finding import Finding
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each variable of a hook that a connection's secret stands in."""
    settings = fleet.files.settings
    secrets = {
        one.env: name
        for name, connection in settings.connections.items()
        for one in _secrets(connection.auth)
        if one and one.env
    }
    for hook in (*settings.hooks.before_apply, *settings.hooks.after_apply):
        for name in sorted(set(hook.env) & secrets.keys()):
            detail = f'The hook "{hook.called}" is given {name}, a secret of connection "{secrets[name]}".'
            fix = f"Remove {name} from its env:, and give it a variable of its own."
            yield Finding(codes.HOOK_WITH_SECRET, detail, fix, origin=fleet.files.settings_origin)


def _secrets(auth: Auth) -> Iterator[Secret | None]:
    if auth.client:
        yield from (auth.client.secret, auth.client.certificate)
    if auth.user:
        yield auth.user.refresh_token
        yield auth.user.store.identity if auth.user.store else None


RULE = Rule("hook_variables", (codes.HOOK_WITH_SECRET,), check, __doc__)
