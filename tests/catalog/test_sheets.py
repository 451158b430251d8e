"""Price sheets and offer matrices as Microsoft and spreadsheets write them, and what is said of mistakes in them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from reconciler.catalog import sheets
from reconciler.catalog.sheets import MatrixRow, NotASheet, PriceRow, Sheet, Sort

HEAD = (
    "ProductTitle,ProductId,SkuId,SkuTitle,Publisher,SkuDescription,UnitOfMeasure,TermDuration,BillingPlan,Market,"
    "Currency,UnitPrice,PricingTierRangeMin,PricingTierRangeMax,"
    "EffectiveStartDate,EffectiveEndDate,Tags,ERP Price,Segment"
)
COLUMNS = HEAD.split(",")
USUAL = {
    "ProductTitle": "Business Premium",
    "ProductId": "CFQ7TTC0LCHC",
    "SkuId": "0002",
    "SkuTitle": "Microsoft 365 Business Premium",
    "TermDuration": "P1Y",
    "BillingPlan": "Annual",
    "Market": "DE",
    "Currency": "EUR",
    "UnitPrice": "224.40",
    "EffectiveStartDate": "11/1/2026 12:00:00 AM",
    "EffectiveEndDate": "12/31/9999 11:59:59 PM",
    "ERP Price": "264",
    "Segment": "Commercial",
}
MATRIX_HEAD = (
    "ProductTitle,ProductId,SkuId,SkuTitle,ProvisioningId,ProvisioningString,MinLicenses,MaxLicenses,"
    "AssetOwnershipLimit,AssetOwnershipLimitType,ProductSkuPreRequisites,ProductSkuConversion,Description,AllowedCountries"
)
MATRIX_LINE = (
    "Visio,CFQ7TTC0HD32,2,Visio Plan 2,C5928F49-12BA-48F7-ADA3-0D743A3601D5,visioclient,1,300,1,ConcurrentCount,"
    '"CFQ7TTC0LFLX/1,CFQ7TTC0LFLZ/0002",CFQ7TTC0HD33/0001,"Draw, share",AD;DE;CH'
)


def a_line(**changes: str) -> str:
    """A line of a price sheet; names of columns without their spaces."""
    values = {**USUAL, **{"ERP Price" if name == "ERPPrice" else name: text for name, text in changes.items()}}
    return ",".join(f'"{values.get(name, "")}"' for name in COLUMNS)


def read(*lines: str, head: str = HEAD) -> Sheet:
    text = "".join(f"{line}\n" for line in (head, *lines))
    return sheets.read(text.splitlines(keepends=True), lambda _product, _number: True)


def price(**changes: str) -> PriceRow:
    sheet = read(a_line(**changes))
    assert sheet.errors == []
    (row,) = sheet.rows
    assert isinstance(row, PriceRow)
    return row


def test_a_line_of_a_price_sheet_is_read_exactly() -> None:
    assert price() == PriceRow(
        line=2,
        product="CFQ7TTC0LCHC:0002",
        title="Microsoft 365 Business Premium",
        pair=("P1Y", "annual"),
        country="DE",
        segment="commercial",
        currency="EUR",
        price=Decimal("224.40"),
        erp=Decimal(264),
        first=date(2026, 11, 1),
        last=date(9999, 12, 31),
        from_seats=None,
        to_seats=None,
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [("2/1/2019 12:00:00 AM", date(2019, 2, 1)), ("2026-11-01", date(2026, 11, 1)),
     ("2026-11-01T00:00:00.0000000Z", date(2026, 11, 1)), ("", None)],
    ids=["American", "ISO", "ISO with a time", "none"],
)  # fmt: skip
def test_days_are_read_in_both_forms(text: str, day: date | None) -> None:
    assert price(EffectiveStartDate=text).first == day


@pytest.mark.parametrize(("text", "key"), [("2", "0002"), ("0002", "0002"), ("000a", "000A")])
def test_zeros_that_a_spreadsheet_took_away_come_back(text: str, key: str) -> None:
    assert price(SkuId=text).product == f"CFQ7TTC0LCHC:{key}"


@pytest.mark.parametrize(
    ("text", "segment"),
    [("Charity", "nonprofit"), ("Education", "education"), ("GOVERNMENT", "government"), ("", "commercial")],
)
def test_segments_have_our_words(text: str, segment: str) -> None:
    assert price(Segment=text).segment == segment


@pytest.mark.parametrize(
    ("least", "most", "expected"),
    [("1", "0", (None, None)), ("10", "49", (10, 49)), ("300", "2147483647", (300, None)), ("5.0", "", (5, None))],
    ids=["no bounds", "both", "no upper bound", "written as a fraction"],
)
def test_tiers_are_numbers_of_seats(least: str, most: str, expected: tuple[int | None, int | None]) -> None:
    row = price(PricingTierRangeMin=least, PricingTierRangeMax=most)

    assert (row.from_seats, row.to_seats) == expected


def test_a_price_keeps_every_digit() -> None:
    assert price(UnitPrice="0.123456789012345678901").price == Decimal("0.123456789012345678901")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"UnitPrice": "224,40"}, '2: UnitPrice "224,40" is not a number with a decimal point'),
        ({"UnitPrice": ""}, "2: UnitPrice is empty"),
        ({"UnitPrice": "-1"}, '2: UnitPrice "-1" is no price of a seat'),
        ({"UnitPrice": "NaN"}, '2: UnitPrice "NaN" is no price of a seat'),
        ({"ERPPrice": "x"}, '2: ERP Price "x" is not a number with a decimal point'),
        ({"Currency": "Euro"}, '2: Currency "Euro" is no code of three letters'),
        ({"Market": "Germany"}, '2: Market "Germany" is no code of two letters'),
        ({"Segment": "Friends"}, '2: Segment "Friends" is none of charity, commercial, education, government'),
        ({"EffectiveStartDate": "31.12.2026"}, '2: EffectiveStartDate "31.12.2026" is not a day like 2026-11-01'),
        ({"EffectiveEndDate": "2/30/2026"}, '2: EffectiveEndDate "2/30/2026" is not a day like 2026-11-01'),
        ({"PricingTierRangeMin": "many"}, '2: PricingTierRangeMin "many" is not a whole number'),
    ],
    ids=lambda value: next(iter(value.items()))[0] if isinstance(value, dict) else "",
)
def test_a_mistake_is_told_with_its_line(changes: dict[str, str], words: str) -> None:
    sheet = read(a_line(**changes), a_line())

    assert len(sheet.errors) == 1
    assert sheet.errors[0].startswith(words)
    assert len(sheet.rows) == 1


def test_a_mistake_in_a_line_that_nobody_wants_is_nobodys() -> None:
    sheet = sheets.read([f"{HEAD}\n", a_line(UnitPrice="x")], lambda _product, _number: False)

    assert (sheet.errors, sheet.rows, sheet.lines) == ([], [], 1)


def test_many_mistakes_are_counted_after_the_first_ones() -> None:
    sheet = read(*[a_line(UnitPrice="x")] * 50)

    assert (len(sheet.errors), sheet.further) == (20, 30)


@pytest.mark.parametrize(
    "changes", [{"TermDuration": "P5Y"}, {"TermDuration": "NoTerm"}, {"BillingPlan": "OneTime"}, {"TermDuration": ""}]
)
def test_terms_without_a_word_of_ours_are_counted(changes: dict[str, str]) -> None:
    sheet = read(a_line(**changes))

    assert (sheet.rows, sheet.other, sheet.errors) == ([], 1, [])


@pytest.mark.parametrize("delimiter", [",", ";", "\t"], ids=["commas", "semicolons", "tabs"])
def test_the_head_says_what_stands_between_cells(delimiter: str) -> None:
    line = delimiter.join(f'"{USUAL.get(name, "")}"' for name in COLUMNS)

    sheet = read(line, head="\ufeff" + HEAD.replace(",", delimiter))

    assert [row.product for row in sheet.rows] == ["CFQ7TTC0LCHC:0002"]


def test_names_of_columns_may_be_written_otherwise() -> None:
    assert len(read(a_line(), head=HEAD.upper().replace("ERP PRICE", "erp_price")).rows) == 1


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    """A title may hold a line break, and empty lines stand at the end of many files."""
    sheet = read(a_line(SkuDescription="two\nlines"), "", a_line(UnitPrice="x"), "")

    assert [error.partition(":")[0] for error in sheet.errors] == ["5"]
    assert sheet.lines == 2


def test_a_line_that_breaks_the_form_ends_the_file_with_a_mistake() -> None:
    sheet = read(a_line(), '"' + "x" * 200_000 + '"', a_line())

    assert len(sheet.rows) == 1
    assert "the file cannot be read from here on" in sheet.errors[0]


def test_a_short_line_has_no_cells_at_its_end() -> None:
    sheet = read(a_line().rpartition(",")[0])

    assert [row.segment for row in sheet.rows if isinstance(row, PriceRow)] == ["commercial"]


@pytest.mark.parametrize(
    ("head", "line", "column"),
    [(HEAD, a_line().partition('"P1Y"')[0], "termduration"), (MATRIX_HEAD, "V,CFQ7TTC0HD32,2", "provisioningid")],
    ids=["prices", "matrix"],
)
def test_a_line_that_is_cut_off_is_a_mistake(head: str, line: str, column: str) -> None:
    assert read(line.rstrip(","), head=head).errors == [f"2: the line ends before its column {column}"]


def test_a_line_of_an_offer_matrix_is_read() -> None:
    sheet = read(MATRIX_LINE, head=MATRIX_HEAD)

    assert sheet.sort is Sort.MATRIX
    assert sheet.rows == [
        MatrixRow(
            line=2,
            product="CFQ7TTC0HD32:0002",
            title="Visio Plan 2",
            sku="VISIOCLIENT",
            sku_id="c5928f49-12ba-48f7-ada3-0d743a3601d5",
            least=1,
            most=300,
            most_subscriptions=1,
            prerequisites=("CFQ7TTC0LFLX:0001", "CFQ7TTC0LFLZ:0002"),
            upgrades=("CFQ7TTC0HD33:0001",),
            countries=frozenset({"AD", "DE", "CH"}),
        )
    ]


def test_a_matrix_is_asked_for_by_product_or_part_number() -> None:
    asked: list[tuple[str, str]] = []

    def wanted(product: str, number: str) -> bool:
        asked.append((product, number))
        return False

    sheets.read([f"{MATRIX_HEAD}\n", MATRIX_LINE], wanted)

    assert asked == [("CFQ7TTC0HD32:0002", "VISIOCLIENT")]


@pytest.mark.parametrize("head", ["", "a,b,c", "ProductId,SkuId"], ids=["nothing", "something else", "not enough"])
def test_another_file_is_said_to_be_none(head: str) -> None:
    with pytest.raises(NotASheet, match=r"neither a price sheet .* nor an offer matrix"):
        read(head=head)


def test_a_file_is_read_line_by_line() -> None:
    """Nothing is kept of a line that nobody wants, so a price list of any length fits."""
    seen = 0

    def lines() -> Iterator[str]:
        nonlocal seen
        yield f"{HEAD}\n"
        for _ in range(30_000):
            seen += 1
            yield a_line(ProductId="CFQ7TTC00000") + "\n"
        yield a_line() + "\n"

    sheet = sheets.read(lines(), lambda product, _number: product.startswith("CFQ7TTC0LCHC"))

    assert (seen, sheet.lines, len(sheet.rows)) == (30_000, 30_001, 1)
