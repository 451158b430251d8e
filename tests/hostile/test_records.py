"""Records of transactions, kept invoices and files to import, damaged at random, with hashes that fit again.

Whatever stands in them, the commands that read them answer with a table or a sentence: no bug, and nothing that acts on
a terminal or is a formula in a spreadsheet.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest
from app.folders import SETTINGS
from core import bills

from reconciler.app.workspace import open_workspace
from reconciler.model.transaction import Action, Batch, Source, Transaction

from . import damage
from .ground import Said, files, harmful, said, seeds

Json = Any  # a JSON document
CONTOSO = "customers: {contoso: {tenant: contoso.onmicrosoft.com, prices: {SPB: [{perMonth: 21.90 EUR}]}}}\n"
CATALOG = """
catalog:
  CFQ7TTC0LCHC:0002: {title: Premium, sku: SPB, terms: [{term: P1Y, billing: monthly, price: 217.20 EUR}]}
"""
MADE = (
    Transaction(
        Action.SEATS,
        Source.OPENING,
        "office",
        bills.SUBSCRIPTION,
        "SPB",
        seats=3,
        product="CFQ7TTC0LCHC:0002",
        term="P1Y",
        billing="monthly",
    ),
    Transaction(Action.ASSIGN, Source.APPLY, "ada@contoso.com", "id-ada", "SPB", "office", "21.90 EUR", "18.10 EUR"),
    Transaction(Action.RENAME, Source.OBSERVED, "ada.l@contoso.com", "id-ada"),
)
RECORD, INVOICE, BILL = ".reconciler/transactions/contoso.jsonl", ".reconciler/invoices/G012345678.json", "bill.jsonl"
READS = (
    ("transactions",),
    ("holders",),
    ("seats", "--from", "2026-09-01", "--to", "2026-09-03"),
    ("report", "--month", "2026-10"),
    ("reconcile", "--month", "2026-10"),
)
FORMS = ("text", "csv", "markdown", "json")


def begun(folder: Path) -> None:
    """A repository with a record and an invoice, and one to import."""
    files(folder, {"reconciler.yaml": (SETTINGS + CATALOG).encode(), "contoso.yaml": CONTOSO.encode()})
    workspace = open_workspace(folder, {})
    for day, one in zip((1, 2, 3), MADE, strict=True):
        batch = Batch("run-1", f"{date(2026, 9, day)}T03:00:00+00:00", "c0ffee", (one,))
        workspace.transactions.add("contoso", lambda _record, batch=batch: batch)  # type: ignore[misc]
    lines = [bills.fields(), bills.fields("3", chargetype="addQuantity"), bills.fields(customerid="other", orderid="2")]
    (folder / BILL).write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    assert said(folder, "billing", "import", BILL).code == 0


def rechained(content: bytes, dice: Random) -> bytes:
    """A twisted record, its lines with hashes that fit again."""
    lines = [json.loads(line) for line in content.splitlines()]
    batches = damage.twisted([line["batch"] for line in lines[1:]], dice)
    made = [content.splitlines()[0]]
    for batch in batches if isinstance(batches, list) else [batches]:
        made.append(damage.encoded({"prev": hashlib.sha256(made[-1]).hexdigest(), "batch": batch}))
    return b"".join(line + b"\n" for line in made)


def damaged(path: Path, dice: Random) -> bytes:
    content = path.read_bytes()
    if dice.random() < 0.3:
        return damage.broken(content, dice)
    if path.name == BILL:
        return b"".join(damage.encoded(damage.twisted(json.loads(line), dice)) + b"\n" for line in content.splitlines())
    return (
        rechained(content, dice)
        if path.suffix == ".jsonl"
        else damage.encoded(damage.twisted(json.loads(content), dice))
    )


def formulas(text: str) -> list[str]:
    """Cells that a spreadsheet would calculate, but for numbers."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    return [cell for cell in cells if cell[:1] in "=+@-" and cell and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def bad(answer: Said, form: str) -> list[str]:
    wrong = ["a bug"] if answer.code == 70 or "Traceback" in answer.text else []
    return [*wrong, *harmful(answer.text), *(formulas(answer.text) if form == "csv" and answer.code == 0 else [])]


@pytest.mark.parametrize("place", [RECORD, INVOICE, BILL], ids=["record", "invoice", "import"])
@pytest.mark.parametrize("seed", seeds(0.5))
def test_whatever_stands_in_them_is_a_table_or_a_sentence(tmp_path: Path, seed: int, place: str) -> None:
    dice = Random(f"{seed} {place}")
    begun(tmp_path)
    (tmp_path / place).write_bytes(damaged(tmp_path / place, dice))

    found = [bad(said(tmp_path, "billing", "import", BILL), "text")]
    for words in READS:
        form = dice.choice(FORMS)
        found.append(bad(said(tmp_path, "billing", *words, "--format", form), form))

    assert [wrong for wrong in found if wrong] == []
