"""Files of markets and downloaded sheets, damaged at random: a sentence, and what was there stays as it was.

A sheet with a wanted line that cannot be read writes nothing; a market's file that somebody else wrote in is not
written over.
"""

from __future__ import annotations

import json
import zipfile
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
import yaml

from . import damage
from .ground import files, said, seeds, unclear
from .test_files import WHOLE

MARKET = """\
market:
  country: DE
  segment: commercial
  synced: 2026-11-01
  source: prices.csv
catalog:
  CFQ7TTC0LCHC:0002:
    title: Microsoft 365 Business Premium
    sku: SPB
    max: 300
    terms:
      - {term: P1Y, billing: annual, price: 224.40 EUR, erp: 264.00 EUR, since: 2026-10-01}
      - {term: P1Y, billing: monthly, price: 235.62 EUR}
    servicePlans:
      - EXCHANGE_S_STANDARD
      - TEAMS1
"""
PRICES = """\
ProductTitle,ProductId,SkuId,SkuTitle,Publisher,TermDuration,BillingPlan,Market,Currency,UnitPrice,\
EffectiveStartDate,EffectiveEndDate,ERP Price,Segment
Premium,CFQ7TTC0LCHC,0002,"Premium, Business",Microsoft,P1Y,Annual,DE,EUR,224.40,11/1/2026 12:00:00 AM,,264,Commercial
E3,CFQ7TTC0LFLX,0001,E3,Microsoft,P1Y,Monthly,DE,EUR,400.00,2026-11-01,2026-12-31,440,Commercial
E3,CFQ7TTC0LFLX,0001,E3,Microsoft,P1M,Monthly,DE,EUR,40.00,2026-11-01,2026-12-31,44,Commercial
"""
MATRIX = """\
ProductTitle,ProductId,SkuId,SkuTitle,ProvisioningId,ProvisioningString,MinLicenses,MaxLicenses,AllowedCountries
Premium,CFQ7TTC0LCHC,2,Premium,cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46,SPB,1,300,AD;DE;CH
"""
FILE = "desired-state/catalog/de-commercial.yaml"


def zipped(content: bytes) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("prices.csv", content)
    return whole.getvalue()


@pytest.mark.parametrize("seed", seeds(1))
def test_a_damaged_file_of_a_market_gets_an_answer_with_places(tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    document = json.loads(json.dumps(yaml.safe_load(MARKET), default=str))
    files(tmp_path, {**WHOLE, "catalog/de-commercial.yaml": damage.either(MARKET.encode(), document, dice)})
    before = (tmp_path / FILE).read_bytes()

    answers = [said(tmp_path, *words) for words in (("validate",), ("catalog", "search", "premium"))]

    assert [unclear(answer) for answer in answers] == [[], []]
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("seed", seeds(2))
def test_a_damaged_sheet_writes_nothing_that_cannot_be_read_again(tmp_path: Path, seed: int) -> None:
    dice = Random(seed)
    files(tmp_path, WHOLE)
    sheet = damage.broken(dice.choice((PRICES, PRICES, MATRIX)).encode(), dice)
    name = dice.choice(("sheet.csv", "sheet.csv", "sheet.zip"))
    if name.endswith("zip"):
        sheet = dice.choice((zipped(sheet), damage.broken(zipped(PRICES.encode()), dice)))
    (tmp_path / name).write_bytes(sheet)

    answer = said(tmp_path, "catalog", "import", name, "--market", "DE", "--as-of", "2026-11-22")
    validated = said(tmp_path, "validate")

    assert unclear(answer) == []
    assert unclear(validated) == []
    assert answer.code == 0 or not (tmp_path / FILE).exists()


def test_the_sheets_that_get_damaged_are_understood(tmp_path: Path) -> None:
    files(tmp_path, WHOLE)
    (tmp_path / "prices.zip").write_bytes(zipped(PRICES.encode()))
    (tmp_path / "matrix.csv").write_text(MATRIX, encoding="utf-8")

    answer = said(tmp_path, "catalog", "import", "prices.zip", "matrix.csv", "--market", "DE", "--as-of", "2026-11-22")

    assert answer.code == 0
    assert "CFQ7TTC0LCHC:0002" in (tmp_path / FILE).read_text(encoding="utf-8")
