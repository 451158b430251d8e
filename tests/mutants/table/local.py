"""Rules of the local clouds: what they ask for, charge, remember of who did it, and give until when."""

from __future__ import annotations

from mutants.mutant import Mutant

BILLING = ("tests/sandbox/billing/test_charges.py",)
INTO = ("tests/sandbox/partner/test_transitions_into.py",)
AUDITS = ("tests/sandbox/graph/test_audits.py",)
GDAP = ("tests/sandbox/graph/test_gdap.py",)

ALL = (
    Mutant(
        "a product that asks for an attestation is not sold without",
        "reconciler/sandbox/partner/cart_lines.py",
        "    _check_attestation(product, line)\n",
        "",
        ("tests/sandbox/partner/test_attestations.py",),
    ),
    Mutant(
        "seats do not go into a subscription that is in its window",
        "reconciler/sandbox/partner/eligibility.py",
        "    if cancelable_until(target, desk.now) is not None:\n        raise refuse(400, 900261)\n",
        "",
        ("tests/sandbox/partner/test_transitions.py",),
    ),
    Mutant(
        "licenses stay where it is open whose they are",
        "reconciler/sandbox/partner/transitions.py",
        "if wanted.is_full and not delay and not against:",
        "if wanted.is_full and not delay:",
        INTO,
    ),
    Mutant(
        "added and removed seats are charged by the uncut price of a part",
        "reconciler/sandbox/billing/charges.py",
        "return part if exact or share == 1 else cut(part)",
        "return part if share == 1 else cut(part)",
        BILLING,
    ),
    Mutant(
        "an upgrade keeps the charge cycle",
        "reconciler/sandbox/billing/history.py",
        "        return start\n    return last.anchor",
        "        return start\n    return start",
        BILLING,
    ),
    Mutant(
        "a cancellation within a day gives back everything",
        "reconciler/sandbox/billing/charges.py",
        "if version.at - begun.at > FULL_REFUND:",
        "if version.at != begun.at:",
        BILLING,
    ),
    Mutant(
        "the audit log is late",
        "reconciler/sandbox/graph/audits.py",
        "holdings.stamp(call.now - call.world.behavior.audit_delay)",
        "holdings.stamp(call.now)",
        AUDITS,
    ),
    Mutant(
        "the audit log of a free tenant forgets after a week",
        "reconciler/sandbox/graph/audits.py",
        "_KEPT_PREMIUM if activity.is_premium(call) else _KEPT",
        "_KEPT_PREMIUM",
        AUDITS,
    ),
    Mutant(
        "a relationship with Global Administrator ends",
        "reconciler/sandbox/relationships.py",
        'record["autoExtendDuration"] == EXTENSION and GLOBAL not in record["roles"]',
        'record["autoExtendDuration"] == EXTENSION',
        GDAP,
    ),
    Mutant(
        "a role that is not assigned reaches nobody",
        "reconciler/sandbox/relationships.py",
        '        for name in one["roles"]\n        if name in record["roles"]\n',
        '        for name in record["roles"]\n',
        GDAP,
    ),
)
