"""Whatever is registered is whole: each kind, format, rule and command with everything that belongs to it.

Fails by name, so that who adds one learns what is still missing (ARCHITECTURE.md, where a newcomer adds things).
"""

from __future__ import annotations

import json
import keyword
from pathlib import Path
from typing import Any

import click
import pytest

from reconciler import cli, drafts, kinds, policies, reports
from reconciler.app.workspace import open_workspace
from reconciler.model.kind import Kind
from reconciler.sandbox.graph import routes as graph
from reconciler.sandbox.partner import routes as partner

ROOT = Path(__file__).parent.parent
TESTS = ROOT / "tests"
KINDS = {kind.name: kind for kind in kinds.ALL}
# What the clouds must answer for each kind to be read and written; a new kind adds its line.
ROUTES = {
    "customer": (
        "GET /organization",
        "GET /v1/customers/{customer}",
        "HEAD /v1/domains/{domain}",
        "GET /v1/countryvalidationrules/{country}",
        "POST /v1/validations/address",
        "POST /v1/customers",
        "GET /v1/customers/{customer}/validationStatus",
    ),
    "agreement": ("GET /v1/agreements", "POST /v1/customers/{customer}/agreements"),
    "consent": ("GET /organization", "POST /v1/customers/{customer}/applicationconsents"),
    "sku": ("GET /subscribedSkus",),
    "subscription": (
        "GET /v1/customers/{customer}/subscriptions",
        "PATCH /v1/customers/{customer}/subscriptions/{subscription}",
    ),
    "user": ("GET /users", "POST /users", "PATCH /users/{user}", "DELETE /users/{user}"),
    "group": ("GET /groups", "POST /groups", "PATCH /groups/{group}", "POST /groups/{group}/members/$ref"),
    "license": ("GET /users", "POST /users/{user}/assignLicense"),
}


def module_of(kind: Kind[Any, Any]) -> Path:  # Any: kinds of different specs
    """The kind's file below kinds/."""
    return Path(*type(kind).__module__.split(".")[2:]).with_suffix(".py")


@pytest.fixture(scope="module")
def fleet() -> set[str]:
    """The kinds that the example fleet has resources of."""
    workspace = open_workspace(ROOT, {})
    addresses = (address for customer in workspace.customers.values() for address in customer.resources)
    return {address.kind for address in addresses}


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_that_is_written_in_files_is_in_their_schema(name: str) -> None:
    section = KINDS[name].section
    schema = json.loads((ROOT / "schemas/desired-state.schema.json").read_bytes())

    assert not section or section in schema["properties"]


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_its_routes_in_the_sandbox(name: str) -> None:
    known = {f"{route.method} {route.template}" for route in (*graph.SERVICE.routes, *partner.SERVICE.routes)}

    assert name in ROUTES, f"say in {Path(__file__).name} which routes {name} needs"
    assert [route for route in ROUTES[name] if route not in known] == []


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not (kind.observed or kind.implied)])
def test_a_kind_that_is_managed_has_an_example_in_the_fleet(name: str, fleet: set[str]) -> None:
    assert name in fleet


@pytest.mark.parametrize("name", [name for name, kind in KINDS.items() if not kind.observed])
def test_a_kind_that_is_managed_has_a_story(name: str) -> None:
    stories = [path.read_text(encoding="utf-8") for path in (TESTS / "scenarios").glob("*.txtar")]

    assert any(f"/{name}/" in story for story in stories), f"no story shows a row of a {name}"


def test_every_kind_that_is_written_in_files_is_imported() -> None:
    """An import would otherwise leave it out without a word."""
    assert sorted(drafts.DRAFTED) == sorted(kind.section for kind in kinds.ALL if kind.section)


@pytest.mark.parametrize("name", KINDS)
def test_a_kind_has_a_test(name: str) -> None:
    stem = module_of(KINDS[name]).stem

    assert list((TESTS / "kinds").glob(f"test_{stem}*.py")), f"tests/kinds/test_{stem}.py is missing"


@pytest.mark.parametrize("form", [form.name for form in reports.ALL])
def test_a_format_has_a_golden_file(form: str) -> None:
    suffixes = {found.name: found.suffix for found in reports.ALL}
    goldens = [path.name for path in (TESTS / "reports/golden").iterdir()]

    assert any(name.endswith((suffixes[form], f"-{form}.txt")) for name in goldens)


@pytest.mark.parametrize("rule", policies.ALL, ids=lambda rule: str(rule.name))
def test_a_rule_documents_itself_and_its_further_findings_have_golden_messages(rule: policies.Rule) -> None:
    """The first finding is proved by the refused example in the rule's documentation (policies/test_examples.py)."""
    goldens = "\n".join(path.read_text(encoding="utf-8") for path in (TESTS / "policies/golden").iterdir())

    assert rule.text
    assert [code.id for code in rule.codes[1:] if code.id not in goldens] == []


def module(command: click.Command) -> str:
    """The file of `force-unlock` is `force_unlock.py`."""
    name = str(command.name).replace("-", "_")
    return f"{name}_" if keyword.iskeyword(name) else name


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: str(command.name))
def test_a_command_has_a_file_of_its_name_help_and_a_test(command: click.Command) -> None:
    told = "\n".join(path.read_text(encoding="utf-8") for path in TESTS.rglob("*") if path.suffix in (".py", ".txtar"))

    assert (ROOT / f"reconciler/cli/{module(command)}.py").is_file()
    assert command.help
    assert f'"{command.name}"' in told or f"> reconciler {command.name}" in told


def test_every_file_of_a_command_is_registered() -> None:
    helpers = {"__init__", "exits", "options", "performing", "planned", "view"}
    files = {path.stem for path in (ROOT / "reconciler/cli").glob("*.py")} - helpers

    assert files == {module(command) for command in cli.COMMANDS}


def test_every_hazard_of_the_design_has_its_file() -> None:
    """The names are the design's; a hazard that is found later is a line here and a file there."""
    names = [
        "empty_config",
        "incomplete_listing",
        "last_global_admin",
        "own_app_and_gdap",
        "break_glass",
        "protect_removed_with_block",
        "rename_as_delete_create",
        "group_based_license",
        "foreign_partner_subscription",
        "seat_shortfall",
        "seat_decrease_inside_commitment",
        "duplicate_natural_key",
        "soft_deleted_upn",
        "onprem_synced_user",
        "guest_user",
        "replayed_plan",
        "forged_plan",
        "stale_one_resource",
        "cancel_mid_create",
        "lost_response_create",
        "ledger_lost",
        "ledger_conflict",
        "two_runners",
        "new_schema_field_noop",
        "null_vs_empty_vs_absent",
        "threshold_small_tenant",
        "one_bad_row",
        "throttled_customer_deferred",
        "currency_or_term_mismatch",
        "case_folding_of_upn_and_sku",
        "two_pull_requests_one_pool",
        "create_done_handover_open",
        "own_write_not_visible_yet",
        "swap_without_spare_seat",
        "norway",
    ]

    assert [name for name in names if not (TESTS / f"hazards/test_{name}.py").is_file()] == []
