"""Rules of each kind: what a write must carry, and what must not be taken."""

from __future__ import annotations

from mutants.mutant import Mutant

LICENSE = ("tests/kinds/test_license.py",)
USER = ("tests/kinds/test_user.py",)
GROUP = ("tests/kinds/test_group.py",)
SUBSCRIPTION = ("tests/kinds/test_subscription.py",)
SCHEDULE = ("tests/kinds/test_schedule.py",)

ALL = (
    Mutant(
        "disabled service plans are kept when nothing is said of them",
        "reconciler/kinds/entra/license_writes.py",
        "return held.disabled_service_plans if isinstance(held, LicenseSpec) else frozenset()",
        "return frozenset()",
        LICENSE,
    ),
    Mutant(
        "an inherited license is never taken away",
        "reconciler/kinds/entra/license_wire.py",
        'guard = _guard(row, states) if inherited or row.get("userType") == "Guest" else None',
        "guard = None",
        LICENSE,
    ),
    Mutant(
        "what few may do to a global administrator is told",
        "reconciler/kinds/entra/user_foreseen.py",
        '        what = _what(change) if change.address in admins else ""\n',
        '        what = ""\n',
        ("tests/kinds/test_user_foreseen.py",),
    ),
    Mutant(
        "a license that a group gives is not given again",
        "reconciler/core/given.py",
        "    rows.changes = [change for change in rows.changes if not _is_given(held, change, given)]\n",
        "",
        ("tests/core/test_sizing.py",),
    ),
    Mutant(
        "a license that a group fails to give holds no seat",
        "reconciler/core/holding.py",
        "if standing is Standing.WORKS and (handing is None or handing.has(holder)):",
        "if handing is None or handing.has(holder):",
        ("tests/core/test_given.py", "tests/core/test_sizing.py"),
    ),
    Mutant(
        "the last license with a mailbox is not taken unasked",
        "reconciler/kinds/entra/license_foreseen.py",
        "if (shift.pool, shift.source) in carrying and not shift.gains:",
        "if (shift.pool, shift.source) in carrying and shift.gains:",
        ("tests/kinds/test_license_foreseen.py",),
    ),
    Mutant(
        "a license needs a usage location",
        "reconciler/kinds/entra/license.py",
        "        yield from _homeless(changes, lives)\n",
        "",
        LICENSE,
    ),
    Mutant(
        "a service plan that the SKU does not have is refused",
        "reconciler/kinds/entra/license_writes.py",
        "    if unknown:\n        detail",
        "    if not unknown and not plans:\n        detail",
        LICENSE,
    ),
    Mutant(
        "a call with what is gone already is sent without it",
        "reconciler/kinds/entra/license_writes.py",
        'return {**body, "removeLicenses": [sku_id for sku_id in body["removeLicenses"] if sku_id in direct]}',
        "return body",
        LICENSE,
    ),
    Mutant(
        "a refusal for want of seats is final where none are on their way",
        "reconciler/kinds/entra/license_writes.py",
        "and max(pool.usable, bought.get(pool.sku, 0)) <= pool.held:",
        "and max(pool.usable, bought.get(pool.sku, 0)) < 0:",
        LICENSE,
    ),
    Mutant(
        "blocking a sign-in revokes the sessions",
        "reconciler/kinds/entra/user_writes.py",
        'if values.get("account_enabled") is False:',
        'if values.get("account_enabled") is True:',
        USER,
    ),
    Mutant(
        "an old user of the same name is not taken for what a lost create made",
        "reconciler/kinds/entra/user_writes.py",
        'if not same or not steps.is_of(found.get("createdDateTime"), sent):',
        "if not same:",
        USER,
    ),
    Mutant(
        "a user found after all gets the password that is handed over",
        "reconciler/kinds/entra/user_writes.py",
        'f"/users/{user_id}", {"passwordProfile": body["passwordProfile"]})',
        'f"/users/{user_id}", {})',
        USER,
    ),
    Mutant(
        "a new password is changed at the first sign-in",
        "reconciler/kinds/entra/user_wire.py",
        '"forceChangePasswordNextSignIn": True}',
        '"forceChangePasswordNextSignIn": False}',
        USER,
    ),
    Mutant(
        "a user that this step has made is not made again",
        "reconciler/kinds/entra/user_writes.py",
        "    if user_id is None:\n",
        "    if user_id is None or values:\n",
        USER,
    ),
    Mutant(
        "a group that this step has made is not made again",
        "reconciler/kinds/entra/group_writes.py",
        "    if group_id is None:\n",
        "    if group_id is None or ids:\n",
        GROUP,
    ),
    Mutant(
        "a member is taken out of the group and not deleted",
        "reconciler/kinds/entra/group_writes.py",
        'await _remove(session, f"/groups/{group_id}/{name}/{one}/$ref")',
        'await _remove(session, f"/groups/{group_id}/{name}/{one}")',
        GROUP,
    ),
    Mutant(
        "owners and members come before others go",
        "reconciler/kinds/entra/group_writes.py",
        "        await _add(session, group_id, name, added)\n        for one in removed:\n"
        '            await _remove(session, f"/groups/{group_id}/{name}/{one}/$ref")\n',
        '        for one in removed:\n            await _remove(session, f"/groups/{group_id}/{name}/{one}/$ref")\n'
        "        await _add(session, group_id, name, added)\n",
        GROUP,
    ),
    Mutant(
        "a request carries at most twenty references",
        "reconciler/kinds/entra/group_writes.py",
        "BINDS = 20",
        "BINDS = 21",
        GROUP,
    ),
    Mutant(
        "a group that Exchange keeps is not written",
        "reconciler/kinds/entra/group_wire.py",
        '    if kind in ("mailEnabledSecurity", "distribution"):\n        return EXCHANGE\n',
        "",
        GROUP,
    ),
    Mutant(
        "a group's type is not changed",
        "reconciler/kinds/entra/group.py",
        'return super().guard_for(live, name) or (FIXED if name == "type" else None)',
        "return super().guard_for(live, name)",
        GROUP,
    ),
    Mutant(
        "a synchronized user keeps what the other directory says",
        "reconciler/kinds/entra/user.py",
        'guard = GUEST if facts.user_type == "Guest" else SYNCED if facts.synced else None',
        'guard = GUEST if facts.user_type == "Guest" else None',
        (*USER, "tests/hazards/test_onprem_synced_user.py"),
    ),
    Mutant(
        "a subscription is sent whole",
        "reconciler/kinds/partner/subscription_writes.py",
        "member.write(current, part.after)",
        "member.write({}, part.after)",
        SUBSCRIPTION,
    ),
    Mutant(
        "a schedule is asserted again",
        "reconciler/core/renewal.py",
        "if owed.text:",
        "if not owed.text:",
        ("tests/core/test_renewal.py",),
    ),
    Mutant(
        "a schedule that is not known to be back is not done",
        "reconciler/kinds/partner/subscription_writes.py",
        "if schedule.text(await session.partner.get(path)) != owed.text:",
        "if not owed.text:",
        SCHEDULE,
    ),
    Mutant(
        "a schedule that somebody changed since is not overwritten",
        "reconciler/core/renewal.py",
        "if renewal and not owed.is_as_left(renewal.facts):",
        "if not renewal:",
        ("tests/core/test_renewal.py",),
    ),
    Mutant(
        "an account is ours only with proof",
        "reconciler/core/attempts.py",
        "return sent.replace(microsecond=0) <= created <= sent + IN_FLIGHT",
        "return created >= sent - IN_FLIGHT",
        ("tests/core/test_attempts.py", "tests/kinds/test_user.py"),
    ),
    Mutant(
        "a subscription that somebody changed meanwhile is not written",
        "reconciler/kinds/partner/subscription_writes.py",
        "    if found != part.before:",
        "    if found is None:",
        SUBSCRIPTION,
    ),
    Mutant(
        "a subscription's write names the etag that was read",
        "reconciler/kinds/partner/subscription_writes.py",
        "Options(if_match=etag)",
        "Options()",
        SUBSCRIPTION,
    ),
    Mutant(
        "product, term and billing of what runs are not changed",
        "reconciler/kinds/partner/subscription.py",
        "(kept if name in IDENTIFYING else None)",
        "None",
        ("tests/kinds/test_subscription_entry.py",),
    ),
    Mutant(
        "a subscription of somebody else carries a guard",
        "reconciler/kinds/partner/subscription_wire.py",
        "return Live(self._address(key), key, spec, guard, facts)",
        "return Live(self._address(key), key, spec, None, facts)",
        (*SUBSCRIPTION, "tests/hazards/test_foreign_partner_subscription.py"),
    ),
    Mutant(
        "what was deleted gives no seats",
        "reconciler/kinds/partner/subscription_wire.py",
        'not in ("deleted", "none"):',
        'not in ("none",):',
        SUBSCRIPTION,
    ),
)
