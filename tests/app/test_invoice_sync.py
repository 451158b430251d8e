"""Which invoices are fetched, and what is kept of one that cannot be believed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
from cloud.clouds import ENVIRON, Cloud, reply
from core import bills

from reconciler.app import invoice_sync
from reconciler.app.invoice_sync import Ask, Synced
from reconciler.app.planning import Request
from reconciler.model.plan import Scope

OPERATION = "https://graph.test/v1.0/reports/partners/billing/operations/op-1"
NUMBER = "G012345678"
SETTINGS = """
apiVersion: reconciler/v1
connections:
  emea: {partnerTenant: partner.test, environment: local, auth: {clientId: app}}
"""


def an_invoice(number: str = NUMBER, **more: Any) -> dict[str, Any]:
    usual = {"id": number, "invoiceDate": "2026-04-08T00:00:00Z", "totalCharges": 18.10, "currencyCode": "EUR"}
    return {**usual, "documentType": "invoice", **more}


def a_line(**changes: str) -> dict[str, str]:
    return bills.fields("1", "18.10", invoicenumber=NUMBER, **changes)


@dataclass
class Desk:
    """A partner with these invoices, each of which has these lines."""

    root: Path
    invoices: list[dict[str, Any]] = field(default_factory=lambda: [an_invoice()])
    lines: list[dict[str, str]] = field(default_factory=lambda: [a_line()])

    def __post_init__(self) -> None:
        self.cloud = Cloud(self.answer)
        (self.root / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")

    def answer(self, request: httpx2.Request) -> httpx2.Response:
        path = request.url.path
        if path.endswith("/invoices"):
            first = int(request.url.params["offset"])
            page = self.invoices[first : first + int(request.url.params["size"])]
            return reply(200, {"totalCount": len(self.invoices), "items": page})
        if request.method == "POST":
            return reply(202, location=OPERATION)
        if path.endswith("/op-1"):
            manifest = {"rootDirectory": "https://blobs.test/x", "sasToken": "sig=1", "blobs": [{"name": "p"}]}
            kind = "#microsoft.graph.partners.billing.exportSuccessOperation"
            return reply(200, {"@odata.type": kind, "resourceLocation": manifest})
        return reply(200, "\n".join(map(json.dumps, self.lines)).encode())

    def sync(self, month: date = date(2026, 3, 1)) -> Synced:
        request = Request(self.root, Scope(), ENVIRON, seams=self.cloud.seams())
        return asyncio.run(invoice_sync.sync(request, Ask(month)))

    @property
    def kept(self) -> list[str]:
        return [path.stem for path in (self.root / ".reconciler" / "invoices").glob("*.json")]


def test_an_invoice_is_of_the_month_before_it_was_written_where_it_does_not_say(tmp_path: Path) -> None:
    desk = Desk(tmp_path)

    assert [one.number for one in desk.sync().invoices] == [NUMBER]
    assert desk.sync(date(2026, 4, 1)).invoices == ()


def test_one_line_that_cannot_be_believed_and_nothing_of_the_invoice_is_kept(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lines=[a_line(), a_line(chargetype="gift")])

    done = desk.sync()

    assert (done.invoices, desk.kept) == ((), [])
    assert done.errors[0].startswith(f"part 1 of {NUMBER}, line 2: ")


def test_a_line_of_another_invoice_is_not_believed(tmp_path: Path) -> None:
    desk = Desk(tmp_path, lines=[bills.fields("1", "18.10", invoicenumber="G099999999")])

    assert "it is of invoice G099999999" in desk.sync().errors[0]


def test_lines_that_do_not_come_to_the_total_are_kept_and_fetched_again(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [an_invoice(totalCharges=36.20)])

    (first,) = desk.sync().invoices
    desk.lines.append(a_line(subscriptionid="another"))
    (second,) = desk.sync().invoices

    assert (first.is_whole, first.new, second.is_whole, second.new) == (False, 1, True, 1)


def test_legacy_invoices_are_left_alone_and_notes_are_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path, [an_invoice("D012345678"), an_invoice(documentType="void_note")])

    done = desk.sync()

    assert (done.invoices, done.remarks) == ((), (f"{NUMBER} is a void_note, which is not read.",))


def test_a_long_list_is_read_by_offsets(tmp_path: Path) -> None:
    old = [an_invoice(f"G{number:09}", invoiceDate="2020-01-08T00:00:00Z") for number in range(200)]

    assert len(Desk(tmp_path, [*old, an_invoice()]).sync().invoices) == 1
