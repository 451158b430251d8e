"""Does one change from outside, whatever it is about.

Finds the tenant, hands the change to people.py, estate.py, partners.py or signins.py, and tells both clouds that
something happened behind their back, so that what is due (renewals, group licenses) is found anew.
It must not know a kind's details. The decision a reader would question: a list of changes is not one transaction. Each
stands for somebody's click, and clicks before a mistake have happened.
"""

from __future__ import annotations

from typing import assert_never

from reconciler.sandbox.graph import worker
from reconciler.sandbox.partner import settle
from reconciler.sandbox.portal import estate, partners, people, signins
from reconciler.sandbox.portal.change import Change
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import WorldError


def perform(world: World, change: Change) -> str:
    """Do it; the answer is the id of what was changed. A WorldError says what does not exist."""
    tenant = world.tenant(change.tenant)
    if tenant is None:
        raise WorldError([f'no tenant "{change.tenant}"'])
    kind, name = change.kind
    settle.look_again(world)
    worker.look_again(world)
    match kind:
        case "user":
            return people.change_user(world, tenant, change, name)
        case "group":
            return people.change_group(world, tenant, change, name)
        case "subscription":
            return estate.change_subscription(world, tenant, change, name)
        case "domain":
            return estate.change_domain(world, tenant, change, name)
        case "partner":
            return partners.change_partner(world, tenant, change, name)
        case "sign_in":
            return signins.sign_in(world, tenant, change, name)
        case other:
            assert_never(other)
