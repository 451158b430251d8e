"""What an app may do in a tenant, as a preflight asks: app roles, delegated scopes, and roles by their names."""

from urllib.parse import quote

from reconciler.sandbox.graph.roles import TEMPLATES

from .cloud import APP, Cloud, a_world


def a_cloud() -> Cloud:
    consents = {APP: {"roles": ["User.Read.All", "Group.Read.All"], "scopes": ["User.Read.All", "Domain.Read.All"]}}
    return Cloud(a_world(consents=consents))


def principal(cloud: Cloud, app_id: str = APP) -> str:
    return str(cloud.get(f"/servicePrincipals(appId='{app_id}')").body["id"])


def test_the_app_roles_of_a_principal_are_named_by_the_resource() -> None:
    cloud = a_cloud()
    graph = cloud.get("/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')").body
    names = {role["id"]: role["value"] for role in graph["appRoles"]}

    rows = cloud.get(f"/servicePrincipals/{principal(cloud)}/appRoleAssignments").body["value"]

    assert {names[row["appRoleId"]] for row in rows} == {"User.Read.All", "Group.Read.All"}
    assert {row["resourceId"] for row in rows} == {graph["id"]}
    assert {row["principalId"] for row in rows} == {principal(cloud)}


def test_the_delegated_scopes_of_an_app_are_one_grant() -> None:
    cloud = a_cloud()

    text = quote(f"clientId eq '{principal(cloud)}'")
    (grant,) = cloud.get(f"/oauth2PermissionGrants?$filter={text}").body["value"]

    assert (grant["consentType"], grant["scope"]) == ("AllPrincipals", "User.Read.All Domain.Read.All")
    nobody = quote("clientId eq 'nobody'")
    assert cloud.get(f"/oauth2PermissionGrants?$filter={nobody}").body["value"] == []


def test_a_principal_that_is_not_there_has_no_roles() -> None:
    assert a_cloud().get("/servicePrincipals/99999999-0000-0000-0000-000000000000/appRoleAssignments").status == 404


def test_roles_have_their_published_ids() -> None:
    cloud = a_cloud()

    text = quote("displayName eq 'User Administrator'")
    (found,) = cloud.get(f"/roleManagement/directory/roleDefinitions?$filter={text}").body["value"]

    assert found["id"] == found["templateId"] == TEMPLATES["User Administrator"]
    assert cloud.get(f"/roleManagement/directory/roleDefinitions/{found['id']}").body["displayName"] == (
        "User Administrator"
    )
    assert cloud.get("/roleManagement/directory/roleDefinitions/nobody").status == 404
