"""Who attests that a customer may have a product has done so on a day that is past.

Microsoft sells some products (Windows 365 Business and others) only where the partner attests it with the order
(https://learn.microsoft.com/partner-center/developer/cart-resources, attestationAccepted). It is a person's word, and
nobody can have given it tomorrow.

Passes:

    catalog:
      CFQ7TTC0HHS9:0001: {title: Windows 365 Business, sku: CPC_B_2C_RAM8GB, attestation: true}
    plans:
      desk: {sku: CPC_B_2C_RAM8GB, attestation: {acceptedBy: Ada Lovelace, on: 2026-08-31, reason: below 300 users}}
    customer: contoso
    subscriptions:
      desks: {plan: desk, seats: 5}

Refused:

    catalog:
      CFQ7TTC0HHS9:0001: {title: Windows 365 Business, sku: CPC_B_2C_RAM8GB, attestation: true}
    customer: contoso
    subscriptions:
      desks:
        sku: CPC_B_2C_RAM8GB
        seats: 5
        attestation: {acceptedBy: Ada Lovelace, on: 2999-01-01, reason: below 300 users}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.attestation import Attestation
from reconciler.model.finding import Finding, Origin
from reconciler.policies.fleet import Fleet, Rule


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each attestation, of a plan or a subscription, that nobody can have given yet."""
    for where, said, origin in _said(fleet):
        if fleet.today is not None and said.on > fleet.today:
            detail = f"The attestation of {where} is said to be of {said.on}, which is a day to come."
            yield Finding(codes.ATTESTED_LATER, detail, "Write the day on which it was given.", origin=origin)


def _said(fleet: Fleet) -> Iterator[tuple[str, Attestation, Origin | None]]:
    for name, plan in fleet.files.plans.items():
        if plan.attestation:
            yield f'plan "{name}"', plan.attestation, fleet.files.plan_origins.get(name)
    for key in fleet.customers:
        for entry in fleet.files.customers[key].entries:
            said = getattr(entry.document, "attestation", None)
            if isinstance(said, Attestation):
                yield f"{key}/subscription/{entry.key}", said, entry.origin


RULE = Rule("attestations", (codes.ATTESTED_LATER,), check, __doc__)
