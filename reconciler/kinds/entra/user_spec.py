"""A user as it is compared, and a user as it is written in YAML.

`UserSpec` holds every writable attribute flat, one field each, so that each is managed, compared and shown alone.
`UserEntry` is the person's entry under `users:`: the same attributes, nested as the API nests them, besides what makes
other resources of it (plans, licenses) and what only we understand (state, password, mailbox, protect).

Must not: hold a password, only the name of one. Questionable on purpose: `mailbox` and `password` ride in the spec
although they are never compared and never managed, because who needs them sees only the desired resource.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, field_validator

from reconciler.kinds.entra.attributes import ExtensionAttributes, OrganizationData, UserAttributes
from reconciler.kinds.entra.sku import SkuKey
from reconciler.kinds.entra.upn import Upn
from reconciler.model.connection import Secret
from reconciler.model.spec import Document, Spec, Upper


class UserSpec(Spec, UserAttributes, ExtensionAttributes, OrganizationData):
    """One user's values. No values of the user are `mailbox`, "expire" being the consent to lose the last mailbox plan,
    and `password`, the name of the first one where somebody supplies it."""

    user_principal_name: Upn
    account_enabled: bool | None = None
    mailbox: Literal["expire"] | None = None
    password: Secret | None = None


class GeneratedPassword(Document):
    """The password is made by the tool and handed over encrypted."""

    generate: Literal[True] = True


class LicenseEntry(Document):
    """One directly written license."""

    disabled_service_plans: frozenset[Upper] | None = Field(
        default=None, description="Service plans switched off, by name; left out: not ours."
    )


def _empty_map(value: Any) -> Any:  # Any: not validated yet
    return {} if value is None else value


class UserEntry(UserAttributes):
    """One person under `users:`; the key is the UPN."""

    state: Literal["active", "disabled"] | None = Field(
        default=None, description="May the person sign in; left out: not ours (a new user may)."
    )
    plans: tuple[str, ...] = Field(default=(), description="Plan templates: licenses and groups.")
    licenses: dict[SkuKey, Annotated[LicenseEntry, BeforeValidator(_empty_map)]] = Field(
        default_factory=dict, description="Licenses besides the plans, by part number or SKU id."
    )
    on_premises_extension_attributes: ExtensionAttributes | None = None
    employee_org_data: OrganizationData | None = None
    password: GeneratedPassword | Secret = Field(
        default=GeneratedPassword(),
        description="The first password: generated, or supplied in an environment variable or a file of the run.",
    )
    mailbox: Literal["expire"] | None = Field(default=None, description="Consent to lose the last mailbox plan.")
    protect: bool = Field(default=False, description="Never remove or disable this user.")

    @field_validator("password", mode="before")
    @classmethod
    def _no_literal(cls, value: Any) -> Any:  # Any: not validated yet
        if isinstance(value, str):
            raise ValueError(
                "a password never stands in the files: leave it out, or write {generate: true}; "
                "one that you supply is named by {env: NAME} or {file: path}"
            )
        return value

    @field_validator("state", mode="before")
    @classmethod
    def _not_a_province(cls, value: Any) -> Any:  # Any: not validated yet
        if value not in ("active", "disabled"):
            raise ValueError("state is active or disabled; the state or province of the address is province:")
        return value
