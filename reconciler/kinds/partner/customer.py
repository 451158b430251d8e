"""Customers: who a tenant is, as Partner Center and the tenant itself say it; and tenants that are made.

Read from `GET /customers/{t}` (https://learn.microsoft.com/partner-center/developer/get-a-customer-by-id,
partner-center.md 3.4) and `GET /organization` (graph.md 9). It tells whether the partner relationship stands, which
country the tenant has, and which domains are verified. A customer whose entry says `create:` is made where Partner
Center has none (`customer_writes.py`).

Must not: change a profile, or end a relationship; there is no code for it (interface.md 2.4).

Questionable on purpose: the country is that of the tenant itself and only then that of the company profile, because
the former fixes the market (partner-center.md 3.3) and the latter is an address that people edit. And a tenant that
does not let us in yet is still one: for customers that were made from here Partner Center's word is enough.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reconciler.cloud.partner import acting
from reconciler.cloud.sessions import ORGANIZATION, CustomerSession
from reconciler.kinds import contract
from reconciler.kinds.partner import customer_spec, customer_writes
from reconciler.kinds.partner.customer_spec import CustomerSpec
from reconciler.model import codes, halves
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import CloudError, Forbidden, NotFound, Unauthenticated
from reconciler.model.finding import Finding
from reconciler.model.kind import Declared, Declaring, Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec
from reconciler.model.template import Defaults

Row = Mapping[str, Any]  # Any: the vendor's JSON
# Purchases are blocked while the account's status is one of these (partner-center.md 3.4).
BLOCKING = frozenset({"underreview", "notallowed", "unknown"})


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """What else is known. `synced` says that an on-premises directory writes into the tenant.

    `account` is Microsoft's word on whether the account may buy; "" where nobody asked or there is none.
    """

    display_name: str
    commerce_id: str
    default_domain: str
    initial_domain: str
    synced: bool
    account: str = ""


class CustomerKind(Kind[CustomerSpec, CustomerSession]):
    """The customer itself; declared by its own place in the files."""

    name = "customer"
    spec = CustomerSpec
    group = "customers"
    repeatable = False
    implied = True
    stands_on = frozenset()
    opening = True
    entering = False

    def key(self, spec: CustomerSpec) -> str:
        return spec.tenant_id or ""

    def declare_together(self, context: Declaring) -> Iterator[Declared]:
        files = context.files
        if files.entry.create is None:
            return
        address = Address(files.key, self.name, files.key)
        spec = customer_spec.to_make(files.entry.create, context)
        yield Desired(address, spec, frozenset(), files.origin, protect=files.entry.protect)

    def note_on_create(self, desired: Desired[CustomerSpec], defaults: Defaults) -> str:  # noqa: ARG002
        return f"0.00 {defaults.currency}/month: a tenant costs nothing by itself"

    def makes_secret(self, change: Change) -> bool:
        return change.action in (Action.CREATE, Action.HANDOVER)

    def worth_saying(self, desired: Desired[CustomerSpec], live: Live[CustomerSpec]) -> Iterator[Finding]:
        status = _facts(live).account
        if blocks(status):
            yield _may_not_buy(desired.address, status)

    def refusals(
        self,
        changes: Sequence[Change],
        lives: Mapping[Address, Live[Spec]],
        desired: Mapping[Address, Desired[Spec]],  # noqa: ARG002
    ) -> Iterator[tuple[Address, Finding]]:
        """What would be bought on an account that may not buy."""
        live = next((live for address, live in lives.items() if address.kind == self.name), None)
        status = live.facts.account if live and isinstance(live.facts, CustomerFacts) else ""
        if not blocks(status):
            return
        for change in changes:
            if change.address.kind == "subscription" and change.action is Action.CREATE:
                yield change.address, _may_not_buy(change.address, status)

    @contract.reads("partner", "customers")
    async def read(
        self, session: CustomerSession, customer: str, interest: Interest
    ) -> AsyncIterator[Live[CustomerSpec]]:
        ours = self.name in interest.kinds
        asked = await asyncio.gather(
            _profile(session),
            _organizations(session, patient=ours),
            account(session) if ours else _nothing(),
            return_exceptions=True,
        )
        document, organizations, status = (_said(one) for one in asked)
        yield from_wire(customer, document, organizations[0] if organizations else {}, status)

    @contract.writes("partner", "customers")
    async def perform(
        self, session: CustomerSession, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        change = changes[0]
        if change.action is Action.HANDOVER:
            await customer_writes.reset_password(session, change, context)
            return {}
        assert change.action is Action.CREATE, f"{change.action} is not done to a customer"
        return {change.address: await customer_writes.create(session, change, context)}

    async def is_open(self, session: CustomerSession) -> bool:
        return await customer_writes.is_open(session)


async def _profile(session: CustomerSession) -> Row:
    """What Partner Center says of it; whom it tells nothing knows its id (partner-center.md 1.1)."""
    if not session.has_commerce:
        return {"id": await session.tenant_id()}
    return await session.partner.get(f"/customers/{await session.tenant_id()}")


async def _organizations(session: CustomerSession, *, patient: bool) -> list[Any]:  # Any: rows of JSON
    try:
        return list(await session.graph.listing(ORGANIZATION))
    except (Unauthenticated, Forbidden, NotFound):
        if patient:
            return []
        raise


async def account(session: CustomerSession) -> str:
    """Whether the account may buy. 404/600074: nobody ever looked at it, and it may (partner-center.md 3.4)."""
    if not session.has_person or not session.has_commerce:
        return ""
    path = f"/customers/{await session.tenant_id()}/validationStatus?type=account"
    try:
        document = await session.partner.get(path, acting(halves.ACCOUNT_STATUS))
    except CloudError:
        return ""  # a remark that cannot be made stops nothing
    return str(document.get("status") or "")


async def _nothing() -> str:
    return ""


def _said(answer: Any | BaseException) -> Any:  # Any: what each question gives
    """The answer, or its error: always that of the first question that failed, whichever was faster."""
    if isinstance(answer, BaseException):
        raise answer
    return answer


def from_wire(customer: str, document: Row, organization: Row, account: str = "") -> Live[CustomerSpec]:
    """Both documents of one customer as a live resource."""
    profile = document.get("companyProfile") or {}
    tenant_id = str(document.get("id") or profile.get("tenantId")).lower()
    domains = organization.get("verifiedDomains") or ()
    names = {str(domain["name"]).lower(): domain for domain in domains}
    country = organization.get("countryLetterCode") or (profile.get("address") or {}).get("country")
    spec = CustomerSpec(
        tenant_id=tenant_id,
        relationship=document.get("relationshipToPartner"),
        country=str(country).upper() if country else None,
        domains=frozenset(names) or frozenset(str(name).lower() for name in document.get("customDomains") or ()),
    )
    facts = CustomerFacts(
        display_name=str(organization.get("displayName") or profile.get("companyName") or ""),
        commerce_id=str(document.get("commerceId") or ""),
        default_domain=next((name for name, domain in names.items() if domain.get("isDefault")), ""),
        initial_domain=next((name for name, domain in names.items() if domain.get("isInitial")), ""),
        synced=organization.get("onPremisesSyncEnabled") is True,
        account=account,
    )
    return Live(Address(customer, KIND.name, customer), tenant_id, spec, facts=facts)


def _facts(live: Live[CustomerSpec]) -> CustomerFacts:
    assert isinstance(live.facts, CustomerFacts)
    return live.facts


def blocks(status: str) -> bool:
    """True where an account of that status may not buy."""
    return status.replace(" ", "").casefold() in BLOCKING


def _may_not_buy(address: Address, status: str) -> Finding:
    detail = f"Microsoft says {status} of the account of {address.customer}: nothing can be bought for it yet."
    fix = "Wait a few days while it is reviewed; where it was not allowed, correct the customer's company and address."
    return Finding(codes.MAY_NOT_BUY, detail, fix, address)


KIND = CustomerKind()
