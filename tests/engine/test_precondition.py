"""Whether a row may still be performed on what is there now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine import precondition
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.event import Status
from reconciler.model.finding import Origin
from reconciler.model.resource import Desired, Live
from reconciler.model.spec import Spec

ADA = Address("contoso", "user", "ada")


class Person(Spec):
    """Somebody."""

    title: str | None = None


def row(action: Action) -> Change:
    fields = (FieldChange(("title",), "cook", "boss"),) if action in (Action.UPDATE, Action.CREATE) else ()
    desired = Desired(ADA, Person(title="boss"), frozenset({"title"}), Origin("users.yaml"))
    return Change(ADA, action, Reason.DECLARED, Cause.CONFIG, fields, desired=desired)


def there(title: str, *, deleted: bool = False) -> Live[Spec]:
    return Live(ADA, "id-1", Person(title=title), deleted=deleted)


@pytest.mark.parametrize(
    ("action", "live", "expected"),
    [
        (Action.UPDATE, there("cook"), None),
        (Action.UPDATE, there("boss"), Status.ALREADY_DONE),
        (Action.UPDATE, there("waiter"), Status.STALE),
        (Action.UPDATE, None, Status.STALE),
        (Action.UPDATE, there("cook", deleted=True), Status.STALE),
        (Action.CREATE, None, None),
        (Action.CREATE, there("boss"), Status.ALREADY_DONE),
        (Action.CREATE, there("cook"), Status.STALE),
        (Action.CREATE, there("boss", deleted=True), Status.STALE),
        (Action.RESTORE, there("cook", deleted=True), None),
        (Action.RESTORE, there("cook"), Status.ALREADY_DONE),
        (Action.RESTORE, None, Status.STALE),
        (Action.UNASSIGN, None, Status.ALREADY_DONE),
        (Action.DELETE, there("cook", deleted=True), Status.ALREADY_DONE),
        (Action.DELETE, there("cook"), None),
        (Action.FORGET, None, None),
        (Action.HANDOVER, None, None),
    ],
)
def test_a_row_runs_only_on_what_it_was_planned_for(action: Action, live: Live[Spec] | None, expected: Status) -> None:
    verdict = precondition.check(row(action), live)

    assert (verdict.status if verdict else None) == expected


@pytest.mark.parametrize(
    ("action", "live", "expected"),
    [
        (Action.UNASSIGN, None, None),
        (Action.UNASSIGN, there("cook"), None),
        (Action.CREATE, None, None),
        (Action.CREATE, there("cook"), None),
        (Action.CREATE, there("boss"), Status.ALREADY_DONE),
        (Action.CREATE, there("waiter"), Status.STALE),
    ],
)
def test_what_comes_back_with_its_owner_is_not_judged_by_its_absence(
    action: Action, live: Live[Spec] | None, expected: Status
) -> None:
    """The reading may be older than the restore of this run; and it comes back as it was when it was deleted."""
    verdict = precondition.check(replace(row(action), live=there("cook", deleted=True)), live)

    assert (verdict.status if verdict else None) == expected


def test_an_element_that_comes_back_with_a_restored_person_is_taken_away_unseen() -> None:
    class Team(Spec):
        """People together."""

        members: frozenset[str] = frozenset()

    out = FieldChange(("members", "ada"), before=True, after=False)
    change = replace(row(Action.UPDATE), fields=(out,))
    without, inside = Live(ADA, "id-1", Team()), Live(ADA, "id-1", Team(members=frozenset({"ada"})))

    assert precondition.check(replace(change, live=without), without) is None
    assert precondition.check(replace(change, live=inside), without) == precondition.ALREADY


def test_restoring_what_somebody_restored_with_other_values_is_stale() -> None:
    change = row(Action.UPDATE)
    restoring = Change(ADA, Action.RESTORE, Reason.DECLARED, Cause.CONFIG, change.fields, desired=change.desired)

    verdict = precondition.check(restoring, there("waiter"))

    assert verdict is not None
    assert verdict.status is Status.STALE
