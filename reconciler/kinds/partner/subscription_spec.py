"""A subscription as it is compared, and as it is written in YAML.

`product`, `term` and `billing` say which live subscription is meant; `quantity`, `friendly_name`, `end_of_term` and
`state` are what is written. Sources: https://learn.microsoft.com/partner-center/developer/subscription-resources
(partner-center.md 6.1, 13.5).

Must not: decide a quantity; `seats` are bounds, the planner decides within them.

Questionable on purpose: `purchaseOrder` is ours alone and never sent, because no field of a new commerce order is known
to keep one (partner-center.md 18.7). It rides in the spec, so that reports can show it, and is never compared.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from reconciler.kinds.entra.sku import SkuKey
from reconciler.model.attestation import Attestation
from reconciler.model.commerce import BillingText, ProductSku, TermText
from reconciler.model.seats import MOST_LISTED, MOST_SEATS, SeatRule
from reconciler.model.spec import Document, Folded, Spec, Upper
from reconciler.model.template import Seats

SEATS = 'seats is auto, a whole number from 1, or {min, max, buffer}: "no seats" would be cancelling, which comes later'
# Of every field of every ledger that it may be typed into: no quotes, no line ends, nothing a spreadsheet calculates.
PurchaseOrder = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64, pattern=r"^[\w#][\w ./:#()&,+-]*$")
]
FriendlyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class SubscriptionSpec(Spec):
    """One subscription's values. `sku` is the pool it supplies, by the directory's part number; `end_of_term` is what
    follows its term, `renewal` what is scheduled for it, in words, `scheduled` with how many seats: the last two are
    read and written, never declared. `state` is the service's word, of which only active and suspended are written.
    `comes_from` are the products that may be upgraded to this one, `converts_to` the plan that a trial may become.
    `reseller` is the partner id (MPN) of the indirect reseller that it is ordered for, `ends_with` our name of the one
    whose end its first term has, and `ends` that day: both only count when it is ordered. `split_from` is our name of
    the one that it takes its seats over from, and `attestation` says in words who attests that the customer may have
    it: both only count while it is not there. `into` is our name of the one that takes seats of it over,
    all of them where `is_whole`, `taken_from` whose seats arrive. What is paid `once` is a pack of a plan that says
    so; no service knows of it."""

    product: str | None = None
    sku: SkuKey | None = None
    term: str | None = None
    billing: str | None = None
    quantity: Annotated[int, Field(ge=0, le=MOST_LISTED)] | None = None
    friendly_name: str | None = None
    end_of_term: str | None = None
    state: str | None = None
    id: Folded | None = None
    own: bool = True
    seats: SeatRule | None = None
    purchase_order: str | None = None
    reseller: str | None = None
    attestation: str | None = None
    ends_with: str | None = None
    ends: str | None = None
    split_from: str | None = Field(default=None, alias="from")
    into: str | None = None
    is_whole: bool = False
    taken_from: str | None = None
    renewal: str | None = None
    scheduled: int | None = None
    comes_from: frozenset[str] = frozenset()
    once: bool = False
    converts_to: str | None = None


class SubscriptionEntry(Document):
    """One subscription under `subscriptions:`; the key is our name for it."""

    plan: str | None = Field(default=None, description="Plan template whose product it supplies.")
    product: ProductSku | None = Field(default=None, description='Product and SKU, "CFQ7TTC0LCHC:0002".')
    sku: Upper | None = Field(default=None, description="Part number, resolved through the catalog.")
    term: TermText | None = None
    billing: BillingText | None = None
    id: Folded | None = Field(default=None, description="Its id, where several could be meant.")
    seats: Literal["auto"] | Annotated[int, Field(ge=1, le=MOST_SEATS, strict=True)] | Seats | None = Field(
        default=None, description="auto, a number, or bounds; left out: not ours."
    )
    friendly_name: FriendlyName | None = None
    ends_with: FriendlyName | None = Field(
        default=None, description="Another subscription here: when this one is ordered, its first term ends with that."
    )
    split_from: FriendlyName | None = Field(
        default=None,
        alias="from",
        description="Another subscription here, some of whose seats become this one, where this one is not there yet.",
    )
    into: FriendlyName | None = Field(
        default=None,
        description="Another subscription here that takes seats of this one over: those that people need there and not "
        "here; all of them where plan: is that of the other one.",
    )
    purchase_order: PurchaseOrder | None = Field(default=None, description="For reports; never sent to Microsoft.")
    attestation: Attestation | None = Field(
        default=None, description="Who attests that the customer may have the product; only its order says so."
    )
    end_of_term: Literal["renew", "cancel", "extend"] | None = Field(
        default=None, description="What follows its term; left out: not ours."
    )
    state: Literal["active", "suspended"] | None = Field(
        default=None, description="Suspended, nobody can use it, and it is paid for all the same; left out: not ours."
    )
    owner: Literal["foreign"] | None = Field(default=None, description="Bought by somebody else: observed only.")

    @field_validator("seats", mode="before")
    @classmethod
    def _seats(cls, value: Any) -> Any:  # Any: not validated yet
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 1
        if whole and value > MOST_SEATS:
            raise ValueError(f"no subscription has more than {MOST_SEATS:,} seats")
        if value == "auto" or whole or isinstance(value, dict | Seats):
            return value
        raise ValueError(SEATS)

    @field_validator("friendly_name", "end_of_term", "state", mode="before")
    @classmethod
    def _said(cls, value: Any) -> Any:  # Any: not validated yet
        if value is None:
            raise ValueError("it can be changed, never cleared: write a value, or leave the line out")
        return value

    @model_validator(mode="after")
    def _fits(self) -> SubscriptionEntry:
        said = [name for name in ("plan", "product", "sku") if getattr(self, name)]
        if len(said) > 1 or not (said or self.id):
            raise ValueError("say what it is by exactly one of plan, product and sku (or only its id)")
        ours = {"seats", "friendly_name", "end_of_term", "state", "term", "billing", "ends_with", "split_from"}
        ours |= {"attestation", "into"}
        if self.owner and self.model_fields_set & ours:
            raise ValueError("a foreign subscription is only observed: say nothing but plan, product or sku, and id")
        if self.split_from and (not self.plan or self.ends_with):
            raise ValueError("from: goes with plan: and not with endsWith: the end is that of the other subscription")
        if self.into and (not self.plan or self.split_from):
            raise ValueError("into: goes with plan: and not with from: seats go one way at a time")
        if isinstance(self.seats, Seats) and self.seats.max is not None and self.seats.max < self.seats.min:
            raise ValueError(f"seats: max {self.seats.max} is less than min {self.seats.min}")
        return self
