"""Microsoft's msgraph-sdk does its work in the sandbox: users, groups, licenses, pages, batches, delta, errors.

What it cannot read, or asks for in a way the sandbox does not know, is a fault of the sandbox.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

pytest.importorskip("msgraph", reason="msgraph-sdk is not installed: make outsiders")
pytest.importorskip("deprecated", reason="msgraph-core needs the package deprecated: make outsiders")
pytestmark = pytest.mark.filterwarnings("default")  # nor are its warnings at work ours

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the package deprecates parts of itself while it is imported
    from kiota_abstractions.base_request_configuration import RequestConfiguration
    from msgraph import GraphServiceClient
    from msgraph.generated.models.assigned_license import AssignedLicense
    from msgraph.generated.models.group import Group
    from msgraph.generated.models.o_data_errors.o_data_error import ODataError
    from msgraph.generated.models.password_profile import PasswordProfile
    from msgraph.generated.models.reference_create import ReferenceCreate
    from msgraph.generated.models.reference_update import ReferenceUpdate
    from msgraph.generated.models.user import User
    from msgraph.generated.users.item.assign_license.assign_license_post_request_body import (
        AssignLicensePostRequestBody,
    )
    from msgraph.generated.users.users_request_builder import UsersRequestBuilder
    from msgraph_core import PageIterator
    from msgraph_core.requests.batch_request_content import BatchRequestContent
    from msgraph_core.requests.batch_request_item import BatchRequestItem

    from outsiders.sdk import APP, SECRET, TENANT, Outsider

from reconciler.sandbox import server  # noqa: E402

SPB = UUID("cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46")
YAMMER = UUID("7547a3fe-08ee-4ccb-b430-5077c5041653")
PEOPLE = {f"p{n:02}@contoso.com": {"displayName": f"Person {n}", "usageLocation": "DE"} for n in range(25)}
WORLD: dict[str, Any] = {
    "apiVersion": "reconciler-sandbox/v1",
    "behavior": {"pageSize": 7, "lag": "PT0S", "indexLag": "PT0S", "groupLicensing": "PT0S", "throttling": False},
    "partners": {"partner.onmicrosoft.com": {"apps": {APP: {"secret": SECRET}}}},
    "catalog": {
        "CFQ7TTC0LCHC:0002": {
            "title": "Microsoft 365 Business Premium",
            "sku": "SPB",
            "terms": [{"term": "P1Y", "billing": "monthly", "price": "18.10"}],
        }
    },
    "tenants": {
        TENANT: {
            "displayName": "Contoso",
            "partners": ["partner.onmicrosoft.com"],
            "domains": {"contoso.com": {"default": True}},
            "users": PEOPLE,
            "groups": {"sales": {"members": ["p01@contoso.com"]}},
            "subscriptions": {
                "head-office": {"product": "CFQ7TTC0LCHC:0002", "owner": "partner.onmicrosoft.com", "quantity": 3}
            },
        }
    },
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outsider]:
    path: Path = tmp_path_factory.mktemp("world") / "world.yaml"
    path.write_text(json.dumps(WORLD), encoding="utf-8")
    with server.running(path) as handle:
        yield Outsider(handle)


@pytest.fixture
def outsider(running: Outsider) -> Outsider:
    running.control("state", WORLD, method="PUT")
    running.control("faults", method="DELETE")
    return running


def selecting(**options: Any) -> Any:
    return RequestConfiguration(query_parameters=UsersRequestBuilder.UsersRequestBuilderGetQueryParameters(**options))


def test_pages_are_followed_to_the_last_user(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> list[str]:
        names: list[str] = []

        def collect(user: User) -> bool:
            names.append(user.user_principal_name)
            return True

        page = await graph.users.get(selecting(select=["id", "userPrincipalName"], top=5))
        await PageIterator(page, graph.request_adapter).iterate(collect)
        return names

    assert sorted(outsider.run(work)) == sorted(PEOPLE)


def test_a_filter_and_a_count_are_understood(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> tuple[int, list[str]]:
        asked = selecting(filter="startsWith(displayName,'Person 1')", count=True, select=["displayName"], top=50)
        asked.headers.add("ConsistencyLevel", "eventual")
        page = await graph.users.get(asked)
        return page.odata_count, [user.display_name for user in page.value]

    count, names = outsider.run(work)
    assert count == 11
    assert all(name.startswith("Person 1") for name in names)


def test_a_user_is_made_changed_and_deleted(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> list[Any]:
        made = await graph.users.post(
            User(
                account_enabled=True,
                display_name="New One",
                mail_nickname="new",
                user_principal_name="new@contoso.com",
                usage_location="CH",
                password_profile=PasswordProfile(password="Correct-Horse-7", force_change_password_next_sign_in=True),
            )
        )
        await graph.users.by_user_id(made.id).patch(User(department="Sales", account_enabled=False))
        shown = await graph.users.by_user_id("new@contoso.com").get(
            selecting(select=["department", "accountEnabled", "usageLocation"])
        )
        await graph.users.by_user_id(made.id).delete()
        bin_ = await graph.directory.deleted_items.graph_user.get()
        restored = await graph.directory.deleted_items.by_directory_object_id(made.id).restore.post(None)
        return [shown.department, shown.account_enabled, shown.usage_location, len(bin_.value), type(restored).__name__]

    assert outsider.run(work) == ["Sales", False, "CH", 1, "User"]


def test_a_manager_is_set_and_read(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> tuple[str, str]:
        boss = await graph.users.by_user_id("p02@contoso.com").get()
        place = f"https://graph.microsoft.com/v1.0/users/{boss.id}"
        await graph.users.by_user_id("p03@contoso.com").manager.ref.put(ReferenceUpdate(odata_id=place))
        found = await graph.users.by_user_id("p03@contoso.com").manager.get()
        return boss.id, found.id

    boss, found = outsider.run(work)
    assert boss == found


def test_a_group_is_made_and_its_members_have_their_types(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> list[tuple[str, str | None]]:
        person = await graph.users.by_user_id("p04@contoso.com").get()
        made = await graph.groups.post(
            Group(display_name="Made", mail_nickname="made", mail_enabled=False, security_enabled=True)
        )
        place = f"https://graph.microsoft.com/v1.0/directoryObjects/{person.id}"
        await graph.groups.by_group_id(made.id).members.ref.post(ReferenceCreate(odata_id=place))
        listed = await graph.groups.by_group_id(made.id).members.get()
        rows = [(type(one).__name__, one.display_name) for one in listed.value]
        await graph.groups.by_group_id(made.id).members.by_directory_object_id(person.id).ref.delete()
        left = await graph.groups.by_group_id(made.id).members.get()
        assert left.value == []
        return rows

    assert outsider.run(work) == [("User", "Person 4")]


def test_a_license_is_given_with_a_plan_switched_off_and_counted(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> tuple[Any, ...]:
        skus = (await graph.subscribed_skus.get()).value
        wanted = AssignedLicense(sku_id=SPB, disabled_plans=[YAMMER])
        body = AssignLicensePostRequestBody(add_licenses=[wanted], remove_licenses=[])
        person = graph.users.by_user_id("p05@contoso.com")
        await person.assign_license.post(body)
        shown = await person.get(selecting(select=["assignedLicenses", "licenseAssignmentStates"]))
        after = (await graph.subscribed_skus.get()).value[0]
        return (
            skus[0].sku_id,
            shown.assigned_licenses[0],
            shown.license_assignment_states[0].state,
            after.consumed_units,
        )

    sku_id, held, state, consumed = outsider.run(work)
    assert (sku_id, held.sku_id, held.disabled_plans, state, consumed) == (SPB, SPB, [YAMMER], "Active", 1)


def test_subscriptions_and_the_organization_are_read(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> tuple[Any, ...]:
        subscription = (await graph.directory.subscriptions.get()).value[0]
        organization = (await graph.organization.get()).value[0]
        return subscription.total_licenses, subscription.status, [one.name for one in organization.verified_domains]

    total, status, domains = outsider.run(work)
    assert (total, status) == (3, "Enabled")
    assert set(domains) == {TENANT, "contoso.com"}


def test_a_refusal_arrives_as_an_error_with_its_code(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> None:
        await graph.users.by_user_id("nobody@contoso.com").get()

    with pytest.raises(ODataError) as caught:
        outsider.run(work)

    assert caught.value.response_status_code == 404
    assert caught.value.error.code == "Request_ResourceNotFound"
    assert caught.value.error.inner_error.request_id


def test_a_throttle_is_waited_for_as_it_asks(outsider: Outsider) -> None:
    outsider.control("faults", {"service": "graph", "action": "status", "status": 429, "retryAfter": 1, "times": 1})

    async def work(graph: GraphServiceClient) -> str:
        return str((await graph.users.by_user_id("p06@contoso.com").get()).display_name)

    assert outsider.run(work) == "Person 6"


def test_a_batch_is_answered_item_by_item(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> dict[str, int]:
        asked = [
            graph.users.by_user_id("p07@contoso.com").to_get_request_information(),
            graph.users.by_user_id("nobody@contoso.com").to_get_request_information(),
            graph.users.by_user_id("p08@contoso.com").to_patch_request_information(User(city="Bern")),
        ]
        items = [BatchRequestItem(one, id=str(number)) for number, one in enumerate(asked, 1)]
        content = BatchRequestContent({item.id: item for item in items})
        answer = await graph.batch.post(content)
        return {key: answer.get_response_by_id(key).status for key in ("1", "2", "3")}

    assert outsider.run(work) == {"1": 200, "2": 404, "3": 204}


def test_a_delta_shows_what_changed_since(outsider: Outsider) -> None:
    async def work(graph: GraphServiceClient) -> tuple[int, list[str]]:
        page = await graph.users.delta.get()
        seen = len(page.value)
        while page.odata_next_link:
            page = await graph.users.delta.with_url(page.odata_next_link).get()
            seen += len(page.value)
        await graph.users.by_user_id("p09@contoso.com").patch(User(job_title="Boss"))
        changed = await graph.users.delta.with_url(page.odata_delta_link).get()
        return seen, [one.job_title for one in changed.value]

    assert outsider.run(work) == (len(PEOPLE), ["Boss"])
