"""A joiner whose run is cut: the world and files, and what must hold once a later run has finished the work."""

from __future__ import annotations

from pathlib import Path

import pyrage
from scenarios.stage import Stage

WORLD = """
tenants:
  contoso.onmicrosoft.com:
    subscriptions: {office: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 0}}
"""
FILES = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {joe@contoso.com: {displayName: Joe, plans: [modern-worker]}}
"""
RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
CREATE = {"service": "graph", "method": "POST", "route": "/users"}


def planned(on_stage: Stage) -> pyrage.x25519.Identity:
    """The joiner's plan lies in p.plan.json; the identity opens what is handed over."""
    identity = pyrage.x25519.Identity.generate()
    settings = on_stage.root / "desired-state/reconciler.yaml"
    words = settings.read_text(encoding="utf-8").replace(RECIPIENT, str(identity.to_public()))
    on_stage.write({"desired-state/reconciler.yaml": words, "desired-state/contoso.yaml": FILES})
    on_stage.play(WORLD)
    assert on_stage.reconciler("plan", "--out", "p.plan.json").code == 0
    return identity


def converge(on_stage: Stage, *words: str) -> int:
    """Apply until nothing is left; how many runs that took, at most three."""
    for run in range(1, 4):
        on_stage.reconciler("apply", *words)
        if on_stage.reconciler("plan", "--detailed-exitcode").code == 0:
            return run
    raise AssertionError(on_stage.reconciler("plan").text)


def assert_served_once(on_stage: Stage, identity: pyrage.x25519.Identity) -> None:
    """One Joe, one seat, one license, and a password that lies where its recipient can open it."""
    live = on_stage.live()
    assert sorted(live["users"]) == ["admin@contoso.com", "joe@contoso.com"]
    assert live["users"]["joe@contoso.com"]["licenses"] == {"SPB": {}}
    assert live["subscriptions"]["office"]["quantity"] == 1
    assert passwords(on_stage.root, identity), "no password was handed over"


def passwords(root: Path, identity: pyrage.x25519.Identity) -> list[str]:
    """What lies in the hand-over folder, opened."""
    files = sorted((root / ".reconciler/handover").rglob("*.age"))
    return [pyrage.decrypt(path.read_bytes(), [identity]).decode() for path in files]
