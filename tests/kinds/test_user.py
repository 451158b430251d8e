"""Users read from and written to Graph; answers as graph.md 4, 5 and 15 show them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kinds.builders import (
    ADA_ID,
    BO_ID,
    EXCHANGE_ID,
    Secrets,
    a_change,
    a_sku_row,
    a_state,
    a_user_row,
    declared,
    entry,
    part,
    performing,
    resources,
)
from kinds.vendor import ADMINS, Reply, Vendor, at, read, refusal, rows
from reconciler.kinds.entra import license as license_kind
from reconciler.kinds.entra.user import KIND, UserFacts
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Reason
from reconciler.model.errors import CloudError, Conflict, Forbidden, NotFound
from reconciler.model.kind import Interest
from reconciler.model.resource import Live

ADA = "ada@contoso.com"
SENT = datetime(2026, 10, 5, 11, 59, 30, 500_000, tzinfo=UTC)
TAKEN = "Another object with the same value for property userPrincipalName already exists."
DELETED = "GET /directory/deletedItems/microsoft.graph.user"


def a_tenant(*users: dict[str, Any], **routes: Any) -> Vendor:
    vendor = Vendor({"GET /users": rows(*users), DELETED: rows(), "GET /subscribedSkus": rows(a_sku_row())})
    vendor.routes.update(routes)
    return vendor


def a_live(upn: str = ADA, *, admin: bool = False, enabled: bool = True, **more: Any) -> Live[UserSpec]:
    facts = UserFacts("Member", synced=False, global_admin=admin, enabled=enabled, has_mailbox=False)
    spec = UserSpec(user_principal_name=upn, account_enabled=enabled, **more)
    return Live(Address("contoso", "user", upn), ADA_ID, spec, facts=facts)


def facts(live: Live[Any]) -> UserFacts:
    assert isinstance(live.facts, UserFacts)
    return live.facts


class TestReading:
    def test_a_row_becomes_a_live_user_of_the_same_form_as_the_files(self) -> None:
        row = a_user_row(displayName=" Ada ", state="Bavaria", otherMails=["b@x.de", "a@x.de"], city=None)
        interest = Interest(frozenset({"display_name", "province", "other_mails", "city"}))

        live = read(KIND, a_tenant(row), interest)[ADA]

        assert live.remote_id == ADA_ID
        assert live.guard is None
        assert live.spec.model_fields_set == {
            "user_principal_name",
            "mail_nickname",
            "account_enabled",
            "usage_location",
            "display_name",
            "province",
            "other_mails",
            "city",
        }
        assert (live.spec.display_name, live.spec.province, live.spec.city) == ("Ada", "Bavaria", None)
        assert live.spec.other_mails == {"a@x.de", "b@x.de"}

    def test_nested_attributes_are_read_flat(self) -> None:
        row = a_user_row(onPremisesExtensionAttributes={"extensionAttribute1": "x"}, employeeOrgData=None)
        interest = Interest(frozenset({"extension_attribute1", "extension_attribute2", "cost_center"}))

        spec = read(KIND, a_tenant(row), interest)[ADA].spec

        assert (spec.extension_attribute1, spec.extension_attribute2, spec.cost_center) == ("x", None, None)

    def test_a_manager_is_read_only_where_files_manage_managers(self) -> None:
        vendor = a_tenant(a_user_row(manager={"id": BO_ID}), a_user_row("Bo@contoso.com", BO_ID))

        lives = read(KIND, vendor, Interest(frozenset({"manager"})))

        assert lives[ADA].spec.manager == "bo@contoso.com"
        assert lives["bo@contoso.com"].spec.manager is None
        assert any("$expand=manager($select=id)" in path for path in vendor.asked)

    def test_values_that_we_would_refuse_to_write_can_be_read(self) -> None:
        row = a_user_row(givenName="x" * 200, mailNickname="a b")

        assert read(KIND, a_tenant(row), Interest(frozenset({"given_name"})))[ADA].spec.given_name == "x" * 200

    def test_guests_are_never_ours(self) -> None:
        guard = read(KIND, a_tenant(a_user_row(userType="Guest")))[ADA].guard

        assert guard is not None
        assert guard.fields is None

    def test_a_synchronized_user_has_only_its_usage_location_for_us(self) -> None:
        live = read(KIND, a_tenant(a_user_row(onPremisesSyncEnabled=True)))[ADA]

        guarded = {name for name in UserSpec.model_fields if KIND.guard_for(live, name)}
        assert guarded == set(UserSpec.model_fields) - {"usage_location"}

    def test_a_deleted_user_has_the_name_it_will_have_again(self) -> None:
        mangled = a_user_row(f"{BO_ID.replace('-', '')}Bo@contoso.com", BO_ID, deletedDateTime="2026-09-30T00:00:00Z")
        lives = read(KIND, a_tenant(a_user_row(), **{DELETED: rows(mangled)}))

        assert (lives["bo@contoso.com"].deleted, lives["bo@contoso.com"].remote_id) == (True, BO_ID)

    def test_a_deleted_user_still_shows_the_licenses_that_a_restore_gives_back(self) -> None:
        states = [a_state(), a_state(group="G1")]
        mangled = a_user_row(f"{BO_ID.replace('-', '')}Bo@contoso.com", BO_ID, licenseAssignmentStates=states)
        lives = read(KIND, a_tenant(a_user_row(licenseAssignmentStates=states), **{DELETED: rows(mangled)}))

        back = KIND.returning(lives["bo@contoso.com"])

        assert [(live.address.key, live.deleted) for live in back] == [
            ("bo@contoso.com:SPB", True),
            ("bo@contoso.com:SPB@groups", True),
        ]
        assert KIND.returning(lives[ADA]) == (), "who is there has them already"

    def test_of_several_deleted_users_of_one_name_the_latest_counts(self) -> None:
        early = a_user_row("bo@contoso.com", "1", deletedDateTime="2026-09-01T00:00:00Z")
        late = a_user_row("bo@contoso.com", "2", deletedDateTime="2026-09-02T00:00:00Z")

        assert read(KIND, a_tenant(**{DELETED: rows(early, late)}))["bo@contoso.com"].remote_id == "2"

    def test_a_deleted_user_gives_way_to_a_living_one_of_the_same_name(self) -> None:
        lives = read(KIND, a_tenant(a_user_row(), **{DELETED: rows(a_user_row(user_id=BO_ID))}))

        assert (lives[ADA].deleted, lives[ADA].remote_id) == (False, ADA_ID)

    def test_the_holders_of_the_administrators_role_are_marked(self) -> None:
        vendor = a_tenant(a_user_row(), a_user_row("bo@contoso.com", BO_ID), **{f"GET {ADMINS}": rows({"id": ADA_ID})})

        lives = read(KIND, vendor)

        assert (facts(lives[ADA]).global_admin, facts(lives["bo@contoso.com"]).global_admin) == (True, False)

    def test_a_role_that_was_never_activated_has_no_holders(self) -> None:
        assert facts(read(KIND, a_tenant(a_user_row()))[ADA]).global_admin is False

    @pytest.mark.parametrize(
        ("state", "has"),
        [
            (a_state(), True),
            (a_state(group="21d0", state="ActiveWithError"), True),
            (a_state(disabledPlans=[EXCHANGE_ID]), False),
            (a_state(group="21d0", state="Error"), False),
            (a_state("00000000-0000-4000-8000-000000000000"), False),
        ],
        ids=["direct", "inherited", "switched off", "in error", "unknown SKU"],
    )
    def test_a_mailbox_comes_from_a_working_license_with_its_plan_on(self, state: dict[str, Any], *, has: bool) -> None:
        live = read(KIND, a_tenant(a_user_row(licenseAssignmentStates=[state])))[ADA]

        assert facts(live).has_mailbox is has

    def test_users_and_licenses_share_one_listing(self) -> None:
        vendor = a_tenant(a_user_row())

        async def both(session: Any) -> None:
            for kind in (KIND, license_kind.KIND):
                async for _ in kind.read(session, "contoso", Interest(frozenset({"display_name"}))):
                    pass

        at(vendor, both)

        assert len([path for path in vendor.asked if path.startswith("/users?$select")]) == 1
        assert vendor.exchanges == 2  # the page of users, and one batch of the small readings and of the counts

    def test_people_the_recycle_bin_and_administrators_are_counted(self) -> None:
        vendor = a_tenant(a_user_row())

        read(KIND, vendor)

        counts = {path.partition("?")[0] for path in vendor.asked if "$count=true" in path}
        assert counts == {"/directory/deletedItems/microsoft.graph.user", "/users", ADMINS}


class TestRules:
    def test_disabling_asks_for_one_value(self) -> None:
        desired = KIND.tombstone(a_live(), "disable")

        assert desired is not None
        assert desired.managed == {"account_enabled"}
        assert desired.spec.account_enabled is False

    def test_other_tombstones_ask_for_no_value(self) -> None:
        assert KIND.tombstone(a_live(), "delete") is None

    @pytest.mark.parametrize(
        ("after", "cause", "only"),
        [(True, Cause.DRIFT, True), (True, Cause.CONFIG, False), (False, Cause.DRIFT, False)],
        ids=["blocked outside", "unblocked by the files", "unblocked outside"],
    )
    def test_drift_never_unblocks_a_sign_in(self, *, after: bool, cause: Cause, only: bool) -> None:
        assert KIND.only_reports(part("account_enabled", not after, after), cause) is only

    @pytest.mark.parametrize(
        ("action", "makes"),
        [(Action.CREATE, True), (Action.HANDOVER, True), (Action.UPDATE, False), (Action.RESTORE, False)],
    )
    def test_a_password_is_made_for_a_create_and_a_handover(self, action: Action, *, makes: bool) -> None:
        assert KIND.makes_secret(a_change("user", ADA, action)) is makes

    def test_only_blocking_comes_first_of_all(self) -> None:
        block = a_change("user", ADA, Action.UPDATE, part("account_enabled", True, False))
        unblock = a_change("user", ADA, Action.UPDATE, part("account_enabled", False, True))

        assert (KIND.blocks_sign_in(block), KIND.blocks_sign_in(unblock)) == (True, False)

    def test_the_last_administrator_is_neither_deleted_nor_blocked(self) -> None:
        admin = a_live(admin=True)
        off = a_live("eve@contoso.com", admin=True, enabled=False)
        lives: dict[Address, Live[Any]] = {live.address: live for live in (admin, off, a_live("bo@contoso.com"))}
        change = a_change("user", ADA, Action.DELETE, live=admin)

        ((address, finding),) = KIND.refusals([change], lives, {})

        assert (address, finding.code) == (admin.address, codes.LAST_ADMIN)

    def test_one_of_two_administrators_may_go(self) -> None:
        lives: dict[Address, Live[Any]] = {
            live.address: live for live in (a_live(admin=True), a_live("bo@contoso.com", admin=True))
        }
        change = a_change(
            "user",
            ADA,
            Action.UPDATE,
            part("account_enabled", True, False),
            live=lives[Address("contoso", "user", ADA)],
        )

        assert list(KIND.refusals([change], lives, {})) == []

    def test_a_guest_is_not_ours_to_delete(self) -> None:
        guest = read(KIND, a_tenant(a_user_row(userType="Guest")))[ADA]
        change = a_change("user", ADA, Action.DELETE, live=guest)

        ((address, finding),) = KIND.refusals([change], {guest.address: guest}, {})

        assert address == guest.address
        assert "the user is a guest" in finding.detail


CREATE = (
    part("user_principal_name", None, ADA),
    part("display_name", None, "Ada Lovelace"),
    part("mail_nickname", None, "ada"),
    part("account_enabled", None, True),
    part("usage_location", None, "DE"),
)


class TestWriting:
    def test_a_create_sends_the_values_with_a_password_to_be_changed(self) -> None:
        vendor = Vendor({"POST /users": (201, {"id": ADA_ID, "userPrincipalName": ADA})})
        context = performing()

        made = at(vendor, lambda s: KIND.perform(s, (a_change("user", ADA, Action.CREATE, *CREATE),), context))

        assert made == {Address("contoso", "user", ADA): ADA_ID}
        assert vendor.wrote == [
            (
                "POST /users",
                {
                    "userPrincipalName": ADA,
                    "displayName": "Ada Lovelace",
                    "mailNickname": "ada",
                    "accountEnabled": True,
                    "usageLocation": "DE",
                    "passwordProfile": {"password": "Correct-Horse-1", "forceChangePasswordNextSignIn": True},
                },
            )
        ]
        assert isinstance(context.secrets, Secrets)
        assert len(context.secrets.made) == 1

    def test_a_manager_is_set_after_the_create_by_reference(self) -> None:
        vendor = Vendor({
            "POST /users": (201, {"id": ADA_ID, "userPrincipalName": ADA}),
            f"PUT /users/{ADA_ID}/manager/$ref": (204, None),
        })  # fmt: skip
        change = a_change("user", ADA, Action.CREATE, *CREATE, part("manager", None, "bo@contoso.com"))
        context = performing(ids={"contoso/user/bo@contoso.com": BO_ID})

        at(vendor, lambda s: KIND.perform(s, (change,), context))

        path, body = vendor.wrote[1]
        assert path == f"PUT /users/{ADA_ID}/manager/$ref"
        assert body["@odata.id"].endswith(f"/directoryObjects/{BO_ID}")

    def test_a_create_whose_manager_is_not_seen_yet_goes_on_with_the_manager(self) -> None:
        """To set the password anew needs a role that a create does not (graph.md 5.1, 10.3)."""
        vendor = Vendor({"POST /users": (201, {"id": ADA_ID, "userPrincipalName": ADA})})
        change = a_change("user", ADA, Action.CREATE, *CREATE, part("manager", None, "bo@contoso.com"))
        context = performing(ids={"contoso/user/bo@contoso.com": BO_ID})

        with pytest.raises(CloudError):
            at(vendor, lambda s: KIND.perform(s, (change,), context))
        tried = len(vendor.wrote)
        vendor.routes[f"PUT /users/{ADA_ID}/manager/$ref"] = (204, None)
        made = at(vendor, lambda s: KIND.perform(s, (change,), context))

        assert made == {change.address: ADA_ID}
        assert [path for path, _ in vendor.wrote[tried:]] == [f"PUT /users/{ADA_ID}/manager/$ref"]

    @pytest.mark.parametrize(
        ("created", "name", "location", "sent", "ours"),
        [
            ("2026-10-05T11:59:30Z", "Ada Lovelace", "DE", SENT, True),
            ("2026-10-05T12:01:59Z", "Ada Lovelace", "DE", SENT, True),
            ("2026-10-05T11:59:30Z", "Ada Lovelace", "DE", None, False),
            ("2026-10-05T11:59:30Z", "Somebody else", "DE", SENT, False),
            ("2026-10-05T11:59:30Z", "Ada Lovelace", None, SENT, False),
            ("2026-10-05T11:59:29Z", "Ada Lovelace", "DE", SENT, False),
            ("2026-10-05T12:02:01Z", "Ada Lovelace", "DE", SENT, False),
            (None, "Ada Lovelace", "DE", SENT, False),
        ],
        ids=[
            "just",
            "at the last moment",
            "nothing sent",
            "another",
            "not all of it",
            "before",
            "long after",
            "no time",
        ],
    )
    def test_a_name_that_is_taken_is_ours_only_if_made_while_a_create_of_ours_was_on_its_way(
        self, created: str | None, name: str, location: str | None, sent: datetime | None, *, ours: bool
    ) -> None:
        found = {
            "id": ADA_ID,
            "userPrincipalName": "Ada@Contoso.com",
            "displayName": name,
            "mailNickname": "ada",
            "accountEnabled": True,
            "usageLocation": location,
            "createdDateTime": created,
        }
        vendor = Vendor({
            "POST /users": refusal(TAKEN),
            f"GET /users/{ADA}": (200, found),
            f"PATCH /users/{ADA_ID}": (204, None),
        })  # fmt: skip
        change = a_change("user", ADA, Action.CREATE, *CREATE)
        context = performing()
        context.sent.update({change.address: [sent]} if sent else {})

        if ours:
            made = at(vendor, lambda s: KIND.perform(s, (change,), context))
            assert made == {change.address: ADA_ID}
            profiles = [body["passwordProfile"] for path, body in vendor.wrote if "passwordProfile" in body]
            assert len(profiles) == 2
            assert profiles[0] == profiles[1], "what is handed over is what the account has, whoever made it"
        else:
            with pytest.raises(Conflict):
                at(vendor, lambda s: KIND.perform(s, (change,), context))
            assert [path for path, _ in vendor.wrote] == ["POST /users"], "nobody else's password is touched"

    @pytest.mark.parametrize(
        ("answer", "doubted"),
        [((201, {"id": ADA_ID}), True), (refusal(TAKEN), False), ((500, {}), True)],
        ids=["made", "refused", "lost"],
    )
    def test_only_a_create_that_may_have_acted_is_remembered_as_sent(self, answer: Reply, *, doubted: bool) -> None:
        vendor, context = Vendor({"POST /users": answer}), performing()
        change = a_change("user", ADA, Action.CREATE, *CREATE)

        with suppress(CloudError):
            at(vendor, lambda s: KIND.perform(s, (change,), context))

        assert (change.address in context.sent) is doubted

    def test_another_refusal_of_a_create_is_passed_on_without_looking(self) -> None:
        vendor = Vendor({"POST /users": refusal("Insufficient privileges", 403, "Authorization_RequestDenied")})

        with pytest.raises(Forbidden):
            at(vendor, lambda s: KIND.perform(s, (a_change("user", ADA, Action.CREATE, *CREATE),), performing()))
        assert vendor.asked == []

    def test_changed_values_go_into_one_body_and_null_clears(self) -> None:
        vendor = Vendor({f"PATCH /users/{ADA_ID}": (204, None)})
        live = a_live(extension_attribute1="kept")
        config = a_change(
            "user", ADA, Action.UPDATE, part("city", "Ulm", None), part("extension_attribute2", None, "new"),
            remote_id=ADA_ID, live=live,
        )  # fmt: skip
        drift = a_change("user", ADA, Action.UPDATE, part("job_title", "CEO", "Analyst"), remote_id=ADA_ID, live=live)

        at(vendor, lambda s: KIND.perform(s, (config, drift), performing()))

        extensions = {"extensionAttribute1": "kept", "extensionAttribute2": "new"}
        expected = {"city": None, "jobTitle": "Analyst", "onPremisesExtensionAttributes": extensions}
        assert vendor.wrote == [(f"PATCH /users/{ADA_ID}", expected)]

    def test_blocking_a_sign_in_is_followed_by_revoking_sessions(self) -> None:
        vendor = Vendor({
            f"PATCH /users/{ADA_ID}": (204, None),
            f"POST /users/{ADA_ID}/revokeSignInSessions": (200, {"value": True}),
        })  # fmt: skip
        change = a_change("user", ADA, Action.UPDATE, part("account_enabled", True, False), remote_id=ADA_ID)

        at(vendor, lambda s: KIND.perform(s, (change,), performing()))

        assert [path for path, _ in vendor.wrote] == [
            f"PATCH /users/{ADA_ID}",
            f"POST /users/{ADA_ID}/revokeSignInSessions",
        ]

    def test_a_manager_is_taken_away_without_touching_other_values(self) -> None:
        vendor = Vendor({f"DELETE /users/{ADA_ID}/manager/$ref": (204, None)})
        change = a_change("user", ADA, Action.UPDATE, part("manager", "bo@contoso.com", None), remote_id=ADA_ID)

        at(vendor, lambda s: KIND.perform(s, (change,), performing()))

        assert [path for path, _ in vendor.wrote] == [f"DELETE /users/{ADA_ID}/manager/$ref"]

    def test_a_restored_user_is_brought_to_what_the_files_say(self) -> None:
        vendor = Vendor({
            f"POST /directory/deletedItems/{ADA_ID}/restore": (200, {"id": ADA_ID}),
            f"PATCH /users/{ADA_ID}": (204, None),
        })  # fmt: skip
        change = a_change("user", ADA, Action.RESTORE, part("city", None, "Ulm"), remote_id=ADA_ID, live=a_live())

        at(vendor, lambda s: KIND.perform(s, (change,), performing()))

        assert [path for path, _ in vendor.wrote] == [
            f"POST /directory/deletedItems/{ADA_ID}/restore",
            f"PATCH /users/{ADA_ID}",
        ]

    def test_a_user_that_an_earlier_try_restored_is_only_changed(self) -> None:
        vendor = Vendor({f"GET /users/{ADA_ID}": (200, {"id": ADA_ID}), f"PATCH /users/{ADA_ID}": (204, None)})
        change = a_change("user", ADA, Action.RESTORE, part("city", None, "Ulm"), remote_id=ADA_ID)

        at(vendor, lambda s: KIND.perform(s, (change,), performing()))

        assert vendor.wrote[-1] == (f"PATCH /users/{ADA_ID}", {"city": "Ulm"})

    def test_a_restore_of_what_is_purged_fails(self) -> None:
        change = a_change("user", ADA, Action.RESTORE, remote_id=ADA_ID)

        with pytest.raises(NotFound):
            at(Vendor(), lambda s: KIND.perform(s, (change,), performing()))

    def test_deleting_what_is_gone_is_done(self) -> None:
        vendor = Vendor()
        change = a_change("user", ADA, Action.DELETE, remote_id=ADA_ID)

        assert at(vendor, lambda s: KIND.perform(s, (change,), performing())) == {}
        assert [path for path, _ in vendor.wrote] == [f"DELETE /users/{ADA_ID}"]

    def test_a_handover_sets_a_new_password_to_be_changed(self) -> None:
        vendor = Vendor({f"PATCH /users/{ADA_ID}": (204, None)})
        change = a_change("user", ADA, Action.HANDOVER)

        at(vendor, lambda s: KIND.perform(s, (change,), performing(ids={f"contoso/user/{ADA}": ADA_ID})))

        profile = {"password": "Correct-Horse-1", "forceChangePasswordNextSignIn": True}
        assert vendor.wrote == [(f"PATCH /users/{ADA_ID}", {"passwordProfile": profile})]

    @pytest.mark.parametrize(
        ("action", "reason", "sent"),
        [
            (Action.CREATE, Reason.DECLARED, "file ada.txt for ada@contoso.com, not Ada Lovelace"),
            (Action.HANDOVER, Reason.DECLARED, "file ada.txt for ada@contoso.com, not Ada Lovelace"),
            (Action.HANDOVER, Reason.ASKED, "Correct-Horse-1"),
        ],
        ids=["the first", "the first, handed over late", "a new one"],
    )
    def test_a_supplied_password_is_the_first_and_no_later_one(self, action: Action, reason: Reason, sent: str) -> None:
        vendor = Vendor({"POST /users": (201, {"id": ADA_ID}), f"PATCH /users/{ADA_ID}": (204, None)})
        told = entry(KIND, ADA, displayName="Ada Lovelace", password={"file": "ada.txt"})
        desired = resources(declared(KIND, told))[f"contoso/user/{ADA}"]
        change = replace(a_change("user", ADA, action, *CREATE, desired=desired, remote_id=ADA_ID), reason=reason)

        at(vendor, lambda s: KIND.perform(s, (change,), performing()))

        assert [body["passwordProfile"]["password"] for _, body in vendor.wrote] == [sent]

    def test_a_handover_left_open_by_an_earlier_run_resets_the_password_of_who_is_there(self) -> None:
        vendor = Vendor({f"PATCH /users/{ADA_ID}": (204, None)})
        recipient = part("recipients:age1", before=False, after=True)
        change = a_change("user", ADA, Action.HANDOVER, recipient, remote_id=ADA_ID, live=a_live())

        at(vendor, lambda session: KIND.perform(session, (change,), performing()))

        assert [path for path, _ in vendor.wrote] == [f"PATCH /users/{ADA_ID}"]


class TestLikeness:
    @pytest.mark.parametrize(
        ("there", "wanted", "alike"),
        [
            (("flo.b@contoso.com", "flo"), "flo@contoso.com", True),
            (("flo.b@contoso.com", "flo.b"), "flo@contoso.com", False),
            (("info@fabrikam.com", "info"), "info@contoso.com", False),
        ],
        ids=["renamed-in-the-portal", "another-person", "the-same-alias-of-another-domain"],
    )
    def test_the_alias_tells_what_somebody_was_called(self, there: tuple[str, str], wanted: str, alike: bool) -> None:
        upn, alias = there
        live = UserSpec(user_principal_name=upn, mail_nickname=alias)

        assert (KIND.likeness(live) == KIND.likeness(UserSpec(user_principal_name=wanted))) is alike

    def test_a_guest_is_like_nobody(self) -> None:
        guest = UserSpec(user_principal_name="pat_fabrikam.com#ext#@contoso.onmicrosoft.com", display_name="Pat")

        assert KIND.likeness(guest) == {}
