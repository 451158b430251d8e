"""What the directory refuses of groups each time it is asked, told in the plan (graph.md 6)."""

from __future__ import annotations

from typing import Any

import pytest

from kinds.builders import a_change, part
from kinds.groups import SALES_ID, a_live
from reconciler.kinds.entra.group import KIND
from reconciler.model.change import Action, Change
from reconciler.model.resource import Guard


class TestForeseen:
    def refused(self, *changes: Change) -> list[tuple[str, list[str]]]:
        return [
            (finding.code.id, [".".join(field.path) for field in fields])
            for _, fields, finding in KIND.foreseen(changes, {}, {})
        ]

    def update(self, *fields: Any, owners: tuple[str, ...] = (), everybody: int = 0) -> Change:
        live = a_live(licenses={}, owners=owners, everybody=everybody)
        return a_change("group", "sales", Action.UPDATE, *fields, remote_id=SALES_ID, live=live)

    def test_the_last_owner_who_is_a_user_stays(self) -> None:
        gone = part("owners:ada", True, False)

        assert self.refused(self.update(gone, part("description", None, "x"), owners=("ada",), everybody=2)) == [
            ("RC255", ["owners.ada"])
        ]
        assert self.refused(self.update(gone, owners=("ada", "bo"), everybody=2)) == []

    def test_all_owners_together_cannot_go(self) -> None:
        fields = [part("owners:ada", True, False), part("owners:bo", True, False)]

        assert self.refused(self.update(*fields, owners=("ada", "bo"))) == [("RC255", ["owners.ada", "owners.bo"])]

    def test_an_owner_may_go_where_another_row_of_the_group_puts_somebody_in(self) -> None:
        gone = self.update(part("owners:ada", True, False), owners=("ada",), everybody=1)
        come = self.update(part("owners:bo", False, True), owners=("ada",), everybody=1)

        assert self.refused(gone, come) == []

    @pytest.mark.parametrize(("everybody", "refused"), [(99, []), (100, [("RC252", ["owners.bo"])])])
    def test_a_group_has_at_most_a_hundred_owners_of_any_sort(
        self, everybody: int, refused: list[tuple[str, list[str]]]
    ) -> None:
        change = self.update(part("owners:bo", False, True), owners=("ada",), everybody=everybody)

        assert self.refused(change) == refused

    @pytest.mark.parametrize(
        ("before", "after", "refused"),
        [("Public", "HiddenMembership", True), ("HiddenMembership", "Private", True), ("Public", "Private", False)],
    )
    def test_hidden_membership_is_fixed_when_the_group_is_made(self, before: str, after: str, *, refused: bool) -> None:
        found = self.refused(self.update(part("visibility", before, after), owners=("ada",)))

        assert found == ([("RC253", ["visibility"])] if refused else [])

    @pytest.mark.parametrize(
        ("licenses", "guard", "code"),
        [
            ({"SPB": frozenset()}, None, "RC251"),
            ({}, Guard("Exchange manages it"), "RC247"),
            ({}, Guard("a rule decides", frozenset({"members"})), None),
            ({}, None, None),
        ],
        ids=["it hands out licenses", "Exchange keeps it", "dynamic", "plain"],
    )
    def test_a_group_that_cannot_be_deleted_is_told_of(
        self, licenses: dict[str, frozenset[str]], guard: Guard | None, code: str | None
    ) -> None:
        live = a_live(licenses=licenses)._replace(guard=guard)
        change = a_change("group", "sales", Action.DELETE, remote_id=SALES_ID, live=live)

        assert [finding.code.id for _, finding in KIND.refusals((change,), {}, {})] == ([code] if code else [])
