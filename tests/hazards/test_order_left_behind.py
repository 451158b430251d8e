"""An order that a run began and never finished, whose entry has left the files: nothing is forgotten, nothing ended."""

from __future__ import annotations

import re
import time

from scenarios.stage import Stage, Wire

HEAD = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
"""
WANTED = f"{HEAD}    subscriptions: {{desks: {{plan: modern-worker, seats: 3}}}}\n"
ROUTE = "/v1/customers/{customer}/carts/{cart}/checkout"
CHECKOUT: Wire = {"service": "partnerCenter", "method": "POST", "route": ROUTE}
NEVER: Wire = {**CHECKOUT, "action": "status", "status": 400}
UNHEARD: Wire = {**CHECKOUT, "action": "malformed"}


def left(on_stage: Stage, fault: Wire) -> Stage:
    """A run that broke at the checkout, and files without the entry since."""
    on_stage.write({"desired-state/contoso.yaml": WANTED})
    on_stage.play()
    on_stage.faults(fault)
    assert on_stage.reconciler("apply", "--auto-approve").code != 0
    on_stage.faults()
    on_stage.write({"desired-state/contoso.yaml": HEAD})
    time.sleep(1.1)  # runs are in order by the second in which they began
    return on_stage


def test_a_cart_that_nobody_ordered_is_told_and_forgotten(on_stage: Stage) -> None:
    left(on_stage, NEVER)

    told = on_stage.reconciler("plan").text
    done = on_stage.reconciler("apply", "--auto-approve")

    assert "a cart is no purchase, and expires by itself on 2026-03-09" in told
    assert (done.code, "RC573" in on_stage.reconciler("plan").text) == (0, False)
    assert on_stage.live().get("subscriptions", {}) == {}


def test_one_that_was_paid_is_told_with_its_money_until_somebody_decides(on_stage: Stage) -> None:
    left(on_stage, UNHEARD)

    for _ in range(2):
        told = on_stage.reconciler("plan").text
        assert "with 3 seats of SPB at 18.10 EUR a month each, paid to 2027-03-01 (651.60 EUR in all)." in told
        assert "to give it back until 2026-03-09T09:00Z, for about 54.30 EUR; to keep it, put its entry back" in told
        assert on_stage.reconciler("apply", "--auto-approve").code == 0
    assert len(on_stage.live()["subscriptions"]) == 1


def test_the_line_that_it_prints_gives_it_back(on_stage: Stage) -> None:
    left(on_stage, UNHEARD)
    found = re.search(r"Write (\{subscription: \S+, action: cancel\})", on_stage.reconciler("plan").text)
    assert found

    on_stage.write({"desired-state/contoso.yaml": f"{HEAD}    removed: [{found[1]}]\n"})
    digest = re.search(r"disruptive=1@(\w+)", on_stage.reconciler("plan").text)
    assert digest
    done = on_stage.reconciler("apply", "--auto-approve", "--allow", f"disruptive=1@{digest[1]}")

    assert done.code == 0, done.text
    assert [one["status"] for one in on_stage.live()["subscriptions"].values()] == ["deleted"]
    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    assert "RC322" not in on_stage.reconciler("plan").text


def test_the_entry_put_back_finds_it_and_orders_nothing(on_stage: Stage) -> None:
    left(on_stage, UNHEARD)
    on_stage.write({"desired-state/contoso.yaml": WANTED})

    assert on_stage.reconciler("apply", "--auto-approve").code == 0

    assert [one["quantity"] for one in on_stage.live()["subscriptions"].values()] == [3]
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_what_cannot_be_asked_is_not_forgotten(on_stage: Stage) -> None:
    left(on_stage, UNHEARD)
    route = "/v1/customers/{customer}/carts/{cart}"
    on_stage.faults({"service": "partnerCenter", "method": "GET", "route": route, "action": "status", "status": 400})

    assert "What became of it could not be asked" in on_stage.reconciler("plan").text
    on_stage.reconciler("apply", "--auto-approve")
    on_stage.faults()

    assert "RC322" in on_stage.reconciler("plan").text
