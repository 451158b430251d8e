"""The one small world of the command line's tests: a person to change, a joiner, seats to buy, a group."""

from __future__ import annotations

from scenarios.stage import Stage

WORLD = """
tenants:
  contoso.onmicrosoft.com:
    users: {ada@contoso.com: {displayName: Ada, city: Berlin, usageLocation: DE}}
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 0}}
"""
FILES = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users:
      ada@contoso.com: {displayName: Ada, city: Rome}
      joe@contoso.com: {displayName: Joe, plans: [modern-worker]}
    groups: {staff: {displayName: Staff, type: security, members: [ada@contoso.com]}}
"""
BROKEN = "customers: {contoso: {tenant: contoso.onmicrosoft.com, userz: {}}}\n"


def prepared(on_stage: Stage) -> Stage:
    """The world is played and the files lie in the folder."""
    on_stage.write({"desired-state/contoso.yaml": FILES})
    on_stage.play(WORLD)
    return on_stage


def planned(on_stage: Stage) -> Stage:
    """The same with a saved plan, p.plan.json."""
    prepared(on_stage)
    assert on_stage.reconciler("plan", "--out", "p.plan.json").code == 0
    return on_stage
