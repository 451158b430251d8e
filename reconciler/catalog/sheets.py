"""Microsoft's price sheets and offer matrices, read line by line: which of the two it is, and the wanted lines.

Columns: partner-center.md 4.2 (price sheet: a price for one seat and the whole term; offer matrix: how commerce and the
directory call a product). Names of columns are compared without case and spaces, because releases differ in both.
Files have tens of thousands of lines, of which a repository wants a few: a line of another product is not looked at
further, so a mistake in it is nobody's.

Must not: hold a file in memory, or take a number for less exact than it is written. Questionable on purpose: decimals
have a point. A spreadsheet that wrote commas also reads 1.234 as a thousand, and nobody could tell which was meant.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from types import MappingProxyType

from reconciler.catalog.wire import BILLINGS, TERMS

SEGMENTS = {"commercial": "commercial", "education": "education", "government": "government", "charity": "nonprofit"}
DELIMITERS = ",;\t"
NO_BOUND = 2**31 - 1  # "as many as you like" in a column of whole numbers [inferred]
MOST_ERRORS = 20  # more are counted, and read by nobody
_US = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?: .*)?\Z")
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?\Z")
_PRODUCT_SKU = re.compile(r"[A-Z0-9]{12}:[A-Z0-9]{4}\Z")
PRICES = ("productid", "skuid", "termduration", "billingplan", "market", "currency", "unitprice")
MATRIX = ("productid", "skuid", "provisioningid", "provisioningstring")


class Sort(StrEnum):
    """Which of the two a file is."""

    PRICES = "price sheet"
    MATRIX = "offer matrix"


NEEDED: Mapping[Sort, tuple[str, ...]] = MappingProxyType({Sort.MATRIX: MATRIX, Sort.PRICES: PRICES})


class NotASheet(ValueError):
    """A file that is neither; the message says what is missing."""


class BadLine(ValueError):
    """A line that is wanted and cannot be read; the message says why, without its number."""


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price: for which product, term, billing, market and segment, and on which days. `last` is its last day."""

    line: int
    product: str
    title: str
    pair: tuple[str, str]
    country: str
    segment: str
    currency: str
    price: Decimal
    erp: Decimal | None
    first: date | None
    last: date | None
    from_seats: int | None
    to_seats: int | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One product: how the directory calls it, its bounds, what it needs and becomes, and where it is sold."""

    line: int
    product: str
    title: str
    sku: str
    sku_id: str
    least: int | None
    most: int | None
    most_subscriptions: int | None
    prerequisites: tuple[str, ...]
    upgrades: tuple[str, ...]
    countries: frozenset[str]


Row = PriceRow | MatrixRow


@dataclass(slots=True)
class Sheet:
    """The wanted lines of one file, and what is wrong with any of them. `lines` counts all, `other` those whose terms
    this tool has no word for."""

    sort: Sort
    rows: list[Row]
    errors: list[str]
    lines: int = 0
    other: int = 0
    further: int = 0


def read(lines: Iterable[str], wanted: Callable[[str, str], bool]) -> Sheet:
    """The lines of a file whose product (`P:S`) or part number is wanted. NotASheet if it is none of Microsoft's two.

    A price sheet has no part numbers: "" is asked for then.
    """
    source = iter(lines)
    head = next(source, "").removeprefix("\ufeff")
    delimiter = max(DELIMITERS, key=head.count)
    columns = [_column(name) for name in next(csv.reader([head], delimiter=delimiter), [])]
    sheet = Sheet(_sort(columns), [], [])
    for number, cells in _cells(source, delimiter, sheet):
        sheet.lines += 1
        fields = dict(zip(columns, cells, strict=False))
        try:
            product = _product(fields.get("productid", ""), fields.get("skuid", ""))
            if product and wanted(product, fields.get("provisioningstring", "").upper()):
                _take(sheet, number, product, fields)
        except BadLine as wrong:
            _note(sheet, number, str(wrong))
    return sheet


def _cells(source: Iterator[str], delimiter: str, sheet: Sheet) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line it ends on; one that breaks the form is told, and ends the file."""
    reader = csv.reader(source, delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _note(sheet, reader.line_num + 1, f"the file cannot be read from here on: {error}")
            return
        if any(cells):
            yield reader.line_num + 1, [cell.strip() for cell in cells]


def _sort(columns: list[str]) -> Sort:
    for sort, needed in NEEDED.items():
        if set(needed) <= set(columns):
            return sort
    lacking = [name for name in PRICES if name not in columns]
    raise NotASheet(
        "it is neither a price sheet (it has no column "
        f"{', '.join(lacking)}) nor an offer matrix (no {', '.join(name for name in MATRIX if name not in columns)})"
    )


def _take(sheet: Sheet, number: int, product: str, fields: Mapping[str, str]) -> None:
    missing = next((name for name in NEEDED[sheet.sort] if name not in fields), "")
    if missing:
        raise BadLine(f"the line ends before its column {missing}")
    if sheet.sort is Sort.MATRIX:
        sheet.rows.append(_matrix_row(number, product, fields))
        return
    row = _price_row(number, product, fields)
    if row is None:
        sheet.other += 1
    else:
        sheet.rows.append(row)


def _price_row(number: int, product: str, fields: Mapping[str, str]) -> PriceRow | None:
    """None for a term or billing without a word of ours."""
    pair = fields["termduration"].upper(), fields["billingplan"].lower()
    if pair[0] not in TERMS or pair[1] not in BILLINGS:
        return None
    currency, country = fields["currency"].upper(), fields["market"].upper()
    if not re.fullmatch("[A-Z]{3}", currency):
        raise BadLine(f'Currency "{fields["currency"]}" is no code of three letters')
    if not re.fullmatch("[A-Z]{2}", country):
        raise BadLine(f'Market "{fields["market"]}" is no code of two letters')
    price = _amount("UnitPrice", fields["unitprice"])
    if price is None:
        raise BadLine("UnitPrice is empty")
    return PriceRow(
        line=number,
        product=product,
        title=fields.get("skutitle", "") or fields.get("producttitle", ""),
        pair=pair,
        country=country,
        segment=_segment(fields.get("segment", "")),
        currency=currency,
        price=price,
        erp=_amount("ERP Price", fields.get("erpprice", "")),
        first=_day("EffectiveStartDate", fields.get("effectivestartdate", "")),
        last=_day("EffectiveEndDate", fields.get("effectiveenddate", "")),
        from_seats=_bound("PricingTierRangeMin", fields.get("pricingtierrangemin", ""), range(2, NO_BOUND)),
        to_seats=_bound("PricingTierRangeMax", fields.get("pricingtierrangemax", ""), range(1, NO_BOUND)),
    )


def _matrix_row(number: int, product: str, fields: Mapping[str, str]) -> MatrixRow:
    return MatrixRow(
        line=number,
        product=product,
        title=fields.get("skutitle", "") or fields.get("producttitle", ""),
        sku=fields["provisioningstring"].upper(),
        sku_id=fields["provisioningid"].lower(),
        least=_count("MinLicenses", fields.get("minlicenses", "")),
        most=_count("MaxLicenses", fields.get("maxlicenses", "")),
        most_subscriptions=_count("AssetOwnershipLimit", fields.get("assetownershiplimit", "")),
        prerequisites=_products(fields.get("productskuprerequisites", "")),
        upgrades=_products(fields.get("productskuconversion", "")),
        countries=frozenset(code.strip().upper() for code in fields.get("allowedcountries", "").split(";")) - {""},
    )


def _product(product: str, sku: str) -> str:
    """`P:S`, with the zeros that spreadsheets take away; "" for a line that has none."""
    found = f"{product.upper()}:{sku.upper().zfill(4)}"
    return found if _PRODUCT_SKU.match(found) else ""


def _products(text: str) -> tuple[str, ...]:
    """`P/S,P/S` (partner-center.md 4.2); in one order."""
    pairs = (one.strip().replace(":", "/").partition("/") for one in re.split("[,;]", text))
    known = {_product(product.strip(), sku.strip()) for product, _, sku in pairs}
    return tuple(sorted(known - {""}))


def _amount(name: str, text: str) -> Decimal | None:
    if not text:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise BadLine(f'{name} "{text}" is not a number with a decimal point') from None
    if not found.is_finite() or found < 0 or found >= 10**9:
        raise BadLine(f'{name} "{text}" is no price of a seat')
    return found


def _count(name: str, text: str) -> int | None:
    """A whole number; None where there is none, or no bound (0)."""
    if not text:
        return None
    if not re.fullmatch(r"\d{1,12}(\.0+)?", text):
        raise BadLine(f'{name} "{text}" is not a whole number')
    return int(text.partition(".")[0]) or None


def _bound(name: str, text: str, meant: range) -> int | None:
    found = _count(name, text)
    return found if found is not None and found in meant else None


def _day(name: str, text: str) -> date | None:
    """`2/1/2019 12:00:00 AM` (month first) or ISO 8601 (partner-center.md 4.2)."""
    if not text:
        return None
    us, iso = _US.match(text), _ISO.match(text)
    try:
        if us:
            return date(int(us[3]), int(us[1]), int(us[2]))
        if iso:
            return date(int(iso[1]), int(iso[2]), int(iso[3]))
    except ValueError:
        pass
    raise BadLine(f'{name} "{text}" is not a day like 2026-11-01 or 11/1/2026')


def _segment(text: str) -> str:
    """Sheets without the column are for commercial customers [inferred]."""
    found = SEGMENTS.get(text.lower() or "commercial")
    if found is None:
        raise BadLine(f'Segment "{text}" is none of {", ".join(sorted(SEGMENTS))}')
    return found


def _column(name: str) -> str:
    return re.sub(r"[\s_]", "", name).lower()


def _note(sheet: Sheet, line: int, words: str) -> None:
    if len(sheet.errors) < MOST_ERRORS:
        sheet.errors.append(f"{line}: {words}")
    else:
        sheet.further += 1
