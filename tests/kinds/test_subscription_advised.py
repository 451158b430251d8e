"""Subscriptions of an indirect reseller: what the directory lists, and nothing asked of Partner Center."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from cloud.clouds import ENVIRON, TENANT, Cloud, ManualTime, a_connection

from kinds.builders import a_sku_row, context
from kinds.test_subscription import a_listed
from kinds.vendor import Vendor, rows
from reconciler.cloud.sessions import Sessions
from reconciler.kinds.partner.subscription import KIND
from reconciler.kinds.partner.subscription_spec import SubscriptionEntry
from reconciler.kinds.partner.subscription_wire import DIRECTORY, SubscriptionFacts
from reconciler.model.finding import Origin
from reconciler.model.kind import Interest
from reconciler.model.repository import Entry
from reconciler.model.resource import Desired, Live

DISTRIBUTOR = "9999ffff-0000-4000-8000-000000000000"
ANOTHER = "8888ffff-0000-4000-8000-000000000000"
PRODUCT = "CFQ7TTC0LCHC:0002"


def read(*listed: dict[str, Any], distributor: str | None = None) -> dict[str, Live[Any]]:
    vendor = Vendor({f"GET {DIRECTORY}": rows(*listed), "GET /subscribedSkus": rows(a_sku_row())})
    connection = a_connection(model="indirectReseller", distributor=distributor)

    async def main() -> dict[str, Live[Any]]:
        async with Sessions(connection, ENVIRON, ManualTime().pace(), Cloud(vendor).seams()) as sessions:
            session = await sessions.customer(TENANT)
            found = {live.remote_id: live async for live in KIND.read(session, "contoso", Interest())}
            assert sessions.exchanges["partner"] == 0
            return found

    return asyncio.run(main())


def declared(**written: Any) -> Desired[Any]:
    document = SubscriptionEntry.model_validate(written)
    known = replace(context(), connection=a_connection(model="indirectReseller"))
    (found,) = KIND.declare(Entry("subscriptions", "office", document, Origin("a.yaml", 1, 1)), known)
    assert isinstance(found, Desired)
    return found


@pytest.mark.parametrize(
    ("owner", "distributor", "ours"),
    [
        (DISTRIBUTOR, None, True),
        (DISTRIBUTOR, DISTRIBUTOR.upper(), True),
        (ANOTHER, DISTRIBUTOR, False),
        (TENANT, None, False),
        (None, None, False),
    ],
    ids=["some partner's", "our distributor's", "another partner's", "bought directly", "nobody's"],
)
def test_what_the_distributor_sold_is_ours_to_advise_about(
    owner: str | None, distributor: str | None, *, ours: bool
) -> None:
    live = read(a_listed(ownerTenantId=owner), distributor=distributor)["d1"]

    assert live.spec.own is ours
    assert live.guard is not None


def test_it_supplies_what_the_files_say_it_is() -> None:
    desired, live = declared(sku="SPB", term="P1Y", billing="monthly", seats="auto"), read(a_listed())["d1"]

    supply = KIND.supplies(KIND.completed(desired, live))

    assert supply is not None
    assert (supply.product, supply.term, supply.billing, supply.quantity) == (PRODUCT, "P1Y", "monthly", 5)


def test_an_entry_finds_it_by_its_part_number_and_manages_nothing() -> None:
    desired, live = declared(sku="SPB", term="P1Y", billing="monthly", seats="auto"), read(a_listed())["d1"]

    assert (KIND.candidates(desired, [live]), desired.managed) == ([live], frozenset())


def test_an_entry_finds_it_by_either_of_its_ids() -> None:
    live = read(a_listed(), a_listed("d2", "another"))["d2"]

    assert KIND.candidates(declared(sku="SPB", id="another", seats="auto"), [live]) == [live]
    assert KIND.candidates(declared(sku="SPB", id="d2", seats="auto"), [live]) == [live]


def test_what_is_not_in_force_is_not_taken_for_it() -> None:
    suspended = read(a_listed(status="Suspended"))["d1"]

    assert KIND.candidates(declared(sku="SPB", seats="auto"), [suspended]) == []
    assert isinstance(suspended.facts, SubscriptionFacts)


def test_a_distributor_is_for_indirect_resellers_only() -> None:
    with pytest.raises(ValueError, match="distributor is for model: indirectReseller"):
        a_connection(model="indirectProvider", distributor=DISTRIBUTOR)
