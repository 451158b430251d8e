"""Whether a customer is there to be read: made already, to be made, somebody else's, or one that has not accepted yet.

    looked = await before(customer, ledger, sessions, ...)   for customers that the files want made
    again = await let_in(snapshot, customer, session, ...)   for tenants so new that login does not know them yet
    snapshot = await after(snapshot, customer, sessions)     for customers that could not be read

A customer whose entry says `create:`, and of whom nothing is remembered, is looked for by its domain: in the partner's
own list, then among all domains there are. Ours and remembered as begun: read on. Ours, and nobody knows of it: read
on with a word, or not at all where it is another company's. Free: its absence is knowledge, so everything may be
planned (`absent parent`). Taken: the row that would make it is refused. A tenant that exists and has no relationship
with this partner is nobody's failure: the plan says whom it waits for, with the link to send.

Must not: write anything, or ask for more than these customers need. A fleet that is all there costs no request here.

Questionable on purpose: what a run that died may have made is waited for, as long as a reading is (`resuming.py`), and
a domain that is taken without being listed is then neither ours nor a stranger's yet: the customer is put off.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from reconciler import kinds
from reconciler.app.resuming import PATIENCE_S, PAUSE_S
from reconciler.cloud.clock import Pace
from reconciler.cloud.exchange import Json
from reconciler.cloud.partner import acting
from reconciler.cloud.sessions import CustomerSession, Sessions
from reconciler.engine import opening
from reconciler.kinds.partner import customer_checks, customer_writes
from reconciler.kinds.partner.customer_spec import CustomerSpec
from reconciler.model import codes, halves
from reconciler.model.address import Address
from reconciler.model.errors import CloudError, Forbidden, NotFound
from reconciler.model.finding import Code, Finding
from reconciler.model.ledger import CustomerLedger
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Coverage, CoverageState, Desired, Snapshot
from reconciler.model.spec import Spec

ABSENT = Coverage(CoverageState.ABSENT_PARENT, "the tenant is made in this plan")
INVITATION = "/customers/relationshiprequests"  # partner-center.md 3.6
NO_RELATIONSHIP = "20002"
CLOUD = ".onmicrosoft.com"


@dataclass(frozen=True, slots=True)
class Looked:
    """What looking gave: a snapshot that stands for a reading, or None to read; and what there is to tell."""

    snapshot: Snapshot | None = None
    findings: tuple[Finding, ...] = ()


READ_ON = Looked()


class _Domain(Enum):
    FREE = auto()
    TAKEN = auto()


async def before(
    customer: DesiredCustomer, ledger: CustomerLedger, sessions: Sessions, pace: Pace, *, in_doubt: bool
) -> Looked:
    """For a customer that the files want made and that nobody remembers: is it there? CloudError if none can tell."""
    address = of(customer)
    desired, entry = customer.resources.get(address), ledger.resources.get(address)
    if desired is None or (entry and entry.id):
        return READ_ON
    spec = desired.spec
    assert isinstance(spec, CustomerSpec)
    found = await _patiently(sessions, spec.domain or "", pace, in_doubt=in_doubt)
    if isinstance(found, dict):
        return READ_ON if entry or in_doubt else _there_already(desired, spec, found, sessions)
    if found is _Domain.FREE:
        wrong = await customer_checks.check(sessions.partner(), desired)
        return Looked(_snapshot(customer.key, sessions, ABSENT, *wrong))
    if in_doubt:
        why = f"{spec.domain} is taken, perhaps by a run that died, and not in the list of customers yet"
        return Looked(_snapshot(customer.key, sessions, Coverage(CoverageState.FAILED, why)))
    return Looked(_snapshot(customer.key, sessions, ABSENT, _taken(desired, spec)))


async def after(snapshot: Snapshot, customer: DesiredCustomer, sessions: Sessions) -> Snapshot:
    """A reading that was refused, explained where the tenant is not a customer of this partner."""
    if not snapshot.covers("customer").denied:
        return snapshot
    name = customer.tenant.strip().lower()
    try:
        if name.endswith(CLOUD):
            if await sessions.customer_row(name) is not None:
                return snapshot
            if not await sessions.partner().exists(f"/domains/{name}"):
                return replace(snapshot, findings=(*snapshot.findings, _nobodys(customer)))
        elif not await _is_stranger(sessions, name):
            return snapshot
    except CloudError:
        return snapshot  # what cannot be asked explains nothing
    why = f"{customer.key} has no relationship with this partner yet: its administrator has to accept the invitation"
    waiting = Coverage(CoverageState.NOT_READ, why)
    return replace(_snapshot(customer.key, sessions, waiting, await _invitation(customer, sessions)), waits=why)


async def let_in(snapshot: Snapshot, customer: DesiredCustomer, session: CustomerSession, pace: Pace) -> bool:
    """Wait for a tenant that the files wanted made and that login does not know yet; True where to read it again."""
    if of(customer) not in customer.resources or snapshot.covers("customer").state is not CoverageState.COMPLETE:
        return False
    if all(coverage.state is not CoverageState.FAILED for coverage in snapshot.coverage.values()):
        return False
    until = min(pace.deadline, pace.monotonic() + opening.LIMIT_S)
    waited = False
    try:
        while not await customer_writes.is_open(session):
            if pace.monotonic() + opening.LONGEST_PAUSE_S > until:
                return False
            waited = True
            await pace.sleep(opening.LONGEST_PAUSE_S)
    except CloudError:
        return waited  # it knows us now, and does not want us: the reading says so
    return True


def of(customer: DesiredCustomer) -> Address:
    """The address of the customer itself."""
    return Address(customer.key, "customer", customer.key)


async def _patiently(sessions: Sessions, domain: str, pace: Pace, *, in_doubt: bool) -> dict[str, Json] | _Domain:
    """Our customer of that domain, or whether the domain is free; asked again for a while where it may be ours."""
    until = min(pace.deadline, pace.monotonic() + PATIENCE_S) if in_doubt else 0.0
    while True:
        found = await _looked_up(sessions, domain)
        if isinstance(found, dict) or pace.monotonic() >= until:
            return found
        await pace.sleep(PAUSE_S)


async def _looked_up(sessions: Sessions, domain: str) -> dict[str, Json] | _Domain:
    row = await sessions.customer_row(domain)
    if row is not None:
        return row
    return _Domain.TAKEN if await sessions.partner().exists(f"/domains/{domain}") else _Domain.FREE


def _there_already(desired: Desired[Spec], spec: CustomerSpec, row: dict[str, Json], sessions: Sessions) -> Looked:
    """A customer of ours that nobody here made: read with a word where it is the same company, else not at all."""
    named = str((row.get("companyProfile") or {}).get("companyName") or "")
    if named.strip().casefold() == (spec.company_name or "").strip().casefold():
        return Looked(None, (_finding(codes.THERE_ALREADY, desired, *_adopted(spec, named)),))
    refused = _finding(codes.OTHER_COMPANY, desired, *_another(spec, named))
    return Looked(_snapshot(desired.address.customer, sessions, ABSENT, refused))


def _adopted(spec: CustomerSpec, named: str) -> tuple[str, str]:
    detail = f'{spec.domain} is a customer of yours already, "{named}", and was not made from here: it is taken over.'
    return detail, "Take create: out of the files if that is right; nothing of it is used."


def _another(spec: CustomerSpec, named: str) -> tuple[str, str]:
    detail = (
        f'{spec.domain} is a customer of yours already, and is "{named}"; the files want "{spec.company_name}" made.'
    )
    fix = f'Choose another domain, or, if "{named}" is meant, take create: out of the files.'
    return detail, fix


def _taken(desired: Desired[Spec], spec: CustomerSpec) -> Finding:
    detail = f"{spec.domain} belongs to a tenant that is no customer of yours."
    fix = "Choose another domain; or, if it is the customer's own tenant, take create: out of the files: the plan then "
    return _finding(codes.DOMAIN_TAKEN, desired, detail, f"{fix}has the invitation to send.")


def _nobodys(customer: DesiredCustomer) -> Finding:
    detail = f"There is no tenant {customer.tenant}."
    fix = "Correct tenant:, or say with create: what the tenant is to be made with."
    return Finding(codes.NO_SUCH_TENANT, detail, fix, of(customer), customer.origin)


async def _is_stranger(sessions: Sessions, tenant_id: str) -> bool:
    """True for a tenant, named by its id, that exists and has no relationship with this partner."""
    try:
        await sessions.partner().get(f"/customers/{tenant_id}")
    except Forbidden as error:
        return error.exchange.code == NO_RELATIONSHIP
    except NotFound:
        return False
    return False


async def _invitation(customer: DesiredCustomer, sessions: Sessions) -> Finding:
    """What somebody has to do, with the link to send where a person of ours may ask for it."""
    detail = f"{customer.tenant} exists and has no relationship with this partner; nothing else is planned for it."
    fix = "Send its administrator the invitation from Partner Center: Customers, Request a reseller relationship."
    if sessions.tokens.has_user:
        try:
            document = await sessions.partner().get(INVITATION, acting(halves.INVITE))
        except CloudError:
            document = {}
        if document.get("url"):
            fix = f"Send its administrator this invitation: {document['url']}"
    return Finding(codes.MUST_ACCEPT, detail, fix, of(customer), customer.origin)


def _finding(code: Code, desired: Desired[Spec], detail: str, fix: str) -> Finding:
    return Finding(code, detail, fix, desired.address, desired.origin)


def _snapshot(customer: str, sessions: Sessions, covered: Coverage, *findings: Finding) -> Snapshot:
    coverage = {kind.name: covered for kind in kinds.ALL}
    return Snapshot(customer, sessions.now, {}, coverage, findings=tuple(findings))
