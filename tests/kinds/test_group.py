"""Groups from the files, from Graph and back; answers as graph.md 4.1, 6 and 15 show them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pydantic
import pytest

from kinds.builders import (
    ADA_ID,
    BO_ID,
    SPB_ID,
    YAMMER_ID,
    a_change,
    a_sku_row,
    a_user_row,
    context,
    declared,
    entry,
    findings,
    part,
    performing,
    resources,
)
from kinds.groups import SALES_ID, a_live, members, perform
from kinds.vendor import Vendor, at, read, refusal, rows
from reconciler.kinds import codes
from reconciler.kinds.entra.group import KIND
from reconciler.kinds.entra.group_spec import GroupEntry
from reconciler.kinds.entra.group_wire import GroupFacts
from reconciler.model.change import Action
from reconciler.model.errors import CloudError, Conflict, Rejected
from reconciler.model.kind import Interest
from reconciler.model.resource import Desired
from reconciler.model.seats import Handout
from reconciler.model.template import Mode

Elements = Mapping[tuple[str, str], frozenset[str]]
DELETED = "GET /directory/deletedItems/microsoft.graph.group"
MEMBERS = f"/groups/{SALES_ID}/members"
NAMED = Interest(keys=frozenset({"sales"}), elements={("sales", "members"): frozenset()})
EXISTS = "One or more added object references already exist for the following modified properties: 'members'."
MISSING = "One or more removed object references do not exist for the following modified properties: 'members'."


def a_row(nickname: str = "Sales", group_id: str = SALES_ID, **more: Any) -> dict[str, Any]:
    return {
        "id": group_id,
        "displayName": "Sales",
        "description": None,
        "mailNickname": nickname,
        "groupTypes": [],
        "mailEnabled": False,
        "securityEnabled": True,
        "visibility": None,
        "isAssignableToRole": None,
        "onPremisesSyncEnabled": None,
        **more,
    }


def a_tenant(*groups: dict[str, Any], **routes: Any) -> Vendor:
    users = rows(a_user_row(), a_user_row("bo@contoso.com", BO_ID))
    vendor = Vendor({"GET /groups": rows(*groups), DELETED: rows(), "GET /users": users, f"GET {MEMBERS}": rows()})
    vendor.routes.update(routes)
    return vendor


def declare(**document: Any) -> Desired[Any]:
    return resources(declared(KIND, entry(KIND, "Sales", **document)))["contoso/group/sales"]


class TestDeclaring:
    def test_only_what_is_written_is_managed(self) -> None:
        group = declare(displayName="Sales", members=["Ada@Contoso.com"], owners=[])

        assert group.managed == {"mail_nickname", "display_name", "members", "owners"}
        assert (group.spec.members, group.spec.owners) == ({"ada@contoso.com"}, frozenset())

    def test_the_mode_of_the_members_and_the_id_are_carried_and_never_managed(self) -> None:
        group = declare(mode="authoritative", id=SALES_ID.upper())

        assert group.managed == {"mail_nickname"}
        assert KIND.element_mode(group) is Mode.AUTHORITATIVE
        assert group.spec.id == SALES_ID

    def test_null_means_no_members(self) -> None:
        assert declare(members=None).managed == {"mail_nickname", "members"}

    @pytest.mark.parametrize("key", ["all staff", "vertrieb@contoso", "größe", "x" * 65])
    def test_what_cannot_be_a_mail_nickname_is_a_finding(self, key: str) -> None:
        (finding,) = findings(declared(KIND, entry(KIND, key)))

        assert finding.code is codes.UNUSABLE_NAME

    @pytest.mark.parametrize(
        "document", [{"type": "distribution"}, {"displayName": None}, {"mode": "observe"}, {"dynamic": True}], ids=str
    )
    def test_an_entry_that_cannot_be_meant_is_refused(self, document: dict[str, Any]) -> None:
        with pytest.raises(pydantic.ValidationError):
            GroupEntry.model_validate(document)

    def test_a_new_group_is_a_security_group_with_its_nickname_as_name(self) -> None:
        made = KIND.on_create(declare(mode="additive"), context().defaults)

        assert (made.type, made.display_name, made.mode) == ("security", "sales", None)


class TestReading:
    def test_members_are_read_only_of_groups_that_are_named(self) -> None:
        vendor = a_tenant(a_row(), a_row("Other", "x"), **{f"GET {MEMBERS}": rows({"id": ADA_ID}, {"id": BO_ID})})

        lives = read(KIND, vendor, NAMED)

        assert lives["sales"].spec.members == {"ada@contoso.com", "bo@contoso.com"}
        assert "members" not in lives["other"].spec.model_fields_set
        assert [path for path in vendor.asked if path.startswith("/groups/")] == [f"{MEMBERS}?$select=id&$top=999"]

    @pytest.mark.parametrize(
        ("expected", "readings"),
        [
            pytest.param({("sales", "members"): frozenset({"ada@contoso.com"})}, 1, id="all are there"),
            pytest.param({("sales", "members"): frozenset({"ada@contoso.com", "new@contoso.com"})}, 2, id="one is not"),
            pytest.param({}, 2, id="nobody knows who should be"),
        ],
    )
    def test_members_are_counted_where_somebody_is_missing(self, expected: Elements, readings: int) -> None:
        vendor = a_tenant(a_row(), **{f"GET {MEMBERS}": rows({"id": ADA_ID}, {"id": BO_ID})})

        lives = read(KIND, vendor, replace(NAMED, elements=expected))

        asked = [path for path in vendor.asked if path.startswith(MEMBERS)]
        assert lives["sales"].spec.members == {"ada@contoso.com", "bo@contoso.com"}
        assert len([path for path in asked if "$count" not in path]) == readings
        assert len([path for path in asked if "$count" in path]) == readings - 1

    def test_a_group_may_be_named_by_the_id_that_is_remembered(self) -> None:
        lives = read(KIND, a_tenant(a_row("Renamed")), Interest(ids=frozenset({SALES_ID})))

        assert "members" in lives["renamed"].spec.model_fields_set

    def test_owners_are_read_only_where_files_manage_owners(self) -> None:
        vendor = a_tenant(a_row(), **{f"GET /groups/{SALES_ID}/owners": rows({"id": BO_ID})})

        lives = read(KIND, vendor, Interest(frozenset({"owners"}), frozenset({"sales"})))

        assert lives["sales"].spec.owners == {"bo@contoso.com"}

    def test_members_that_are_no_users_are_counted_and_left_alone(self) -> None:
        vendor = a_tenant(a_row(), **{f"GET {MEMBERS}": rows({"id": ADA_ID}, {"id": "device"}, {"id": "group"})})

        live = read(KIND, vendor, NAMED)["sales"]

        assert live.spec.members == {"ada@contoso.com"}
        assert isinstance(live.facts, GroupFacts)
        assert live.facts.others == 2

    def test_the_licenses_of_a_group_are_read_by_part_number_with_the_plans_switched_off(self) -> None:
        licenses = [{"skuId": SPB_ID.upper(), "disabledPlans": [YAMMER_ID.upper()]}]
        vendor = a_tenant(a_row(assignedLicenses=licenses), **{"GET /subscribedSkus": rows(a_sku_row())})

        live = read(KIND, vendor, NAMED)["sales"]

        assert isinstance(live.facts, GroupFacts)
        assert live.facts.licenses == {"SPB": {"YAMMER_ENTERPRISE"}}
        assert KIND.hands(live) == Handout("members", frozenset({"SPB"}))

    def test_without_licensed_groups_products_are_not_asked_for(self) -> None:
        vendor = a_tenant(a_row())

        read(KIND, vendor, NAMED)

        assert "/subscribedSkus" not in vendor.asked

    def test_what_a_group_hands_out_is_unknown_where_its_members_were_not_read(self) -> None:
        licenses = [{"skuId": SPB_ID, "disabledPlans": []}]
        vendor = a_tenant(a_row(assignedLicenses=licenses), **{"GET /subscribedSkus": rows(a_sku_row())})

        assert KIND.hands(read(KIND, vendor)["sales"]) is None

    @pytest.mark.parametrize(
        ("more", "kind", "guarded"),
        [
            ({}, "security", None),
            ({"groupTypes": ["Unified"], "mailEnabled": True}, "microsoft365", None),
            ({"mailEnabled": True}, "mailEnabledSecurity", "Exchange manages it"),
            ({"mailEnabled": True, "securityEnabled": False}, "distribution", "Exchange manages it"),
            ({"onPremisesSyncEnabled": True}, "security", "an on-premises directory keeps it"),
        ],
        ids=["security", "Microsoft 365", "mail-enabled security", "distribution", "synchronized"],
    )
    def test_groups_that_others_keep_are_guarded(self, more: dict[str, Any], kind: str, guarded: str | None) -> None:
        live = read(KIND, a_tenant(a_row(**more)))["sales"]

        assert live.spec.type == kind
        assert (live.guard.reason if live.guard else None) == guarded

    def test_of_a_dynamic_group_only_the_members_are_not_ours(self) -> None:
        live = read(KIND, a_tenant(a_row(groupTypes=["DynamicMembership"])))["sales"]

        assert KIND.guard_for(live, "members") is not None
        assert KIND.guard_for(live, "description") is None

    def test_the_type_of_a_group_is_fixed(self) -> None:
        assert KIND.guard_for(read(KIND, a_tenant(a_row()))["sales"], "type") is not None

    @pytest.mark.parametrize(
        ("more", "visibility"),
        [
            ({}, "Private"),
            ({"groupTypes": ["Unified"]}, "Public"),
            ({"visibility": "Hiddenmembership"}, "HiddenMembership"),
        ],
        ids=["security", "Microsoft 365", "written"],
    )
    def test_an_empty_visibility_is_the_default_of_the_type(self, more: dict[str, Any], visibility: str) -> None:
        assert read(KIND, a_tenant(a_row(**more)))["sales"].spec.visibility == visibility

    def test_groups_of_one_nickname_are_kept_apart_until_an_id_is_written(self) -> None:
        lives = read(KIND, a_tenant(a_row(), a_row("sales", "other")))

        assert sorted(lives) == [f"sales#{SALES_ID}", "sales#other"]
        assert len(KIND.candidates(declare(), lives.values())) == 2
        assert KIND.candidates(declare(id="other"), lives.values()) == [lives["sales#other"]]

    def test_a_deleted_group_can_be_restored_unless_its_name_is_taken(self) -> None:
        gone = rows(a_row(group_id="old"), a_row("Support", "gone", deletedDateTime="2026-09-30T00:00:00Z"))

        lives = read(KIND, a_tenant(a_row(), **{DELETED: gone}))

        assert (lives["sales"].deleted, lives["support"].deleted) == (False, True)


class TestWriting:
    def test_a_group_is_created_with_twenty_references_and_gets_the_others_after(self) -> None:
        vendor = Vendor({"POST /groups": (201, {"id": SALES_ID}), f"PATCH /groups/{SALES_ID}": (204, None)})
        values = [
            part("mail_nickname", None, "sales"),
            part("display_name", None, "Sales"),
            part("type", None, "security"),
        ]
        change = a_change(
            "group", "sales", Action.CREATE, *values, part("owners:u50", False, True), *members(*range(30))
        )

        made = perform(vendor, change)

        assert made == {change.address: SALES_ID}
        body = vendor.wrote[0][1]
        assert (body["mailNickname"], body["securityEnabled"], body["mailEnabled"]) == ("sales", True, False)
        assert (len(body["owners@odata.bind"]), len(body["members@odata.bind"])) == (1, 19)
        assert [len(sent["members@odata.bind"]) for _, sent in vendor.wrote[1:]] == [11]

    def test_a_create_that_is_tried_again_makes_no_second_group(self) -> None:
        """A replica that does not show the group yet refuses the other members; the nickname of a security group is
        not unique, so the directory would make another one (graph.md 1.3, 6)."""
        vendor = Vendor({"POST /groups": (201, {"id": SALES_ID})})
        values = [part("mail_nickname", None, "sales"), part("type", None, "security")]
        change = a_change("group", "sales", Action.CREATE, *values, *members(*range(21)))
        context = performing(ids={f"contoso/user/u{number}": f"id-{number:03}" for number in range(21)})

        with pytest.raises(CloudError):
            at(vendor, lambda session: KIND.perform(session, (change,), context))
        vendor.routes[f"PATCH /groups/{SALES_ID}"] = (204, None)
        vendor.routes[f"POST /groups/{SALES_ID}/members/$ref"] = (204, None)
        made = at(vendor, lambda session: KIND.perform(session, (change,), context))

        assert made == {change.address: SALES_ID}
        assert [path for path, _ in vendor.wrote].count("POST /groups") == 1

    def test_a_microsoft_365_group_is_unified_and_mail_enabled(self) -> None:
        vendor = Vendor({"POST /groups": (201, {"id": SALES_ID})})
        values = [part("mail_nickname", None, "sales"), part("type", None, "microsoft365")]

        perform(vendor, a_change("group", "sales", Action.CREATE, *values))

        body = vendor.wrote[0][1]
        assert (body["groupTypes"], body["mailEnabled"], body["securityEnabled"]) == (["Unified"], True, False)

    def test_members_are_added_in_twenties(self) -> None:
        vendor = Vendor({f"PATCH /groups/{SALES_ID}": (204, None)})

        perform(
            vendor, a_change("group", "sales", Action.UPDATE, *members(*range(45)), remote_id=SALES_ID, live=a_live())
        )

        sizes = [len(body["members@odata.bind"]) for path, body in vendor.wrote if path.startswith("PATCH")]
        assert sizes == [20, 20, 5]

    def test_twenty_of_which_one_is_there_already_are_added_one_by_one(self) -> None:
        vendor = Vendor({f"PATCH /groups/{SALES_ID}": refusal(EXISTS), f"POST {MEMBERS}/$ref": refusal(EXISTS)})

        perform(vendor, a_change("group", "sales", Action.UPDATE, *members(1, 2), remote_id=SALES_ID, live=a_live()))

        added = [body["@odata.id"].rpartition("/")[2] for path, body in vendor.wrote if path.startswith("POST")]
        assert added == ["id-001", "id-002"]

    @pytest.mark.parametrize(
        "answer", [(204, None), refusal(MISSING), None], ids=["removed", "not a member", "no such"]
    )
    def test_a_member_is_removed_as_a_reference_and_never_itself(self, answer: Any) -> None:
        path = f"{MEMBERS}/id-001/$ref"
        vendor = Vendor({f"DELETE {path}": answer} if answer else {})
        change = a_change("group", "sales", Action.UPDATE, *members(1, after=False), remote_id=SALES_ID, live=a_live(1))

        perform(vendor, change)

        assert [asked for asked, _ in vendor.wrote] == [f"DELETE {path}"]

    def test_an_owner_is_added_before_another_is_removed(self) -> None:
        vendor = Vendor({
            f"POST /groups/{SALES_ID}/owners/$ref": (204, None),
            f"DELETE /groups/{SALES_ID}/owners/id-002/$ref": (204, None),
        })  # fmt: skip
        fields = [part("owners:u1", False, True), part("owners:u2", True, False)]

        perform(vendor, a_change("group", "sales", Action.UPDATE, *fields, remote_id=SALES_ID, live=a_live()))

        assert [asked.partition(" ")[0] for asked, _ in vendor.wrote] == ["POST", "DELETE"]

    def test_changed_values_go_into_one_body_and_null_clears(self) -> None:
        vendor = Vendor({f"PATCH /groups/{SALES_ID}": (204, None)})
        fields = [part("description", "old", None), part("display_name", "a", "Sales")]

        perform(vendor, a_change("group", "sales", Action.UPDATE, *fields, remote_id=SALES_ID, live=a_live()))

        assert vendor.wrote == [(f"PATCH /groups/{SALES_ID}", {"description": None, "displayName": "Sales"})]

    def test_another_refusal_of_members_is_passed_on(self) -> None:
        vendor = Vendor({f"PATCH /groups/{SALES_ID}": refusal("Insufficient something")})

        with pytest.raises(Rejected):
            perform(
                vendor, a_change("group", "sales", Action.UPDATE, *members(1, 2), remote_id=SALES_ID, live=a_live())
            )

    @pytest.mark.parametrize(
        ("created", "ours"), [("2026-10-05T11:59:00Z", True), ("2026-10-01T11:59:00Z", False)], ids=["young", "old"]
    )
    def test_a_group_that_is_there_after_all_counts_as_created_if_it_is_young(
        self, created: str, *, ours: bool
    ) -> None:
        there = {"id": SALES_ID, "displayName": "Sales", "createdDateTime": created}
        taken = refusal("Another object with the same value for property mailNickname already exists.")
        vendor = Vendor({
            "POST /groups": taken,
            "GET /groups": rows(there),
            f"POST {MEMBERS}/$ref": (204, None),
        })  # fmt: skip
        values = [part("mail_nickname", None, "sales"), part("display_name", None, "Sales"), *members(7)]
        change = a_change("group", "sales", Action.CREATE, *values)

        if ours:
            assert perform(vendor, change) == {change.address: SALES_ID}
            assert vendor.wrote[-1][0] == f"POST {MEMBERS}/$ref"
        else:
            with pytest.raises(Conflict):
                perform(vendor, change)

    def test_a_restored_group_is_brought_to_what_the_files_say(self) -> None:
        vendor = Vendor({
            f"POST /directory/deletedItems/{SALES_ID}/restore": (200, {"id": SALES_ID}),
            f"PATCH /groups/{SALES_ID}": (204, None),
        })  # fmt: skip

        perform(
            vendor,
            a_change(
                "group", "sales", Action.RESTORE, part("description", None, "x"), remote_id=SALES_ID, live=a_live()
            ),
        )

        assert [asked for asked, _ in vendor.wrote] == [
            f"POST /directory/deletedItems/{SALES_ID}/restore",
            f"PATCH /groups/{SALES_ID}",
        ]

    def test_deleting_what_is_gone_is_done(self) -> None:
        vendor = Vendor()

        perform(vendor, a_change("group", "sales", Action.DELETE, remote_id=SALES_ID))

        assert [asked for asked, _ in vendor.wrote] == [f"DELETE /groups/{SALES_ID}"]
