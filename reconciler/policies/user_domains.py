"""A user's name ends in a domain that the customer has.

Looked at only where the customer declares its `domains`. The tenant's own domain counts; where `tenant` is an id or
another domain, every name below onmicrosoft.com is taken, because nobody can tell offline which one is the tenant's.

Passes:

    customers:
      contoso: {tenant: contoso.onmicrosoft.com, domains: {contoso.com: {default: true}}}
    customer: contoso
    users:
      ada@contoso.com: {displayName: Ada Lovelace}
      admin@contoso.onmicrosoft.com: {displayName: Admin}

Refused:

    customers:
      contoso: {tenant: contoso.onmicrosoft.com, domains: {contoso.com: {default: true}}}
    customer: contoso
    users:
      ada@contoso.co: {displayName: Ada Lovelace}
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model import codes
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.suggest import did_you_mean
from reconciler.policies.fleet import Fleet, Rule, of_kind

INITIAL = ".onmicrosoft.com"  # graph.md 5: every tenant has a first domain below it


def check(fleet: Fleet) -> Iterator[Finding]:
    """One finding for each user in a domain that is not the customer's."""
    for customer in fleet.customers.values():
        if customer.domains:
            yield from _check_customer(customer)


def _check_customer(customer: DesiredCustomer) -> Iterator[Finding]:
    tenant = customer.tenant.strip().lower()
    known = customer.domains | ({tenant} if "." in tenant else set())
    for user in of_kind(customer, "user"):
        domain = user.address.key.rpartition("@")[2]
        if domain in known or (domain.endswith(INITIAL) and not tenant.endswith(INITIAL)):
            continue
        fix = did_you_mean(domain, known) or f'Correct the name, or declare "{domain}" under domains.'
        detail = f'{user.address} is in "{domain}"; customer "{customer.key}" has {", ".join(sorted(known))}.'
        yield Finding(codes.FOREIGN_DOMAIN, detail, fix, user.address, user.origin)


RULE = Rule("user_domains", (codes.FOREIGN_DOMAIN,), check, __doc__)
