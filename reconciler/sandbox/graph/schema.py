"""Entity types of the directory: which properties exist, their defaults, limits and filter support.

Says what a property is; where its value comes from is `views`, what a write does is `users` and `groups`. Every list
here must stay in the order Microsoft's answers use: that is the order of the JSON keys.

Sources: msgraph-metadata clean_v10_metadata (names, types, nullability), msgraph-sdk property texts (lengths and
defaults), microsoft-graph-docs includes/filter-directory-objects.md, 2021 (filter support; it has only grown since, so
this is the strict side), microsoft-graph-docs-contrib api/user-list.md (what a collection cannot return).

The questionable decision: filter support is a profile name per property (`support.PROFILES`), not eight columns; a
dozen profiles cover the table and a new property needs one word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Property:
    """`edm` is string, bool, int, date, strings, complex or complexes; `limit` counts characters, 0 is none."""

    name: str
    edm: str = "string"
    limit: int = 0
    writable: bool = True
    clearable: bool = True
    filter: str = ""
    sensitive: bool = False
    single_only: bool = False


@dataclass(frozen=True, slots=True)
class EntityType:
    """`segment` is the collection's path, `title` the name in error texts, `default` the answer without $select."""

    name: str
    segment: str
    title: str
    properties: Mapping[str, Property]
    default: tuple[str, ...]
    navigation: frozenset[str] = frozenset()
    unsupported: frozenset[str] = frozenset()
    sortable: frozenset[str] = frozenset()
    # reports are sorted and filtered at once, directory objects only by an advanced query
    sorts_filtered: bool = False


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _table(*properties: Property) -> Mapping[str, Property]:
    return MappingProxyType({one.name: one for one in properties})


def _plain(names: str, edm: str = "string") -> tuple[Property, ...]:
    """Read-only properties that cannot be filtered."""
    return tuple(Property(name, edm, writable=False) for name in names.split())


def _text(limit: int, filter_profile: str, names: str) -> tuple[Property, ...]:
    return tuple(Property(name, limit=limit, filter=filter_profile) for name in names.split())


USER = EntityType(
    name="user",
    segment="users",
    title="User",
    default=_names(
        "businessPhones displayName givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname "
        "userPrincipalName id"
    ),
    navigation=frozenset(
        {"manager", "memberOf", "directReports", "transitiveMemberOf", "ownedObjects", "licenseDetails"}
    ),
    unsupported=frozenset(
        _names(
            "aboutMe birthday hireDate interests mySite pastProjects preferredName responsibilities schools skills "
            "mailboxSettings"
        )
    ),
    sortable=frozenset({"displayName", "userPrincipalName"}),
    properties=_table(
        Property("id", writable=False, filter="key"),
        Property("deletedDateTime", "date", writable=False, filter="date"),
        Property("accountEnabled", "bool", clearable=False, filter="flag", sensitive=True),
        Property("ageGroup", filter="flag"),
        Property("assignedLicenses", "complexes", writable=False, filter="licenses"),
        Property("assignedPlans", "complexes", writable=False),
        Property("businessPhones", "strings", sensitive=True, filter="list"),
        *_text(128, "text", "city country jobTitle state"),
        *_text(64, "text", "department givenName surname"),
        *_text(64, "late", "companyName mobilePhone"),
        *_text(40, "late", "postalCode"),
        *_text(128, "late", "officeLocation"),
        *_text(0, "late", "preferredLanguage"),
        *_text(1024, "", "streetAddress"),
        *_text(16, "text", "employeeId"),
        *_text(0, "", "consentProvidedForMinor employeeType faxNumber preferredDataLocation"),
        Property("createdDateTime", "date", writable=False, filter="date"),
        *_plain("creationType externalUserState legalAgeGroupClassification onPremisesDistinguishedName "),
        *_plain("onPremisesDomainName onPremisesSecurityIdentifier onPremisesUserPrincipalName securityIdentifier"),
        Property("displayName", limit=256, clearable=False, filter="text"),
        Property("employeeHireDate", "date"),
        Property("employeeLeaveDateTime", "date"),
        Property("employeeOrgData", "complex"),
        *_plain("externalUserStateChangeDateTime lastPasswordChangeDateTime onPremisesLastSyncDateTime", "date"),
        Property("identities", "complexes"),
        *_plain("imAddresses", "strings"),
        *_plain("isResourceAccount isManagementRestricted", "bool"),
        Property("licenseAssignmentStates", "complexes", writable=False),
        Property("mail", limit=113, filter="mail"),
        Property("mailNickname", limit=64, clearable=False, filter="text"),
        Property("onPremisesExtensionAttributes", "complex", filter="extension"),
        Property("onPremisesImmutableId", filter="immutable", sensitive=True),
        *_plain("onPremisesProvisioningErrors provisionedPlans serviceProvisioningErrors", "complexes"),
        Property("onPremisesSamAccountName", writable=False, filter="late"),
        Property("onPremisesSyncEnabled", "bool", writable=False, filter="flag"),
        Property("otherMails", "strings", sensitive=True, filter="mails"),
        Property("passwordPolicies"),
        Property("passwordProfile", "complex", sensitive=True),
        Property("proxyAddresses", "strings", writable=False, filter="mails"),
        Property("showInAddressList", "bool"),
        Property("signInActivity", "complex", writable=False),
        Property("signInSessionsValidFromDateTime", "date", writable=False),
        Property("usageLocation", limit=2, filter="text"),
        Property("userPrincipalName", limit=113, clearable=False, filter="upn", sensitive=True),
        Property("userType", filter="flag"),
    ),
)

GROUP = EntityType(
    name="group",
    segment="groups",
    title="Group",
    default=_names(
        "id deletedDateTime classification createdDateTime creationOptions description displayName expirationDateTime "
        "groupTypes isAssignableToRole mail mailEnabled mailNickname membershipRule membershipRuleProcessingState "
        "onPremisesDomainName onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors "
        "onPremisesSamAccountName onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation "
        "preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions resourceProvisioningOptions "
        "securityEnabled securityIdentifier serviceProvisioningErrors theme uniqueName visibility"
    ),
    navigation=frozenset({"members", "owners", "memberOf", "transitiveMembers", "membersWithLicenseErrors"}),
    sortable=frozenset({"displayName"}),
    properties=_table(
        Property("id", writable=False, filter="key"),
        Property("deletedDateTime", "date", writable=False, filter="date"),
        Property("assignedLabels", "complexes", writable=False),
        Property("assignedLicenses", "complexes", writable=False, filter="groupLicenses"),
        Property("classification"),
        Property("createdDateTime", "date", writable=False, filter="date"),
        *_plain("creationOptions", "strings"),
        Property("description", limit=1024, filter="late"),
        Property("displayName", limit=256, clearable=False, filter="text"),
        *_plain("expirationDateTime onPremisesLastSyncDateTime renewedDateTime", "date"),
        Property("groupTypes", "strings", filter="groupTypes"),
        Property("hasMembersWithLicenseErrors", "bool", writable=False, filter="errorFlag"),
        Property("isAssignableToRole", "bool", filter="groupFlag"),
        *_plain("isManagementRestricted", "bool"),
        Property("licenseProcessingState", "complex", writable=False),
        Property("mail", writable=False, filter="mail"),
        Property("mailEnabled", "bool", clearable=False, filter="groupFlag"),
        Property("mailNickname", limit=64, clearable=False, filter="text"),
        Property("membershipRule"),
        Property("membershipRuleProcessingState"),
        *_plain("onPremisesDomainName onPremisesNetBiosName onPremisesSecurityIdentifier securityIdentifier"),
        *_plain("onPremisesProvisioningErrors serviceProvisioningErrors", "complexes"),
        Property("onPremisesSamAccountName", writable=False, filter="late"),
        Property("onPremisesSyncEnabled", "bool", writable=False, filter="flag"),
        *_text(0, "", "preferredDataLocation preferredLanguage theme"),
        Property("proxyAddresses", "strings", writable=False, filter="mails"),
        Property("resourceBehaviorOptions", "strings"),
        Property("resourceProvisioningOptions", "strings"),
        Property("securityEnabled", "bool", clearable=False, filter="groupFlag"),
        Property("uniqueName", limit=128, filter="text"),
        Property("visibility"),
        *(
            Property(name, "bool", single_only=True)
            for name in (
                "allowExternalSenders",
                "autoSubscribeNewMembers",
                "hideFromAddressLists",
                "hideFromOutlookClients",
            )
        ),
        *(
            Property(name, edm, writable=False, single_only=True)
            for name, edm in (("isSubscribedByMail", "bool"), ("unseenCount", "int"))
        ),
    ),
)


def _answer_only(name: str, segment: str, fields: str, filters: Mapping[str, str] | None = None) -> EntityType:
    """A read-only type whose whole record is its default answer; `filters` gives profiles of what can be filtered."""
    names = _names(fields)
    profiles = filters or {}
    properties = _table(*(Property(one, writable=False, filter=profiles.get(one, "")) for one in names))
    return EntityType(name, segment, name[:1].upper() + name[1:], properties, names)


ORGANIZATION = _answer_only(
    "organization",
    "organization",
    "id deletedDateTime businessPhones city country countryLetterCode createdDateTime defaultUsageLocation displayName "
    "marketingNotificationEmails mobileDeviceManagementAuthority onPremisesLastSyncDateTime onPremisesSyncEnabled "
    "partnerTenantType postalCode preferredLanguage privacyProfile securityComplianceNotificationMails "
    "securityComplianceNotificationPhones state street technicalNotificationMails tenantType assignedPlans "
    "provisionedPlans verifiedDomains",
)
SUBSCRIBED_SKU = _answer_only(
    "subscribedSku",
    "subscribedSkus",
    "accountName accountId appliesTo capabilityStatus consumedUnits id skuId skuPartNumber subscriptionIds "
    "prepaidUnits servicePlans",
)
SUBSCRIPTION = _answer_only(
    "companySubscription",
    "directory/subscriptions",
    "commerceSubscriptionId createdDateTime id isTrial nextLifecycleDateTime ownerId ownerTenantId ownerType "
    "skuId skuPartNumber status totalLicenses serviceStatus",
)
DOMAIN = _answer_only(
    "domain",
    "domains",
    "authenticationType availabilityStatus id isAdminManaged isDefault isInitial isRoot isVerified manufacturer model "
    "passwordNotificationWindowInDays passwordValidityPeriodInDays state supportedServices",
)
DIRECTORY_ROLE = _answer_only(
    "directoryRole", "directoryRoles", "id deletedDateTime description displayName roleTemplateId"
)
ROLE_ASSIGNMENT = _answer_only(
    "unifiedRoleAssignment",
    "roleManagement/directory/roleAssignments",
    "id principalId directoryScopeId roleDefinitionId",
    {"principalId": "key", "roleDefinitionId": "key"},
)
SERVICE_PRINCIPAL = _answer_only(
    "servicePrincipal",
    "servicePrincipals",
    "id deletedDateTime accountEnabled appDisplayName appId appOwnerOrganizationId displayName servicePrincipalType "
    "signInAudience servicePrincipalNames appRoles oauth2PermissionScopes",
    {"appId": "key", "displayName": "text"},
)
LICENSE_DETAILS = _answer_only("licenseDetails", "users", "id skuId skuPartNumber servicePlans")
DIRECTORY_AUDIT = replace(
    _answer_only(
        "directoryAudit",
        "auditLogs/directoryAudits",
        "id category correlationId result resultReason activityDisplayName activityDateTime loggedByService "
        "operationType initiatedBy targetResources additionalDetails",
        # resources/directoryaudit.md, "Supports $filter"; category is filtered everywhere and nowhere promised
        {
            "activityDateTime": "auditDate",
            "activityDisplayName": "auditText",
            "category": "auditKey",
            "correlationId": "auditKey",
            "id": "auditKey",
            "initiatedBy": "auditText",
            "loggedByService": "auditKey",
            "targetResources": "auditText",
        },
    ),
    sortable=frozenset({"activityDateTime"}),
    sorts_filtered=True,
)
RELATIONSHIP = replace(
    _answer_only(
        "delegatedAdminRelationship",
        "tenantRelationships/delegatedAdminRelationships",
        "id displayName duration autoExtendDuration status customer accessDetails createdDateTime lastModifiedDateTime "
        "activatedDateTime endDateTime",
        {"status": "gdapKey", "displayName": "gdapText", "customer": "gdapKey", "id": "gdapKey"},
    ),
    sortable=frozenset({"createdDateTime", "displayName", "endDateTime", "status"}),
    sorts_filtered=True,
)
ROLE_DEFINITION = _answer_only(
    "unifiedRoleDefinition",
    "roleManagement/directory/roleDefinitions",
    "id description displayName isBuiltIn isEnabled templateId version resourceScopes rolePermissions",
    {"displayName": "assigned", "isBuiltIn": "assigned", "id": "assigned", "templateId": "assigned"},
)
APP_ROLE_ASSIGNMENT = _answer_only(
    "appRoleAssignment",
    "servicePrincipals",
    "id deletedDateTime appRoleId createdDateTime principalDisplayName principalId principalType resourceDisplayName "
    "resourceId",
    {"resourceId": "auditKey", "principalDisplayName": "auditText"},
)
PERMISSION_GRANT = _answer_only(
    "oAuth2PermissionGrant",
    "oauth2PermissionGrants",
    "clientId consentType id principalId resourceId scope",
    {"clientId": "auditKey", "consentType": "auditKey", "principalId": "auditKey", "resourceId": "auditKey"},
)
