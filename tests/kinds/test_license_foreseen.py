"""What is told in the plan of licenses: mailboxes that would be lost, and products that exclude each other."""

from __future__ import annotations

from typing import Any

from kinds.builders import VISIO_ID, a_change, part
from kinds.licenses import ADA, E3, E3_ID, GROUP, SPB, VISIO, a_group, a_sku, an_e3, live
from reconciler.kinds import codes as kind_codes
from reconciler.kinds.entra.license import KIND
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.finding import Origin
from reconciler.model.resource import Desired, Live

JOINS, LEAVES = part(f"members:{ADA}", False, True), part(f"members:{ADA}", True, False)


class TestLastMailbox:
    def refused(
        self, *changes: Change, lives: list[Live[Any]], mailbox: str | None = None, stays: bool = True
    ) -> set[str]:
        person = UserSpec.model_validate({"user_principal_name": ADA, "mailbox": mailbox})
        owner: Desired[Any] = Desired(Address("contoso", "user", ADA), person, frozenset(), Origin("x"))
        found = {one.address: one for one in (*lives, a_sku(), a_sku("VISIOCLIENT", VISIO_ID))}
        refusals = list(KIND.foreseen(changes, found, {owner.address: owner} if stays else {}))
        assert {finding.code for _, _, finding in refusals} <= {codes.LAST_MAILBOX_PLAN}
        return {change.address.key for change, _, _ in refusals}

    def test_the_last_license_with_a_mailbox_stays_without_consent(self) -> None:
        change = a_change("license", SPB, Action.UNASSIGN, live=live())

        assert self.refused(change, lives=[live()]) == {SPB}

    def test_consent_in_the_entry_lets_it_go(self) -> None:
        change = a_change("license", SPB, Action.UNASSIGN, live=live())

        assert self.refused(change, lives=[live()], mailbox="expire") == set()

    def test_a_license_without_a_mailbox_may_go(self) -> None:
        visio = live(VISIO, VISIO_ID)

        assert self.refused(a_change("license", VISIO, Action.UNASSIGN, live=visio), lives=[visio]) == set()

    def test_a_mailbox_from_a_group_is_enough(self) -> None:
        change = a_change("license", SPB, Action.UNASSIGN, live=live())

        assert self.refused(change, lives=[live(), live(f"{SPB}@groups", groups=(GROUP,))]) == set()

    def test_the_last_mailbox_is_not_lost_by_leaving_a_group_either(self) -> None:
        leaving = a_change("group", "sales", Action.UPDATE, LEAVES, remote_id=GROUP)
        lives = [a_group(ADA), live(f"{SPB}@groups", groups=(GROUP,))]

        assert self.refused(leaving, lives=lives) == {"sales"}
        assert self.refused(leaving, lives=lives, mailbox="expire") == set()
        assert self.refused(leaving, lives=[*lives, live()]) == set(), "her own stays"

    def test_a_group_that_is_joined_in_the_same_plan_keeps_the_mailbox(self) -> None:
        loss = a_change("license", SPB, Action.UNASSIGN, live=live())
        joining = a_change("group", "sales", Action.UPDATE, JOINS, remote_id=GROUP)

        assert self.refused(loss, joining, lives=[live(), a_group()]) == set()

    def test_the_last_mailbox_that_comes_back_with_a_restored_user_stays(self) -> None:
        back = live()._replace(deleted=True)
        change = a_change("license", SPB, Action.UNASSIGN, live=back)

        assert self.refused(change, a_change("user", ADA, Action.RESTORE), lives=[back]) == {SPB}

    def test_a_mailbox_that_the_same_plan_gives_is_enough(self) -> None:
        other = live(VISIO, VISIO_ID)
        gain = Desired(Address("contoso", "license", SPB), live().spec, frozenset(), Origin("x"))
        changes = (
            a_change("license", VISIO, Action.UNASSIGN, live=other),
            a_change("license", SPB, Action.CREATE, desired=gain),
        )

        assert self.refused(*changes, lives=[other]) == set()

    def test_somebody_who_leaves_needs_no_consent(self) -> None:
        change = a_change("license", SPB, Action.UNASSIGN, live=live())

        assert self.refused(change, lives=[live()], stays=False) == set()


class TestExclusion:
    """Business Premium and E3 bring two plans of Exchange of which one person may have one (graph.md 7.3 rule 7)."""

    def refused(self, *changes: Change, lives: list[Live[Any]]) -> list[str]:
        found = {one.address: one for one in (*lives, a_sku(), an_e3())}
        foreseen = list(KIND.foreseen(changes, found, {}))
        assert {finding.code for _, _, finding in foreseen} <= {kind_codes.EXCLUSIVE_PRODUCTS}
        return [f"{change.address.kind}/{change.address.key}" for change, _, _ in foreseen]

    def gain(self, off: frozenset[str] = frozenset()) -> Change:
        wanted = Desired(Address("contoso", "license", SPB), live(off=off).spec, frozenset(), Origin("x"))
        return a_change("license", SPB, Action.CREATE, desired=wanted)

    def test_a_product_beside_one_that_nobody_manages_is_refused(self) -> None:
        assert self.refused(self.gain(), lives=[live(E3, E3_ID)]) == [f"license/{SPB}"]

    def test_a_product_beside_one_that_a_group_gives_is_refused(self) -> None:
        given = live(f"{E3}@groups", E3_ID, groups=("makers",))

        assert self.refused(self.gain(), lives=[given]) == [f"license/{SPB}"]

    def test_who_joins_a_group_of_a_product_that_excludes_theirs_is_refused(self) -> None:
        joining = a_change("group", "sales", Action.UPDATE, JOINS, remote_id=GROUP)

        assert self.refused(joining, lives=[a_group(), live(E3, E3_ID)]) == ["group/sales"]

    def test_a_swap_is_judged_on_its_result(self) -> None:
        loss = a_change("license", E3, Action.UNASSIGN, live=live(E3, E3_ID))

        assert self.refused(self.gain(), loss, lives=[live(E3, E3_ID)]) == []

    def test_with_the_plan_switched_off_both_stand_together(self) -> None:
        off = frozenset({"EXCHANGE_S_STANDARD"})

        assert self.refused(self.gain(off), lives=[live(E3, E3_ID)]) == []

    def test_switching_the_plan_on_is_refused(self) -> None:
        off = frozenset({"EXCHANGE_S_STANDARD"})
        on = part("disabled_service_plans", tuple(off), ())
        change = a_change("license", SPB, Action.UPDATE, on, live=live(off=off))

        assert self.refused(change, lives=[live(off=off), live(E3, E3_ID)]) == [f"license/{SPB}"]

    def test_a_product_beside_one_that_comes_back_with_a_restored_user_is_refused(self) -> None:
        restore = a_change("user", ADA, Action.RESTORE)
        back = live(E3, E3_ID)._replace(deleted=True)

        assert self.refused(self.gain(), restore, lives=[back]) == [f"license/{SPB}"]
        assert self.refused(self.gain(), lives=[back]) == [], "who stays in the bin"

    def test_what_comes_back_and_is_taken_away_at_once_stands_in_nobodys_way(self) -> None:
        restore, back = a_change("user", ADA, Action.RESTORE), live(E3, E3_ID)._replace(deleted=True)
        loss = a_change("license", E3, Action.UNASSIGN, live=back)

        assert self.refused(self.gain(), restore, loss, lives=[back]) == []

    def test_what_comes_back_with_other_plans_is_judged_by_those_of_the_files(self) -> None:
        restore = a_change("user", ADA, Action.RESTORE)
        back = [one._replace(deleted=True) for one in (live(), live(E3, E3_ID))]
        off = frozenset({"EXCHANGE_S_STANDARD"})

        assert self.refused(self.gain(off), restore, lives=back) == []

    def test_what_stands_together_already_is_not_held_against_another_change(self) -> None:
        joining = a_change("group", "sales", Action.UPDATE, JOINS, remote_id=GROUP)

        assert self.refused(joining, lives=[a_group(), live(), live(E3, E3_ID)]) == []
