"""One rule broken at a time: what `make mutants` puts into the sources, and the tests that must notice.

Each mutant replaces one exact text of one file. Must not be clever: a mutant is what a tired person could write.
Questionable on purpose: tests are named by module. A test that is renamed within it must not make a mutant survive.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """The rule that is broken, the text that breaks it, and the test modules of which one must fail."""

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


ALL = (
    Mutant(
        "disabled service plans are kept when nothing is said of them",
        "reconciler/kinds/entra/license_writes.py",
        "return held.disabled_service_plans if isinstance(held, LicenseSpec) else frozenset()",
        "return frozenset()",
        ("tests/kinds/test_license.py",),
    ),
    Mutant(
        "an inherited license is never taken away",
        "reconciler/kinds/entra/license.py",
        'guard = _guard(row, states) if inherited or row.get("userType") == "Guest" else None',
        "guard = None",
        ("tests/kinds/test_license.py",),
    ),
    Mutant(
        "seats of all owners count",
        "reconciler/core/sizing.py",
        "if supply:\n            found",
        "if supply and supply.own:\n            found",
        ("tests/core/test_sizing.py", "tests/core/test_properties.py"),
    ),
    Mutant(
        "a subscription is sent whole",
        "reconciler/kinds/partner/subscription_writes.py",
        "{**current, name: part.after}",
        "{name: part.after}",
        ("tests/kinds/test_subscription.py",),
    ),
    Mutant(
        "a schedule is asserted again",
        "reconciler/kinds/partner/subscription_writes.py",
        "if scheduled and schedule.of(current) != scheduled:",
        "if not scheduled:",
        ("tests/kinds/test_subscription.py",),
    ),
    Mutant(
        "a request id stays the same when a request is repeated",
        "reconciler/cloud/partner_wire.py",
        "            **headers,\n        }",
        '            **headers,\n            "ms-requestid": self.new_id(),\n        }',
        ("tests/cloud/test_partner.py",),
    ),
    Mutant(
        "Retry-After is obeyed",
        "reconciler/cloud/retry.py",
        'said = headers.get("retry-after", "").strip()',
        'said = ""',
        ("tests/cloud/test_retry.py",),
    ),
    Mutant(
        "links that go in a circle are not followed",
        "reconciler/cloud/pages.py",
        "if seen in self._seen:",
        "if seen is None:",
        ("tests/cloud/test_graph.py",),
    ),
    Mutant(
        "a link to another host is not followed",
        "reconciler/cloud/pages.py",
        "if not self.leads_home(link):",
        "if not link:",
        ("tests/cloud/test_graph.py",),
    ),
    Mutant(
        "absent is not null",
        "reconciler/kinds/entra/user.py",
        "for name in document.model_fields_set - NOT_ATTRIBUTES}",
        "for name in set(type(document).model_fields) - NOT_ATTRIBUTES}",
        ("tests/kinds/test_user_entry.py",),
    ),
    Mutant(
        "a tombstone takes away",
        "reconciler/core/removals.py",
        "    placed = inputs.customer.tombstones.get(address)\n    if placed:\n        yield from _buried",
        "    placed = None\n    if placed:\n        yield from _buried",
        ("tests/core/test_removals.py",),
    ),
    Mutant(
        "a partial reading permits no removal",
        "reconciler/core/removals.py",
        "elif not coverage.permits_removal:",
        "elif False:",
        ("tests/core/test_removals.py", "tests/core/test_properties.py"),
    ),
    Mutant(
        "only complete readings permit creating",
        "reconciler/core/rows.py",
        "if not coverage.permits_create:",
        "if False:",
        ("tests/core/test_properties.py",),
    ),
    Mutant(
        "prices are in the customer's currency",
        "reconciler/core/price.py",
        "and money.parse(line.price).currency == self.currency",
        "and money.parse(line.price).currency",
        ("tests/hazards/test_currency_or_term_mismatch.py", "tests/test_fleet.py"),
    ),
    Mutant(
        "what a guard covers is not written",
        "reconciler/core/rows.py",
        "guard = kind.guard_for(live, change.name)",
        "guard = None",
        ("tests/hazards/test_guest_user.py", "tests/hazards/test_onprem_synced_user.py"),
    ),
    Mutant(
        "protection lasts one merge longer",
        "reconciler/core/gates.py",
        "if (desired and desired.protect) or (entry and entry.protect) or inputs.customer.protect:",
        "if (desired and desired.protect) or inputs.customer.protect:",
        ("tests/core/test_properties.py", "tests/hazards/test_protect_removed_with_block.py"),
    ),
    Mutant(
        "a reviewed plan is a constraint",
        "reconciler/core/constraint.py",
        "return known in self.rows or",
        "return True or",
        ("tests/core/test_constraint.py",),
    ),
    Mutant(
        "what changed since the review is stale",
        "reconciler/core/constraint.py",
        "return any(part.before not in self.before",
        "return False and any(part.before not in self.before",
        ("tests/core/test_constraint.py", "tests/hazards/test_stale_one_resource.py"),
    ),
    Mutant(
        "a UPN is compared without letter case",
        "reconciler/kinds/entra/upn.py",
        "return text.strip().casefold()",
        "return text.strip()",
        ("tests/kinds/test_helpers.py", "tests/kinds/test_user.py"),
    ),
    Mutant(
        "Norway is no boolean",
        "reconciler/store/yaml_scalars.py",
        '(("true", "True", "TRUE"), True)',
        '(("true", "True", "TRUE", "NO"), True)',
        ("tests/store/test_yaml.py",),
    ),
    Mutant(
        "a sign-in is never unblocked as drift",
        "reconciler/kinds/entra/user.py",
        "change.after is True and cause is not Cause.CONFIG",
        "change.after is True and cause is Cause.CONVERGED",
        ("tests/kinds/test_user.py",),
    ),
    Mutant(
        "a license needs a usage location",
        "reconciler/kinds/entra/license.py",
        "        yield from _homeless(changes, lives)\n",
        "",
        ("tests/kinds/test_license.py",),
    ),
    Mutant(
        "names are escaped in markdown",
        "reconciler/reports/escape.py",
        'safe = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")',
        "safe = plain(text)",
        ("tests/reports/test_escape.py",),
    ),
    Mutant(
        "a row is verified by two readings",
        "reconciler/engine/verify.py",
        "REQUIRED = 2",
        "REQUIRED = 1",
        ("tests/engine/test_verify_readings.py",),
    ),
    Mutant(
        "a doubtful attribution stays doubtful",
        "reconciler/core/remember.py",
        "    found |= _unattributed(inputs, rows)\n",
        "",
        ("tests/properties/test_worlds.py",),
    ),
    Mutant(
        "a later reading speaks the plan's names",
        "reconciler/app/applying.py",
        "return match.spoken(snapshot, found.plan.live, kinds.ALL)",
        "return snapshot",
        ("tests/properties/test_worlds.py",),
    ),
)
