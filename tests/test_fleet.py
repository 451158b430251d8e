"""The example fleet: what it promises a newcomer, and that its whole story ends as told.

The files are read where they stand. The story runs the commands as processes of their own, at a copy of the files,
against the default world on a real socket with `--fast`; exit codes and the server's own count of writes decide.
"""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconciler.app import planning
from reconciler.app.workspace import FOLDER, Workspace
from reconciler.model.repository import Move, Tombstone
from reconciler.model.template import Mode
from reconciler.sandbox import server
from reconciler.sandbox.__main__ import open_world
from reconciler.sandbox.server import Handle
from reconciler.sandbox.world import World

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / FOLDER).rglob("*.yaml"))
SCHEMA = ROOT / "schemas" / "desired-state.schema.json"
SCHEMA_LINE = "# yaml-language-server: $schema="


@pytest.fixture(scope="module")
def fleet() -> Workspace:
    """The example fleet, read and expanded."""
    return planning.check(ROOT, {})


@pytest.fixture(scope="module")
def world() -> World:
    """The world that is played when none is named."""
    return open_world(None)


class TestFiles:
    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT / FOLDER).as_posix())
    def test_each_file_begins_with_the_way_to_its_schema(self, path: Path) -> None:
        first = path.read_text(encoding="utf-8").splitlines()[0]

        assert first.startswith(SCHEMA_LINE)
        assert (path.parent / first.removeprefix(SCHEMA_LINE)).resolve() == SCHEMA

    @pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT / FOLDER).as_posix())
    def test_each_file_is_short_enough_to_be_read(self, path: Path) -> None:
        lines = path.read_text(encoding="utf-8").splitlines()

        assert len(lines) <= 100
        assert max(map(len, lines)) <= 120

    def test_nothing_is_wrong_with_them(self, fleet: Workspace) -> None:
        assert fleet.findings == ()

    def test_two_connections_serve_two_regions(self, fleet: Workspace) -> None:
        connections = fleet.repository.settings.connections

        assert {connection.region for connection in connections.values()} == {"Europe", "Australia"}
        assert {customer.connection for customer in fleet.customers.values()} == set(connections)

    def test_two_resellers_hand_their_settings_down(self, fleet: Workspace) -> None:
        inherited = {files.entry.reseller for files in fleet.repository.customers.values() if files.entry.reseller}

        assert inherited == set(fleet.repository.resellers) == {"alpine-it", "southern-cross"}
        assert fleet.customers["wingtip-toys"].defaults.currency == "AUD"
        assert fleet.customers["margies-travel"].defaults.usage_location == "AT"

    def test_everybody_a_reseller_and_a_customer_have_prices(self, fleet: Workspace) -> None:
        owners = {book.owner for customer in fleet.customers.values() for book in customer.prices}
        lines = [one.line for book in fleet.repository.prices.values() for of in book.lines.values() for one in of]

        assert owners == {"everybody", 'reseller "alpine-it"', 'customer "contoso"'}
        assert {line.currency for line in lines} == {None, "EUR", "AUD"}
        assert any(line.tiers for line in lines)
        assert any(line.from_ for line in lines)

    def test_customers_have_all_sizes(self, fleet: Workspace) -> None:
        people = Counter(a.customer for c in fleet.customers.values() for a in c.resources if a.kind == "user")

        assert len(people) >= 12
        assert (min(people.values()), max(people.values()), people.total()) == (3, 60, 200)

    def test_every_mode_is_shown(self, fleet: Workspace) -> None:
        modes = {mode for customer in fleet.customers.values() for mode in customer.modes.values()}

        assert modes == set(Mode)

    def test_every_plan_is_somebodys(self, fleet: Workspace) -> None:
        entries = [entry for files in fleet.repository.customers.values() for entry in files.entries]
        used = {plan for entry in entries for plan in getattr(entry.document, "plans", ())}

        bases = {plan.extends for plan in fleet.repository.plans.values()}
        assert set(fleet.repository.plans) - bases == used - bases

    def test_people_leave_move_and_are_forgotten(self, fleet: Workspace) -> None:
        customers = fleet.repository.customers.values()
        placed = [one.document for files in customers for one in (*files.removed, *files.moved)]

        actions = {document.action for document in placed if isinstance(document, Tombstone)}
        moved = [document.renaming.to for document in placed if isinstance(document, Move)]
        assert (actions, len(moved)) == ({"disable", "delete", "forget"}, 1)

    def test_somebody_is_protected(self, fleet: Workspace) -> None:
        protected = [a for c in fleet.customers.values() for a, desired in c.resources.items() if desired.protect]

        assert [str(address) for address in protected] == ["contoso/user/admin@contoso.com"]


class TestWorld:
    def test_it_has_a_tenant_for_each_customer(self, fleet: Workspace, world: World) -> None:
        missing = [key for key, customer in fleet.customers.items() if world.tenant(customer.tenant) is None]

        assert missing == []

    def test_each_partner_is_one_of_the_connections(self, fleet: Workspace, world: World) -> None:
        connections = fleet.repository.settings.connections.values()

        assert {one.partner_tenant for one in connections} == {partner.domain for partner in world.partners.values()}

    def test_it_has_what_no_file_mentions(self, fleet: Workspace, world: World) -> None:
        users = [user for tenant in world.tenants.values() for user in tenant.users.values()]
        declared = {a.key for c in fleet.customers.values() for a in c.resources if a.kind == "user"}

        guests = [user for user in users if user.properties["userType"] == "Guest"]
        licensed = [user for user in users if user.licenses and user.upn not in declared]
        assert len(guests) >= 3
        assert len(licensed) >= 3

    def test_nobody_has_a_license_that_no_subscription_supplies(self, world: World) -> None:
        for tenant in world.tenants.values():
            held = Counter(sku for user in tenant.users.values() for sku in user.licenses)
            given = {sku: len(group.members) for group in tenant.groups.values() for sku in group.licenses}
            bought: Counter[str] = Counter()
            for subscription in tenant.subscriptions.values():
                bought[subscription.sku_id] += subscription.quantity

            assert held + Counter(given) <= bought, tenant.domain

    def test_apps_of_all_partners_share_the_secret_that_is_printed(self) -> None:
        world = open_world(None)

        printed = server.with_secrets(world)

        assert {app.secret for partner in world.partners.values() for app in partner.apps.values()} == {printed}
        assert printed


@dataclass(frozen=True)
class Stage:
    """A copy of the files, and the running clouds."""

    work: Path
    clouds: Handle

    def run(self, *words: str) -> tuple[int, str]:
        """How a command ends, and what it prints."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("RECONCILER_")}
        environment = {**inherited, **self.clouds.env, "NO_COLOR": "1"}
        command = [sys.executable, "-m", "reconciler", *words]
        done = subprocess.run(command, cwd=self.work, env=environment, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def ask(self, path: str, body: object = None, *, method: str = "GET") -> Any:
        """Ask the control API."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if data else {}
        request = urllib.request.Request(f"{self.clouds.control}/{path}", data, headers, method=method)
        context = ssl.create_default_context(cafile=str(self.clouds.ca_file))
        with urllib.request.urlopen(request, context=context, timeout=30) as answer:
            found = answer.read()
        return json.loads(found) if found else None


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    with server.running(server.default_world(), "--fast") as clouds:
        yield Stage(tmp_path, clouds)


PORTAL = (
    {"tenant": "contoso.com", "user": "lena.vogt@contoso.com", "set": {"jobTitle": None}},
    {"tenant": "contoso.com", "group": "all-staff", "removeMembers": ["lena.vogt@contoso.com"]},
    {"tenant": "contoso.com", "subscription": "head-office", "set": {"quantity": 19}},
    {"tenant": "adventure-works.com", "user": "matilda.quan@adventure-works.com", "delete": True},
    {
        "tenant": "graphicdesigninstitute.com",
        "user": "fatou.diallo@graphicdesigninstitute.com",
        "assign": {"POWER_BI_PRO": {}},
    },
)


def _ends(stage: Stage, code: int, *words: str) -> str:
    ended, printed = stage.run(*words)
    assert ended == code, f"reconciler {' '.join(words)}\n{printed}"
    return printed


def test_the_first_plan_has_something_of_everything_to_do(stage: Stage) -> None:
    _ends(stage, 0, "plan", "--out", "f.plan.json")

    plan = json.loads((stage.work / "f.plan.json").read_bytes())
    done = {(change["kind"], action) for change in plan["changes"] for action in change["actions"]}
    assert plan["blocked"] == plan["drift"] == plan["deferred"] == []
    assert done >= {
        ("user", "create"),
        ("user", "update"),
        ("user", "restore"),
        ("user", "delete"),
        ("license", "create"),
        ("license", "update"),
        ("license", "unassign"),
        ("group", "create"),
        ("group", "update"),
        ("subscription", "update"),
    }
    units = [change["units"] for change in plan["changes"] if change.get("units")]
    assert min(units) < 0 < max(units)


def test_the_first_plan_knows_the_margin_of_every_customer(stage: Stage, fleet: Workspace) -> None:
    """Somebody is sold at a loss, somebody's unassigned seats go, and both currencies are there."""
    _ends(stage, 0, "plan", "--out", "f.plan.json")

    margins = json.loads((stage.work / "f.plan.json").read_bytes())["margins"]
    assert {margin["customer"] for margin in margins} == set(fleet.customers)
    assert [margin["unpriced"] for margin in margins if margin["unpriced"]] == []
    assert {margin["after"]["margin"]["currency"] for margin in margins} == {"EUR", "AUD"}
    assert any(Decimal(margin["after"]["margin"]["amount"]) < 0 for margin in margins)
    assert any(margin["before"]["unassigned_seats"] > margin["after"]["unassigned_seats"] for margin in margins)


def test_the_story_ends_as_told(stage: Stage) -> None:
    """Plan, apply, nothing left, no second write, drift, correction, and no more is done without the memory."""
    _ends(stage, 0, "validate")
    _ends(stage, 0, "plan", "--out", "f.plan.json")
    _ends(stage, 0, "apply", "f.plan.json")
    assert "No changes." in _ends(stage, 0, "plan", "--detailed-exitcode")

    stage.ask("requests", method="DELETE")
    _ends(stage, 0, "apply", "f.plan.json")
    assert stage.ask("requests")["writes"] == 0

    stage.ask("change", list(PORTAL), method="POST")
    _ends(stage, 2, "drift", "--detailed-exitcode")
    _ends(stage, 0, "plan", "--out", "g.plan.json")
    _ends(stage, 0, "apply", "g.plan.json")
    assert "No changes." in _ends(stage, 0, "plan", "--detailed-exitcode")

    shutil.rmtree(stage.work / ".reconciler")
    assert "No changes." in _ends(stage, 0, "plan", "--detailed-exitcode")


def test_the_demo_tells_it_to_the_end() -> None:
    command = [sys.executable, "-m", "reconciler", "demo"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Writes that the clouds counted meanwhile: 0" in done.stdout
    assert done.stdout.count("No changes.") == 3
    assert "Margin per month" in done.stdout
