"""`reconciler ledger`, as it is typed: what is remembered, what is wrong with it, and mending it for one address."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from scenarios.stage import Stage

from cli import worlds
from reconciler.app.workspace import open_workspace
from reconciler.model.address import Address
from reconciler.store.journal import Journal
from reconciler.store.ledger import Ledgers
from reconciler.store.locks import Locks

BEA = "contoso/user/bea@contoso.com"


@pytest.fixture
def remembered(on_stage: Stage) -> Stage:
    """A stage whose plan was applied."""
    worlds.planned(on_stage)
    assert on_stage.reconciler("apply", "p.plan.json").code == 0
    return on_stage


def ledgers(stage: Stage) -> Ledgers:
    return open_workspace(stage.root, {}).ledgers


def entry_id(stage: Stage, address: str) -> str:
    return ledgers(stage).load("contoso").ledger.resources[Address(*address.split("/"))].id


def some_address(stage: Stage) -> str:
    """A user that is remembered."""
    found = ledgers(stage).load("contoso").ledger.of_kind("user")
    return str(next(iter(sorted(found))))


def memory(stage: Stage, key: str) -> Path:
    return stage.root / ".reconciler" / key


class TestLooking:
    def test_a_customer_is_one_line_with_its_resources(self, remembered: Stage) -> None:
        ran = remembered.reconciler("ledger", "list")

        assert ran.code == 0
        assert ran.text.startswith("contoso: ")
        assert " users" in ran.text or " user" in ran.text

    def test_for_scripts_it_is_one_object_a_line(self, remembered: Stage) -> None:
        (line,) = remembered.reconciler("ledger", "list", "--json").text.splitlines()

        assert json.loads(line)["customer"] == "contoso"

    def test_of_an_address_everything_but_values_is_shown(self, remembered: Stage) -> None:
        address = some_address(remembered)

        ran = remembered.reconciler("ledger", "show", address, "--json")

        shown = json.loads(ran.text)
        assert (shown["address"], shown["id"], shown["status"]) == (address, entry_id(remembered, address), "applied")

    def test_a_prefix_shows_everything_below_it(self, remembered: Stage) -> None:
        below = remembered.reconciler("ledger", "show", "contoso/user").text

        assert some_address(remembered) in below
        assert "contoso/license/" not in below

    def test_what_is_not_remembered_says_who_is(self, remembered: Stage) -> None:
        ran = remembered.reconciler("ledger", "show", "contos")

        assert (ran.code, ran.text) == (1, 'Error: Nothing is remembered of "contos". It remembers: contoso.\n')

    def test_an_empty_memory_says_so(self, on_stage: Stage) -> None:
        worlds.planned(on_stage)

        assert on_stage.reconciler("ledger", "list").text == "Nothing is remembered.\n"
        assert on_stage.reconciler("ledger", "verify").text == "Nothing is remembered.\n"


class TestVerifying:
    def test_what_runs_wrote_is_well(self, remembered: Stage) -> None:
        ran = remembered.reconciler("ledger", "verify")

        assert ran.code == 0
        assert "FAIL" not in ran.text
        assert "ok    ledger/contoso.json: " in ran.text
        assert "ok    journal/" in ran.text

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            ("journal", "does not continue the line before it: the journal was changed by hand. Restore it"),
            ("ledger", "is damaged: it is not JSON"),
            ("digest", "has no digest for"),
            ("owner", "belongs to the repository"),
            ("lost", "it was lost. Restore it from a backup"),
            ("locks", "is damaged. If no run is going on, delete it."),
        ],
    )
    def test_what_is_wrong_is_named_with_what_to_do(self, remembered: Stage, damage: str, said: str) -> None:
        DAMAGES[damage](remembered)

        ran = remembered.reconciler("ledger", "verify")

        assert ran.code == 1
        (failed,) = (line for line in ran.text.splitlines() if line.startswith("FAIL"))
        assert said in failed

    def test_for_scripts_each_object_is_a_line(self, remembered: Stage) -> None:
        _damage_ledger(remembered)

        lines = [json.loads(line) for line in remembered.reconciler("ledger", "verify", "--json").text.splitlines()]

        assert {line["object"]: line["passed"] for line in lines}["ledger/contoso.json"] is False

    def test_a_run_that_died_is_told_and_no_mistake(self, remembered: Stage) -> None:
        store = open_workspace(remembered.root, {}).store
        event = {"type": "step-started", "at": "2026-11-22T04:11:37Z", "rows": [], "intent": "s1"}
        Journal(store, "20261122T041137-1a2b3c").record(event)

        ran = remembered.reconciler("ledger", "verify")

        assert ran.code == 0
        assert "1 begun and not known to have ended: the next plan looks again" in ran.text


class TestMending:
    def test_forgetting_takes_the_address_out_and_is_on_record(self, remembered: Stage) -> None:
        address = some_address(remembered)

        ran = remembered.reconciler("ledger", "forget", address, "--reason", "made twice", "--auto-approve")

        assert ran.code == 0
        assert f"{address} is remembered as " in ran.text
        assert remembered.reconciler("ledger", "show", address).code == 1
        assert f"made the ledger forget {address}: made twice" in remembered.reconciler("history").text
        assert "made twice" in remembered.reconciler("history", address).text
        assert remembered.reconciler("ledger", "verify").code == 0

    def test_adopting_gives_the_address_its_object_back(self, remembered: Stage) -> None:
        address = some_address(remembered)
        known = entry_id(remembered, address)
        remembered.reconciler("ledger", "forget", address, "--reason", "made twice", "--auto-approve")

        ran = remembered.reconciler("ledger", "adopt", address, known, "--reason", "it was right", "--auto-approve")

        assert ran.code == 0
        assert entry_id(remembered, address) == known
        assert f"made the ledger adopt {address} as {known}: it was right" in remembered.reconciler("history").text
        assert remembered.reconciler("plan", "--detailed-exitcode").code == 0

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (("adopt", "contoso/user/nobody@contoso.com", "id-1"), "is in no file: the next plan would let it go"),
            (("adopt", "contoso/usr/ada@contoso.com", "id-1"), '"usr" is no kind. Did you mean "user"?'),
            (("adopt", "contoso", "id-1"), "is not an address: expected customer/kind/key"),
            (
                ("forget", "contoso/user/nobody@contoso.com"),
                "Nothing is remembered of contoso/user/nobody@contoso.com.",
            ),
            (("forget", "Con toso/user/nobody@contoso.com"), '"Con toso" cannot be the key of a customer.'),
        ],
        ids=["undeclared", "kind", "address", "unknown", "customer"],
    )
    def test_what_cannot_be_mended_says_why(self, remembered: Stage, words: tuple[str, ...], said: str) -> None:
        ran = remembered.reconciler("ledger", *words, "--reason", "a test", "--auto-approve")

        assert ran.code == 1
        assert said in ran.text

    def test_an_object_is_not_two_addresses(self, remembered: Stage) -> None:
        address = some_address(remembered)
        others = [str(one) for one in ledgers(remembered).load("contoso").ledger.resources if str(one) != address]
        other = next(one for one in others if entry_id(remembered, one))

        ran = remembered.reconciler(
            "ledger", "adopt", address, entry_id(remembered, other), "--reason", "a test", "--auto-approve"
        )

        assert ran.code == 1
        assert f"is remembered as {other}. Forget that first" in ran.text

    def test_without_a_yes_nothing_is_changed(self, remembered: Stage) -> None:
        address = some_address(remembered)

        ran = remembered.reconciler("ledger", "forget", address, "--reason", "a test", "--input=false")

        assert (ran.code, "Nothing was changed" in ran.text) == (1, True)
        assert remembered.reconciler("ledger", "show", address).code == 0

    def test_a_customer_that_a_run_works_on_is_left_alone(self, remembered: Stage) -> None:
        address = some_address(remembered)
        Locks(open_workspace(remembered.root, {}).store, "another run").acquire("contoso")

        ran = remembered.reconciler("ledger", "forget", address, "--reason", "a test", "--auto-approve")

        assert ran.code == 11
        assert "locked by another run" in ran.text
        assert remembered.reconciler("ledger", "show", address).code == 0


def _damage_journal(stage: Stage) -> None:
    path = next(iter(memory(stage, "journal").iterdir()))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:1] + lines[2:]))


def _damage_ledger(stage: Stage) -> None:
    memory(stage, "ledger/contoso.json").write_bytes(b"{")


def _damage_digest(stage: Stage) -> None:
    path = memory(stage, "ledger/contoso.json")
    wire = json.loads(path.read_bytes())
    entry = next(entry for entry in wire["resources"].values() if entry["live"])
    entry["live"] = dict.fromkeys(entry["live"], "Ada Lovelace")
    path.write_text(json.dumps(wire), encoding="utf-8")


def _damage_owner(stage: Stage) -> None:
    path = memory(stage, "ledger/contoso.json")
    path.write_text(json.dumps({**json.loads(path.read_bytes()), "owner": "another"}), encoding="utf-8")


def _lose_ledger(stage: Stage) -> None:
    memory(stage, "ledger/contoso.json").unlink()


def _damage_locks(stage: Stage) -> None:
    memory(stage, "locks").mkdir(exist_ok=True)
    memory(stage, "locks/leases.json").write_bytes(b"{}")


DAMAGES = {
    "journal": _damage_journal,
    "ledger": _damage_ledger,
    "digest": _damage_digest,
    "owner": _damage_owner,
    "lost": _lose_ledger,
    "locks": _damage_locks,
}
