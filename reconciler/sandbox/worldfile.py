"""The form of a world file: what a person writes to describe tenants, partners and a catalog.

YAML or JSON, human names everywhere: users by UPN, groups by mail nickname, SKUs by part number, ids only where wanted
(absent ones are derived from the names, so the same file always gives the same world). The models are the source of
the JSON Schema; unknown keys are refused with the nearest right one.
It must not resolve anything (worldload.py does) and knows no living object.

The decision a reader would question: users and groups accept every Graph property by its wire name, checked against the
Graph emulator's own table, instead of a model with 80 fields. The table exists once, and so does its spelling.
"""

from __future__ import annotations

import difflib
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from reconciler.sandbox.behavior import Behavior

API_VERSION = "reconciler-sandbox/v1"

Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", to_lower=True)]
ProductKey = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{12}:[0-9A-Za-z]{4}$", to_upper=True)]
Quantity = Annotated[int, Field(ge=0)]
# Any: JSON that goes to the wire as it is.
Wire = dict[str, Any]


class WorldError(ValueError):
    """The world file cannot be used; `problems` has one line for each mistake, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)


class _OpenForm(_Form):
    """Keys beyond the fields are Graph properties, kept as they are."""

    model_config = ConfigDict(extra="allow")


class ClockForm(_Form):
    now: AwareDatetime | None = None
    frozen: bool = False


class AppForm(_Form):
    display_name: str = "reconciler"
    secret: str | None = None
    certificates: tuple[str, ...] = ()
    """PEM certificates whose keys may sign client assertions."""
    federated: tuple[dict[str, str], ...] = ()
    """Federated credentials: {issuer, subject, audience?, publicKey?: PEM}."""
    roles: tuple[str, ...] | None = None


class AgentForm(_Form):
    refresh_token: str
    mfa: bool = True
    fails: Literal[50076, 50158, 50173, 53003, 700082] | None = None
    """The AADSTS code with which every sign-in ends (graph.md 10.4)."""


class PartnerForm(_Form):
    id: Guid | None = None
    name: str | None = None
    country: str = "DE"
    region: str = "Europe"
    currency: str = "EUR"
    environment: Literal["production", "sandbox"] = "production"
    """`sandbox`: an integration sandbox account, with its limits (partner-center.md 2.6)."""
    model: Literal["direct", "indirectProvider", "indirectReseller"] = "direct"
    """`indirectReseller`: no access to Partner Center's API (partner-center.md 1.1)."""
    apps: dict[Guid, AppForm] = Field(default_factory=dict)
    agents: dict[str, AgentForm] = Field(default_factory=dict)
    commerce: Wire = Field(default_factory=dict)


class TermForm(_Form):
    term: Literal["P1M", "P1Y", "P3Y"]
    billing: Literal["monthly", "annual", "triennial"]
    price: Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)?$")]


class AttestationForm(_Form):
    type: Annotated[str, StringConstraints(min_length=1)]
    """`Windows365` for those products (Learn "Product resources")."""
    enforce: bool = True


class ProductForm(_Form):
    title: str
    sku: str
    min: Annotated[int, Field(ge=1)] = 1
    max: Annotated[int, Field(ge=1)] = 10_000_000
    terms: tuple[TermForm, ...] = ()
    add_on: bool = False
    trial: bool = False
    prerequisites: tuple[str, ...] = ()
    attestation: AttestationForm | None = None
    """What a buyer must agree to, by `attestationAccepted` on the line."""
    properties: Wire = Field(default_factory=dict)


class LicenseForm(_Form):
    disabled_plans: tuple[str, ...] = ()


class DeletedForm(_Form):
    at: AwareDatetime


class UserForm(_OpenForm):
    id: Guid | None = None
    licenses: dict[str, LicenseForm | None] = Field(default_factory=dict)
    manager: str | None = None
    roles: tuple[str, ...] = ()
    deleted: DeletedForm | None = None


class GroupForm(_OpenForm):
    id: Guid | None = None
    type: Literal["security", "microsoft365", "mailEnabledSecurity", "distribution"] = "security"
    members: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    licenses: dict[str, LicenseForm | None] = Field(default_factory=dict)
    deleted: DeletedForm | None = None


class DomainForm(_Form):
    default: bool = False
    verified: bool = True
    authentication: Literal["Managed", "Federated"] = "Managed"
    properties: Wire = Field(default_factory=dict)


class LotForm(_Form):
    quantity: Quantity
    added: AwareDatetime


class SubscriptionForm(_Form):
    id: Guid | None = None
    product: ProductKey
    sku: str | None = None
    """The Graph SKU, for a product that is not in the catalog."""
    owner: str | None = None
    quantity: Quantity
    term: Literal["P1M", "P1Y", "P3Y"] = "P1Y"
    billing: Literal["monthly", "annual", "triennial"] = "monthly"
    created: AwareDatetime | date | None = None
    start: AwareDatetime | date | None = None
    end: AwareDatetime | None = None
    friendly_name: str | None = None
    auto_renew: bool = True
    status: Literal["active", "suspended", "expired", "disabled", "deleted", "pending"] = "active"
    trial: bool = False
    lots: tuple[LotForm, ...] | None = None
    scheduled: Wire | None = None
    updates: Quantity = 0
    properties: Wire = Field(default_factory=dict)


class ConsentForm(_Form):
    roles: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()


class RelationshipForm(_Form):
    """A delegated admin relationship (GDAP); see relationships.py."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=50)]
    roles: tuple[str, ...]
    duration: Annotated[str, StringConstraints(pattern=r"^P\d{1,4}[DWMY]$")] = "P730D"
    activated: AwareDatetime | None = None
    """When the customer approved; absent: 90 days ago."""
    auto_extend: Literal["P0D", "PT0S", "P180D"] = "PT0S"
    status: Literal["created", "approvalPending", "active", "terminated"] = "active"
    assigned: tuple[str, ...] | None = None
    """The roles that a security group of the partner has; absent: all of them."""
    group: str | None = None
    """That group's mail nickname in the partner's tenant; absent: one that is not in the world."""


class TenantForm(_Form):
    id: Guid | None = None
    display_name: str | None = None
    country: str = "DE"
    created: AwareDatetime | None = None
    partners: tuple[str, ...] = ()
    gdap: dict[str, tuple[str, ...]] | None = None
    """Roles of each partner's people by display name; absent: what the product needs."""
    relationships: dict[str, tuple[RelationshipForm, ...]] = Field(default_factory=dict)
    """The relationships behind those roles, instead of `gdap`, for partners by domain."""
    consents: dict[Guid, ConsentForm] | None = None
    """What apps may do; absent: the partners' apps may do what they are registered for."""
    domains: dict[str, DomainForm | None] = Field(default_factory=dict)
    users: dict[str, UserForm] = Field(default_factory=dict)
    groups: dict[str, GroupForm] = Field(default_factory=dict)
    subscriptions: dict[str, SubscriptionForm] = Field(default_factory=dict)
    organization: Wire = Field(default_factory=dict)
    commerce: Wire = Field(default_factory=dict)
    directory: Wire = Field(default_factory=dict)


class WorldForm(_Form):
    api_version: Literal["reconciler-sandbox/v1"]
    clock: ClockForm = ClockForm()
    seed: int = 7
    behavior: Behavior = Behavior()
    partners: dict[str, PartnerForm] = Field(default_factory=dict)
    catalog: dict[ProductKey, ProductForm] = Field(default_factory=dict)
    tenants: dict[str, TenantForm] = Field(default_factory=dict)


def parse(document: Any) -> WorldForm:
    """The checked form of a world document (what YAML or JSON gave); a WorldError lists every mistake."""
    try:
        return WorldForm.model_validate(document)
    except ValidationError as error:
        raise WorldError([_problem(one["loc"], one["type"], one["msg"]) for one in error.errors()]) from error


def nearest(word: str, known: list[str]) -> str:
    """'; did you mean "x"?' for the most similar known word, or an empty string."""
    close = difflib.get_close_matches(word, known, 1, 0.6) or [one for one in known if one.lower() == word.lower()]
    return f'; did you mean "{close[0]}"?' if close else ""


def _problem(loc: tuple[str | int, ...], kind: str, message: str) -> str:
    place = ".".join(str(part) for part in loc if part != "[key]")
    if kind != "extra_forbidden":
        return f"{place or 'world'}: {message}"
    siblings = _fields_beside(loc)
    return f'{place}: unknown key "{loc[-1]}"{nearest(str(loc[-1]), siblings)}'


def _fields_beside(loc: tuple[str | int, ...]) -> list[str]:
    """The keys that are known where `loc` points, found by walking the models along the path."""
    form: Any = WorldForm
    for part in loc[:-1]:
        form = _below(form, str(part))
    return [] if form is None else [field.alias or name for name, field in form.model_fields.items()]


def _below(form: Any, part: str) -> Any:
    """The model one step down: a field's model, or itself for a key of a map of models."""
    if form is None:
        return None
    for name, field in form.model_fields.items():
        if part in (field.alias, name):
            return _model_in(field.annotation)
    return form


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        if (found := _model_in(inner)) is not None:
            return found
    return None
