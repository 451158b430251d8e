"""Saving and loading the memory of a customer, and refusing what cannot be trusted."""

from __future__ import annotations

import json
import multiprocessing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies

from reconciler.model.address import Address
from reconciler.model.errors import StoreError
from reconciler.model.ledger import CustomerLedger, LedgerEntry, LedgerStatus
from reconciler.store.ledger import Ledgers, Remembered, _from_json, _to_json, _UnusableError
from reconciler.store.objects import DirectoryStore

ADA = Address("contoso", "user", "ada@contoso.com")
ODD = Address("contoso", "license", "a/b%c@contoso.com:SPB")
ENTRY = LedgerEntry(
    "42", LedgerStatus.UNVERIFIED, "c0ffee", "2026-11-22T04:11:37Z", "run-1", True, {"a": "1"}, {"a": "2"}
)


@pytest.fixture
def ledgers(tmp_path: Path) -> Ledgers:
    return Ledgers(DirectoryStore(tmp_path), "repo-1", new_salt=lambda: "salt")


def place(tmp_path: Path, text: str | bytes) -> None:
    (tmp_path / "ledger").mkdir(exist_ok=True)
    (tmp_path / "ledger" / "contoso.json").write_bytes(text.encode() if isinstance(text, str) else text)


def wire(**changed: object) -> str:
    header = {"format_version": "1.0", "owner": "repo-1", "customer": "contoso", "salt": "s", "resources": {}}
    return json.dumps({**header, **changed})


def entry(**changed: object) -> dict[str, object]:
    whole = {"id": "1", "status": "applied", "commit": "", "at": "", "run": "", "desired": {}, "live": {}}
    return {**whole, **changed}


def test_a_customer_never_seen_has_an_empty_unknown_ledger(ledgers: Ledgers) -> None:
    assert ledgers.load("contoso") == Remembered(CustomerLedger("contoso", "salt", known=False), None)


def test_what_was_saved_is_loaded(ledgers: Ledgers) -> None:
    remembered = ledgers.load("contoso")
    saved = ledgers.save(
        Remembered(remembered.ledger.remembering({ADA: ENTRY, ODD: LedgerEntry("7")}), remembered.etag)
    )

    assert saved == ledgers.load("contoso")
    assert saved is not None
    assert saved.ledger.known
    assert saved.ledger.resources == {ADA: ENTRY, ODD: LedgerEntry("7")}


def test_an_order_that_was_begun_is_loaded_with_its_cart(ledgers: Ledgers) -> None:
    entry = LedgerEntry("", LedgerStatus.ORDERING, at="2026-10-05T12:00:00+00:00", cart="k", order="o")

    ledgers.update("contoso", lambda found: found.remembering({ADA: entry}))

    assert ledgers.load("contoso").ledger.resources[ADA] == entry


def test_an_empty_ledger_that_was_saved_is_known(ledgers: Ledgers) -> None:
    ledgers.save(ledgers.load("contoso"))

    assert ledgers.load("contoso").ledger.known


def test_the_salt_stays_once_saved_and_differs_between_customers(tmp_path: Path) -> None:
    ledgers = Ledgers(DirectoryStore(tmp_path), "repo-1")
    for customer in ("contoso", "fabrikam"):
        ledgers.save(ledgers.load(customer))

    contoso, again, fabrikam = (ledgers.load(customer).ledger.salt for customer in ("contoso", "contoso", "fabrikam"))

    assert contoso == again != fabrikam


def test_equal_ledgers_are_saved_as_equal_bytes() -> None:
    one = CustomerLedger("contoso", "s", resources={ADA: ENTRY, ODD: LedgerEntry("7")})
    other = CustomerLedger("contoso", "s", resources={ODD: LedgerEntry("7"), ADA: ENTRY})

    assert _to_json(one, "repo-1") == _to_json(other, "repo-1")


def test_a_save_over_a_newer_ledger_is_refused(ledgers: Ledgers) -> None:
    mine, others = ledgers.load("contoso"), ledgers.load("contoso")
    ledgers.save(Remembered(others.ledger.remembering({ADA: ENTRY}), others.etag))

    assert ledgers.save(mine) is None
    assert ledgers.load("contoso").ledger.resources == {ADA: ENTRY}


def test_an_update_is_made_anew_when_somebody_saved_in_between(ledgers: Ledgers) -> None:
    seen: list[int] = []

    def change(ledger: CustomerLedger) -> CustomerLedger:
        seen.append(len(ledger.resources))
        if len(seen) == 1:
            ledgers.save(Remembered(ledger.remembering({ODD: ENTRY}), None))
        return ledger.remembering({ADA: ENTRY})

    saved = ledgers.update("contoso", change)

    assert seen == [0, 1]
    assert saved.resources == {ADA: ENTRY, ODD: ENTRY} == ledgers.load("contoso").ledger.resources


def test_an_update_that_never_gets_its_turn_gives_up(ledgers: Ledgers) -> None:
    def change(ledger: CustomerLedger) -> CustomerLedger:
        busy = Address("contoso", "user", str(len(ledger.resources)))
        ledgers.save(Remembered(ledger.remembering({busy: ENTRY}), ledgers.load("contoso").etag))
        return ledger

    impatient = replace(ledgers, pause=lambda _: None)

    with pytest.raises(StoreError, match="Run again"):
        impatient.update("contoso", change)


def test_no_update_of_two_processes_is_lost(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.starmap(_remember, [(tmp_path, "a", 20), (tmp_path, "b", 20)], chunksize=1)

    assert len(Ledgers(DirectoryStore(tmp_path), "repo-1").load("contoso").ledger.resources) == 40


def test_customers_with_a_ledger_are_listed(ledgers: Ledgers, tmp_path: Path) -> None:
    for customer in ("fabrikam", "contoso"):
        ledgers.save(ledgers.load(customer))
    (tmp_path / "ledger" / "README.md").touch()

    assert ledgers.customers() == ("contoso", "fabrikam")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is damaged: it is empty. Restore it"),
        ("\n", "is damaged: it is empty"),
        (wire()[:-20], "is damaged: it is not JSON"),
        (b"\xff\xfe\x00", "is damaged: it is not JSON"),
        ("[]", "is damaged: it is not a JSON object"),
        ("{}", 'is damaged: "format_version" of the header is not a text'),
        (wire(format_version="2.0"), 'has format "2.0", this version of reconciler reads 1.x'),
        (wire(owner="repo-2"), 'belongs to the repository "repo-2", this one is "repo-1"'),
        (wire(customer="fabrikam"), 'is that of "fabrikam", not of "contoso"'),
        (wire(salt=""), 'is damaged: "salt" is empty'),
        (wire(salt=1), 'is damaged: "salt" of the header is not a text'),
        (wire(resources=[]), 'is damaged: "resources" is missing'),
        (wire(resources={"ada": entry()}), 'is damaged: "ada" is not an address'),
        (
            wire(resources={"fabrikam/user/a": entry()}),
            "is damaged: fabrikam/user/a is not a resource of this customer",
        ),
        (wire(resources={"contoso/user/a": 1}), "is damaged: contoso/user/a is not a JSON object"),
        (wire(resources={"contoso/user/a": entry(status="new")}), 'has the status "new", which is unknown'),
        (wire(resources={"contoso/user/a": entry(id=1)}), 'is damaged: "id" of contoso/user/a is not a text'),
        (wire(resources={"contoso/user/a": entry(live={"x": 1})}), '"live" of contoso/user/a is not a map of texts'),
        (wire(resources={"contoso/user/a": entry(protect=1)}), '"protect" of contoso/user/a is not true or false'),
    ],
    ids=lambda part: str(part)[:60],
)
def test_a_ledger_that_cannot_be_trusted_is_refused_with_its_path(
    ledgers: Ledgers, tmp_path: Path, text: str | bytes, message: str
) -> None:
    place(tmp_path, text)

    with pytest.raises(StoreError) as refused:
        ledgers.load("contoso")

    assert str(refused.value).startswith(f"The ledger {tmp_path / 'ledger' / 'contoso.json'} ")
    assert message in str(refused.value)


def test_what_a_newer_minor_format_adds_is_ignored(ledgers: Ledgers, tmp_path: Path) -> None:
    place(tmp_path, wire(format_version="1.7", new=1, resources={"contoso/user/a": entry(new=1)}))

    assert ledgers.load("contoso").ledger.resources == {Address("contoso", "user", "a"): LedgerEntry("1")}


def test_a_customer_key_that_is_a_path_is_refused(ledgers: Ledgers) -> None:
    with pytest.raises(StoreError, match="cannot be the key of a customer"):
        ledgers.load("../contoso")


@given(strategies.binary(max_size=100))
def test_no_bytes_get_past_the_reader_as_anything_but_damaged(content: bytes) -> None:
    with pytest.raises(_UnusableError):
        _from_json(content, "contoso", "repo-1")


@given(strategies.integers(0, 400))
def test_no_torn_ledger_is_taken_for_a_whole_one(length: int) -> None:
    whole = _to_json(CustomerLedger("contoso", "s", resources={ADA: ENTRY}), "repo-1").rstrip()
    torn = whole[: length % len(whole)]

    with pytest.raises(_UnusableError):
        _from_json(torn, "contoso", "repo-1")


def _remember(root: Path, letter: str, times: int) -> None:
    ledgers = Ledgers(DirectoryStore(root), "repo-1")
    for number in range(times):
        added = {Address("contoso", "user", f"{letter}{number}"): ENTRY}
        ledgers.update("contoso", lambda ledger, added=added: ledger.remembering(added))  # type: ignore[misc]
