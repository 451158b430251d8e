"""Rules of ordering: what is bought, how often, and what is refused before anything is sent."""

from __future__ import annotations

from mutants.mutant import Mutant

DRIVER = ("tests/kinds/test_subscription_orders.py",)
CORE = ("tests/core/test_orders.py",)
ORDERS = "reconciler/kinds/partner/subscription_orders.py"

ALL = (
    Mutant(
        "an attestation is sent only where somebody gave it",
        "reconciler/kinds/partner/subscription_purchase.py",
        "        if self.attested:",
        "        if True:",
        ("tests/kinds/test_subscription_orders.py",),
    ),
    Mutant(
        "an attestation that is lacking is told before anything is sent",
        "reconciler/core/sellable.py",
        "if entry.attestation and one.giver is None",
        "if False",
        ("tests/core/test_orders.py",),
    ),
    Mutant(
        "the cart of an order is noted before it is paid",
        ORDERS,
        '            cart_id = str(cart["id"])\n            self._note(cart_id)\n',
        '            cart_id = str(cart["id"])\n',
        DRIVER,
    ),
    Mutant(
        "a cart that an order was begun with is the only one",
        ORDERS,
        "            return None, purchase.cart\n        return await",
        '            return None, ""\n        return await',
        DRIVER,
    ),
    Mutant(
        "a cart that is ordered is not filled anew",
        ORDERS,
        'if str(cart.get("status") or "").lower() != subscription_purchase.SUBMITTED:',
        "if cart:",
        DRIVER,
    ),
    Mutant(
        "an order that nobody remembers is looked for before another one is sent",
        ORDERS,
        "order = None if cart else await self._unseen(purchase, own)",
        "order = None",
        DRIVER,
    ),
    Mutant(
        "an order of long ago is nobody's purchase of today",
        ORDERS,
        "late = bought not in shown and subscription_purchase.since(order, self.context.now - LISTED_LATER)",
        "late = bought not in shown",
        DRIVER,
    ),
    Mutant(
        "what somebody bought since the plan is no second order",
        ORDERS,
        "                self._refuse_bought(own)\n",
        "",
        DRIVER,
    ),
    Mutant(
        "an error of a line stops an order before it is paid",
        ORDERS,
        "            raise self._refused(code, text)\n",
        "            break\n",
        DRIVER,
    ),
    Mutant(
        "an order that is accepted and has no subscription yet is not done",
        ORDERS,
        "        if not bought:\n",
        "        if bought is None:\n",
        DRIVER,
    ),
    Mutant(
        "an order of something else is not taken for this one",
        "reconciler/kinds/partner/subscription_purchase.py",
        'and bought and line.get("friendlyName") == self.name',
        "and bought",
        DRIVER,
    ),
    Mutant(
        "what is gone is not ordered a second time",
        "reconciler/core/rows.py",
        "    if kind.ordered and entry and entry.id and not begun:\n",
        "    if kind.ordered and entry and entry.id and begun:\n",
        CORE,
    ),
    Mutant(
        "seats of an order are counted in the demand of the same plan",
        "reconciler/core/sizing.py",
        "decision.shortage = max(0, decision.shortage - sum(ordered.values()) + coming)",
        "decision.shortage = max(0, decision.shortage)",
        CORE,
    ),
    Mutant(
        "nothing is ordered where seats or holders were not seen whole",
        "reconciler/core/shortage.py",
        "(None, change) if _is_order(inputs, change) else _late(",
        "(change, None) if _is_order(inputs, change) else _late(",
        CORE,
    ),
    Mutant(
        "an order has at least the seats that its product is sold with",
        "reconciler/core/orders.py",
        "if more and has + more < one.least:",
        "if more and has + more < 0:",
        CORE,
    ),
    Mutant(
        "nothing is ordered that nobody needs",
        "reconciler/core/orders.py",
        "return max(self.rule.min, self.least) if self.rule.min else 0",
        "return max(self.rule.min, self.least)",
        CORE,
    ),
    Mutant(
        "an order of more than a tenant may have is refused",
        "reconciler/core/sellable.py",
        "        if wanted > left.get(product, wanted):",
        "        if wanted < 0:",
        CORE,
    ),
    Mutant(
        "the order of an add-on waits for that of its base",
        "reconciler/core/sellable.py",
        "            rows.bases[one.supply.address] = base\n",
        "            pass\n",
        CORE,
    ),
    Mutant(
        "an order is held against the one that was reviewed",
        "reconciler/core/constraint.py",
        "is_same = is_plain or identity(orders.unsized(change)) in self.rows",
        "is_same = True",
        CORE,
    ),
    Mutant(
        "an order allows no growth of what it bought",
        "reconciler/core/constraint.py",
        "            shown = self.seats.get((change.address, change.action))\n",
        "            shown = self.seats.get((change.address, Action.CREATE))\n",
        CORE,
    ),
    Mutant(
        "the cart of an order is in the ledger",
        "reconciler/app/record.py",
        "lambda ledger: remember.buying(ledger, address, purchase, self.stamp)",
        "lambda ledger: ledger",
        ("tests/app/test_record.py",),
    ),
    Mutant(
        "the cart of an order is in the journal",
        "reconciler/app/record.py",
        'self.books.journal.record({**event, "cart": told.cart, "order": told.order, "since": told.at}, durable=True)',
        "assert told",
        ("tests/app/test_record.py",),
    ),
    Mutant(
        "a plan's older memory does not overwrite an order",
        "reconciler/app/record.py",
        "if a not in newer}",
        "if a}",
        ("tests/app/test_record.py",),
    ),
    Mutant(
        "an order that a journal leaves open is not forgotten with the ledger",
        "reconciler/app/memory.py",
        "    ledger = _with_orders(ledger, left)\n",
        "",
        ("tests/app/test_memory.py",),
    ),
    Mutant(
        "an order that is not there in time is unverified",
        "reconciler/engine/execute.py",
        "[Outcome(change, Status.UNVERIFIED, str(error)) for change in due]",
        "[Outcome(change, Status.DONE, str(error)) for change in due]",
        ("tests/engine/test_steps.py",),
    ),
)
