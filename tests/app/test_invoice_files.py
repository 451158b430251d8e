"""Files of Partner Center in all their forms give the same lines, and what is none says so."""

from __future__ import annotations

import csv
import gzip
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest
from core import bills

from reconciler.app import invoice_files, invoice_import
from reconciler.core import invoicing
from reconciler.model.errors import UsageError

from .folders import repository

PASCAL = {
    "invoicenumber": "InvoiceNumber",
    "customerid": "CustomerId",
    "chargetype": "ChargeType",
    "subscriptionid": "SubscriptionId",
    "pctobcexchangerate": "PCToBCExchangeRate",
}


def as_csv(*lines: dict[str, str], delimiter: str = ",") -> bytes:
    page = io.StringIO()
    writer = csv.writer(page, delimiter=delimiter)
    writer.writerow([PASCAL.get(name, name) for name in lines[0]])
    writer.writerows(line.values() for line in lines)
    return b"\xef\xbb\xbf" + page.getvalue().encode()


def as_page(*lines: dict[str, str]) -> bytes:
    """As the API of v1 answers: numbers, lists and objects beside texts."""
    items = [
        {**line, "subtotal": 36.2, "productQualifiers": ["AddOn"], "attributes": {"objectType": "x"}} for line in lines
    ]
    return json.dumps({"totalCount": len(lines), "items": items}).encode()


def as_lines(*lines: dict[str, str]) -> bytes:
    return b"".join(json.dumps(line).encode() + b"\n" for line in lines)


@pytest.mark.parametrize(
    "content",
    [
        as_csv(bills.USUAL),
        as_csv(bills.USUAL, delimiter=";"),
        as_page(bills.USUAL),
        as_lines(bills.USUAL),
        gzip.compress(as_lines(bills.USUAL)),
        gzip.compress(as_csv(bills.USUAL)),
    ],
    ids=["csv", "semicolons", "v1", "json lines", "v2", "packed csv"],
)
def test_every_form_gives_the_same_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    found = invoice_files.read(path)

    assert [invoicing.line(fields) for _, fields in found.lines] == [bills.line()]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither lines of an invoice nor an invoice"),
        (b"name,amount\nada,3\n", "neither lines"),
        (as_csv(bills.USUAL) + b"only,two\n", "line 3 has 2 columns"),
        (as_csv(bills.USUAL).replace(b"Contoso", b'"Con'), "cannot be read"),
        (b'{"items": [7]}', "no JSON object"),
        (b'{"items": [', "cannot be read"),
        (as_csv(bills.USUAL).replace(b"Contoso", b"\xff"), "not UTF-8"),
        (gzip.compress(as_csv(bills.USUAL))[:-9], "cannot be read"),
    ],
    ids=["empty", "other table", "torn line", "open quote", "numbers", "torn json", "latin-1", "torn gzip"],
)
def test_what_is_none_says_so(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(UsageError, match=reason):
        invoice_files.read(path)


def test_a_file_that_unpacks_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invoice_files, "MOST_BYTES", 1000)
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(b"0" * 1001))

    with pytest.raises(UsageError, match="more than 1,000 bytes"):
        invoice_files.read(path)


def imported(root: Path, *contents: bytes) -> invoice_import.Imported:
    files = []
    for number, content in enumerate(contents):
        files.append(root / f"{number}.csv")
        files[-1].write_bytes(content)
    return invoice_import.import_(root, {}, files)


def test_an_invoice_is_imported_once(tmp_path: Path) -> None:
    workspace = repository(tmp_path)
    three = as_csv(bills.USUAL, bills.USUAL, bills.fields("3"))

    assert imported(tmp_path, three, three).invoices == ("G012345678: 3 lines, 3 of them new.",)
    assert imported(tmp_path, three).invoices == ("G012345678: 3 lines, 0 of them new.",)
    assert len(workspace.invoices.of("G012345678").lines) == 3


def test_the_same_invoice_in_another_form_is_the_same(tmp_path: Path) -> None:
    repository(tmp_path)
    imported(tmp_path, as_csv(bills.USUAL))

    assert imported(tmp_path, as_page(bills.USUAL)).lines == 0


def test_an_invoices_own_total_comes_with_its_document(tmp_path: Path) -> None:
    workspace = repository(tmp_path)
    document = {"items": [{"id": "G012345678", "totalCharges": 36.2, "currencyCode": "EUR"}]}

    imported(tmp_path, as_csv(bills.USUAL), json.dumps(document).encode())

    found = workspace.invoices.of("G012345678")
    assert (found.total, found.currency, len(found.lines)) == (Decimal("36.2"), "EUR", 1)


def test_with_one_line_that_cannot_be_believed_nothing_is_written(tmp_path: Path) -> None:
    workspace = repository(tmp_path)

    done = imported(tmp_path, as_csv(bills.USUAL, bills.fields(chargetype="adjust"), bills.fields(total="1")))

    assert [error.partition(": ")[0] for error in done.errors] == [f"{tmp_path}/0.csv:3", f"{tmp_path}/0.csv:4"]
    assert workspace.invoices.ids() == ()


def test_many_mistakes_are_counted(tmp_path: Path) -> None:
    repository(tmp_path)

    done = imported(tmp_path, as_csv(*[bills.fields(total="1")] * 25))

    assert (len(done.errors), done.errors[-1]) == (21, "5 more lines cannot be believed.")
