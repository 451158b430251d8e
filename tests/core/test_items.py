"""What plans give that is only counted: who has it, and what it costs and earns."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reconciler.core import codec, digests, items
from reconciler.core.plan import combine
from reconciler.model.finding import Origin
from reconciler.model.item import Claim, Counted, Item
from reconciler.model.money import parse
from reconciler.model.plan import Plan, Scope, Source
from reconciler.model.repository import CustomerEntry, CustomerFiles, Entry
from reconciler.model.retail import Book, Listed, PriceLine
from reconciler.model.span import ALWAYS, Span
from reconciler.model.spec import Document
from reconciler.model.template import Guardrails, PlanTemplate

from .fakes import KINDS
from .scene import NOW, customer, planned, reading

HERE = Origin("a.yaml", 1, 1)
DESK = PlanTemplate.model_validate({"items": {"SPLA-RDS": {"title": "Remote desktop", "cost": "5 EUR"}}})
OFFICE = PlanTemplate.model_validate({"items": {"SPLA-RDS": {"title": "Remote desktop", "cost": "5 EUR"}, "CAL": {}}})
PLANS = {"desk": DESK, "office": OFFICE, "none": PlanTemplate()}


class Person(Document):
    """Somebody on plans."""

    uses: tuple[tuple[str, Span], ...] = ()


def claimed(**people: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Who has what by which plan."""
    uses = {name: tuple((plan, ALWAYS) for plan in plans) for name, plans in people.items()}
    entries = [Entry("users", name, Person(uses=used), HERE) for name, used in uses.items()]
    files = CustomerFiles("contoso", CustomerEntry(tenant="c"), HERE, entries)
    return {name: dict(claim.people) for name, claim in items.claims(files, PLANS, KINDS).items()}


def shown(claim: Claim, *lines: dict[str, object]) -> Plan:
    """The plan of a customer who has the item, with these prices for it."""
    listed = tuple(Listed("SPLA-RDS", PriceLine.model_validate(line), HERE) for line in lines)
    books = (Book("everybody", {"SPLA-RDS": listed}),) if lines else ()
    found = planned(customer(items={"SPLA-RDS": claim}, prices=books), reading())
    return combine([found], NOW, Source(), Scope(), Guardrails())


def test_everybody_on_a_plan_has_its_items_once_whichever_plans_they_are_on() -> None:
    found = claimed(ada=("desk", "office"), bo=("office",), cy=("none",), di=())

    assert found == {"CAL": {"ada": "office", "bo": "office"}, "SPLA-RDS": {"ada": "desk", "bo": "office"}}


@pytest.mark.parametrize(
    ("day", "people"), [(-1, {"ada": "desk"}), (0, {"ada": "desk"}), (1, {}), (None, {"ada": "desk"})]
)
def test_who_is_on_a_plan_for_a_time_has_its_items_for_that_time(day: int | None, people: dict[str, str]) -> None:
    today = NOW.date()
    files = CustomerFiles(
        "contoso",
        CustomerEntry(tenant="c"),
        HERE,
        [Entry("users", "ada", Person(uses=(("desk", Span(until=today)),)), HERE)],
    )

    found = items.claims(files, PLANS, KINDS, None if day is None else today + timedelta(days=day))

    assert {name: dict(claim.people) for name, claim in found.items()} == ({"SPLA-RDS": people} if people else {})


def test_nobody_has_items_where_no_plan_has_any() -> None:
    assert claimed(cy=("none", "unknown")) == {}


@pytest.mark.parametrize(
    ("lines", "revenue"),
    [
        ([], None),
        ([{"perMonth": "7 EUR"}], "14.00 EUR"),
        ([{"perMonth": "7 CHF"}], None),
        ([{"markup": "20%"}], "12.00 EUR"),
        ([{"perMonth": "7 EUR", "until": "2020-01-01"}], None),
    ],
    ids=["no price", "a month", "another currency", "on the cost", "no longer"],
)
def test_items_have_the_price_of_the_day_in_the_customers_currency(
    lines: list[dict[str, object]], revenue: str | None
) -> None:
    (item,) = shown(Claim(DESK.items["SPLA-RDS"], {"bo": "desk", "ada": "desk"}), *lines).items

    assert (item.people, str(item.costs)) == (("ada", "bo"), "10.00 EUR")
    assert (str(item.revenue) if item.revenue else None) == revenue


def test_an_item_without_a_cost_is_counted_all_the_same() -> None:
    (item,) = shown(Claim(Item(), {"ada": "desk"})).items

    assert (item.people, item.costs, item.revenue) == (("ada",), None, None)


def test_items_are_no_rows_and_no_part_of_what_a_plan_means() -> None:
    one, two = (shown(Claim(Item(), dict.fromkeys(people, "desk"))) for people in (("ada",), ("ada", "bo")))

    assert one.changes == two.changes == ()
    assert digests.content_digest(one) == digests.content_digest(two)


def test_items_stand_in_the_plan_file() -> None:
    plan = shown(Claim(DESK.items["SPLA-RDS"], {"ada": "desk"}), {"perMonth": "7 EUR"})

    again = codec.loads(codec.dumps(plan, "1", NOW)).plan

    assert again.items == (Counted("contoso", "SPLA-RDS", "Remote desktop", ("ada",), parse("5 EUR"), parse("7 EUR")),)


def test_a_part_of_a_customer_is_not_counted() -> None:
    files = customer(items={"SPLA-RDS": Claim(Item(), {"ada": "desk"})})

    assert planned(files, reading(), scope=Scope(targets=("contoso/user/ada",))).items == ()
