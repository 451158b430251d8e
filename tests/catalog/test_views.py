"""How a product is drawn for whoever looks it up."""

from __future__ import annotations

from datetime import date

from golden import Golden

from catalog.test_updating import ANNUAL, MONTHLY, line
from reconciler.catalog import views
from reconciler.catalog.views import Usage, View
from reconciler.core.offers import Ways
from reconciler.model.finding import Origin
from reconciler.model.market import Market, MarketFile
from reconciler.model.template import CatalogSku

PRODUCT = "CFQ7TTC0HD32:0002"
DAY = date(2026, 11, 20)


def a_market(entry: CatalogSku, **header: object) -> MarketFile:
    market = Market.model_validate({"country": "DE", **header})
    return MarketFile(market, "de.yaml", Origin("de.yaml"), {PRODUCT: entry}, {PRODUCT: Origin("de.yaml", 12, 3)})


FULL = CatalogSku(
    title="Visio Plan 2",
    sku="VISIOCLIENT",
    sku_id="c5928f49",
    min=2,
    max=300,
    most_subscriptions=1,
    add_on=True,
    trial=True,
    attestation=True,
    prerequisites=("CFQ7TTC0LFLX:0001", "CFQ7TTC0LFLZ:0002"),
    upgrades=("CFQ7TTC0LFLZ:0002",),
    renews_to=("CFQ7TTC0LFLX:0001",),
    terms=(
        line(MONTHLY, withdrawn=DAY),
        line(ANNUAL, price="174.00 EUR", erp="190.00 EUR", since=DAY, from_seats=2, to_seats=300),
        line(("P3Y", "annual"), only_renews=True),
    ),
    service_plans=frozenset({"VISIOONLINE", "VISIO_CLIENT_SUBSCRIPTION"}),
    withdrawn=DAY,
)
BUSY = Usage(["analyst"], [f"c{number}/subscription/visio" for number in range(10)], 12, {"c1", "c2"})
VIEWS = {
    "everything is known": View(
        PRODUCT,
        FULL,
        Ways((ANNUAL,), {MONTHLY: DAY}, frozenset()),
        (
            CatalogSku(terms=(line(ANNUAL, price="180.00 CHF", market="CH", segment="education"),)),
            Origin("own.yaml", 3, 3),
        ),
        (a_market(FULL, synced=DAY), a_market(CatalogSku(), segment="education")),
        BUSY,
        {"CFQ7TTC0LFLX:0001": "Microsoft 365 E3"},
    ),
    "next to nothing is known": View(
        PRODUCT, CatalogSku(title=PRODUCT), None, (CatalogSku(), Origin("own.yaml", 3, 3)), (), Usage(), {}
    ),
    "it is sold no more": View(PRODUCT, FULL, Ways((), {ANNUAL: DAY}, frozenset()), None, (), Usage(users=1), {}),
}


def test_a_product_is_drawn_in_two_lines_and_in_full(golden: Golden) -> None:
    text = [
        line for name, view in VIEWS.items() for line in (f"# {name}", *views.summary(view), "", *views.lines(view), "")
    ]

    golden.check("views.txt", "\n".join(text))


def test_scripts_get_what_is_known_and_nothing_else() -> None:
    known, unknown = views.data(VIEWS["everything is known"]), views.data(VIEWS["next to nothing is known"])

    assert known["servicePlans"] == ["VISIOONLINE", "VISIO_CLIENT_SUBSCRIPTION"]
    assert known["withdrawn"] == "2026-11-20"
    assert known["markets"] == [
        {"market": "DE commercial", "file": "de.yaml", "synced": "2026-11-20"},
        {"market": "DE education", "file": "de.yaml", "synced": None},
    ]
    assert unknown == {
        "product": PRODUCT,
        "title": PRODUCT,
        "min": 1,
        "addOn": False,
        "trial": False,
        "attestation": False,
        "terms": [],
        "markets": [],
        "plans": [],
        "subscriptions": [],
        "users": 0,
        "customers": [],
    }
