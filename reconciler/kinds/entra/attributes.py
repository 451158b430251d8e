"""Every attribute of a user that can be written, with its limits; and how each is called on the wire.

The files and the comparison share these classes: `UserEntry` nests the extension attributes and organization data as
the API does, `UserSpec` inherits their fields, so that an extension attribute nobody mentions is not ours. Names and
limits: https://learn.microsoft.com/graph/api/resources/user (graph.md 5.1).

Left out on purpose: `mail` follows the mailbox once there is one, `proxyAddresses` cannot be written in v1.0
(graph.md 5.5), `showInAddressList` belongs to Exchange, `identities` needs a permission of its own.

Questionable on purpose: the part of the address that Graph calls `state` is `province` here, because `state` says in
our files whether a person is active (interface.md 2.4).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator
from pydantic.alias_generators import to_camel

from reconciler.kinds.entra.upn import Upn
from reconciler.kinds.instants import Instant
from reconciler.model.address import Ref
from reconciler.model.spec import Country, Document

# Empty texts are refused: the service answers 400 to "", and null is the way to clear.
Text16 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16)]
Text40 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Text64 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)]
Text128 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128)]
Text256 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=256)]
Text1024 = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1024)]
# Graph's table forbids the dot too [inferred there]; its own example of a create has one (graph.md 5.2), so dots pass.
Nickname = Annotated[str, StringConstraints(pattern=r'^[^@()\\\[\]";:<>, ]+$', min_length=1, max_length=64)]
# No accents, 250 values of 250 characters (graph.md 5.1).
Mail = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]+@[!-?A-~]+$", max_length=250)]
ImmutableId = Annotated[str, StringConstraints(pattern=r"^[^$_]+$", min_length=1)]
PasswordPolicies = Literal[
    "None", "DisablePasswordExpiration", "DisableStrongPassword", "DisablePasswordExpiration, DisableStrongPassword"
]


class UserAttributes(Document):
    """The attributes that stand directly at the user."""

    display_name: Text256 | None = Field(default=None, description="Name in the address book; cannot be cleared.")
    mail_nickname: Nickname | None = Field(default=None, description="Mail alias; cannot be cleared.")
    given_name: Text64 | None = None
    surname: Text64 | None = None
    job_title: Text128 | None = None
    department: Text64 | None = None
    company_name: Text64 | None = None
    employee_id: Text16 | None = None
    employee_type: Text256 | None = None
    employee_hire_date: Instant | None = None
    employee_leave_date_time: Instant | None = Field(
        default=None, description="Needs the permission User-LifeCycleInfo.ReadWrite.All."
    )
    office_location: Text128 | None = None
    street_address: Text1024 | None = None
    city: Text128 | None = None
    province: Text128 | None = Field(default=None, description="State or province of the address (Graph: state).")
    postal_code: Text40 | None = None
    country: Text128 | None = None
    usage_location: Country | None = Field(default=None, description="ISO 3166-1 alpha-2; needed before licenses.")
    preferred_language: Text64 | None = Field(default=None, description='Like "de-CH".')
    mobile_phone: Text64 | None = None
    business_phones: tuple[Text64, ...] = Field(default=(), max_length=1, description="One number at most.")
    fax_number: Text64 | None = None
    other_mails: frozenset[Mail] = Field(default=frozenset(), max_length=250)
    password_policies: PasswordPolicies | None = None
    on_premises_immutable_id: ImmutableId | None = Field(default=None, description="Needed in federated domains.")
    manager: Annotated[Upn | None, Ref("user")] = Field(default=None, description="UPN of the manager.")

    @field_validator("display_name", "mail_nickname", "usage_location", mode="before")
    @classmethod
    def _kept(cls, value: Any) -> Any:  # Any: not validated yet
        if value is None:
            raise ValueError("this attribute can be changed, never cleared: write a value, or leave the line out")
        return value

    @field_validator("business_phones", "other_mails", mode="before")
    @classmethod
    def _emptied(cls, value: Any) -> Any:  # Any: not validated yet
        return () if value is None else value


class ExtensionAttributes(Document):
    """Exchange's custom attributes; for users that never had a mailbox or synchronization (graph.md 5.1)."""

    extension_attribute1: Text1024 | None = None
    extension_attribute2: Text1024 | None = None
    extension_attribute3: Text1024 | None = None
    extension_attribute4: Text1024 | None = None
    extension_attribute5: Text1024 | None = None
    extension_attribute6: Text1024 | None = None
    extension_attribute7: Text1024 | None = None
    extension_attribute8: Text1024 | None = None
    extension_attribute9: Text1024 | None = None
    extension_attribute10: Text1024 | None = None
    extension_attribute11: Text1024 | None = None
    extension_attribute12: Text1024 | None = None
    extension_attribute13: Text1024 | None = None
    extension_attribute14: Text1024 | None = None
    extension_attribute15: Text1024 | None = None


class OrganizationData(Document):
    """Cost center and division."""

    cost_center: Text128 | None = None
    division: Text128 | None = None


EXTENSION = frozenset(ExtensionAttributes.model_fields)
ORGANIZATION = frozenset(OrganizationData.model_fields)
NESTED = {"onPremisesExtensionAttributes": EXTENSION, "employeeOrgData": ORGANIZATION}


ALL = frozenset(UserAttributes.model_fields) | EXTENSION | ORGANIZATION


def _wire_name(field: str) -> str:
    return "state" if field == "province" else to_camel(field)


def _wire_property(field: str) -> str:
    return next((name for name, fields in NESTED.items() if field in fields), _wire_name(field))


# What Graph calls a field of ours, inside its complex property where it has one.
WIRE_NAME = {field: _wire_name(field) for field in (*ALL, "user_principal_name", "account_enabled")}
# The property to `$select` for a field: the complex one where it is nested.
WIRE_PROPERTY = {field: _wire_property(field) for field in WIRE_NAME}
