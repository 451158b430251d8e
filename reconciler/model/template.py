"""What stands in the files beside resources: plan templates, the catalog, resellers, modes and limits.

These are the shared words of `core` and `store`; what belongs to one kind stands in that kind's file.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from reconciler.model.attestation import Attestation
from reconciler.model.commerce import BillingText, MoneyText, ProductSku, SegmentText, TermText
from reconciler.model.connection import Connection
from reconciler.model.hooks import Hooks
from reconciler.model.item import Item
from reconciler.model.outside import Outside
from reconciler.model.policy import Policies, Waiver
from reconciler.model.retail import DayText, Prices
from reconciler.model.seats import MOST_LISTED, MOST_SEATS
from reconciler.model.spec import Country, Document, Upper


class Mode(StrEnum):
    """What may be touched (interface.md 2.2)."""

    OBSERVE = "observe"
    CREATE_ONLY = "createOnly"
    ADDITIVE = "additive"
    AUTHORITATIVE = "authoritative"


class OnDrift(StrEnum):
    """What happens to a difference that somebody made outside."""

    CORRECT = "correct"
    REPORT = "report"


class Rightsizing(StrEnum):
    """When seats nobody needs are given back."""

    INLINE = "inline"
    NIGHTLY = "nightly"
    ADVICE = "advice"


class RemovalLimit(Document):
    """Removals allowed are min(count, max(1, ceil(percent of what is there)))."""

    count: int = Field(default=5, ge=0, description="At most this many removals.")
    percent: int = Field(default=10, ge=0, le=100, description="At most this share of what is there, at least one.")


class Guardrails(Document):
    """Limits per customer and per run; beyond one, rows are blocked and the exact override is shown."""

    removals: RemovalLimit = RemovalLimit()
    seats_added: int = Field(default=25, ge=0, description="Seats that one customer's plan may add.")
    seats_removed: int | None = Field(
        default=None, ge=0, description="Seats that one customer's plan may give back; left out: no limit."
    )
    monthly_cost_added: MoneyText | None = Field(default=None, description='Cost per month, like "500.00 EUR".')
    customers_touched: int = Field(default=20, ge=0, description="Customers that one run may change.")
    catalog_age_days: int = Field(
        default=30, ge=1, description="Warn about a market's catalog that was confirmed longer ago; settings only."
    )


class Handover(Document):
    """Who may read generated passwords: age recipients."""

    recipients: tuple[str, ...] = Field(default=(), description="age public keys (age1...).")


class Defaults(Document):
    """Values that fill in when something is created; never managed afterwards."""

    connection: str | None = None
    usage_location: Country | None = None
    currency: str = "EUR"


class Settings(Document):
    """The repository's settings, from the one file that has `connections`."""

    ledger: str = Field(
        default="./.reconciler",
        description="Where the memory lies: a directory, git:BRANCH, az://container/prefix or s3://bucket/prefix.",
    )
    connections: dict[str, Connection] = Field(default_factory=dict)
    defaults: Defaults = Defaults()
    rightsizing: Rightsizing = Rightsizing.INLINE
    guardrails: Guardrails = Guardrails()
    handover: Handover = Handover()
    policies: Policies = Field(default=Policies(), description="What shall hold after each plan.")
    waivers: tuple[Waiver, ...] = Field(default=(), description="Who is excused from a policy, why, until when.")
    hooks: Hooks = Field(default=Hooks(), description="Commands that run before and after an apply.")
    drift: Outside = Field(default=Outside(), description="What becomes of changes that were made outside the files.")


class Reseller(Document):
    """Settings that all customers of one reseller share."""

    connection: str | None = Field(default=None, description="The connection that serves these customers.")
    mpn_id: str | None = Field(default=None, description="The reseller's partner id (MPN).")
    defaults: Defaults = Defaults()
    manage: dict[str, Mode] = Field(default_factory=dict)
    on_drift: dict[str, OnDrift] = Field(default_factory=dict)
    guardrails: Guardrails | None = None
    rightsizing: Rightsizing | None = None
    prices: Prices = Field(default_factory=dict, description="What customers of this reseller pay, by part number.")
    billing_day: int | None = Field(
        default=None, ge=1, le=28, description="The last day of its billing cycle; left out: that of the month."
    )


class Seats(Document):
    """How many seats: at least `min` and what is `included`, demand plus `buffer`, never more than `max`."""

    min: int = Field(default=0, ge=0, le=MOST_SEATS)
    included: int | None = Field(
        default=None, ge=0, le=MOST_SEATS, description="Seats that come with the plan: bought, and kept, unasked."
    )
    max: int | None = Field(default=None, ge=1, le=MOST_SEATS)
    buffer: int = Field(default=0, ge=0, le=MOST_SEATS)

    @property
    def floor(self) -> int:
        """Seats that are there whoever needs them."""
        return max(self.min, self.included or 0)


class AddOn(Document):
    """One add-on of a plan template."""

    disabled_service_plans: frozenset[Upper] | None = None


class PlanTemplate(Document):
    """What a user on this plan gets: a base SKU with add-ons, service plans switched off, groups, and its seats."""

    extends: str | None = Field(default=None, description="Another plan; maps merge, lists replace.")
    product: ProductSku | None = Field(default=None, description="Product and SKU of the catalog.")
    sku: Upper | None = Field(default=None, description="Part number, resolved through the catalog.")
    term: TermText = "P1Y"
    billing: BillingText = "monthly"
    pricing: Literal["recurring", "oneTime"] = Field(
        default="recurring", description="oneTime: a pack of the included seats, paid once, and not renewed."
    )
    add_ons: dict[Upper, AddOn] = Field(default_factory=dict)
    auto_parents: bool = Field(default=False, description="Give what add-ons need, and the plan lacks, as well.")
    disabled_service_plans: frozenset[Upper] | None = None
    groups: frozenset[str] = frozenset()
    items: dict[Upper, Item] = Field(default_factory=dict, description="What is only counted: SPLA and the like.")
    seats: Seats = Seats()
    visible_to: frozenset[str] | None = Field(
        default=None, description="The only resellers whose customers may use it; left out: everybody's."
    )
    allowed_upgrades: tuple[str, ...] = Field(
        default=(), description="Plans that a subscription of this one may be upgraded to; not inherited."
    )
    attestation: Attestation | None = Field(
        default=None, description="Who attests that customers may have its product; orders that need it say so."
    )
    convert_to: str | None = Field(
        default=None, description="The plan that a trial of this one may be converted to; not inherited."
    )

    @property
    def pack(self) -> int | None:
        """How many seats one subscription of a plan has that is paid once; None where seats come and go."""
        return self.seats.included or 0 if self.pricing == "oneTime" else None

    @property
    def memberships(self) -> frozenset[str]:
        """The groups of everybody on the plan, those of its items too."""
        return self.groups | {item.group for item in self.items.values() if item.group}


class TermPrice(Document):
    """One way to buy a product, and what one seat costs then, for the whole term as a price list says it.

    Without `market` and `segment` a line holds everywhere. Several lines of one term and billing differ by market,
    segment, currency, the day from which they hold, or the number of seats.
    """

    term: TermText
    billing: BillingText
    market: Country | None = Field(default=None, description="The only country that the line is about.")
    segment: SegmentText | None = Field(default=None, description="The only kind of customers that it is about.")
    price: MoneyText | None = Field(default=None, description='Cost of one seat for the whole term, "217.20 EUR".')
    erp: MoneyText | None = Field(default=None, description="The price that Microsoft recommends for the customer.")
    since: DayText | None = Field(default=None, description="The first day that the price holds; left out: always.")
    from_seats: int | None = Field(default=None, ge=0, description="The price of a subscription of at least so many.")
    to_seats: int | None = Field(default=None, ge=1, description="The price of a subscription of at most so many.")
    only_renews: bool = Field(default=False, description="What runs on it is renewed; new seats are not sold so.")
    withdrawn: DayText | None = Field(default=None, description="The day on which it was found to be sold no more.")


class CatalogSku(Document):
    """One product and SKU: how commerce and the directory call it, its bounds, what it needs, how it is sold.

    Nothing is required: what is not known is left out, and what one file leaves out another one may say.
    """

    title: str = ""
    sku: Upper = Field(default="", description="Part number in the directory (skuPartNumber).")
    sku_id: str | None = Field(default=None, description="Id in the directory (skuId).")
    min: int = Field(default=1, ge=0, le=MOST_LISTED, description="Fewest seats of one subscription.")
    max: int | None = Field(default=None, ge=1, le=MOST_LISTED, description="Most seats of one tenant.")
    most_subscriptions: int | None = Field(default=None, ge=1, description="Most subscriptions of one tenant.")
    add_on: bool = False
    trial: bool = False
    attestation: bool = Field(default=False, description="An order must confirm that the customer may have it.")
    prerequisites: tuple[ProductSku, ...] = Field(default=(), description="One of these must be there first.")
    excludes: tuple[ProductSku, ...] = Field(default=(), description="No tenant may have it beside one of these.")
    upgrades: tuple[ProductSku, ...] = Field(default=(), description="What a subscription of it can become.")
    renews_to: tuple[ProductSku, ...] = Field(default=(), description="What it becomes when its term ends.")
    terms: tuple[TermPrice, ...] = ()
    service_plans: frozenset[Upper] | None = Field(default=None, description="Names of the service plans it has.")
    has_mailbox: bool | None = Field(default=None, description="Carries an Exchange mailbox plan.")
    withdrawn: DayText | None = Field(default=None, description="The day on which it was found to be sold no more.")
