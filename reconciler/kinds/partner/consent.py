"""Consent of our own app in a tenant that was made from here: without it nobody of ours can enter.

Source: https://learn.microsoft.com/partner-center/developer/control-panel-vendor-apis (partner-center.md 2.5; graph.md
10.4): Partner Center grants delegated scopes for the app to a person with a GDAP role that may consent, which
Microsoft's default roles of a new customer have. There is no API to read a consent, so whether it is there is told by
the tenant: it lets us in, or login says what is missing.

Must not: ask for more than this tool uses, widen a consent that is there, or be planned for a tenant that others made.

Questionable on purpose: the row stands in the plan although no file names it. It follows from `create:` with
Microsoft's default roles and a person in the connection; the alternative is a tenant that is made and then cannot be
served.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

from reconciler.cloud.partner import acting
from reconciler.cloud.sessions import ORGANIZATION, CustomerSession
from reconciler.kinds import contract
from reconciler.kinds.partner import customer_writes
from reconciler.model import halves
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import CloudError, Conflict
from reconciler.model.kind import Declared, Declaring, Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec

GRAPH_APP = "00000003-0000-0000-c000-000000000000"  # Microsoft Graph itself, the same in every tenant (graph.md 9)
# What each operation of ours needs: graph.md 10.3.
SCOPES = (
    "Directory.Read.All",
    "Domain.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "RoleManagement.Read.Directory",
    "User-PasswordProfile.ReadWrite.All",
    "User.DeleteRestore.All",
    "User.EnableDisableAccount.All",
    "User.ReadWrite.All",
    "User.RevokeSessions.All",
)


class ConsentSpec(Spec):
    """What the app may do in the tenant, on a person's behalf."""

    scopes: frozenset[str] = frozenset()


class ConsentKind(Kind[ConsentSpec, CustomerSession]):
    """The consent of the connection's app at one customer."""

    name = "consent"
    spec = ConsentSpec
    group = "customers"
    implied = True
    read_where_declared = True
    stands_on = frozenset({"customer"})
    opening = True
    entering = False

    def key(self, spec: ConsentSpec) -> str:  # noqa: ARG002
        return ""

    def declare_together(self, context: Declaring) -> Iterator[Declared]:
        create, connection = context.files.entry.create, context.connection
        if create is None or not create.enable_gdap_by_default or connection is None or connection.auth.user is None:
            return
        address = Address(context.files.key, self.name, connection.auth.client_id.lower())
        yield Desired(address, ConsentSpec(scopes=frozenset(SCOPES)), frozenset(), context.files.origin)

    @contract.reads("partner", "applicationconsents")
    async def read(
        self,
        session: CustomerSession,
        customer: str,
        interest: Interest,  # noqa: ARG002
    ) -> AsyncIterator[Live[ConsentSpec]]:
        try:
            await session.graph.listing(ORGANIZATION)
        except CloudError as error:
            if error.exchange.code in customer_writes.SHUT:
                return
            raise
        address = Address(customer, self.name, session.app_id)
        yield Live(address, session.app_id, ConsentSpec(scopes=frozenset(SCOPES)))

    @contract.writes("partner", "applicationconsents")
    async def perform(
        self, session: CustomerSession, changes: tuple[Change, ...], context: Performing
    ) -> dict[Address, str]:
        change = changes[0]
        assert change.action is Action.CREATE, f"{change.action} is not done to a consent"
        tenant = context.ids.get(Address(change.address.customer, "customer", change.address.customer))
        path = f"/customers/{tenant or await session.tenant_id()}/applicationconsents"
        body = {
            "applicationId": session.app_id,
            "applicationGrants": [{"enterpriseApplicationId": GRAPH_APP, "scope": ",".join(SCOPES)}],
        }
        try:
            await session.partner.write("POST", path, body, acting(halves.CONSENT))
        except Conflict as error:
            if "already exists" not in str(error):  # "Permission entry already exists" means success
                raise
        return {change.address: session.app_id}

    async def is_open(self, session: CustomerSession) -> bool:
        return await customer_writes.is_open(session)


KIND = ConsentKind()
