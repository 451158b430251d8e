"""`plan --base`: only customers that a change concerns are read; what an apply of such plans looks at."""

from __future__ import annotations

import subprocess
from pathlib import Path

from scenarios.stage import Stage

from cli import worlds

FORMATS = ("text", "markdown", "html", "json")
FABRIKAM = "customers: {fabrikam: {tenant: fabrikam.onmicrosoft.com, users: {eve@fabrikam.com: {city: Rome}}}}\n"
WORLD = (
    worlds.WORLD
    + """  fabrikam.onmicrosoft.com:
    partners: [partner.onmicrosoft.com]
    domains: {fabrikam.com: {}}
    users: {eve@fabrikam.com: {displayName: Eve, city: Oslo, usageLocation: DE}}
"""
)


def two_customers(on_stage: Stage) -> str:
    """Two customers, everything applied and committed; the commit."""
    on_stage.write({"desired-state/contoso.yaml": worlds.FILES, "desired-state/fabrikam.yaml": FABRIKAM})
    on_stage.play(WORLD)
    assert on_stage.reconciler("apply", "--auto-approve").code == 0
    git(on_stage.root, "init", "--quiet", "--initial-branch=main")
    return commit(on_stage.root)


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Grace", "-c", "user.email=nobody@test.example"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "desired-state")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "more")
    return git(folder, "rev-parse", "HEAD")


def tenants_asked(on_stage: Stage) -> set[str]:
    """The domains of the tenants that anything was asked about since the last look."""
    rows = on_stage.requests()["requests"]
    on_stage.clouds.ask("requests", method="DELETE")
    return {str(row["tenant"]).partition(".")[0] for row in rows if row["service"] == "graph" and row["tenant"]}


def test_only_the_customers_that_the_change_concerns_are_read(on_stage: Stage) -> None:
    base = two_customers(on_stage)
    on_stage.write({"desired-state/fabrikam.yaml": FABRIKAM.replace("Rome", "Paris")})
    tenants_asked(on_stage)

    ran = on_stage.reconciler("plan", "--base", base, "--detailed-exitcode")

    assert ran.code == 2
    assert f"since {base[:12]} concerns\n  fabrikam: its own files" in ran.text
    assert tenants_asked(on_stage) == {"fabrikam"}


def test_where_nobody_is_concerned_no_cloud_is_asked_anything(on_stage: Stage) -> None:
    base = two_customers(on_stage)
    on_stage.write({"desired-state/fabrikam.yaml": f"# a comment\n{FABRIKAM}"})
    on_stage.clouds.ask("requests", method="DELETE")

    ran = on_stage.reconciler("plan", "--base", base, "--detailed-exitcode")

    assert ran.code == 0
    assert ran.text.startswith("No changes. What changed in the files concerns no customer, so none was looked at.")
    assert on_stage.requests()["requests"] == []


def test_a_customer_that_is_named_besides_is_read_where_the_change_concerns_it_too(on_stage: Stage) -> None:
    base = two_customers(on_stage)
    on_stage.write({"desired-state/fabrikam.yaml": FABRIKAM.replace("Rome", "Paris")})

    assert "user/eve@fabrikam.com" not in on_stage.reconciler("plan", "contoso", "--base", base).text


def two_plans(on_stage: Stage) -> None:
    """A change at each customer, each reviewed by itself."""
    base = two_customers(on_stage)
    contoso = worlds.FILES.replace("city: Rome", "city: Wien")
    for name, old, new in (("fabrikam", FABRIKAM, FABRIKAM.replace("Rome", "Paris")), ("contoso", None, contoso)):
        on_stage.write({f"desired-state/{name}.yaml": new})
        assert on_stage.reconciler("plan", "--base", base, "--out", f"{name}.plan.json").code == 0
        if old:
            on_stage.write({f"desired-state/{name}.yaml": old})
    on_stage.write({"desired-state/fabrikam.yaml": FABRIKAM.replace("Rome", "Paris")})


def test_plans_of_several_customers_are_applied_together(on_stage: Stage) -> None:
    two_plans(on_stage)

    assert on_stage.reconciler("apply", "fabrikam.plan.json", "contoso.plan.json", "--auto-approve").code == 0
    assert on_stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_an_apply_with_a_wider_scope_names_what_nobody_has_reviewed(on_stage: Stage) -> None:
    two_plans(on_stage)
    assert on_stage.reconciler("plan", "--out", "all.plan.json").code == 0

    ran = on_stage.reconciler("apply", "fabrikam.plan.json", "--scope-of", "all.plan.json", "--auto-approve")

    assert ran.code == 10
    assert "contoso/user/ada@contoso.com" in ran.text
    assert on_stage.live("fabrikam.onmicrosoft.com")["users"]["eve@fabrikam.com"]["city"] == "Paris"
    assert on_stage.live()["users"]["ada@contoso.com"]["city"] == "Rome"


def test_what_the_author_wrote_is_told_without_credentials_and_cannot_be_applied(on_stage: Stage) -> None:
    base = two_customers(on_stage)
    on_stage.write({"desired-state/fabrikam.yaml": FABRIKAM.replace("Rome", "Paris")})
    on_stage.clouds.ask("requests", method="DELETE")
    on_stage.env["RECONCILER_SANDBOX_CLIENT_SECRET"] = ""

    ran = on_stage.reconciler("plan", "--refresh=false", "--base", base, "--out", "p.plan.json", "--detailed-exitcode")

    assert ran.code == 2
    assert ran.text.startswith("Not compared with the live tenants")
    assert '~ city: "Rome" -> "Paris"' in ran.text
    assert "reconciler apply" not in ran.text
    assert on_stage.requests()["requests"] == []
    refused = on_stage.reconciler("apply", "p.plan.json", "--auto-approve")
    assert (refused.code, "never compared with the live tenants" in refused.text) == (10, True)


def test_a_plan_with_a_scope_shows_it_in_every_format(on_stage: Stage) -> None:
    base = two_customers(on_stage)
    on_stage.write({"desired-state/fabrikam.yaml": FABRIKAM.replace("Rome", "Paris")})
    assert on_stage.reconciler("plan", "--base", base, "--out", "p.plan.json").code == 0

    shown = {form: on_stage.reconciler("show", "p.plan.json", "--format", form).text for form in FORMATS}

    assert [form for form, text in shown.items() if "its own files" not in text] == []
