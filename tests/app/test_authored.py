"""What the author of a change wrote, as rows, without a cloud."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from app.versions import commit, edit, git, root
from reconciler.app import authored
from reconciler.app.planning import Request
from reconciler.core import codec
from reconciler.model.change import Change
from reconciler.model.errors import DesiredStateError, UsageError
from reconciler.model.money import Money
from reconciler.model.plan import Plan, Scope

__all__ = ["root"]
ADA = "  ada@contoso.com: {displayName: Ada, plans: [worker]}\n"
BOB = "  bob@contoso.com: {displayName: Bob}\n"
# What is replaced by what, and the rows: action, address, values after, seats.
EDITS: dict[str, tuple[str, str, list[str]]] = {
    "nothing": ("", "", []),
    "a comment": ("users:", "# people\nusers:", []),
    "a value": ("displayName: Bob", "displayName: Robert", ["update user/bob@contoso.com display_name=Robert"]),
    "a value that was not written before": (
        "{displayName: Bob}",
        "{displayName: Bob, city: Rome}",
        ["update user/bob@contoso.com city=Rome"],
    ),
    "a value that is left alone from now on": ("{displayName: Bob}", "{}", []),
    "a license": (
        "{displayName: Bob}",
        "{displayName: Bob, plans: [worker]}",
        ["create license/bob@contoso.com:SPB", "update subscription/office quantity=2 +1"],
    ),
    "a joiner": (
        BOB,
        BOB + "  cy@contoso.com: {displayName: Cy, plans: [worker]}\n",
        [
            "create user/cy@contoso.com account_enabled=True display_name=Cy mail_nickname=cy usage_location=CH"
            " user_principal_name=cy@contoso.com",
            "create license/cy@contoso.com:SPB",
            "update subscription/office quantity=2 +1",
        ],
    ),
    "a license that is not given any more": (
        "{displayName: Ada, plans: [worker]}",
        "{displayName: Ada}",
        ["unassign license/ada@contoso.com:SPB"],
    ),
    "somebody who is let go of keeps the seat": (
        ADA,
        "",
        ["forget user/ada@contoso.com", "forget license/ada@contoso.com:SPB"],
    ),
    "somebody who is disabled": (
        f"users:\n{ADA}",
        "removed: [{user: ada@contoso.com, action: disable, reason: left}]\nusers:\n",
        ["update user/ada@contoso.com account_enabled=False", "unassign license/ada@contoso.com:SPB"],
    ),
    "somebody who is deleted": (
        f"users:\n{ADA}",
        "removed: [{user: ada@contoso.com, action: delete}]\nusers:\n",
        ["delete user/ada@contoso.com"],
    ),
    "another name": (
        "  ada@contoso.com:",
        "  ada.l@contoso.com:",
        [
            "update user/ada.l@contoso.com user_principal_name=ada.l@contoso.com",
        ],
    ),
    "a group with members": (
        "subscriptions: {office: {plan: worker, seats: auto}}\n",
        "subscriptions: {office: {plan: worker, seats: auto}}\n"
        "groups: {staff: {displayName: Staff, members: [bob@contoso.com]}}\n",
        ["create group/staff display_name=Staff mail_nickname=staff members/bob@contoso.com=True type=security"],
    ),
    "bounds of seats": (
        "seats: auto",
        "seats: {min: 5, buffer: 2}",
        ["update subscription/office quantity=5 +4"],
    ),
    "a number of seats": ("seats: auto", "seats: 7", ["update subscription/office quantity=7 +6"]),
    "a subscription": (
        "{office: {plan: worker, seats: auto}}",
        "{office: {plan: worker, seats: auto}, more: {plan: expert, seats: 2}}",
        [
            "create subscription/more billing=monthly friendly_name=more product=CFQ7TTC0LFLX:0001 sku=SPE_E3"
            " term=P1Y quantity=2 +2"
        ],
    ),
    "what happens to a subscription": (
        "{plan: worker, seats: auto}",
        "{plan: worker, seats: auto, endOfTerm: cancel}",
        ["update subscription/office end_of_term=cancel"],
    ),
    "what may be touched": (
        "rightsizing: nightly,",
        "rightsizing: advice, manage: {users: additive, licenses: authoritative},",
        ["update customer/contoso rightsizing=advice manage/licenses=authoritative"],
    ),
    "a plan template": (
        "  worker: {sku: SPB}",
        "  worker: {sku: SPB, disabledServicePlans: [YAMMER_ENTERPRISE]}",
        [
            "update license/ada@contoso.com:SPB disabled_service_plans=('YAMMER_ENTERPRISE',)",
            "update license/eve@fabrikam.com:SPB disabled_service_plans=('YAMMER_ENTERPRISE',)",
        ],
    ),
    "protection": (
        "{displayName: Bob}",
        "{displayName: Bob, protect: true}",
        ["update user/bob@contoso.com protect=True"],
    ),
}


def written(root: Path, scope: Scope | None = None, base: str = "HEAD") -> Plan:
    return authored.make(Request(root, scope or Scope(), {}, bases=(base,))).plan


def words(row: Change) -> str:
    values = " ".join(f"{'/'.join(part.path)}={part.after}" for part in row.fields)
    units = f"{row.units:+}" if row.units else ""
    return " ".join(filter(None, (row.action, f"{row.address.kind}/{row.address.key}", values, units)))


@pytest.mark.parametrize(("old", "new", "rows"), EDITS.values(), ids=EDITS)
def test_what_was_written_is_told_as_rows(root: Path, old: str, new: str, rows: list[str]) -> None:
    edit(root, old, new)
    if "ada.l@" in new:
        edit(
            root,
            "customer: contoso\n",
            "customer: contoso\nmoved: [{user: {from: ada@contoso.com, to: ada.l@contoso.com}}]\n",
        )

    assert [words(row) for row in written(root).changes] == rows


def test_seats_cost_what_the_catalog_of_the_files_says(root: Path) -> None:
    edit(root, "seats: auto", "seats: 3")

    plan = written(root)

    assert (plan.units, plan.monthly) == (2, {"EUR": Money(Decimal("36.20"), "EUR")})
    assert plan.commitment["EUR"].amount == 0


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        pytest.param(ADA, "", 0, id="let go of"),
        pytest.param(
            f"users:\n{ADA}", "removed: [{user: ada@contoso.com, action: delete}]\nusers:\n", -1, id="deleted"
        ),
    ],
)
def test_a_seat_is_free_once_nobody_holds_it(root: Path, before: str, after: str, units: int) -> None:
    edit(root, "{displayName: Bob}", "{displayName: Bob, plans: [worker]}")
    commit(root)
    edit(root, before, after)

    assert written(root).units == units


def test_a_customer_whose_files_are_gone_is_let_go_of_in_rows(root: Path) -> None:
    (root / "desired-state" / "litware.yaml").unlink()

    plan = written(root)

    assert {row.action for row in plan.changes} == {"forget"}
    assert plan.scope.touched
    assert dict(plan.scope.touched.customers) == {"litware": "no file has it any more"}


def test_a_customer_that_is_only_observed_is_only_reported(root: Path) -> None:
    edit(root, "manage: {users: additive}", "manage: {users: observe}")
    commit(root)
    edit(root, "displayName: Bob", "displayName: Robert")

    plan = written(root)

    assert ([words(row) for row in plan.drift], plan.changes) == (
        ["update user/bob@contoso.com display_name=Robert"],
        (),
    )


def test_everybody_is_compared_where_everybody_is_concerned(root: Path) -> None:
    edit(root, "customersTouched: 5", "customersTouched: 6")
    edit(root, "displayName: Joe", "displayName: Joseph")

    assert [words(row) for row in written(root).changes] == ["update user/joe@litware.com display_name=Joseph"]


def test_a_part_can_be_asked_for(root: Path) -> None:
    edit(root, "displayName: Bob", "displayName: Robert")
    edit(root, "displayName: Joe", "displayName: Joseph")

    assert len(written(root, Scope(customers=("litware",))).changes) == 1
    assert len(written(root, Scope(targets=("contoso/user",))).changes) == 1


def test_it_is_no_plan_that_could_be_applied(root: Path) -> None:
    edit(root, "displayName: Bob", "displayName: Robert")

    made = authored.make(Request(root, Scope(), {}, bases=("HEAD",)))

    assert (made.plan.applyable, made.plan.scope.refresh) == (False, False)
    assert codec.loads(made.file("1.0")).plan.scope == made.plan.scope


@pytest.mark.parametrize(("bases", "said"), [((), "say since which one"), (("HEAD", "HEAD"), "once")], ids=str)
def test_it_needs_exactly_one_base(root: Path, bases: tuple[str, ...], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        authored.make(Request(root, Scope(), {}, bases=bases))


def test_a_base_whose_files_cannot_be_used_says_so(root: Path) -> None:
    wrong = root / "desired-state" / "wrong.yaml"
    wrong.write_text("customers: [\n", encoding="utf-8")
    base = commit(root)
    wrong.unlink()

    with pytest.raises(UsageError, match=f"What changed cannot be told: the files of {base[:12]} cannot be used"):
        written(root)


def test_mistakes_of_the_new_files_are_told_as_validate_tells_them(root: Path) -> None:
    edit(root, "plans: [expert]", "plans: [exprt]")

    with pytest.raises(DesiredStateError):
        written(root)


def test_a_customer_that_neither_version_has_is_refused_by_name(root: Path) -> None:
    with pytest.raises(UsageError, match='No customer "contosso" in the files of either commit'):
        written(root, Scope(customers=("contosso",)))


def test_nothing_of_the_other_version_runs_and_no_filter_of_git_takes_part(root: Path, tmp_path: Path) -> None:
    """A fork may commit attributes; a filter that the machine happens to have must not be run over its files."""
    git(root, "config", "filter.evil.smudge", f"touch {tmp_path}/ran; cat")
    (root / ".gitattributes").write_text("*.yaml filter=evil export-ignore\n", encoding="utf-8")
    commit(root)
    edit(root, "displayName: Bob", "displayName: Robert")

    assert len(written(root).changes) == 1
    assert not (tmp_path / "ran").exists()
