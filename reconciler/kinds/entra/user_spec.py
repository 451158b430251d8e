"""A user as it is compared, and a user as it is written in YAML.

`UserSpec` holds every writable attribute flat, one field each, so that each is managed, compared and shown alone.
`UserEntry` is the person's entry under `users:`: the same attributes, nested as the API nests them, besides what makes
other resources of it (plans, licenses) and what only we understand (state, password, mailbox, protect).

Must not: hold a password, only the name of one. Questionable on purpose: `mailbox` and `password` ride in the spec
although they are never compared and never managed, because who needs them sees only the desired resource.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from reconciler.kinds.entra.attributes import ExtensionAttributes, OrganizationData, UserAttributes
from reconciler.kinds.entra.sku import SkuKey
from reconciler.kinds.entra.upn import Upn
from reconciler.model.connection import Secret
from reconciler.model.retail import DayText
from reconciler.model.span import ALWAYS, Dated, Span
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


class LicenseEntry(Dated):
    """One directly written license."""

    disabled_service_plans: frozenset[Upper] | None = Field(
        default=None, description="Service plans switched off, by name; left out: not ours."
    )


class PlanUse(Dated):
    """A plan that somebody is on for a time."""

    plan: str = Field(description="A plan template.")


# Told apart before they are looked into, so that a mistake in one form is not told as one in the other as well.
Use = Annotated[
    Annotated[str, Tag("name")] | Annotated[PlanUse, Tag("dated")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "dated"),
]


def _empty_map(value: Any) -> Any:  # Any: not validated yet
    return {} if value is None else value


class UserEntry(UserAttributes):
    """One person under `users:`; the key is the UPN."""

    state: Literal["active", "disabled"] | None = Field(
        default=None, description="May the person sign in; left out: not ours (a new user may)."
    )
    from_: DayText | None = Field(
        default=None, alias="from", description="The first day (UTC): nothing of the person is made before it."
    )
    plans: tuple[Use, ...] = Field(
        default=(), description="Plan templates: licenses and groups; a name, or {plan: NAME, from: DAY, until: DAY}."
    )
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

    @property
    def span(self) -> Span:
        """The days on which the person is meant to be there; who leaves has a tombstone."""
        return ALWAYS if self.from_ is None else Span(self.from_)

    @property
    def uses(self) -> tuple[tuple[str, Span], ...]:
        """The plans that are named, each with its days; of a person who is still to come, none before the first."""
        return tuple(
            (use, self.span) if isinstance(use, str) else (use.plan, self.span.within(use.span)) for use in self.plans
        )

    @property
    def dated(self) -> tuple[tuple[str, Span], ...]:
        """What is written with days of its own, as messages call it."""
        plans = [(f"plan {use.plan}", use.span) for use in self.plans if not isinstance(use, str)]
        written = (*plans, *((f"license {key}", entry.span) for key, entry in self.licenses.items()))
        return tuple((what, span) for what, span in written if span != ALWAYS)

    @model_validator(mode="before")
    @classmethod
    def _no_end(cls, value: Any) -> Any:  # Any: not validated yet
        if isinstance(value, dict) and "until" in value:
            raise ValueError(
                "until is for plans and licenses; a person leaves by a tombstone: "
                "removed: [{user: UPN, action: disable, reason: left}]"
            )
        return value

    @model_validator(mode="after")
    def _begins_in_time(self) -> UserEntry:
        for what, span in self.dated:
            if not self.span.meets(span):
                raise ValueError(f"{what} would end on {span.until}, before the person begins on {self.from_}")
        return self

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
