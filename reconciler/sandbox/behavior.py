"""How the clouds behave today: page sizes, lag, limits. Part of the world file (`behavior:`) and read live.

Defaults are the strict ones (interface.md section 5: pages of 100, 2 s of lag, documented limits), because a friendly
cloud hides bugs. `fast()` is for demos and benchmarks: no lag, no limits, largest pages.
It must not hold vendor limits that nobody would want to change: those stand beside the rule that uses them.

The decision a reader would question: the pydantic model of the file is used as the living value too. Every field is a
plain setting, so a second class would only repeat it. Durations are ISO 8601 ("PT2S").
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

Duration = Annotated[timedelta, Field(ge=timedelta(0))]


class Behavior(BaseModel):
    """Settings of all services; a service may add its own here, with a default and a line that says what it does."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)

    page_size: Annotated[int, Field(ge=1, le=999)] = 100
    """Graph's page when $top is absent, and the largest page of Partner Center's seek lists."""
    largest_page: Annotated[int, Field(ge=1, le=999)] = 999
    """Graph's largest page, whatever `$top` asks for: it is an upper bound (graph.md 1.1)."""
    lag: Duration = timedelta(seconds=2)
    """Every write is seen by every replica after this long."""
    index_lag: Duration = timedelta(seconds=4)
    """The same for the index behind advanced queries (graph.md 1.2)."""
    flapping: bool = True
    """Within the lag, reads jump between replicas; false: nobody sees a write before the lag is over."""
    empty_pages: bool = False
    """Graph inserts a page without rows, which is allowed (graph.md 1.1)."""
    throttling: bool = True
    async_patch: bool = False
    """Partner Center answers a subscription PATCH with 202 and settles later (partner-center.md 1.8)."""
    provisioning: Duration = timedelta(0)
    """How long a new order stays pending before its subscriptions exist."""
    renewal: Duration = timedelta(hours=1)
    """How long a renewal is in progress from midnight after the term (partner-center.md 1.8: up to 24 h)."""
    order_delay: Duration = timedelta(0)
    """How long a new order is missing in lists, up to PT15M (partner-center.md 1.8)."""
    upgrade_delay: Duration = timedelta(0)
    """How long a transition is under way before the subscription is another one (the published sample: 37 minutes)."""
    customer_delay: Duration = timedelta(seconds=10)
    """How long a new customer is missing in the list of customers [inferred]; by its id it is found at once."""
    tenant_delay: Duration = timedelta(minutes=3)
    """How long login does not know a new customer's tenant (graph.md 10.4: wait about 3 minutes)."""
    gdap_delay: Duration = timedelta(seconds=10)
    """How long an access assignment is pending and an update of a relationship runs (graph.md 10.1)."""
    audit_delay: Duration = timedelta(minutes=2)
    """How long a change is missing in Graph's audit log (Microsoft's own figure: 95 of 100 within 2 minutes)."""
    export_delay: Duration = timedelta(seconds=10)
    """How long Graph works at an export of invoice lines (partner-center.md 8.3; live: minutes)."""
    account_review: Duration = timedelta(0)
    """How long a new customer's account is under review, so that nothing can be bought (partner-center.md 3.4)."""
    max_updates: Annotated[int, Field(ge=1)] = 1200
    """Lifetime updates of one subscription (partner-center.md 14)."""
    concurrency_window: Duration = timedelta(0)
    """A second license write on one user within this long is a 409 (graph.md 4.1, Directory_ConcurrencyViolation)."""

    group_licensing: Duration = timedelta(seconds=3)
    """How long licenses of a group wait before its members get them (graph.md 7.5)."""
    device_code_interval: Duration = timedelta(seconds=5)
    """How long a program waits between two questions whether somebody signed in, whole seconds (login/devices.py)."""

    @property
    def keep_s(self) -> float:
        """How long shelves must remember former versions, in seconds."""
        return max(self.lag, self.index_lag).total_seconds()


def fast(behavior: Behavior) -> Behavior:
    """The same without lag, limits and short pages."""
    delays = (
        "lag",
        "index_lag",
        "group_licensing",
        "customer_delay",
        "tenant_delay",
        "export_delay",
        "audit_delay",
        "gdap_delay",
    )
    quick = dict.fromkeys(delays, timedelta(0))
    quick["device_code_interval"] = timedelta(seconds=1)
    return behavior.model_copy(update={"page_size": 999, "throttling": False, **quick})
