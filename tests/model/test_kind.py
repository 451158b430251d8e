"""The usual answers of a kind: what a new kind gets without writing a line, and what it must write itself."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.connection import Secret
from reconciler.model.finding import Origin
from reconciler.model.kind import Declaring, Interest, Kind
from reconciler.model.performing import Performing
from reconciler.model.repository import CustomerEntry, CustomerFiles, Entry
from reconciler.model.resource import Desired, Guard, Live
from reconciler.model.spec import Document, Spec
from reconciler.model.template import Defaults


class ThingSpec(Spec):
    """A thing with a name."""

    name: str


class ThingKind(Kind[ThingSpec, object]):
    """A kind that says nothing of its own."""

    name = "thing"
    spec = ThingSpec
    group = "things"


THING = ThingKind()
WHERE = Address("contoso", "thing", "x")
SPEC = ThingSpec(name="x")
DESIRED = Desired(WHERE, SPEC, frozenset({"name"}), Origin("a.yaml"))
LIVE = Live(WHERE, "1", SPEC)
ROW = Change(WHERE, Action.UPDATE, Reason.DECLARED, Cause.CONFIG)


def test_a_kind_touches_nothing_that_it_does_not_claim() -> None:
    field = FieldChange(("name",), "y", "x")

    assert THING.on_removal(LIVE) is Action.FORGET
    assert THING.tombstone(LIVE, "disable") is None
    assert THING.refuses_create(DESIRED) == ""
    assert (THING.blocks_sign_in(ROW), THING.makes_secret(ROW), THING.only_reports(field, Cause.DRIFT)) == (False,) * 3
    assert (list(THING.refusals((ROW,), {}, {})), list(THING.mistakes(DESIRED, {}))) == ([], [])


def test_a_kind_is_nobodys_part_and_draws_nothing() -> None:
    assert (THING.refs, THING.owned, THING.key_fields, THING.owner_of(WHERE)) == ({}, False, frozenset(), None)
    assert (THING.draws(SPEC), THING.supplies(LIVE), THING.pool(LIVE), THING.seat_rule(DESIRED)) == (None,) * 4
    assert (THING.holds(LIVE), THING.given_by(LIVE), THING.retried(LIVE)) == (True, None, ())


def test_a_kind_hands_nothing_out_and_foresees_nothing() -> None:
    assert (THING.handing, THING.hands(LIVE), THING.excludes("E3", {})) == (False, None, frozenset())
    assert list(THING.foreseen((ROW,), {}, {})) == []


def test_a_kind_is_found_by_its_key_alone_and_looks_like_nobody() -> None:
    assert (THING.normalize("X"), list(THING.candidates(DESIRED, [LIVE])), THING.names(DESIRED, LIVE)) == (
        "X",
        [],
        False,
    )
    assert (dict(THING.likeness(SPEC)), THING.remarks(LIVE), THING.element_mode(DESIRED)) == ({}, (), None)


def test_a_kind_makes_what_the_files_say_and_performs_row_by_row() -> None:
    assert THING.on_create(DESIRED, Defaults()) is SPEC
    assert THING.fold(ROW) == WHERE


@pytest.mark.parametrize(
    ("guard", "expected"),
    [(None, None), (Guard("all"), "all"), (Guard("one", frozenset({"name"})), "one"), (Guard("x", frozenset()), None)],
    ids=["none", "everything", "this field", "another field"],
)
def test_a_guard_of_the_live_resource_forbids_its_fields(guard: Guard | None, expected: str | None) -> None:
    found = THING.guard_for(Live(WHERE, "1", SPEC, guard), "name")

    assert (found.reason if found else None) == expected


def test_what_a_kind_must_say_itself_is_not_guessed() -> None:
    files = CustomerFiles("contoso", CustomerEntry(tenant="t"), Origin("a.yaml"))
    context = Declaring(files, {}, {}, Defaults())

    for ask in (
        lambda: THING.key(SPEC),
        lambda: THING.declare(Entry("things", "x", Document(), Origin("a.yaml")), context),
        lambda: THING.sized(DESIRED, 1),
        lambda: THING.read(object(), "contoso", Interest()),
        lambda: asyncio.run(THING.perform(object(), (ROW,), Performing(datetime.now(UTC), {}, _NoPasswords()))),
    ):
        with pytest.raises(NotImplementedError):
            ask()


class _NoPasswords:
    def password(self, address: Address, names: tuple[str, ...] = ()) -> str:
        raise AssertionError(f"nobody asked for a password of {address} {names}")

    def supplied(self, address: Address, secret: Secret, names: tuple[str, ...] = ()) -> str:
        raise AssertionError(f"nobody supplied {secret} for {address} {names}")

    def keep(self, address: Address, secret: str, whose: str) -> None:
        raise AssertionError(f"nobody made {secret} for {whose}, {address}")


def test_an_id_is_resolved_or_missed_by_name() -> None:
    context = Performing(datetime.now(UTC), {WHERE: "1"}, _NoPasswords())

    assert context.resolve(WHERE) == "1"
    with pytest.raises(KeyError):
        context.resolve(Address("contoso", "thing", "y"))


def test_work_for_all_entries_of_a_customer_is_done_once() -> None:
    files = CustomerFiles("contoso", CustomerEntry(tenant="t"), Origin("a.yaml"))
    context, done = Declaring(files, {}, {}, Defaults()), []

    def work() -> str:
        done.append(1)
        return "found"

    assert [context.once("a", work), context.once("a", work), context.once("b", work)] == ["found"] * 3
    assert len(done) == 2


def test_an_entry_shows_where_it_stands_and_not_what_it_says() -> None:
    entry = Entry("users", "ada@contoso.com", Document(), Origin("a.yaml", 3, 1))

    assert repr(entry) == "Entry(users/ada@contoso.com at a.yaml:3:1)"
