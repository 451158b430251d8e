"""Licenses read from the users' listing and written in one call a person; answers as graph.md 7 shows them."""

from __future__ import annotations

from typing import Any

import pytest

from kinds.builders import (
    ADA_ID,
    EXCHANGE_ID,
    SPB_ID,
    VISIO_ID,
    YAMMER_ID,
    a_change,
    a_sku_row,
    a_state,
    a_user_row,
    part,
    performing,
)
from kinds.licenses import ADA, GROUP, SPB, VISIO, a_group, a_sku, an_e3, live
from kinds.vendor import Vendor, at, read, refusal, rows
from reconciler.kinds import codes as kind_codes
from reconciler.kinds.entra import sku
from reconciler.kinds.entra.license import KIND
from reconciler.kinds.entra.license_spec import LicenseFacts, LicenseSpec
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.kinds.partner.subscription_wire import SubscriptionFacts
from reconciler.model.address import Address
from reconciler.model.change import Action, Change
from reconciler.model.errors import CloudError, NotYetVisible, Rejected
from reconciler.model.finding import Origin
from reconciler.model.kind import Interest
from reconciler.model.resource import Desired, Live
from reconciler.model.seats import Standing

SHAREPOINT_ID, WAC_ID = "c7699d2e-19aa-44de-8edf-1736da088ca1", "e95bec33-7c88-4a70-8e19-b10bd9d0c014"
CALL = f"POST /users/{ADA_ID}/assignLicense"
EXCLUDED = f"License assignment failed because service plans {EXCHANGE_ID},x are mutually exclusive"
FULL = "Subscription with SKU cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46 does not have any available licenses."


def a_tenant(*states: dict[str, Any], **user: Any) -> Vendor:
    skus = rows(a_sku_row(), a_sku_row("VISIOCLIENT", VISIO_ID))
    users = rows(a_user_row(licenseAssignmentStates=list(states), **user))
    return Vendor({"GET /users": users, "GET /subscribedSkus": skus, CALL: (200, {"id": ADA_ID})})


def with_sharepoint(state: dict[str, Any]) -> Vendor:
    """The same with a product that has Office for the web, which needs SharePoint."""
    names = {"SHAREPOINTSTANDARD": SHAREPOINT_ID, "SHAREPOINTWAC": WAC_ID, "YAMMER_ENTERPRISE": YAMMER_ID}
    plans = [{"servicePlanName": name, "servicePlanId": plan_id} for name, plan_id in names.items()]
    vendor = a_tenant(state)
    vendor.routes["GET /subscribedSkus"] = rows(a_sku_row(servicePlans=plans))
    return vendor


def facts(found: Live[Any]) -> LicenseFacts:
    assert isinstance(found.facts, LicenseFacts)
    return found.facts


def perform(vendor: Vendor, *changes: Change, lives: tuple[Live[Any], ...] = ()) -> dict[Address, str]:
    context = performing(*lives, ids={f"contoso/user/{ADA}": ADA_ID})
    return at(vendor, lambda session: KIND.perform(session, changes, context))


class TestReading:
    def test_a_direct_license_is_keyed_by_person_and_part_number(self) -> None:
        lives = read(KIND, a_tenant(a_state(disabledPlans=[YAMMER_ID])))

        assert list(lives) == [SPB]
        assert lives[SPB].spec == LicenseSpec(
            user=ADA, sku="SPB", disabled_service_plans=frozenset({"YAMMER_ENTERPRISE"})
        )
        assert (lives[SPB].guard, lives[SPB].remote_id) == (None, f"{ADA_ID}_{SPB_ID}")

    def test_a_service_plan_that_the_sku_has_lost_is_no_difference(self) -> None:
        gone = "AAAA0000-0000-4000-8000-000000000000"

        spec = read(KIND, a_tenant(a_state(disabledPlans=[gone, YAMMER_ID])))[SPB].spec

        assert spec.disabled_service_plans == {"YAMMER_ENTERPRISE"}

    def test_the_service_plans_of_a_sku_that_is_not_listed_are_shown_by_id(self) -> None:
        unlisted = "bbbb0000-0000-4000-8000-000000000000"

        spec = read(KIND, a_tenant(a_state(unlisted, disabledPlans=[YAMMER_ID])))[f"{ADA}:{unlisted}"].spec

        assert spec.disabled_service_plans == {YAMMER_ID}

    @pytest.mark.parametrize(
        ("meant", "shown"),
        [
            ({"SHAREPOINTSTANDARD"}, {"SHAREPOINTSTANDARD"}),
            ({"SHAREPOINTSTANDARD", "SHAREPOINTWAC"}, {"SHAREPOINTSTANDARD", "SHAREPOINTWAC"}),
            ({"SHAREPOINTSTANDARD", "YAMMER_ENTERPRISE"}, {"SHAREPOINTSTANDARD"}),
            ({"YAMMER_ENTERPRISE"}, {"SHAREPOINTSTANDARD", "SHAREPOINTWAC"}),
            (set(), {"SHAREPOINTSTANDARD", "SHAREPOINTWAC"}),
        ],
        ids=["what it needs", "both", "what it needs and more", "something else", "nothing"],
    )
    def test_what_follows_from_what_the_files_switch_off_is_no_difference(
        self, meant: set[str], shown: set[str]
    ) -> None:
        wanted = Interest(meant={(SPB, "disabled_service_plans"): frozenset(meant)})

        found = read(KIND, with_sharepoint(a_state(disabledPlans=[SHAREPOINT_ID, WAC_ID])), wanted)[SPB]

        assert found.spec.disabled_service_plans == shown
        assert facts(found).dragged == {"SHAREPOINTSTANDARD", "SHAREPOINTWAC"} - shown

    def test_a_license_of_a_group_stands_apart_and_is_guarded(self) -> None:
        lives = read(KIND, a_tenant(a_state(group=GROUP)))

        assert list(lives) == [f"{SPB}@groups"]
        guard = lives[f"{SPB}@groups"].guard
        assert guard is not None
        assert guard.reason == f"inherited from group {GROUP}"

    def test_one_sku_held_directly_and_from_a_group_is_two_licenses_of_one_seat(self) -> None:
        lives = read(KIND, a_tenant(a_state(), a_state(group=GROUP)))

        assert sorted(lives) == [SPB, f"{SPB}@groups"]
        assert [KIND.given_by(lives[key]) for key in sorted(lives)] == [None, {GROUP: Standing.WORKS}]
        assert {KIND.draws(one.spec) for one in lives.values()} == {"SPB"}

    @pytest.mark.parametrize(
        ("state", "error", "standing"),
        [
            ("Active", "None", Standing.WORKS),
            ("ActiveWithError", "Other", Standing.WORKS),
            ("Error", "CountViolation", Standing.SHORT),
            ("Error", "MutuallyExclusiveViolation", Standing.REFUSED),
            ("Error", "Other", Standing.REFUSED),
        ],
    )
    def test_what_a_group_gives_works_or_lacks_a_seat_or_is_refused(
        self, state: str, error: str, standing: Standing
    ) -> None:
        given = read(KIND, a_tenant(a_state(group=GROUP, state=state, error=error)))[f"{SPB}@groups"]

        assert KIND.given_by(given) == {GROUP: standing}
        assert bool(KIND.retried(given)) is (standing is Standing.SHORT)

    def test_what_a_group_keeps_off_because_another_sku_lacks_a_seat_lacks_one_too(self) -> None:
        """One failing SKU keeps the group's others off that person (graph.md 7.5)."""
        states = (
            a_state(group=GROUP, state="Error", error="CountViolation"),
            a_state(VISIO_ID, group=GROUP, state="Error", error="Other"),
            a_state("aaaa0000-0000-4000-8000-000000000000", group="another", state="Error", error="Other"),
        )

        given = [KIND.given_by(live) for live in read(KIND, a_tenant(*states)).values()]

        assert given == [{GROUP: Standing.SHORT}, {GROUP: Standing.SHORT}, {"another": Standing.REFUSED}]

    @pytest.mark.parametrize(
        ("state", "holds"), [("Active", True), ("ActiveWithError", True), ("Error", False), ("Disabled", False)]
    )
    def test_a_license_in_error_holds_no_seat(self, state: str, *, holds: bool) -> None:
        lives = read(KIND, a_tenant(a_state(group=GROUP, state=state, error="CountViolation")))

        assert KIND.holds(lives[f"{SPB}@groups"]) is holds
        assert facts(lives[f"{SPB}@groups"]).errors == {"CountViolation"}

    def test_licenses_of_guests_are_never_ours(self) -> None:
        guard = read(KIND, a_tenant(a_state(), userType="Guest"))[SPB].guard

        assert guard is not None
        assert guard.reason == "the user is a guest"

    def test_a_sku_that_the_tenant_lists_no_more_is_keyed_by_its_id(self) -> None:
        gone = "aaaa0000-0000-4000-8000-000000000000"

        assert list(read(KIND, a_tenant(a_state(gone)))) == [f"{ADA}:{gone}"]


class TestRules:
    def test_products_whose_service_plans_exclude_each_other_are_known(self) -> None:
        lives = {one.address: one for one in (a_sku(), a_sku("VISIOCLIENT", VISIO_ID), an_e3())}

        assert [KIND.excludes(pool, lives) for pool in ("SPB", "VISIOCLIENT", "SPE_E3")] == [{"SPE_E3"}, set(), {"SPB"}]

    def test_what_disappears_from_the_files_is_unassigned(self) -> None:
        assert KIND.on_removal(live()) is Action.UNASSIGN

    def test_all_changes_of_one_person_are_one_request(self) -> None:
        assert KIND.fold(a_change("license", SPB, Action.CREATE)) == KIND.fold(
            a_change("license", VISIO, Action.UNASSIGN)
        )

    def test_a_key_is_normalized_in_both_parts(self) -> None:
        assert KIND.normalize("Ada@Contoso.com:spb") == SPB

    def test_a_service_plan_that_the_sku_does_not_have_is_a_mistake_with_the_nearest_name(self) -> None:
        desired = Desired(
            Address("contoso", "license", SPB),
            live(off=frozenset({"YAMMER_ENTERPRIS", "YAMMER_ENTERPRISE"})).spec,
            frozenset(),
            Origin("x"),
        )
        held = a_sku()

        found = list(KIND.mistakes(desired, {held.address: held}))

        assert [(finding.code.id, "YAMMER_ENTERPRISE" in finding.detail) for finding in found] == [("RC249", True)]
        assert list(KIND.mistakes(desired, {})) == [], "what was not read is not judged"


class TestUsageLocation:
    def refused(self, location: str | None, *others: Change) -> list[str]:
        person = UserSpec(user_principal_name=ADA).model_copy(update={"usage_location": location})
        owner: Live[Any] = Live(Address("contoso", "user", ADA), ADA_ID, person)
        changes = (a_change("license", SPB, Action.CREATE), *others)
        return [gate.code.id for _, gate in KIND.refusals(changes, {owner.address: owner}, {})]

    def test_a_license_for_somebody_without_a_usage_location_is_refused(self) -> None:
        assert self.refused(None) == [kind_codes.NO_USAGE_LOCATION.id]

    def test_a_usage_location_that_another_row_writes_is_enough(self) -> None:
        assert self.refused(None, a_change("user", ADA, Action.UPDATE, part("usage_location", None, "DE"))) == []

    def test_somebody_with_a_usage_location_gets_the_license(self) -> None:
        assert self.refused("DE") == []


class TestWriting:
    def test_a_swap_is_one_call_that_adds_and_removes(self) -> None:
        vendor = a_tenant()
        gain = a_change("license", SPB, Action.CREATE, part("disabled_service_plans", None, ("YAMMER_ENTERPRISE",)))
        loss = a_change("license", VISIO, Action.UNASSIGN, live=live(VISIO, VISIO_ID))

        made = perform(vendor, gain, loss)

        add = {"skuId": SPB_ID, "disabledPlans": [YAMMER_ID]}
        assert vendor.wrote == [(CALL, {"addLicenses": [add], "removeLicenses": [VISIO_ID]})]
        assert made == {gain.address: f"{ADA_ID}_{SPB_ID}"}

    def test_service_plans_that_a_row_does_not_speak_of_stay_switched_off(self) -> None:
        """The service replaces the whole list whenever a SKU is mentioned."""
        vendor = a_tenant()
        change = a_change("license", SPB, Action.UPDATE, live=live(off=frozenset({"YAMMER_ENTERPRISE"})))

        perform(vendor, change)

        add = {"skuId": SPB_ID, "disabledPlans": [YAMMER_ID]}
        assert vendor.wrote == [(CALL, {"addLicenses": [add], "removeLicenses": []})]

    def test_changed_service_plans_replace_those_of_the_license(self) -> None:
        vendor = a_tenant()
        off = ("EXCHANGE_S_STANDARD", "YAMMER_ENTERPRISE")
        change = a_change("license", SPB, Action.UPDATE, part("disabled_service_plans", (), off), live=live())

        perform(vendor, change)

        add = {"skuId": SPB_ID, "disabledPlans": [YAMMER_ID, EXCHANGE_ID]}
        assert vendor.wrote == [(CALL, {"addLicenses": [add], "removeLicenses": []})]

    def test_what_follows_from_what_is_switched_off_stays_off_in_the_request(self) -> None:
        off, held = frozenset({"SHAREPOINTSTANDARD"}), live(off=frozenset(), dragged=frozenset({"SHAREPOINTWAC"}))
        vendor = with_sharepoint(a_state(disabledPlans=[WAC_ID]))

        switched = part("disabled_service_plans", (), tuple(off))
        perform(vendor, a_change("license", SPB, Action.UPDATE, switched, live=held))

        assert vendor.wrote[0][1]["addLicenses"][0]["disabledPlans"] == sorted([SHAREPOINT_ID, WAC_ID])

    def test_a_service_plan_that_the_sku_does_not_have_is_refused_before_anything_is_sent(self) -> None:
        vendor = a_tenant()
        change = a_change("license", SPB, Action.CREATE, part("disabled_service_plans", None, ("YAMMER",)))

        with pytest.raises(Rejected, match="no service plan YAMMER"):
            perform(vendor, change)
        assert vendor.wrote == []

    def test_a_sku_that_the_directory_does_not_list_yet_is_waited_for(self) -> None:
        vendor = a_tenant()

        with pytest.raises(NotYetVisible):
            perform(vendor, a_change("license", f"{ADA}:SPE_E3", Action.CREATE))
        assert len([path for path in vendor.asked if path == sku.PATH]) == 2

    @pytest.mark.parametrize(
        ("enabled", "consumed", "bought", "error"),
        [
            (10, 10, 10, Rejected),
            (10, 9, 10, NotYetVisible),
            (10, 10, 12, NotYetVisible),
        ],
        ids=["pool is full", "directory shows a free seat", "more were bought than it counts"],
    )
    def test_a_refusal_for_want_of_seats_is_temporary_while_seats_are_on_their_way(
        self, enabled: int, consumed: int, bought: int, error: type[CloudError]
    ) -> None:
        vendor = a_tenant()
        vendor.routes["GET /subscribedSkus"] = rows(a_sku_row(enabled=enabled, consumed=consumed))
        vendor.routes[CALL] = refusal(FULL)
        spec = SubscriptionSpec(sku="SPB", quantity=bought)
        active = SubscriptionFacts("active", active=True, commerce_id="s")
        pool: Live[Any] = Live(Address("contoso", "subscription", "s"), "s", spec, facts=active)

        with pytest.raises(CloudError) as caught:
            perform(vendor, a_change("license", SPB, Action.CREATE), lives=(pool,))
        assert type(caught.value) is error

    def test_a_removal_of_what_is_gone_does_not_stop_the_rest(self) -> None:
        bodies: list[Any] = []

        def answer(body: Any) -> tuple[int, Any]:
            bodies.append(body)
            return refusal("User does not have a corresponding license.") if len(bodies) == 1 else (200, {"id": ADA_ID})

        vendor = a_tenant()
        vendor.routes[CALL] = answer
        vendor.routes[f"GET /users/{ADA_ID}"] = (200, {"licenseAssignmentStates": [a_state(VISIO_ID, group=GROUP)]})
        gain = a_change("license", SPB, Action.CREATE)
        loss = a_change("license", VISIO, Action.UNASSIGN, live=live(VISIO, VISIO_ID))

        perform(vendor, gain, loss)

        assert bodies[1] == {"addLicenses": [{"skuId": SPB_ID, "disabledPlans": []}], "removeLicenses": []}

    def test_a_removal_of_what_is_gone_is_done(self) -> None:
        vendor = a_tenant()
        vendor.routes[CALL] = refusal("User does not have a corresponding license.")
        vendor.routes[f"GET /users/{ADA_ID}"] = (200, {"licenseAssignmentStates": []})

        perform(vendor, a_change("license", SPB, Action.UNASSIGN, live=live()))

        assert len(vendor.wrote) == 1

    def waits(self, message: str, change: Change, *lives: Live[Any]) -> bool:
        vendor = a_tenant()
        vendor.routes["GET /subscribedSkus"] = rows(a_sku_row(enabled=1, consumed=1))
        vendor.routes[CALL] = refusal(message)
        with pytest.raises(CloudError) as caught:
            perform(vendor, change, lives=lives)
        return isinstance(caught.value, NotYetVisible)

    @pytest.mark.parametrize("message", [FULL, EXCLUDED], ids=["no seat", "excluded"])
    def test_a_seat_of_somebody_who_leaves_a_group_in_this_run_is_waited_for(self, message: str) -> None:
        """The directory takes the license from a former member later (graph.md 7.5)."""
        needs = (Address("contoso", "group", "sales"),)

        assert self.waits(message, a_change("license", SPB, Action.CREATE, depends_on=needs))
        assert not self.waits(message, a_change("license", SPB, Action.CREATE))

    def test_a_seat_of_somebody_who_left_a_group_in_an_earlier_run_is_waited_for(self) -> None:
        bo = live("bo@contoso.com:SPB@groups", groups=(GROUP,))

        assert self.waits(FULL, a_change("license", SPB, Action.CREATE), bo, a_group())
        assert not self.waits(FULL, a_change("license", SPB, Action.CREATE), bo, a_group("bo@contoso.com"))

    def test_what_a_group_could_not_give_is_asked_for_again(self) -> None:
        again = f"POST /users/{ADA_ID}/reprocessLicenseAssignment"
        vendor = a_tenant()
        vendor.routes[again] = (200, {"id": ADA_ID})
        short = live(f"{SPB}@groups", working=False, short=(GROUP,))

        perform(vendor, a_change("license", f"{SPB}@groups", Action.UPDATE, live=short))

        assert [asked for asked, _ in vendor.wrote] == [again]

    def test_a_refusal_names_products_and_service_plans_instead_of_their_ids(self) -> None:
        vendor = a_tenant()
        depends = (
            f"License assignment failed because service plan {YAMMER_ID} depends on the service plan(s) {VISIO_ID}"
        )
        vendor.routes[CALL] = refusal(depends)

        with pytest.raises(
            Rejected, match=r"service plan YAMMER_ENTERPRISE depends on the service plan\(s\) VISIOCLIENT"
        ):
            perform(vendor, a_change("license", SPB, Action.CREATE))

    def test_another_refusal_is_final(self) -> None:
        vendor = a_tenant()
        vendor.routes[CALL] = refusal("License assignment cannot be done for user with invalid usage location.")

        with pytest.raises(Rejected) as caught:
            perform(vendor, a_change("license", SPB, Action.CREATE))
        assert caught.value.exchange.code == "InvalidUsageLocation"
