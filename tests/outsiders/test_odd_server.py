"""The product against a cloud that other hands wrote: whatever its manners, it converges, and does nothing twice.

One story with something of everything, told in each manner alone, in all of them together under several seeds, and
over real TLS. Three runs are what convergence may take (testing.md 3).
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from contracts.driven import Product, rows
from transports import Httpx2Transport

from outsiders import odd_state
from outsiders.odd_manners import SWITCHES, Manners
from outsiders.odd_server import SECRET, OddCloud, over_tls
from outsiders.odd_state import E3, SPB, World
from reconciler import constants
from reconciler.cloud.sessions import Seams

Json = Any  # vendor documents
RUNS = 3
SETTINGS = """
apiVersion: reconciler/v1
connections:
  odd: {partnerTenant: partner.example, environment: local, auth: {clientId: 11111111-1111-1111-1111-111111111111}}
defaults: {connection: odd, usageLocation: DE, currency: EUR}
guardrails: {removals: {count: 20, percent: 100}, seatsAdded: 100}
handover: {recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}
catalog:
  CFQ7TTC0LCHC:0002: {title: Business Premium, sku: SPB, max: 300, terms: [{term: P1Y, billing: monthly, price: 9 EUR}]}
  CFQ7TTC0LFLX:0001: {title: Microsoft 365 E3, sku: SPE_E3, terms: [{term: P1Y, billing: monthly, price: 9 EUR}]}
plans:
  modern-worker: {product: CFQ7TTC0LCHC:0002, disabledServicePlans: []}
"""
FILES = """
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    manage: {users: additive, licenses: authoritative, groups: authoritative, subscriptions: additive}
    subscriptions:
      head-office: {plan: modern-worker, seats: auto, friendlyName: head-office}
    users:
      ada@contoso.com: {displayName: Ada Lovelace, jobTitle: Countess, manager: null, plans: [modern-worker]}
      bo@contoso.com:
        {displayName: Bo, state: disabled, licenses: {SPE_E3: {disabledServicePlans: [YAMMER_ENTERPRISE]}}}
      new@contoso.com: {displayName: New One, usageLocation: GB, manager: ada@contoso.com, plans: [modern-worker]}
      back@contoso.com: {displayName: Back Again, usageLocation: DE}
    groups:
      sales: {displayName: Sales, members: [ada@contoso.com, new@contoso.com], owners: [bo@contoso.com]}
      made: {displayName: Made, members: [ada@contoso.com, bo@contoso.com, new@contoso.com], owners: [ada@contoso.com]}
    removed:
      - {user: leaver@contoso.com, action: delete, reason: left}
"""


@dataclass(frozen=True, slots=True)
class Ids:
    """What a test looks up afterwards."""

    ada: str
    bo: str
    bystander: str
    device: str
    sales: str
    head_office: str


def fill(world: World) -> Ids:
    """The tenant before the story."""
    odd_state.a_user(world, "admin@contoso.com", isAdmin=True)
    bo = odd_state.a_user(world, "bo@contoso.com", licenses=[{"skuId": E3, "disabledPlans": []}])
    ada = odd_state.a_user(world, "ada@contoso.com", managerId=bo, licenses=[{"skuId": E3, "disabledPlans": []}])
    bystander = odd_state.a_user(world, "by@contoso.com", licenses=[{"skuId": SPB, "disabledPlans": []}])
    leaver = odd_state.a_user(world, "leaver@contoso.com")
    odd_state.a_user(world, "guest_x.example#EXT#@contoso.onmicrosoft.com", userType="Guest")
    gone = odd_state.a_user(world, "back@contoso.com")
    deleted = world.users.get(gone) or {}
    world.users.put(gone, None)
    mangled = f"{gone.replace('-', '')}back@contoso.com"
    world.bin.put(gone, {**deleted, "userPrincipalName": mangled, "deletedDateTime": "2026-11-01T08:00:00Z"})
    device = "dec0de00-0000-4000-8000-00000000000a"
    sales = odd_state.a_group(world, "sales", members=[leaver, bo, device], owners=[ada])
    for number in range(4):
        odd_state.a_group(world, f"other{number}", members=[bo])
    schedule = {"product": {"productId": "CFQ7TTC0LCHC", "skuId": "0002"}, "quantity": 1}
    head_office = odd_state.a_subscription(world, "head-office", SPB, 1, scheduledNextTermInstructions=schedule)
    odd_state.a_subscription(world, "foreign", E3, 5, _foreign=True)
    return Ids(ada, bo, bystander, device, sales, head_office)


def converge(product: Product) -> None:
    """Apply until nothing is left; AssertionError after three runs."""
    told: list[str] = []
    for _ in range(RUNS):
        applied = product.apply()
        told += [f"{one.status} {one.change.address} {one.detail}" for one in applied.outcomes if one.detail]
        left = product.plan()
        if not left.changes and left.complete and not left.errored:
            return
        told += {f"blocked: {finding.detail}": "" for one in left.blocked for finding in one.blocked}
        told += [f"still to do: {rows(left)}", *(str(one) for one in (*left.deferred, *left.findings))]
    raise AssertionError("\n".join(told))


def check(world: World, ids: Ids) -> None:
    """What must be true at the end, in the cloud's own books."""
    people = {one["userPrincipalName"].lower(): one for one in world.users.values()}
    new = people["new@contoso.com"]
    back = people["back@contoso.com"]["id"]
    sales, made = (next(g for g in world.groups.values() if g["mailNickname"] == name) for name in ("sales", "made"))
    office = world.subscriptions.get(ids.head_office) or {}

    assert people["ada@contoso.com"]["jobTitle"] == "Countess"
    assert people["ada@contoso.com"]["managerId"] is None
    assert new["managerId"] == ids.ada
    assert people["bo@contoso.com"]["accountEnabled"] is False
    assert "leaver@contoso.com" not in people
    assert back in [one["id"] for one in world.users.values()]
    assert {one["skuId"] for one in people["ada@contoso.com"]["licenses"]} == {SPB}
    assert {one["skuId"] for one in new["licenses"]} == {SPB}
    assert people["bo@contoso.com"]["licenses"][0]["disabledPlans"] == [odd_state.PLANS[E3]["YAMMER_ENTERPRISE"]]
    assert {one["skuId"] for one in people["by@contoso.com"]["licenses"]} == {SPB}
    assert {one for one in sales["members"] if world.bin.get(one) is None} == {ids.ada, new["id"], ids.device}
    assert sales["owners"] == [ids.bo]
    assert set(made["members"]) == {ids.ada, ids.bo, new["id"]}
    assert office["quantity"] == 3
    assert office["futureField"] == {"kept": ["as", 1, None], "rate": 1.25}
    # Somebody had arranged a renewal with one seat; three people hold one, so it is raised, and stays a schedule.
    assert office["scheduledNextTermInstructions"]["quantity"] == 3
    assert office["scheduledNextTermInstructions"]["product"]["productId"] == "CFQ7TTC0LCHC"
    assert office["autoRenewEnabled"] is True
    for once in ("create user new@contoso.com", "create group made", "delete user leaver@contoso.com", "restore user"):
        assert world.log.count(once) == 1, world.log


def tell(manners: Manners, root: Path) -> OddCloud:
    """The story in this process, on made-up time."""
    environ = {
        constants.ENV_LOGIN: "https://localhost",
        constants.ENV_GRAPH: "https://localhost/v1.0",
        constants.ENV_PARTNER_CENTER: "https://localhost/v1",
        constants.ENV_CLIENT_SECRET: SECRET,
    }
    product = Product(root, Seams(), environ)
    cloud = OddCloud(manners, now=lambda: product.elapsed_s)
    product.seams = Seams(transport_for=lambda _to: Httpx2Transport(httpx2.ASGITransport(app=cloud.app)))
    ids = fill(cloud.world)
    product.elapsed_s += 100.0  # what is in the world is old news everywhere
    product.write(SETTINGS, "reconciler.yaml")
    product.write(FILES)
    converge(product)
    check(cloud.world, ids)
    before = len(cloud.world.log)
    product.apply()
    assert cloud.world.log[before:] == []
    return cloud


@pytest.mark.parametrize("manner", ["none", *SWITCHES])
def test_the_product_converges_in_each_manner(manner: str, tmp_path: Path) -> None:
    manners = Manners() if manner == "none" else replace(Manners(), **{manner: True})

    tell(manners, tmp_path)


@pytest.mark.parametrize("seed", range(1, 13))
def test_the_product_converges_in_all_manners_at_once(seed: int, tmp_path: Path) -> None:
    tell(Manners(seed, **dict.fromkeys(SWITCHES, True)), tmp_path)


@pytest.mark.parametrize("seed", range(13, 25))
def test_the_product_converges_in_any_mixture_of_manners(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)

    tell(Manners(seed, **{name: dice.random() < 0.5 for name in SWITCHES}), tmp_path)


def test_the_product_converges_over_tls(tmp_path: Path) -> None:
    """What waits for real seconds is left to the made-up time of the other tests."""
    slow = ("late_seats", "accepted_patch", "throttled", "replicas")
    manners = Manners(**{name: name not in slow for name in SWITCHES})
    with over_tls(manners, tmp_path) as (cloud, base, ca_file):
        environ = {
            constants.ENV_LOGIN: base,
            constants.ENV_GRAPH: f"{base}/v1.0",
            constants.ENV_PARTNER_CENTER: f"{base}/v1",
            constants.ENV_CLIENT_SECRET: SECRET,
            constants.ENV_CA_FILE: str(ca_file),
        }
        ids = fill(cloud.world)
        (tmp_path / "files").mkdir()
        product = Product(tmp_path / "files", Seams(), environ, real_time=True)
        product.write(SETTINGS, "reconciler.yaml")
        product.write(FILES)

        converge(product)

        check(cloud.world, ids)
