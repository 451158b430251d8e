"""Rules of what follows a term, of suspending, and of letting a subscription go."""

from __future__ import annotations

from mutants.mutant import Mutant

END = ("tests/kinds/test_subscription_end.py",)
ENDING = ("tests/core/test_ending.py",)
CANCELLING = ("tests/core/test_cancelling.py",)

ALL = (
    Mutant(
        "a legacy add-on is not reactivated before its base",
        "reconciler/core/ending.py",
        "if base is None or (base.active and not back):",
        "if True:",
        ("tests/core/test_ending.py",),
    ),
    Mutant(
        "the renewal is never only switched off",
        "reconciler/kinds/partner/subscription_end.py",
        "actions = {ACTIONS: [action]} if can_be_extended(document)",
        "actions = {ACTIONS: [action]} if not can_be_extended(document)",
        END,
    ),
    Mutant(
        "what an action says counts before the flag",
        "reconciler/kinds/partner/subscription_end.py",
        "        if one in said:\n            return one",
        "        if one in said and document.get(FLAG) is not False:\n            return one",
        END,
    ),
    Mutant(
        "the quantity goes before the end that it would delete",
        "reconciler/kinds/partner/subscription_writes.py",
        "return 1 + list(MEMBERS).index(part.name)",
        "return 1 - list(MEMBERS).index(part.name)",
        END,
    ),
    Mutant(
        "a reactivation comes first and suspending last",
        "reconciler/kinds/partner/subscription_writes.py",
        "return 0 if part.after == ACTIVE else len(MEMBERS) + 1",
        "return len(MEMBERS) + 1 if part.after == ACTIVE else 0",
        END,
    ),
    Mutant(
        "what is cancelled is what the plan was made from",
        "reconciler/kinds/partner/subscription_writes.py",
        "if seats != -change.units:",
        "if False:",
        END,
    ),
    Mutant(
        "what is bought to end is given its end",
        "reconciler/kinds/partner/subscription_orders.py",
        "if wanted != Follows.RENEW:",
        "if False:",
        END,
    ),
    Mutant(
        "nothing is arranged around the end of a term",
        "reconciler/core/ending.py",
        "abs(renewal.ends - inputs.snapshot.now) < rightsize.AROUND_RENEWAL",
        "False",
        ENDING,
    ),
    Mutant(
        "no seats are arranged for what ends",
        "reconciler/core/ending.py",
        "in (Follows.CANCEL, Follows.EXTEND):\n        return False\n    return supply.renews",
        "in ():\n        return False\n    return True",
        ENDING,
    ),
    Mutant(
        "only a reactivation is taken of what is suspended",
        "reconciler/core/ending.py",
        "if _is_suspended(live) and group[0].name != STATE",
        "if False and group[0].name != STATE",
        ENDING,
    ),
    Mutant(
        "what is over is not changed",
        "reconciler/core/ending.py",
        "not in (None, ACTIVE, SUSPENDED)",
        "in ()",
        ENDING,
    ),
    Mutant(
        "what cannot be extended is not",
        "reconciler/core/ending.py",
        "or (renewal.extends and not is_trial)",
        "or not is_trial",
        ENDING,
    ),
    Mutant(
        "service is not taken without a consent",
        "reconciler/core/gates.py",
        "return change in asked or (change.units > 0",
        "return False and (change.units > 0",
        ENDING,
    ),
    Mutant(
        "what is bought in the place of what is suspended waits for the same consent",
        "reconciler/core/gates.py",
        "return change in asked or (change.units > 0 and _pool(inputs, change) in pools)",
        "return change in asked",
        ENDING,
    ),
    Mutant(
        "who loses a seat with a term is told",
        "reconciler/core/afterwards.py",
        "if len(holders) > stays:",
        "if len(holders) > stays + 2:",
        ENDING,
    ),
    Mutant(
        "a debt gives way to another end",
        "reconciler/core/renewal.py",
        "change.address in planned | decided",
        "change.address in planned",
        ENDING,
    ),
    Mutant(
        "nothing is cancelled once its days are over",
        "reconciler/core/cancelling.py",
        "until is None or until <= inputs.snapshot.now + rightsize.MARGIN",
        "until is None",
        CANCELLING,
    ),
    Mutant(
        "add-ons go before what they need",
        "reconciler/core/cancelling.py",
        "    if needing:",
        "    if False:",
        CANCELLING,
    ),
    Mutant(
        "what somebody else bought is not cancelled",
        "reconciler/core/removals.py",
        '(action == "cancel" and live.guard is None)',
        'action == "cancel"',
        CANCELLING,
    ),
)
