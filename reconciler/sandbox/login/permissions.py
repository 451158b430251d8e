"""The names that tokens carry: audiences, and what an app gets when the world file does not say.

`DEFAULT_ROLES` is everything the product needs and nothing else, so that a route which asks for more is noticed.
Names and their operations: graph.md 10.3 (microsoftgraph/microsoft-graph-devx-content, permissions.json).
Must not hold who may do what: routes declare that.
"""

from __future__ import annotations

GRAPH = "https://graph.microsoft.com"
PARTNER_CENTER = "https://api.partnercenter.microsoft.com"
PARTNER_API = "https://api.partner.microsoft.com"
EXCHANGE = "https://outlook.office365.com"

# Well-known application ids of the resources (graph.md 9, partner-center.md 2.1); a token request may name either.
RESOURCES = {
    GRAPH: "00000003-0000-0000-c000-000000000000",
    PARTNER_CENTER: "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
    PARTNER_API: "4990cffe-04e8-4e8b-808a-1175604b879f",
    EXCHANGE: "00000002-0000-0ff1-ce00-000000000000",
}

DEFAULT_ROLES = (
    "AuditLog.Read.All",
    "DelegatedAdminRelationship.ReadWrite.All",
    "Directory.Read.All",
    "Domain.Read.All",
    "Domain.ReadWrite.All",
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "LicenseAssignment.Read.All",
    "LicenseAssignment.ReadWrite.All",
    "Organization.Read.All",
    "PartnerBilling.Read.All",
    "Reports.Read.All",
    "RoleManagement.Read.Directory",
    "User-PasswordProfile.ReadWrite.All",
    "User.DeleteRestore.All",
    "User.EnableDisableAccount.All",
    "User.Read.All",
    "User.ReadWrite.All",
    "User.RevokeSessions.All",
    "UserAuthMethod-TAP.ReadWrite.All",
)

# What the partner's people hold in a customer's tenant when the world file names no `gdap` (graph.md 10.2, 10.3).
DEFAULT_GDAP = (
    "Directory Readers",
    "Domain Name Administrator",
    "Groups Administrator",
    "License Administrator",
    "User Administrator",
)

# The delegated permission of the Partner Center service principal (partner-center.md 2.1).
USER_IMPERSONATION = "user_impersonation"
