"""`catalog sync` against the local clouds: what it reads, writes, says, and refuses to write."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from golden import Golden
from scenarios.stage import BASE, Stage, merged

from reconciler.sandbox.yamlfile import read_document

RECIPIENT = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
FILE = "desired-state/catalog/de-commercial.yaml"
SKUS = "/v1/products/{product}/skus"
AVAILABILITIES = "/v1/products/{product}/skus/{sku}/availabilities"
SUBSCRIPTIONS = "/v1/customers/{customer}/subscriptions"
CUSTOMER = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    country: DE
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users: {ada@contoso.com: {displayName: Ada, usageLocation: DE, plans: [modern-worker]}}
"""
PLANS = """
plans:
  modern-worker: {product: "CFQ7TTC0LCHC:0002", term: P1Y, billing: monthly}
"""
SETTINGS = """
apiVersion: reconciler/v1
connections:
  emea:
    partnerTenant: partner.onmicrosoft.com
    environment: local
    region: Europe
    auth: {clientId: 11111111-1111-1111-1111-111111111111}
"""
Wire = dict[str, Any]  # Any: a part of a world


def terms(*pairs: str) -> list[Wire]:
    """`P1Y monthly` and so on, as a world has them."""
    return [dict(zip(("term", "billing", "price"), (*pair.split(), "1.00"), strict=True)) for pair in pairs]


PREMIUM = {"title": "Microsoft 365 Business Premium", "sku": "SPB", "max": 300}
VISIO = {"title": "Visio Plan 2", "sku": "VISIOCLIENT", "addOn": True, "prerequisites": ["CFQ7TTC0LFLX:0001"]}
CATALOG: Wire = {
    "CFQ7TTC0LCHC:0002": {**PREMIUM, "terms": terms("P1M monthly", "P1Y monthly")},
    "CFQ7TTC0LFLX:0001": {"title": "Microsoft 365 E3", "sku": "SPE_E3", "terms": terms("P1Y annual")},
    "CFQ7TTC0HD32:0002": {**VISIO, "terms": terms("P1Y annual", "P1Y monthly")},
}
OFFICE = {"product": "CFQ7TTC0LCHC:0002", "owner": "partner.onmicrosoft.com", "quantity": 2}
E3 = {"product": "CFQ7TTC0LFLX:0001", "owner": "partner.onmicrosoft.com", "quantity": 1, "billing": "annual"}


@pytest.fixture
def market(on_stage: Stage) -> Stage:
    """A customer in Germany whose plan names, and who holds, one of three products."""
    for name in ("catalog.yaml", "reconciler.yaml"):
        on_stage.delete(f"desired-state/{name}")
    files = {"settings": SETTINGS, "plans": PLANS, "contoso": CUSTOMER}
    on_stage.write({f"desired-state/{name}.yaml": text for name, text in files.items()})
    play(on_stage)
    return on_stage


def play(stage: Stage, catalog: Wire = CATALOG, **tenant: Any) -> None:  # Any: parts of a tenant
    """A world with this catalog; Contoso has an office with Business Premium, and what `tenant` says."""
    world = read_document(BASE / "world.yaml")
    contoso = merged(world["tenants"]["contoso.onmicrosoft.com"], {"subscriptions": {"office": OFFICE}, **tenant})
    stage.clouds.play({**world, "catalog": catalog, "tenants": {"contoso.onmicrosoft.com": contoso}})


def text(stage: Stage) -> str:
    return (stage.root / FILE).read_text(encoding="utf-8")


def steady(said: str) -> str:
    """How many requests it takes may depend on which of them share a batch."""
    return re.sub(r"\d+ requests", "<some> requests", said)


def synced(stage: Stage, *words: str, code: int = 0) -> str:
    ran = stage.reconciler("catalog", "sync", *words)
    assert ran.code == code, ran.text
    return ran.text


def asked(stage: Stage) -> list[str]:
    """The routes of Partner Center that were asked since this was asked before."""
    rows = stage.requests()["requests"]
    stage.clouds.ask("requests", method="DELETE")
    return [row["route"] for row in rows if row["service"] == "partnerCenter"]


def test_what_files_name_is_read_and_written(market: Stage, golden: Golden) -> None:
    said = synced(market)

    golden.check("catalog-sync.txt", f"{steady(said)}\n=== {FILE}\n{text(market)}")
    assert (market.root / FILE).is_file()


def test_only_what_is_wanted_is_asked_for(market: Stage) -> None:
    synced(market, "--files-only")

    assert asked(market) == [SKUS, AVAILABILITIES]


def test_a_second_sync_changes_nothing(market: Stage) -> None:
    synced(market)
    before = text(market)

    said = synced(market)

    assert "1 product, nothing changed." in said
    assert text(market) == before


def test_check_writes_nothing_and_says_with_its_code_whether_it_would(market: Stage) -> None:
    said = synced(market, "--check", code=2)
    assert "1 product of 1 changed; nothing was written." in said
    assert not (market.root / FILE).exists()

    synced(market)

    assert "nothing changed" in synced(market, "--check")


def test_the_day_of_the_confirmation_is_written_once_a_week(market: Stage) -> None:
    synced(market)
    market.clock({"advance": "P6D"})
    synced(market)
    assert "synced: 2026-03-02" in text(market)

    market.clock({"advance": "P1D"})
    said = synced(market, "--check")
    assert "nothing changed" in said
    assert "synced: 2026-03-02" in text(market)

    synced(market)
    assert "synced: 2026-03-09" in text(market)


def test_what_customers_hold_is_followed_too(market: Stage) -> None:
    play(market, subscriptions={"office": OFFICE, "sales": E3})

    said = synced(market)

    assert "+ CFQ7TTC0LFLX:0001 Microsoft 365 E3" in said
    assert "sku: SPE_E3" in text(market)


def test_a_subscription_that_was_cancelled_is_held_no_more(market: Stage) -> None:
    play(market, subscriptions={"office": OFFICE, "sales": {**E3, "status": "deleted"}})

    assert "CFQ7TTC0LFLX:0001" not in synced(market)


def test_what_was_asked_for_once_is_followed_from_then_on(market: Stage) -> None:
    synced(market, "--only", "cfq7ttc0hd32")

    assert "CFQ7TTC0HD32:0002 Visio Plan 2" not in synced(market)
    assert "CFQ7TTC0HD32:0002" in text(market)
    assert "CFQ7TTC0LCHC:0002" in text(market)


def test_all_means_the_whole_market(market: Stage) -> None:
    said = synced(market, "--all")

    assert "3 products of 3 changed; written." in said
    assert "- CFQ7TTC0LFLX:0001" in text(market)


def test_only_asks_for_nothing_else(market: Stage) -> None:
    synced(market, "--files-only", "--only", "CFQ7TTC0HD32:0002")
    assert asked(market) == [SKUS, AVAILABILITIES]

    synced(market)
    market.clouds.ask("requests", method="DELETE")
    synced(market, "--files-only", "--only", "SPB")
    assert asked(market) == [SKUS, AVAILABILITIES]


def test_a_part_number_that_nothing_has_is_refused_with_a_way_on(market: Stage) -> None:
    synced(market)

    said = synced(market, "--only", "SBP", code=1)

    assert '"SBP" is no part number that the catalog has. Did you mean "SPB"?' in said


def test_changes_of_the_vendor_are_told_and_prices_stay(market: Stage, golden: Golden) -> None:
    play(market, subscriptions={"office": OFFICE, "sales": E3})
    synced(market)
    priced = text(market).replace("{term: P1Y, billing: monthly}", '{term: P1Y, billing: monthly, price: "9.00 EUR"}')
    market.write({FILE: priced})
    changed = {"title": "Business Premium", "sku": "SPB", "max": 500, "terms": terms("P1Y monthly", "P3Y annual")}
    play(market, {"CFQ7TTC0LCHC:0002": changed})

    said = synced(market)

    golden.check("catalog-changes.txt", steady(said))
    assert '{term: P1Y, billing: monthly, price: "9.00 EUR"}' in text(market)
    assert "{term: P1M, billing: monthly, withdrawn: 2026-03-02}" in text(market)


def test_a_product_that_is_gone_is_marked_and_warned_about(market: Stage) -> None:
    synced(market)
    play(market, {"CFQ7TTC0LFLX:0001": CATALOG["CFQ7TTC0LFLX:0001"]}, subscriptions={"office": E3})

    said = synced(market)

    assert "- CFQ7TTC0LCHC:0002 Microsoft 365 Business Premium\n      - sold no more" in said
    assert 'is not sold in DE; it is named by contoso/subscription/office, plan "modern-worker"' not in said
    assert 'CFQ7TTC0LCHC:0002 "Microsoft 365 Business Premium" is not sold in DE; it is named by plan' in said
    assert "withdrawn: 2026-03-02" in text(market)
    validated = market.reconciler("validate")
    assert (validated.code, "RC227" in validated.text) == (0, True)


def test_everything_gone_at_once_is_not_believed(market: Stage) -> None:
    synced(market, "--all")
    before = text(market)
    play(
        market, {"CFQ7TTC00000:0001": {"title": "Other", "sku": "SPB", "terms": terms("P1Y annual")}}, subscriptions={}
    )

    said = synced(market, code=5)

    assert "Refused: All 3 products of the file would be withdrawn at once" in said
    assert text(market) == before


TROUBLES: dict[str, Wire] = {
    "terms that came back short": {"route": AVAILABILITIES, "action": "skippedPage"},
    "an answer that cannot be read": {"route": SKUS, "action": "wrongType"},
    "a request that is refused": {"route": AVAILABILITIES, "action": "status", "status": 400},
}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_was_not_read_whole_stays_as_it_was(market: Stage, name: str) -> None:
    synced(market)
    before = text(market)
    market.clock({"advance": "P30D"})
    market.faults({"service": "partnerCenter", **TROUBLES[name]})

    said = synced(market, code=6)

    assert "! CFQ7TTC0LCHC:0002 could not be read and stays as it was" in said
    assert text(market) == before


def test_a_market_that_may_not_be_read_ends_as_denied(market: Stage) -> None:
    market.faults({"service": "partnerCenter", "route": SKUS, "action": "status", "status": 403})

    said = synced(market, code=3)

    assert "Nothing is named, held or asked for here" not in said
    assert not (market.root / FILE).exists()


@pytest.mark.parametrize(("status", "code"), [(400, 6), (403, 3)])
def test_a_listing_of_all_that_cannot_be_read_is_said(market: Stage, status: int, code: int) -> None:
    market.faults({"service": "partnerCenter", "route": "/v1/products", "action": "status", "status": status})

    said = synced(market, "--all", code=code)

    assert "! There may be more products: partner GET /products answered" in said
    assert "CFQ7TTC0LCHC:0002" in text(market)


def test_a_customer_that_cannot_be_asked_is_said_and_costs_nothing(market: Stage) -> None:
    market.faults({"service": "partnerCenter", "route": SUBSCRIPTIONS, "action": "status", "status": 403})

    said = synced(market, code=6)

    assert "! What contoso holds is not known" in said
    assert "CFQ7TTC0LCHC:0002" in text(market)


def test_a_part_number_that_no_customer_can_tell_is_asked_for(market: Stage) -> None:
    said = synced(market, "--files-only")

    assert "No customer that was asked holds CFQ7TTC0LCHC:0002, so the part number is not known" in said
    assert "sku:" not in text(market)


def test_a_plan_by_part_number_is_found_through_who_holds_it(market: Stage) -> None:
    market.write({"desired-state/plans.yaml": PLANS.replace('product: "CFQ7TTC0LCHC:0002"', "sku: SPB")})

    assert market.reconciler("validate").code == 1
    synced(market)

    assert market.reconciler("validate").code == 0


def test_a_part_number_of_a_plan_that_nobody_holds_is_said(market: Stage) -> None:
    market.write({"desired-state/more.yaml": "plans: {drawing: {sku: VISIOCLIENT}}\n"})

    said = synced(market)

    assert '! Part number VISIOCLIENT, named by plan "drawing", is of no product here' in said


def test_the_country_of_a_customer_is_read_where_no_file_says_it(market: Stage) -> None:
    market.write({"desired-state/contoso.yaml": CUSTOMER.replace("    country: DE\n", "")})

    synced(market)

    assert (market.root / FILE).is_file()


def test_without_any_country_somebody_must_say_one(market: Stage) -> None:
    market.write({"desired-state/contoso.yaml": CUSTOMER.replace("    country: DE\n", "")})

    assert "name it (--market DE)" in synced(market, "--files-only", code=1)
    synced(market, "--files-only", "--market", "at")

    assert (market.root / "desired-state/catalog/at-commercial.yaml").is_file()


def test_a_country_that_no_connection_sells_in_is_refused(market: Stage) -> None:
    more = SETTINGS + SETTINGS.split("connections:\n")[1].replace("emea", "nordics").replace("partner.", "north.")
    market.write({"desired-state/settings.yaml": more})

    assert "No connection sells in JP" in synced(market, "--market", "JP", code=1)


def test_a_segment_without_offers_has_no_file(market: Stage) -> None:
    said = synced(market, "--segment", "education")

    assert "Nothing is named, held or asked for here, so there is no file." in said
    assert "CFQ7TTC0LCHC:0002 is not sold in DE to education customers; it is named by" in said


def test_a_file_that_a_person_edited_is_not_written_over(market: Stage) -> None:
    synced(market)
    market.write({FILE: text(market).replace("    max: 300", "    max: 300  # ask first")})

    said = synced(market, code=1)

    line = 1 + text(market).splitlines().index("    max: 300  # ask first")
    assert f"{FILE}:{line} was written by hand, and would be lost" in said


def test_a_file_with_a_mistake_is_not_written_over(market: Stage) -> None:
    synced(market)
    market.write({FILE: text(market).replace("max: 300", "max: many")})

    said = synced(market, code=1)

    assert "RC134" in said
    assert "max: many" in text(market)


@pytest.mark.parametrize("content", ["catalog: {}\n", "users: [\n"], ids=["of something else", "broken"])
def test_another_file_in_its_place_is_not_written_over(market: Stage, content: str) -> None:
    market.write({FILE: content})

    synced(market, code=1)

    assert text(market) == content


def test_a_file_that_was_moved_is_written_where_it_is(market: Stage) -> None:
    synced(market)
    moved = market.root / "desired-state/germany.yaml"
    Path(market.root / FILE).rename(moved)

    synced(market, "--only", "CFQ7TTC0LFLX:0001")

    assert "CFQ7TTC0LFLX:0001" in moved.read_text(encoding="utf-8")
    assert not (market.root / FILE).exists()


def test_an_entry_or_a_line_that_was_deleted_stays_away(market: Stage) -> None:
    synced(market, "--all")
    play(market, {**CATALOG, "CFQ7TTC0LCHC:0002": {**PREMIUM, "terms": terms("P1Y monthly")}})
    synced(market)
    kept, _, rest = text(market).partition("  CFQ7TTC0LFLX:0001:")
    assert rest
    market.write({FILE: kept.replace("      - {term: P1M, billing: monthly, withdrawn: 2026-03-02}\n", "")})

    said = synced(market)

    assert "nothing changed" in said
    assert "CFQ7TTC0LFLX:0001:" not in text(market)
    assert "P1M" not in text(market)


def test_a_title_of_a_person_stays_in_their_file(market: Stage) -> None:
    own = "catalog:\n  # how we call it\n  CFQ7TTC0LCHC:0002: {title: Workplace}\n"
    market.write({"desired-state/own.yaml": own})

    synced(market)

    assert (market.root / "desired-state/own.yaml").read_text() == own
    assert "title: Microsoft 365 Business Premium" in text(market)


def test_the_same_for_scripts(market: Stage) -> None:
    found = json.loads(synced(market, "--json"))

    (one,) = found["markets"]
    assert (one["country"], one["segment"], one["file"], one["synced"]) == ("DE", "commercial", FILE, "2026-03-02")
    assert [change["product"] for change in one["changes"]] == ["CFQ7TTC0LCHC:0002"]
    assert one["changes"][0]["changes"][0] == {
        "sign": "+",
        "field": "terms",
        "words": "sold as P1M monthly, P1Y monthly",
    }
    assert found["requests"] > 0


def shown(stage: Stage, *words: str, code: int = 0) -> str:
    ran = stage.reconciler("catalog", *words)
    assert ran.code == code, ran.text
    return ran.text


def test_products_are_found_by_words_in_any_file(market: Stage) -> None:
    synced(market, "--all")
    market.write({"desired-state/own.yaml": "catalog: {CFQ7TTC0LH18:0001: {title: Basic, sku: O365_BASIC}}\n"})

    assert shown(market, "search", "microsoft", "PREMIUM").splitlines() == [
        "CFQ7TTC0LCHC:0002  Microsoft 365 Business Premium (SPB)",
        '    sold as P1M monthly, P1Y monthly; plan "modern-worker", 1 subscription, 1 user of 1 customer',
    ]
    assert shown(market, "search", "o365").splitlines() == [
        "CFQ7TTC0LH18:0001  Basic (O365_BASIC)",
        "    listed as nothing; used by nobody",
    ]
    assert shown(market, "search", "yammer_enterprise").startswith("CFQ7TTC0LCHC:0002")
    assert "No product of the files has all of these words" in shown(market, "search", "premium", "basic")


def test_a_product_is_shown_with_everything_that_is_known(market: Stage, golden: Golden) -> None:
    synced(market, "--all")
    price = '{term: P1Y, billing: annual, market: CH, price: "9.00 CHF"}'
    own = f"catalog: {{CFQ7TTC0HD32:0002: {{sku: VISIO, terms: [{price}]}}}}\n"
    market.write({"desired-state/own.yaml": own})

    texts = [shown(market, "show", key) for key in ("SPB", "cfq7ttc0hd32")]

    golden.check("catalog-show.txt", "\n".join(texts))


def test_a_product_is_found_by_its_id_in_the_directory(market: Stage) -> None:
    synced(market)

    found = json.loads(shown(market, "show", "CBDC14AB-D96C-4C30-B9F4-6ADA7CDC1D46", "--json"))

    (one,) = found["products"]
    assert (one["product"], one["plans"], one["users"], one["customers"]) == (
        "CFQ7TTC0LCHC:0002",
        ["modern-worker"],
        1,
        ["contoso"],
    )
    assert one["terms"][0] == {"term": "P1M", "billing": "monthly", "market": "DE", "segment": "commercial"}
    assert one["markets"] == [{"market": "DE commercial", "file": FILE, "synced": "2026-03-02"}]


def test_a_product_that_is_not_there_is_answered_with_the_nearest(market: Stage) -> None:
    synced(market)

    assert 'The catalog has no "SBP". Did you mean "SPB"?' in shown(market, "show", "SBP", code=1)


def test_looking_things_up_asks_no_cloud(market: Stage) -> None:
    synced(market)
    market.clouds.ask("requests", method="DELETE")

    shown(market, "search", "premium")
    shown(market, "show", "SPB")

    assert market.requests()["requests"] == []


def test_files_with_mistakes_can_be_looked_at(market: Stage) -> None:
    synced(market)
    market.write({"desired-state/more.yaml": "plans: {drawing: {skuu: VISIO}}\n"})

    assert "Microsoft 365 Business Premium" in shown(market, "show", "SPB")


def test_live_finds_what_no_file_has_with_one_request(market: Stage) -> None:
    synced(market)
    market.clouds.ask("requests", method="DELETE")

    said = shown(market, "search", "visio", "--live")

    assert said.splitlines() == [
        "CFQ7TTC0HD32  Visio Plan 2  (DE commercial)",
        "1 product that no file has; reconciler catalog sync --only PRODUCT follows one.",
    ]
    assert asked(market) == ["/v1/products"]
    assert shown(market, "search", "premium", "--live") == "0 products that no file has.\n"
    found = json.loads(shown(market, "search", "visio", "--live", "--market", "ch", "--json"))
    assert found["products"] == [{"product": "CFQ7TTC0HD32", "title": "Visio Plan 2", "market": "CH commercial"}]


def test_live_says_what_it_could_not_read(market: Stage) -> None:
    market.faults({"service": "partnerCenter", "route": "/v1/products", "action": "status", "status": 400})

    assert "! DE commercial: partner GET /products answered 400" in shown(market, "search", "visio", "--live", code=6)


PRICES = (
    "ProductTitle,ProductId,SkuId,SkuTitle,TermDuration,BillingPlan,Market,Currency,UnitPrice,EffectiveStartDate,"
    "EffectiveEndDate,ERP Price,Segment\n"
)
MATRIX = (
    "ProductTitle,ProductId,SkuId,SkuTitle,ProvisioningId,ProvisioningString,MinLicenses,MaxLicenses,"
    "AllowedCountries\n"
    "Visio,CFQ7TTC0HD32,2,Visio Plan 2,c5928f49-12ba-48f7-ada3-0d743a3601d5,VISIOCLIENT,1,300,DE;CH\n"
    "Premium,CFQ7TTC0LCHC,2,Premium,cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46,SPB,1,300,DE;CH\n"
)
IMPORT = ("catalog", "import", "--as-of", "2026-03-02")


def a_price(price: str, *, product: str = "CFQ7TTC0LCHC", billing: str = "Monthly", market: str = "DE,EUR") -> str:
    days = "3/1/2026 12:00:00 AM,12/31/9999 11:59:59 PM"
    return f"Premium,{product},2,Business Premium,P1Y,{billing},{market},{price},{days},264.00,Commercial\n"


def imported(stage: Stage, *words: str, code: int = 0, **files: str) -> str:
    """Import sheets; `files` are their texts, without the suffix in their names."""
    stage.write({f"{name}.csv": text for name, text in files.items()})
    ran = stage.reconciler(*IMPORT, *(f"{name}.csv" for name in files), *words)
    assert ran.code == code, ran.text
    return ran.text


def test_a_price_sheet_is_laid_into_the_file_of_its_market(market: Stage, golden: Golden) -> None:
    synced(market)
    other = a_price("1", product="CFQ7TTC00000") + a_price("1", market="CH,CHF") + a_price("1", market="DE,SEK")
    sheet = PRICES + a_price("247.20") + other + a_price("1", billing="OneTime")

    said = imported(market, nce=sheet)

    golden.check("catalog-import.txt", said)
    assert '- {term: P1Y, billing: monthly, price: "247.20 EUR", erp: "264.00 EUR", since: 2026-03-01}' in text(market)
    assert "- {term: P1M, billing: monthly}" in text(market)
    assert "  priced: 2026-03-02\n  priceSource: nce.csv\n" in text(market)


def test_a_plan_is_priced_by_what_was_imported(market: Stage) -> None:
    people = "".join(
        f"      u{n}@contoso.com: {{displayName: U, usageLocation: DE, plans: [modern-worker]}}\n" for n in range(3)
    )
    market.write({"desired-state/contoso.yaml": CUSTOMER.partition("    users:")[0] + "    users:\n" + people})
    market.write({"desired-state/settings.yaml": SETTINGS + f"handover: {{recipients: [{RECIPIENT}]}}\n"})
    synced(market)
    imported(market, nce=PRICES + a_price("247.20"))

    assert "cost: +20.60 EUR/month, +1 seat" in market.reconciler("plan").text


def test_importing_again_and_syncing_again_change_nothing(market: Stage) -> None:
    synced(market)
    imported(market, nce=PRICES + a_price("247.20"))
    before = text(market)

    assert "1 product, nothing changed." in imported(market, nce=PRICES + a_price("247.20"))
    assert "1 product, nothing changed." in synced(market)
    assert text(market) == before


def test_check_of_an_import_writes_nothing(market: Stage) -> None:
    synced(market)
    before = text(market)

    said = imported(market, "--check", code=2, nce=PRICES + a_price("247.20"))

    assert "nothing was written" in said
    assert text(market) == before


def test_with_a_mistake_in_any_line_nothing_is_written(market: Stage) -> None:
    synced(market)
    before = text(market)

    said = imported(market, code=1, nce=PRICES + a_price("247.20") + a_price("247,20").replace("247,20", '"247,20"'))

    assert '! nce.csv:3: UnitPrice "247,20" is not a number with a decimal point.' in said
    assert "Nothing was written" in said
    assert text(market) == before


def test_an_offer_matrix_names_what_a_plan_calls_by_its_part_number(market: Stage) -> None:
    market.write({"desired-state/more.yaml": "plans: {drawing: {sku: VISIOCLIENT}}\n"})
    synced(market, "--files-only")
    assert "sku: SPB" not in text(market)

    said = imported(market, matrix=MATRIX)

    assert "+ CFQ7TTC0HD32:0002 Visio Plan 2" in said
    assert "~ part number: not known -> SPB" in said
    assert "sku: VISIOCLIENT" in text(market)


def test_without_a_sync_sheets_alone_make_the_file(market: Stage) -> None:
    said = imported(market, matrix=MATRIX, nce=PRICES + a_price("247.20"))

    assert "1 product of 1 changed; written." in said
    assert "synced:" not in text(market)
    assert market.reconciler("validate").code == 0


def test_other_markets_and_currencies_are_taken_on_request(market: Stage) -> None:
    synced(market)
    sheet = PRICES + a_price("280.00", market="CH,CHF")

    assert "CH commercial" not in imported(market, nce=sheet)
    said = imported(market, "--market", "ch", "--currency", "chf", nce=sheet)

    assert "+ CFQ7TTC0LCHC:0002 Business Premium" in said
    assert "280.00 CHF" in (market.root / "desired-state/catalog/ch-commercial.yaml").read_text(encoding="utf-8")


def test_a_zip_file_is_taken_as_it_is_downloaded(market: Stage) -> None:
    synced(market)
    with zipfile.ZipFile(market.root / "nce.zip", "w") as archive:
        archive.writestr("NCE_March.csv", "\ufeff" + PRICES + a_price("247.20"))

    ran = market.reconciler(*IMPORT, "nce.zip")

    assert ran.code == 0, ran.text
    assert "247.20 EUR" in text(market)


def zipped(text: str, *, packing: int = zipfile.ZIP_STORED, flag: int = 0) -> bytes:
    """A zip file; with a flag in its directory of files."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", packing) as archive:
        archive.writestr("a.csv", text)
        archive.infolist()[0].flag_bits |= flag
    return whole.getvalue()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n1,2\n", "is neither a price sheet"),
        (b"", "is neither a price sheet"),
        (b"\xff\xfea\x00", "is not UTF-8"),
        (b"PK\x05\x06" + b"\x00" * 18, "has 0 CSV files"),
        (zipped(PRICES).replace(b"ProductTitle", b"ProductTitel"), "cannot be read (Bad CRC-32"),
        (zipped(PRICES, packing=zipfile.ZIP_DEFLATED)[:40] + b"\xff" * 9 + zipped(PRICES)[49:], "cannot be read ("),
        (zipped(PRICES, flag=1), "cannot be unpacked (File 'a.csv' is encrypted"),
        (zipped("x" * 1_000_001, packing=zipfile.ZIP_DEFLATED), "has more than 1,000,000 letters in a line"),
    ],
    ids=["another table", "nothing", "UTF-16", "empty zip", "damaged zip", "torn zip", "encrypted zip", "endless line"],
)
def test_another_file_is_refused_in_a_sentence(market: Stage, content: bytes, words: str) -> None:
    synced(market)
    (market.root / "sheet.csv").write_bytes(content)

    ran = market.reconciler(*IMPORT, "sheet.csv")

    assert (ran.code, words in ran.text, "Traceback" in ran.text) == (1, True, False), ran.text


def test_an_import_asks_no_cloud_and_says_the_same_to_scripts(market: Stage) -> None:
    synced(market)
    market.clouds.ask("requests", method="DELETE")

    found = json.loads(imported(market, "--json", nce=PRICES + a_price("247.20")))

    assert market.requests()["requests"] == []
    assert (found["written"], found["errors"]) == (True, [])
    assert found["markets"][0]["changes"][0]["product"] == "CFQ7TTC0LCHC:0002"


def test_options_of_the_environment_stand_behind_the_commands_own_words(market: Stage) -> None:
    market.env["RECONCILER_CLI_ARGS"] = "--files-only --check"

    assert "nothing was written" in synced(market, code=2)
