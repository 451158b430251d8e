"""`doctor` about rights: what a customer's consent and a person's roles there do not allow, said before any write."""

from __future__ import annotations

import json
from typing import Any

from scenarios.stage import Stage

from cli import people, worlds

APP = people.APP
READ_ONLY = "[User.Read.All, Group.Read.All, Organization.Read.All]"


def world(line: str, base: str = worlds.WORLD) -> str:
    """The one small world, with a line more about the customer's tenant."""
    return base.replace("    users:", f"    {line}\n    users:")


def contoso(stage: Stage) -> dict[str, Any]:  # Any: JSON
    lines = stage.reconciler("doctor", "contoso", "--json").text.splitlines()
    return next(check for check in map(json.loads, lines) if check["check"] == "emea: contoso")


def test_permissions_that_the_files_ask_for_and_nobody_gave_are_named(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    on_stage.play(world(f"consents: {{{APP}: {{roles: {READ_ONLY}}}}}"))

    said = contoso(on_stage)

    assert not said["passed"]
    assert "to assign licenses, the permission LicenseAssignment.ReadWrite.All" in said["detail"]
    assert "to create and change users, the permission User.ReadWrite.All" in said["detail"]
    assert said["fix"].startswith("Consent to what is missing")


def test_nothing_is_missing_where_everything_was_given(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    assert contoso(on_stage)["passed"]


def test_what_is_only_looked_at_needs_no_permission_to_write(on_stage: Stage) -> None:
    modes = "manage: {users: observe, groups: observe, licenses: observe}"
    worlds.prepared(on_stage)
    on_stage.write(
        {"desired-state/contoso.yaml": worlds.FILES.replace("    subscriptions:", f"    {modes}\n    subscriptions:")}
    )
    on_stage.play(world(f"consents: {{{APP}: {{roles: {READ_ONLY}}}}}"))

    said = contoso(on_stage)

    assert said["passed"], said


def test_a_role_that_a_person_does_not_have_there_is_named(on_stage: Stage) -> None:
    served = people.with_person(on_stage)
    on_stage.play(people.WORLD + world("gdap: {partner.onmicrosoft.com: [Directory Readers, License Administrator]}"))

    said = contoso(served.stage)

    assert not said["passed"], said
    assert "to create and change users, the role User Administrator" in said["detail"]
    assert "assign licenses" not in said["detail"]


def test_a_relationship_that_ends_soon_and_does_not_extend_itself_is_told(on_stage: Stage) -> None:
    worlds.prepared(on_stage)
    held = "[User Administrator, License Administrator, Groups Administrator]"
    ends = f"{{name: ours, roles: {held}, duration: P90D, activated: 2025-12-12T00:00:00Z}}"
    on_stage.play(world(f"relationships: {{partner.onmicrosoft.com: [{ends}]}}"))

    said = contoso(on_stage)

    assert said["passed"], said
    assert "GDAP until 2026-03-12, in 9 days" in said["detail"]
    assert said["fix"].startswith("Ask the customer for a new relationship")
