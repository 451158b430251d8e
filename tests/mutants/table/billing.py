"""Rules of the record and of invoices: what is written down, what is believed, and what is told."""

from __future__ import annotations

from mutants.mutant import Mutant

RECORD = ("tests/core/test_transactions.py",)
STORE = ("tests/store/test_transactions.py",)
LINES = ("tests/core/test_invoicing.py",)
RECONCILED = ("tests/core/test_reconciliation.py",)
LEAKS = ("tests/core/test_leaks.py",)

ALL = (
    Mutant(
        "nothing of an invoice is kept of which a line cannot be believed",
        "reconciler/app/invoice_sync.py",
        "    if wrong:\n        more",
        "    if False:\n        more",
        ("tests/app/test_invoice_sync.py",),
    ),
    Mutant(
        "an invoice that is whole is not fetched again",
        "reconciler/app/invoice_sync.py",
        "    if check or _is_whole(there):",
        "    if check:",
        ("tests/cli/test_billing_sync.py",),
    ),
    Mutant(
        "a token is sent to Graph alone",
        "reconciler/cloud/exports.py",
        "        if origin(place) != origin(self.base):",
        "        if not place:",
        ("tests/cloud/test_exports.py",),
    ),
    Mutant(
        "billing: nothing is written down of a customer that was not read whole",
        "reconciler/core/transactions.py",
        "if inputs.tally is None or shortage.unread(inputs):",
        "if inputs.tally is None:",
        RECORD,
    ),
    Mutant(
        "billing: a reading that is older than the record takes nothing back",
        "reconciler/core/transactions.py",
        "if known != found.known:",
        "if known is None:",
        RECORD,
    ),
    Mutant(
        "billing: a license is held while any source of it is left",
        "reconciler/core/transactions.py",
        "before | moved if shift.gains else before - moved",
        "before | moved if shift.gains else frozenset()",
        RECORD,
    ),
    Mutant(
        "billing: a suspended subscription is paid",
        "reconciler/core/transactions.py",
        "s.active or s.suspended",
        "s.active",
        RECORD,
    ),
    Mutant(
        "billing: a record that was changed by hand is an error",
        "reconciler/store/transactions.py",
        'if not isinstance(wire, dict) or wire.get("prev") != last:',
        "if not isinstance(wire, dict):",
        STORE,
    ),
    Mutant(
        "billing: nobody writes over what another run has written",
        "reconciler/store/transactions.py",
        "if_match=before.etag",
        "if_match=self.of(customer).etag",
        STORE,
    ),
    Mutant(
        "billing: a total that is not subtotal and tax is refused",
        "reconciler/core/invoicing.py",
        "if abs(found.subtotal + found.tax - found.total) >= CENT:",
        "if abs(found.subtotal + found.tax - found.total) > CENT * 100:",
        LINES,
    ),
    Mutant(
        "billing: equal lines of a file are several",
        "reconciler/core/invoicing.py",
        "        seen[digest] += 1\n",
        "",
        LINES,
    ),
    Mutant(
        "billing: seats that are charged back are those of another line",
        "reconciler/core/reconciliation.py",
        "if counts and line.signed > 0 and seats",
        "if counts and seats",
        RECONCILED,
    ),
    Mutant(
        "billing: the price is that of the day on which the term began",
        "reconciler/core/accounts.py",
        "costs = PriceBook(self.catalog, line.pricing_currency, line.term_start or line.first)",
        "costs = PriceBook(self.catalog, line.pricing_currency, line.first)",
        RECONCILED,
    ),
    Mutant(
        "billing: seats given back at the end of a term need no credit",
        "reconciler/core/reconciliation.py",
        "return ended or any(",
        "return any(",
        RECONCILED,
    ),
    Mutant(
        "billing: an invoice adds up to the cent",
        "reconciler/core/reconciliation.py",
        "if invoice.total is None or invoice.total in (total, net):",
        "if invoice.total is None or abs(invoice.total - total) <= CENT * 10 or invoice.total == net:",
        RECONCILED,
    ),
    Mutant(
        "billing: seats of others are used before ours",
        "reconciler/core/leaks.py",
        "left = max(0, people - sum(supply.quantity for supply in pool if supply.active and not supply.own))",
        "left = people",
        LEAKS,
    ),
    Mutant(
        "billing: a name in a spreadsheet is no formula",
        "reconciler/reports/escape.py",
        "if safe.lstrip().startswith(_FORMULA) else safe",
        "if safe.startswith(_FORMULA) else safe",
        ("tests/reports/test_sheet.py",),
    ),
)
