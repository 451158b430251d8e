"""Imported invoices: lines are added once and never changed; what cannot be read says how to mend it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reconciler.model.errors import StoreError
from reconciler.model.invoice import Charge, Invoice, Line
from reconciler.store.invoices import Invoices
from reconciler.store.objects import DirectoryStore

LINE = Line(
    invoice="G1",
    customer_id="t-1",
    customer_name="Contoso",
    domain="contoso.com",
    subscription="s-1",
    order="o-1",
    product="P:1",
    title="Premium",
    charge=Charge.CYCLE,
    unit_price=Decimal("18.10"),
    effective_price=Decimal("18.100000"),
    quantity=Decimal(2),
    billable=Decimal(2),
    subtotal=Decimal("36.20"),
    tax=Decimal(0),
    total=Decimal("36.20"),
    currency="EUR",
    pricing_currency="USD",
    rate=Decimal("0.9"),
    first=date(2026, 10, 1),
    last=date(2026, 10, 31),
    term_start=date(2026, 3, 1),
    term_end=None,
    term="P1Y",
    billing="monthly",
    reference="",
    discounted=True,
)
INVOICE = Invoice("G1", {"a": LINE, "b": replace(LINE, discounted=False)}, Decimal("72.40"), "EUR")


@pytest.fixture
def invoices(tmp_path: Path) -> Invoices:
    return Invoices(DirectoryStore(tmp_path), pause=lambda _seconds: None)


def test_what_was_added_is_read_back_exactly(invoices: Invoices) -> None:
    assert invoices.add(INVOICE) == 2

    assert invoices.of("G1") == INVOICE
    assert invoices.ids() == ("G1",)


def test_what_is_there_is_not_added_again(invoices: Invoices, tmp_path: Path) -> None:
    invoices.add(INVOICE)
    before = (tmp_path / "invoices/G1.json").stat().st_mtime_ns

    assert invoices.add(Invoice("G1", {"a": LINE})) == 0
    assert (tmp_path / "invoices/G1.json").stat().st_mtime_ns == before


def test_parts_of_an_invoice_come_together(invoices: Invoices) -> None:
    invoices.add(Invoice("G1", {"a": LINE}))
    invoices.add(Invoice("G1", {}, Decimal("72.40"), "EUR"))

    assert invoices.add(Invoice("G1", {"b": INVOICE.lines["b"]})) == 1
    assert invoices.of("G1") == INVOICE


def test_two_totals_of_one_invoice_are_an_error(invoices: Invoices) -> None:
    invoices.add(INVOICE)

    with pytest.raises(StoreError, match=r"two totals, 72\.40 and 72\.50"):
        invoices.add(replace(INVOICE, total=Decimal("72.50")))


def test_nobody_knows_an_invoice_without_lines(invoices: Invoices) -> None:
    assert invoices.of("G2") == Invoice("G2")


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b'{"format_version": "2.0", "invoice": "G1", "total": null, "currency": "", "lines": {}}',
        b'{"format_version": "1.0", "invoice": "G2", "total": null, "currency": "", "lines": {}}',
        b'{"format_version": "1.0", "invoice": "G1", "total": "x", "currency": "", "lines": {}}',
        b'{"format_version": "1.0", "invoice": "G1", "total": null, "currency": "", "lines": {"a": {}}}',
        b'{"format_version": "1.0", "invoice": "G1", "total": null, "currency": "", "lines": []}',
    ],
    ids=["torn", "list", "newer", "another", "no-number", "no-field", "no-lines"],
)
def test_a_damaged_invoice_is_an_error_that_says_what_to_do(invoices: Invoices, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "invoices").mkdir()
    (tmp_path / "invoices/G1.json").write_bytes(content)

    with pytest.raises(StoreError, match="Delete it, and import the invoice again"):
        invoices.of("G1")


def test_a_number_that_leads_elsewhere_is_refused(invoices: Invoices) -> None:
    with pytest.raises(StoreError, match="cannot be the number of an invoice"):
        invoices.of("../G1")
