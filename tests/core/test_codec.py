"""The plan file: what goes in comes out, what was touched is refused, and what a digest must and must not cover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import jsonschema
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.core import codec, digests, planfile
from reconciler.model import money
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Cost, FieldChange, Later, Reason
from reconciler.model.errors import PlanOutdated
from reconciler.model.finding import Code, Finding, Origin, Severity
from reconciler.model.item import Counted
from reconciler.model.money import Money
from reconciler.model.plan import Deferred, Plan, Reading, Scope, Source
from reconciler.model.resource import Coverage, CoverageState

from .builders import EXPIRES, MADE, TOO_MANY, a_change, a_cost, a_field, a_gate, a_margin, a_plan, a_sale

ADA = "contoso/user/ada@contoso.com"


def a_full_plan() -> Plan:
    """One of everything that a plan can hold."""
    return a_plan(
        a_change(
            ADA,
            fields=(a_field("display_name", None, "Ada"), a_field("password", None, "hunter2", secret=True)),
            origin=Origin("users.yaml", 3, 1),
        ),
        a_change(
            "contoso/subscription/head-office",
            Action.UPDATE,
            fields=(a_field("seats", 10, 12),),
            units=2,
            cost=a_cost("43.44 EUR", "521.28 EUR", "2027-03-31"),
            sale=a_sale("0 EUR", margin=("38 EUR", "-5.44 EUR"), prorated="21.72 EUR"),
            depends_on=(Address("contoso", "customer", "contoso"),),
        ),
        a_change(
            "contoso/license/bo@contoso.com:SPB",
            Action.UNASSIGN,
            reason=Reason.SWEEP,
            blocked=(a_gate(),),
            disruptive=True,
            remote_id="42",
            note="why",
        ),
        a_change("contoso/user/eve@contoso.com", Action.FORGET, reason=Reason.NOT_IN_FILES),
        drift=(
            a_change("contoso/group/sales", Action.UPDATE, cause=Cause.DRIFT, fields=(a_field("members:x", 1, 0),)),
        ),
        unmanaged={"contoso": {"users": 433}},
        deferred=(Deferred("fabrikam", "user", "403", (Address("fabrikam", "user", "a"),)),),
        reads=(Reading("contoso", "user", Coverage(CoverageState.PARTIAL, "cut"), 7, "sha256:1"),),
        findings=(
            Finding(TOO_MANY, "d", "f", Address("contoso", "user", "a"), related=(Origin("a.yaml"),)),
            Finding(Code("RC502", Severity.ADVICE, "Spare seats"), "d", saving=money.parse("3.10 EUR")),
        ),
        items=(Counted("contoso", "SPLA-RDS", "Remote desktop", ("ada@contoso.com",), money.parse("5 EUR")),),
        margins=(
            a_margin("contoso", (10, 10, "217.20 EUR", "255.20 EUR"), (12, 11, "260.64 EUR", "280.72 EUR")),
            a_margin("fabrikam", (1, 0, "30 AUD", "0 AUD"), unpriced=("fabrikam/subscription/visio",)),
        ),
        commerce=MADE,
    )


def loaded(plan: Plan) -> Plan:
    return codec.loads(codec.dumps(plan, "0.1.0", EXPIRES)).plan


def document(plan: Plan | None = None) -> dict[str, Any]:
    return codec.encode(plan or a_full_plan(), "0.1.0", EXPIRES)


def without_secrets(plan: Plan) -> Plan:
    return replace(plan, changes=tuple(map(digests.masked, plan.changes)))


def resealed(body: dict[str, Any]) -> bytes:
    """A forger's file: changed, with a digest that fits."""
    body = {key: value for key, value in body.items() if key != "digest"}
    return orjson.dumps({**body, "digest": digests.of(body)})


def refusal(data: bytes) -> str:
    with pytest.raises(PlanOutdated) as caught:
        codec.loads(data)
    return str(caught.value)


def test_a_plan_comes_back_as_it_was_but_for_its_secrets_and_the_digest_in_overrides() -> None:
    plan = a_full_plan()

    back = loaded(plan)

    digest = digests.short(digests.content_digest(plan))
    gate = replace(a_gate(), fix=f"--allow removals=7@{digest}")
    expected = without_secrets(plan)
    expected = replace(
        expected, changes=tuple(replace(c, blocked=(gate,)) if c.blocked else c for c in expected.changes)
    )
    assert expected == back


def test_the_file_says_who_made_it_and_until_when_it_counts() -> None:
    file = codec.loads(codec.dumps(a_full_plan(), "0.1.0", EXPIRES))

    assert (file.tool_version, file.expires_at) == ("0.1.0", EXPIRES)


def test_writing_a_read_plan_again_gives_the_same_bytes() -> None:
    data = codec.dumps(a_full_plan(), "0.1.0", EXPIRES)

    assert data == codec.dumps(codec.loads(data).plan, "0.1.0", EXPIRES)


@pytest.mark.parametrize("plan", [a_plan(), a_full_plan()], ids=["empty", "full"])
def test_an_emitted_plan_fits_the_schema(plan: Plan) -> None:
    jsonschema.Draft202012Validator.check_schema(planfile.schema())

    jsonschema.validate(document(plan), planfile.schema(), jsonschema.Draft202012Validator)


def test_the_schema_names_every_member_that_is_written() -> None:
    assert set(planfile.schema()["properties"]) == set(document())


def test_a_secret_reaches_neither_file_nor_digest() -> None:
    one, other = (
        a_plan(a_change(ADA, fields=(a_field("password", None, value, secret=True),))) for value in ("hunter2", "other")
    )

    assert b"hunter2" not in codec.dumps(one, "0.1.0", EXPIRES)
    assert digests.content_digest(one) == digests.content_digest(other)


def test_whether_there_is_a_secret_stays_visible() -> None:
    plan = a_plan(a_change(ADA, fields=(a_field("password", None, "hunter2", secret=True),)))

    (field,) = document(plan)["changes"][0]["fields"]

    assert (field["before"], field["after"]) == (None, digests.SENSITIVE)


def test_a_created_resource_has_an_unknown_id() -> None:
    rows = document()["changes"]

    assert [row["after_unknown"] for row in rows] == [["id"], [], [], []]


def test_money_is_a_decimal_string_never_rounded() -> None:
    price = Money(Decimal("1E+2") / 3, "EUR")
    plan = a_plan(a_change(ADA, cost=Cost(price, Money(Decimal("1E+3"), "EUR"))))

    cost = document(plan)["changes"][0]["cost"]

    assert cost["commitment"]["amount"] == "1000"
    assert price.amount == Decimal(cost["monthly"]["amount"])


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        (Action.CREATE, ["absent"]),
        (Action.RESTORE, ["in the recycle bin"]),
        (Action.UPDATE, ["present", "fields equal before"]),
        (Action.UNASSIGN, ["present"]),
        (Action.DELETE, ["present"]),
        (Action.HANDOVER, ["present"]),
        (Action.FORGET, []),
    ],
    ids=str,
)
def test_a_row_says_what_must_be_true_before_it_runs(action: Action, expected: list[str]) -> None:
    (row,) = document(a_plan(a_change(ADA, action)))["changes"]

    assert expected == row["preconditions"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"action": Action.DELETE}, ["removal"]),
        ({"disruptive": True}, ["disruptive"]),
        ({"cost": a_cost("1 EUR")}, ["spend"]),
        ({"cost": a_cost("-1 EUR")}, []),
    ],
    ids=["removal", "disruptive", "spend", "saving"],
)
def test_a_row_says_its_risks(more: dict[str, Any], expected: list[str]) -> None:
    (row,) = document(a_plan(a_change(ADA, **more)))["changes"]

    assert expected == row["risk"]


def test_times_are_written_in_utc() -> None:
    assert document()["created_at"] == "2026-10-05T12:00:00Z"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not JSON"),
        (b'{"format_version": "1.0"', "cut off"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "expected an object"),
        (b"{}", "not a plan file"),
        (b'{"format_version": 1}', "not a plan file"),
        (b'{"format_version": "one"}', "not a plan file"),
        (b'{"format_version": "2.0"}', "reads 1.x"),
        (b'{"format_version": "' + b"1" * 5000 + b'.0"}', "reads 1.x"),
        (b'{"format_version": "1.0"}', "changed after it was written"),
        (b'{"format_version": "1.0", "n": 123456789012345678}', "cannot hold"),
    ],
    ids=[
        "empty",
        "cut",
        "binary",
        "list",
        "no-version",
        "number",
        "word",
        "major",
        "huge-major",
        "no-digest",
        "huge-number",
    ],
)
def test_what_is_not_a_plan_file_is_refused_with_what_to_do(data: bytes, expected: str) -> None:
    message = refusal(data)

    assert expected in message
    assert "`reconciler plan --out FILE`" in message


def test_a_file_nested_beyond_measure_is_refused() -> None:
    deep = b'{"format_version": "1.0", "n": ' + b"[" * 1000 + b"]" * 1000 + b"}"

    assert "plan" in refusal(deep)


def test_a_newer_minor_version_is_read_and_its_unknown_members_are_ignored() -> None:
    body = document()
    body["format_version"] = "1.7"
    body["weather"] = "fine"
    body["changes"][0]["mood"] = "good"

    assert len(codec.loads(resealed(body)).plan.changes) == 4


def test_a_plan_without_prices_has_none_of_their_members() -> None:
    body = document(
        replace(a_full_plan(), margins=(), changes=tuple(replace(c, sale=None) for c in a_full_plan().changes))
    )

    assert "margins" not in body.keys() | body["summary"].keys()
    assert not any("sale" in row for row in body["changes"])


def test_the_summary_adds_up_margins_for_each_currency() -> None:
    found = document()["summary"]["margins"]

    assert [(total["before"]["margin"], total["after"]["margin"]) for total in found] == [
        ({"amount": "-30", "currency": "AUD"}, {"amount": "-30", "currency": "AUD"}),
        ({"amount": "38.00", "currency": "EUR"}, {"amount": "20.08", "currency": "EUR"}),
    ]


def test_one_changed_byte_is_noticed() -> None:
    data = codec.dumps(a_full_plan(), "0.1.0", EXPIRES)

    assert "changed after it was written" in refusal(data.replace(b'"Ada"', b'"Eda"'))


def test_rows_that_do_not_give_the_content_digest_are_refused_even_if_the_file_digest_fits() -> None:
    body = document()
    body["changes"][0]["fields"][0]["after"] = "Eve"

    assert "do not match its content digest" in refusal(resealed(body))


def _without_scope(body: dict[str, Any]) -> None:
    del body["scope"]


def _odd_action(body: dict[str, Any]) -> None:
    body["changes"][0]["actions"] = ["explode"]


def _float_money(body: dict[str, Any]) -> None:
    body["changes"][1]["cost"]["monthly"]["amount"] = "NaN"


def _huge_money(body: dict[str, Any]) -> None:
    body["changes"][1]["cost"]["monthly"]["amount"] = "9" * 40


def _address_without_key(body: dict[str, Any]) -> None:
    body["deferred"][0]["addresses"] = ["a/b"]


@pytest.mark.parametrize(
    ("damage", "place"),
    [
        (_without_scope, "scope"),
        (_odd_action, "changes.0.actions"),
        (_float_money, "changes.1.cost.monthly.amount"),
        (_huge_money, "changes.1.cost.monthly.amount"),
        (_address_without_key, "deferred.0.addresses"),
    ],
    ids=["missing", "enum", "not-a-number", "huge-number", "address"],
)
def test_a_wrong_form_is_refused_with_its_place(damage: Callable[[dict[str, Any]], None], place: str) -> None:
    body = document()
    damage(body)

    assert place in refusal(resealed(body))


def test_a_forged_summary_changes_nothing_that_is_read() -> None:
    body = document()
    body["summary"]["delete"] = 0
    body["blocked"] = []

    assert len(codec.loads(resealed(body)).plan.blocked) == 1


def test_a_plan_counts_until_it_expires() -> None:
    file = codec.loads(codec.dumps(a_plan(), "0.1.0", EXPIRES))

    codec.check_age(file, EXPIRES - timedelta(seconds=1))

    with pytest.raises(PlanOutdated, match="expired at 2026-10-08T12:00:00Z"):
        codec.check_age(file, EXPIRES)


ROW = a_change(ADA, Action.UPDATE, fields=(a_field("city", "Rome", "Oslo"), a_field("department", None, "IT")))
SEATS = a_change(
    "contoso/subscription/x", Action.UPDATE, fields=(a_field("seats", 1, 3),), units=2, cost=a_cost("20 EUR")
)
BASE = a_plan(ROW, SEATS)


@pytest.mark.parametrize(
    "same",
    [
        a_plan(SEATS, ROW),
        a_plan(replace(ROW, fields=tuple(reversed(ROW.fields))), SEATS),
        a_plan(replace(ROW, origin=Origin("x.yaml", 1, 1), note="other"), SEATS),
        a_plan(replace(ROW, fields=(replace(ROW.fields[0], before="Paris"), ROW.fields[1])), SEATS),
        a_plan(ROW, replace(SEATS, cost=a_cost("20 EUR", "999 EUR", "2030-01-01"))),
        a_plan(ROW, SEATS, source=Source("other", "ffff", "")),
        a_plan(ROW, SEATS, findings=(a_gate(),)),
        a_plan(ROW, SEATS, reads=(Reading("contoso", "user", Coverage(CoverageState.COMPLETE), 9),)),
        replace(BASE, created_at=MADE + timedelta(days=1)),
        a_plan(ROW, replace(SEATS, sale=a_sale("5 EUR", margin=("1 EUR", "2 EUR"), prorated="3 EUR"))),
        a_plan(ROW, SEATS, margins=(a_margin("contoso", (1, 1, "10 EUR", "20 EUR")),)),
    ],
    ids=[
        "row-order",
        "field-order",
        "origin",
        "before",
        "commitment",
        "commit",
        "findings",
        "reads",
        "time",
        "revenue, margin, proration and refund",
        "margins",
    ],
)
def test_the_content_digest_stays_where_the_meaning_stays(same: Plan) -> None:
    assert digests.content_digest(BASE) == digests.content_digest(same)


@pytest.mark.parametrize(
    "other",
    [
        a_plan(ROW),
        a_plan(replace(ROW, action=Action.DELETE), SEATS),
        a_plan(replace(ROW, address=Address("contoso", "user", "b")), SEATS),
        a_plan(replace(ROW, fields=ROW.fields[:1]), SEATS),
        a_plan(replace(ROW, fields=(replace(ROW.fields[0], after="Bonn"), ROW.fields[1])), SEATS),
        a_plan(replace(ROW, blocked=(a_gate(),)), SEATS),
        a_plan(ROW, replace(SEATS, units=3)),
        a_plan(ROW, replace(SEATS, units=3, cost=a_cost("30 EUR"))),
        a_plan(ROW, replace(SEATS, cost=a_cost("21 EUR"))),
        a_plan(ROW, replace(SEATS, cost=a_cost("20 USD"))),
        a_plan(ROW, replace(SEATS, cost=None)),
        a_plan(ROW, SEATS, scope=Scope(customers=("contoso",))),
        a_plan(ROW, SEATS, scope=Scope(refresh=False)),
    ],
    ids=[
        "row",
        "action",
        "address",
        "field",
        "after",
        "gate",
        "units",
        "units-at-the-same-price",
        "price",
        "currency",
        "no-price",
        "scope",
        "refresh",
    ],
)
def test_the_content_digest_changes_where_the_meaning_changes(other: Plan) -> None:
    assert digests.content_digest(BASE) != digests.content_digest(other)


def test_half_a_surrogate_pair_in_a_name_does_not_stop_a_plan() -> None:
    plan = a_plan(a_change(ADA, fields=(a_field("display_name", None, "A\ud800"), a_field("mails", None, ("\udfff",)))))

    (change,) = loaded(plan).changes

    assert [field.after for field in change.fields] == ["A\ufffd", ("\ufffd",)]


texts = st.text(max_size=8)
values = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1), texts, st.lists(texts, max_size=3).map(tuple)
)
fields = st.builds(FieldChange, st.lists(texts, min_size=1, max_size=2).map(tuple), values, values)
amounts = st.decimals(-10_000, 10_000, allow_nan=False, places=4).map(lambda amount: Money(amount, "EUR"))
changes = st.builds(
    Change,
    st.builds(Address, st.just("contoso"), st.sampled_from(["user", "group"]), st.text(min_size=1, max_size=8)),
    st.sampled_from(Action),
    st.sampled_from(Reason),
    st.sampled_from(Cause),
    fields=st.lists(fields, max_size=3).map(tuple),
    note=texts,
    units=st.integers(-5, 5),
    cost=st.none() | st.builds(Cost, amounts, amounts, texts),
    disruptive=st.booleans(),
    purchase_order=st.sampled_from(("", "PO-4711")),
)


@given(rows=st.lists(changes, max_size=4))
def test_any_plan_comes_back_as_it_was(rows: list[Change]) -> None:
    plan = a_plan(*rows)

    assert plan == loaded(plan)


@given(rows=st.lists(changes, max_size=4), random=st.randoms())
def test_the_order_of_rows_never_moves_the_content_digest(rows: list[Change], random: Any) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)

    assert digests.content_digest(a_plan(*rows)) == digests.content_digest(a_plan(*shuffled))


def test_what_begins_at_a_renewal_and_a_scope_of_seats_survive_the_file() -> None:
    row = replace(a_change(ADA), later=Later(Money(Decimal("-18.10"), "EUR"), "2026-12-02"))
    plan = replace(a_plan(row), scope=Scope(seats=True))

    found = codec.loads(codec.dumps(plan, "0.1.0", EXPIRES)).plan

    assert (found.changes[0].later, found.scope) == (row.later, plan.scope)


def test_a_plan_of_seats_has_another_digest_than_one_of_everything() -> None:
    plan = a_plan(a_change(ADA))

    assert digests.content_digest(plan) != digests.content_digest(replace(plan, scope=Scope(seats=True)))
