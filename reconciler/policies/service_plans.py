"""A service plan that is switched off is one that its product has.

Looked at only where the catalog lists the product's `servicePlans`. A misspelled name would otherwise fail late, at the
first user, with an answer that does not say which name was meant.

Passes:

    customer: contoso
    users:
      ada@contoso.com:
        displayName: Ada Lovelace
        usageLocation: GB
        licenses: {SPB: {disabledServicePlans: [YAMMER_ENTERPRISE]}}

Refused:

    customer: contoso
    users:
      ada@contoso.com:
        displayName: Ada Lovelace
        usageLocation: GB
        licenses: {SPB: {disabledServicePlans: [YAMMER_ENTERPRIZE]}}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.policies.fleet import Fleet, Rule, known_service_plans, of_kind, text, value


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each unknown name: at the plan that says it, or at the user."""
    known = known_service_plans(fleet.files)
    told: set[tuple[str, str, str]] = set()
    for customer in fleet.customers.values():
        for license_ in of_kind(customer, "license"):
            sku = text(license_, "sku")
            disabled = value(license_, "disabled_service_plans")
            if sku not in known or not isinstance(disabled, frozenset):
                continue
            source = license_.sources.get("disabled_service_plans", "")
            for name in sorted(disabled - known[sku]):
                if (where := (source or str(license_.address), sku, name)) not in told:
                    told.add(where)
                    yield _finding(fleet, license_, source, name, known[sku])


def _finding(fleet: Fleet, license_: Desired[Spec], source: str, name: str, known: frozenset[str]) -> Finding:
    sku = text(license_, "sku")
    origin = fleet.files.plan_origins.get(source.removeprefix("plan "), license_.origin) if source else license_.origin
    who = f'Plan "{source.removeprefix("plan ")}"' if source else str(license_.address)
    detail = f'{who} switches off "{name}" of {sku}, which has no such service plan.'
    fix = did_you_mean(name, known) or f"{sku} has: {', '.join(sorted(known))}."
    return Finding(codes.UNKNOWN_SERVICE_PLAN, detail, fix, None if source else license_.address, origin)


RULE = Rule("service_plans", (codes.UNKNOWN_SERVICE_PLAN,), check, __doc__)
