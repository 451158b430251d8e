"""`--shard i/n`: the parts of a fleet are together what a run over all of it is, to the cent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from scenarios.stage import Stage

from cli import worlds
from reconciler.core import codec, joining
from reconciler.model.plan import Plan

KEYS = ("adatum", "contoso", "fabrikam", "litware", "proseware", "tailspin", "wingtip")
COUNTS = (1, 2, 3, 7)


def fleet(on_stage: Stage) -> None:
    """Seven customers, each with something of its own to do, and seats that nobody needs."""
    files, tenants = {}, ""
    for number, key in enumerate(KEYS):
        people = "".join(
            f"      p{one}@{key}.com: {{displayName: P, plans: [modern-worker]}}\n" for one in range(number)
        )
        files[f"desired-state/{key}.yaml"] = (
            f"customers:\n  {key}:\n    tenant: {key}.onmicrosoft.com\n"
            f"    subscriptions: {{office: {{plan: modern-worker, seats: auto}}}}\n"
            f"    users:\n      admin@{key}.com: {{city: Rome}}\n{people}"
        )
        tenants += f"""  {key}.onmicrosoft.com:
    partners: [partner.onmicrosoft.com]
    country: DE
    domains: {{{key}.com: {{default: true}}}}
    users: {{admin@{key}.com: {{displayName: A, city: Oslo, usageLocation: DE, roles: [Global Administrator]}}}}
    subscriptions:
      office:
        product: CFQ7TTC0LCHC:0002
        owner: partner.onmicrosoft.com
        quantity: 3
        start: 2025-12-02
        lots: [{{quantity: 1, added: "2025-12-02T00:00:00Z"}}, {{quantity: 2, added: "2026-03-01T09:00:00Z"}}]
    groups: {{all-staff: {{displayName: All}}}}
"""
    on_stage.write(files)
    on_stage.play(f"tenants:\n{tenants}")


def load(path: Path) -> Plan:
    return codec.loads(path.read_bytes()).plan


@pytest.mark.parametrize("command", ["plan", "rightsize"])
def test_the_parts_are_together_what_one_run_is(on_stage: Stage, command: str) -> None:
    fleet(on_stage)
    assert on_stage.reconciler(command, "--out", "all.plan.json").code == 0
    whole = load(on_stage.root / "all.plan.json")
    assert (whole.units != 0, len(whole.changes) > 2) == (True, True)

    for count in COUNTS:
        parts = []
        for number in range(1, count + 1):
            name = f"{number}.plan.json"
            assert on_stage.reconciler(command, "--shard", f"{number}/{count}", "--out", name).code == 0
            parts.append(load(on_stage.root / name))

        together = joining.joined(parts)
        assert (together.changes, together.scope) == (whole.changes, whole.scope)
        assert (together.monthly, together.commitment, together.units) == (
            whole.monthly,
            whole.commitment,
            whole.units,
        )
        assert (together.margins, together.reads, together.unmanaged) == (whole.margins, whole.reads, whole.unmanaged)
        assert (together.findings, together.counts) == (whole.findings, whole.counts)


def test_the_parts_of_a_look_for_drift_are_together_what_one_look_is(on_stage: Stage) -> None:
    fleet(on_stage)
    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    for key in KEYS[:4]:
        user = {"tenant": f"{key}.onmicrosoft.com", "user": f"admin@{key}.com", "set": {"city": "Bonn"}}
        on_stage.clouds.ask("change", user, method="POST")

    def told(*words: str) -> list[dict[str, Any]]:
        ran = on_stage.reconciler("drift", "--reports", "told", *words)
        assert ran.code == 0, ran.text
        return list(json.loads((on_stage.root / "told" / "drift.json").read_bytes()))

    def states(rows: list[dict[str, Any]]) -> dict[str, str]:
        return {str(row["customer"]): str(row["state"]) for row in rows}

    whole = told()

    parts = [row for number in (1, 2, 3) for row in told("--shard", f"{number}/3")]

    assert states(parts) == states(whole)
    assert sum(1 for state in states(whole).values() if state == "drift") == 4


def test_show_draws_the_parts_as_one_plan(on_stage: Stage) -> None:
    fleet(on_stage)
    for number in (1, 2):
        on_stage.reconciler("plan", "--shard", f"{number}/2", "--out", f"{number}.plan.json")
    whole = on_stage.reconciler("plan").text

    assert on_stage.reconciler("show", "2.plan.json", "1.plan.json").text == whole
    assert "Part 1/2 of the fleet" in on_stage.reconciler("show", "1.plan.json").text


def test_an_apply_of_all_parts_is_held_to_the_limits_of_one_run(on_stage: Stage) -> None:
    fleet(on_stage)
    settings = on_stage.root / "desired-state" / "reconciler.yaml"
    settings.write_text(settings.read_text().replace("guardrails: {", "guardrails: {customersTouched: 6, "))
    for number in (1, 2):
        assert on_stage.reconciler("plan", "--shard", f"{number}/2", "--out", f"{number}.plan.json").code == 0

    ran = on_stage.reconciler("apply", "1.plan.json", "2.plan.json", "--auto-approve")

    assert ran.code == 5
    assert "7 customers are touched by one run; 6 are allowed" in ran.text


@pytest.mark.parametrize("shard", ["0/3", "4/3", "1", "a/b", "1/0", "-1/3", "1/3/5", "1/1000", ""])
def test_a_part_that_is_none_is_refused_by_what_was_expected(on_stage: Stage, shard: str) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("plan", "--shard", shard)

    assert ran.code == 1
    assert "expected i/n with i from 1 to n, for example 2/4" in ran.text


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("1.plan.json", "all.plan.json"), "is in two of them"),
        (("1.plan.json", "other.plan.json"), "not plans of one sort, made of the same files"),
    ],
    ids=["overlapping", "other files"],
)
def test_plans_that_are_no_parts_of_one_are_not_shown_as_one(on_stage: Stage, names: tuple[str, ...], why: str) -> None:
    fleet(on_stage)
    on_stage.reconciler("plan", "--out", "all.plan.json")
    on_stage.reconciler("plan", "--shard", "1/2", "--out", "1.plan.json")
    on_stage.write({"desired-state/more.yaml": "customers: {new: {tenant: new.onmicrosoft.com}}\n"})
    on_stage.reconciler("plan", "--shard", "2/2", "--out", "other.plan.json")

    ran = on_stage.reconciler("show", *names)

    assert (ran.code, why in ran.text) == (1, True)
