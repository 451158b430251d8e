"""Rules of pull requests: whom a change concerns, and what a merge looks at."""

from __future__ import annotations

from mutants.mutant import Mutant

AFFECTED = ("tests/app/test_affected.py",)
BASE = ("tests/cli/test_base.py",)
AUTHORED = ("tests/app/test_authored.py",)
SCOPES = ("tests/core/test_planscope.py",)
SHARDS = ("tests/cli/test_shards.py",)
SNAPSHOT = ("tests/cli/test_snapshot.py",)
FORGE = ("tests/forge/test_forge.py",)
REF = ("tests/cli/test_config_from_ref.py",)
SINCE = ("tests/forge/test_since.py",)
DELEGATING = ("tests/app/test_delegating.py",)

ALL = (
    Mutant(
        "rules are those of the base, and not of where the change branched off",
        "reconciler/app/delegating.py",
        "    rules = _rules(workspace, tip)\n",
        "    rules = _rules(workspace, since)\n",
        DELEGATING,
    ),
    Mutant(
        "a customer is the grant's before and after the change",
        "reconciler/core/delegation.py",
        "bool(some) and all(",
        "bool(some) and any(",
        DELEGATING,
    ),
    Mutant(
        "a password is granted by its name alone",
        "reconciler/model/delegation.py",
        '{"password", "protect",',
        '{"protect",',
        DELEGATING,
    ),
    Mutant(
        "what is no desired state is the owners'",
        "reconciler/core/delegation.py",
        "        if name not in desired:\n",
        "        if not name:\n",
        DELEGATING,
    ),
    Mutant(
        "seats beyond a grant's cap are refused",
        "reconciler/core/delegation.py",
        "added > most:",
        "added > most + 99:",
        DELEGATING,
    ),
    Mutant(
        "a base that delegates and cannot be read refuses everybody",
        "reconciler/app/delegating.py",
        "    if not git.says(workspace.root, tip, WORD):\n",
        "    if workspace.root:\n",
        DELEGATING,
    ),
    Mutant(
        "only customers that a change concerns are looked at",
        "reconciler/app/fleet.py",
        "        and (scope.touched is None or scope.touched.has(key))\n",
        "",
        BASE,
    ),
    Mutant(
        "older files that cannot be used concern everybody",
        "reconciler/app/affected.py",
        "    if errors:\n",
        "    if errors < 0:\n",
        AFFECTED,
    ),
    Mutant(
        "what happened on the base branch meanwhile is nobody's change",
        "reconciler/app/affected.py",
        "    found = git.merge_base(workspace.root, named, here)\n",
        "    found = named\n",
        AFFECTED,
    ),
    Mutant(
        "a change of the policies concerns everybody",
        "reconciler/core/touching.py",
        "    if old.policies.asked != new.policies.asked:",
        "    if False:",
        AFFECTED,
    ),
    Mutant(
        "a line of the catalog concerns who has its product",
        "reconciler/core/touching.py",
        "& (self._used(old) | self._used(new))",
        "",
        AFFECTED,
    ),
    Mutant(
        "several plans looked at everybody if one of them did",
        "reconciler/core/planscope.py",
        "if bases and not everyone else None",
        "if bases else None",
        SCOPES,
    ),
    Mutant(
        "what was changed and changed back is looked at",
        "reconciler/app/publishing.py",
        "[applied, *reversed(fresh[1:])]",
        "[applied]",
        SINCE,
    ),
    Mutant(
        "what was never compared with the tenants is not applied",
        "reconciler/app/applying.py",
        "    if not file.plan.scope.refresh:\n",
        "    if False:\n",
        BASE,
    ),
    Mutant(
        "who is let go of keeps the seat",
        "reconciler/core/comparing.py",
        "(*self._new.values(), *kept)",
        "tuple(self._new.values())",
        AUTHORED,
    ),
    Mutant(
        "a declared rename is no leaver and no joiner",
        "reconciler/core/comparing.py",
        "        to = renames.get(address) or (",
        "        to = (",
        AUTHORED,
    ),
    Mutant(
        "a part of a fleet is only that part",
        "reconciler/app/fleet.py",
        "        and (scope.shard is None or scope.shard.has(key))\n",
        "",
        SHARDS,
    ),
    Mutant(
        "plans of one customer are not added up",
        "reconciler/core/joining.py",
        "            if seen.setdefault(key, number) != number:\n",
        "            if False:\n",
        SHARDS,
    ),
    Mutant(
        "a snapshot that is too old is not used",
        "reconciler/cloud/commerce.py",
        "        if now - found.at > self.most:\n",
        "        if False:\n",
        SNAPSHOT,
    ),
    Mutant(
        "of several snapshots the latest answer counts",
        "reconciler/cloud/commerce.py",
        "if key not in found or found[key].at < kept.at:",
        "if key not in found:",
        SNAPSHOT,
    ),
    Mutant(
        "a customer's contacts are not kept in a snapshot",
        "reconciler/cloud/commerce.py",
        "    return {**_named(document, CUSTOMER), ",
        "    return {**document, ",
        SNAPSHOT,
    ),
    Mutant(
        "a snapshot of a branch is not believed",
        "reconciler/forge/plans.py",
        "any(run.get(name) != value for name, value in ours.items())",
        "False",
        FORGE,
    ),
    Mutant(
        "where credentials are sent to is not taken from an untrusted commit",
        "reconciler/app/workspace.py",
        'OURS = ("connections", "ledger", "hooks")',
        'OURS = ("ledger", "hooks")',
        REF,
    ),
)
