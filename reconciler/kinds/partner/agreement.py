"""The Microsoft Customer Agreement of a customer: whether it is accepted, and the partner's word that a person did.

Sources: https://learn.microsoft.com/partner-center/developer/get-confirmation-of-customer-agreement,
confirm-customer-consent-customer-agreement, get-agreement-metadata (partner-center.md 3.7). All of it is app+user and
public cloud only. Orders fail with 403/13605 until it is there.

Must not: make up who accepted, or when. Both stand in the files, written by a person (`agreement:`), or nothing is
confirmed.

Questionable on purpose: any acceptance that is on record is enough, whoever it names, and so is one that the customer
signed in the admin center. The declaration is the partner's legal statement; saying it again with other words would add
a second one and not correct the first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from reconciler.cloud.partner import acting
from reconciler.cloud.sessions import CustomerSession
from reconciler.kinds import contract
from reconciler.model import halves
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import Exchange, Rejected
from reconciler.model.kind import Declared, Declaring, Interest, Kind
from reconciler.model.newcomer import AGREEMENT, Acceptance
from reconciler.model.performing import Performing
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec
from reconciler.model.template import Defaults

Row = dict[str, Any]  # Any: the vendor's JSON
TEMPLATES = f"/agreements?agreementType={AGREEMENT}"
READING = acting(halves.READ_AGREEMENTS)
ON_RECORD_ALREADY = "600061"  # the same contact again: success (partner-center.md 3.7)


class AgreementSpec(Spec):
    """Who accepted, and when. `template_id` None: the current template."""

    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    date_agreed: str | None = None
    template_id: str | None = None


class AgreementKind(Kind[AgreementSpec, CustomerSession]):
    """The acceptance of one customer; there is one or none."""

    name = "agreement"
    spec = AgreementSpec
    group = "customers"
    implied = True
    read_where_declared = True
    stands_on = frozenset({"customer"})
    entering = False

    def key(self, spec: AgreementSpec) -> str:  # noqa: ARG002
        return AGREEMENT

    def declare_together(self, context: Declaring) -> Iterator[Declared]:
        said = context.files.entry.agreement
        if said is not None:
            address = Address(context.files.key, self.name, AGREEMENT)
            yield Desired(address, _wanted(said), frozenset(), context.files.origin)

    def note_on_create(self, desired: Desired[AgreementSpec], defaults: Defaults) -> str:  # noqa: ARG002
        return "a legal statement to Microsoft, as the files have it; the contact gets an e-mail"

    @contract.reads("partner", "agreements")
    async def read(
        self,
        session: CustomerSession,
        customer: str,
        interest: Interest,  # noqa: ARG002
    ) -> AsyncIterator[Live[AgreementSpec]]:
        rows = await _accepted(session)
        if rows:
            yield from_wire(customer, max(rows, key=lambda row: str(row.get("dateAgreed") or "")))
        elif await _is_signed(session):
            yield Live(Address(customer, self.name, AGREEMENT), "signed by the customer", AgreementSpec())

    @contract.writes("partner", "agreements")
    async def perform(
        self, session: CustomerSession, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        change = changes[0]
        assert change.action is Action.CREATE, f"{change.action} is not done to an agreement"
        assert change.desired is not None
        spec = change.desired.spec
        assert isinstance(spec, AgreementSpec)
        tenant = context.ids.get(Address(change.address.customer, "customer", change.address.customer))
        path = f"/customers/{tenant or await session.tenant_id()}/agreements"
        body = to_wire(spec, spec.template_id or await _current(session))
        try:
            await session.partner.write("POST", path, body, acting(halves.CONFIRM_AGREEMENT))
        except Rejected as error:
            if error.exchange.code != ON_RECORD_ALREADY:
                raise
        return {change.address: f"{body['templateId']}:{spec.date_agreed}"}


async def is_on_record(session: CustomerSession) -> bool:
    """True where the customer has accepted, whoever said so. CloudError where that cannot be asked."""
    return bool(await _accepted(session)) or await _is_signed(session)


async def _accepted(session: CustomerSession) -> list[Row]:
    tenant = await session.tenant_id()
    return list(await session.partner.listing(f"/customers/{tenant}/agreements?agreementType={AGREEMENT}", READING))


async def _is_signed(session: CustomerSession) -> bool:
    path = f"/customers/{await session.tenant_id()}/directSignedMicrosoftCustomerAgreementStatus"
    return (await session.partner.get(path, acting(halves.SIGNED_DIRECTLY))).get("isSigned") is True


def from_wire(customer: str, row: Row) -> Live[AgreementSpec]:
    """One acceptance on record as a live resource."""
    contact = row.get("primaryContact") or {}
    day = str(row.get("dateAgreed") or "")[:10]
    spec = AgreementSpec(
        first_name=contact.get("firstName"),
        last_name=contact.get("lastName"),
        email=contact.get("email"),
        phone_number=contact.get("phoneNumber"),
        date_agreed=day or None,
        template_id=str(row.get("templateId") or "").lower() or None,
    )
    return Live(Address(customer, KIND.name, AGREEMENT), f"{spec.template_id}:{day}", spec)


def to_wire(spec: AgreementSpec, template: str) -> Row:
    """The body of `POST .../agreements`; the day as the midnight that begins it."""
    contact = {
        "firstName": spec.first_name,
        "lastName": spec.last_name,
        "email": spec.email,
        "phoneNumber": spec.phone_number,
    }
    return {
        "primaryContact": {name: value for name, value in contact.items() if value is not None},
        "templateId": template,
        "dateAgreed": f"{spec.date_agreed}T00:00:00.000Z",
        "type": AGREEMENT,
    }


async def _current(session: CustomerSession) -> str:
    """The id of the current template: the one of the highest rank."""
    rows = await session.partner.listing(TEMPLATES, acting(halves.AGREEMENT_TEMPLATES))
    known = [row for row in rows if row.get("agreementType") == AGREEMENT and row.get("templateId")]
    if not known:
        detail = "Partner Center lists no template of the Microsoft Customer Agreement"
        raise Rejected(Exchange("partner", session.tenant, "GET", "/agreements", code="NoTemplate", detail=detail))
    return str(max(known, key=lambda row: int(row.get("versionRank") or 0))["templateId"]).lower()


def _wanted(said: Acceptance) -> AgreementSpec:
    contact = said.primary_contact
    values = {
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "email": contact.email,
        "phone_number": contact.phone_number,
        "date_agreed": said.date_agreed.isoformat(),
        "template_id": said.template_id,
    }
    return AgreementSpec.model_validate({name: value for name, value in values.items() if value is not None})


KIND = AgreementKind()
