"""Who may change what: the files held against a base, by the base's rules."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.versions import SETTINGS, commit, edit, git, root
from reconciler.app import delegating
from reconciler.app.delegating import Verdict
from reconciler.app.workspace import open_workspace
from reconciler.model.errors import UsageError

__all__ = ["root"]
NOW = datetime(2026, 11, 1, tzinfo=UTC)
OWNERS = "owners: ['@northwind/provider']\n    teams: {'@northwind/provider': ['@grace']}"
ADA, BOB = "  ada@contoso.com: {displayName: Ada, plans: [worker]}\n", "  bob@contoso.com: {displayName: Bob}\n"
PEOPLE = "{to: ['@it'], customers: [contoso], change: [users, licenses]}"
NAMES = "{to: ['@it'], customers: [contoso], change: [users.displayName]}"
SEATS = "{to: ['@it'], resellers: [alpine], change: [licenses, subscriptions]"
ENTRY = "customers: {fabrikam: {tenant: fabrikam.onmicrosoft.com, "
# The grants, what is replaced by what, and what the author may not change of it.
CASES: dict[str, tuple[str, str, str, list[str]]] = {
    "nothing": (NAMES, "", "", []),
    "a comment in a file of others": (NAMES, "users: {eve", "# people\nusers: {eve", []),
    "a field that is granted": (NAMES, "displayName: Ada", "displayName: Ada L.", []),
    "a field that is not": (
        NAMES,
        "{displayName: Bob",
        "{city: Rome, displayName: Bob",
        ["RC760 users.city of contoso"],
    ),
    "a person of another customer": (
        PEOPLE,
        "displayName: Eve",
        "displayName: Evi",
        ["RC760 users.displayName of fabrikam"],
    ),
    "somebody new, where fields are granted": (
        NAMES,
        BOB,
        f"{BOB}  cy@contoso.com: {{displayName: Cy}}\n",
        ["RC760 users of contoso"],
    ),
    "somebody new, where users are granted": (PEOPLE, BOB, f"{BOB}  cy@contoso.com: {{displayName: Cy}}\n", []),
    "somebody who is gone": (NAMES, BOB, "", ["RC760 users of contoso"]),
    "a plan of a person, where users are granted": (
        "{to: ['@it'], customers: [contoso], change: [users]}",
        "{displayName: Bob}",
        "{displayName: Bob, plans: [worker]}",
        ["RC760 licenses of contoso"],
    ),
    "a plan of a person, where licenses are": (
        "{to: ['@it'], customers: [contoso], change: [licenses]}",
        "{displayName: Bob}",
        "{displayName: Bob, plans: [worker]}",
        [],
    ),
    "a password from the run's environment": (
        PEOPLE,
        "{displayName: Bob}",
        "{displayName: Bob, password: {env: SECRET}}",
        ["RC760 users.password of contoso"],
    ),
    "a password of somebody new": (
        PEOPLE,
        BOB,
        f"{BOB}  cy@contoso.com: {{displayName: Cy, password: {{env: SECRET}}}}\n",
        ["RC760 users.password of contoso"],
    ),
    "a tombstone": (
        NAMES,
        "subscriptions: {office",
        "removed: [{user: x@contoso.com}]\nsubscriptions: {office",
        ["RC760 users of contoso"],
    ),
    "the customer's reseller": (
        "{to: ['@it'], resellers: [alpine], change: [customers]}",
        f"{ENTRY}",
        f"{ENTRY}reseller: alpine, ",
        ["RC760 customers.reseller of fabrikam"],
    ),
    "a customer of the reseller": (
        "{to: ['@it'], resellers: [alpine], change: [customers]}",
        "rightsizing: nightly",
        "rightsizing: advice",
        [],
    ),
    "limits of a customer of the reseller": (
        "{to: ['@it'], resellers: [alpine], change: [customers]}",
        "rightsizing: nightly",
        "rightsizing: nightly, guardrails: {seatsAdded: 500}",
        ["RC760 customers.guardrails of contoso"],
    ),
    "a customer that is new": (
        "{to: ['@it'], resellers: [alpine], change: [customers, customers.tenant]}",
        "customers:\n  contoso:",
        "customers:\n  adatum: {tenant: adatum.onmicrosoft.com, reseller: alpine}\n  contoso:",
        [],
    ),
    "a customer that is new, with any tenant": (
        "{to: ['@it'], resellers: [alpine], change: [customers]}",
        "customers:\n  contoso:",
        "customers:\n  adatum: {tenant: adatum.onmicrosoft.com, reseller: alpine}\n  contoso:",
        ["RC760 customers.tenant of adatum"],
    ),
    "a customer that is new, at nobody's reseller": (
        "{to: ['@it'], resellers: [alpine], change: [customers, customers.tenant]}",
        "customers:\n  contoso:",
        "customers:\n  adatum: {tenant: adatum.onmicrosoft.com}\n  contoso:",
        ["RC760 customers.tenant of adatum", "RC760 customers of adatum"],
    ),
    "a plan template": (
        "{to: ['@it'], customers: ['*'], change: [users, licenses, customers]}",
        "expert: {sku: SPE_E3}",
        "expert: {sku: SPE_E3, groups: [staff]}",
        ["RC760 what all customers share"],
    ),
    "a price": (PEOPLE, "SPB: [{perMonth: 24.90", "SPB: [{perMonth: 14.90", ["RC760 what all customers share"]),
    "the catalog": (PEOPLE, "price: 444.00", "price: 1.00", ["RC760 what all customers share"]),
    "a reseller": (PEOPLE, "manage: {users: additive", "manage: {users: observe", ["RC760 what all customers share"]),
    "the settings": (PEOPLE, "customersTouched: 5", "customersTouched: 500", ["RC760 what all customers share"]),
    "the grants themselves": (
        NAMES,
        "change: [users.displayName]",
        "change: [users]",
        ["RC760 what all customers share"],
    ),
    "as many removals as allowed": (f"{PEOPLE[:-1]}, upTo: {{removals: 1}}}}", BOB, "", []),
    "a removal too many": (f"{PEOPLE[:-1]}, upTo: {{removals: 0}}}}", BOB, "", ["RC761 takes out 1"]),
    "who goes with a license counts once": (f"{PEOPLE[:-1]}, upTo: {{removals: 1}}}}", ADA, "", []),
    "as many seats as allowed": (f"{SEATS}, upTo: {{seatsAdded: 4}}}}", "seats: auto", "seats: 5", []),
    "seats too many": (f"{SEATS}, upTo: {{seatsAdded: 3}}}}", "seats: auto", "seats: 5", ["RC761 4 more seats"]),
    "cost too high": (
        f"{SEATS}, upTo: {{monthlyCostAdded: 72.00 EUR}}}}",
        "seats: auto",
        "seats: 5",
        ["RC761 72.40 EUR a month more"],
    ),
    "cost in another currency": (
        f"{SEATS}, upTo: {{monthlyCostAdded: 100.00 USD}}}}",
        "seats: auto",
        "seats: 5",
        ["RC761 in that currency alone"],
    ),
    "seats that follow the people": (
        f"{SEATS}, upTo: {{seatsAdded: 0}}}}",
        "{displayName: Bob}",
        "{displayName: Bob, plans: [worker]}",
        ["RC761 1 more seats"],
    ),
    "a file of the grant": (f"{NAMES[:-1]}, folders: [desired-state]}}", "displayName: Ada", "displayName: Ida", []),
    "a file beside it": (
        f"{NAMES[:-1]}, folders: [desired-state/con]}}",
        "displayName: Ada",
        "displayName: Ida",
        ["RC762 below desired-state/con only"],
    ),
    "a comment beside it": (
        f"{NAMES[:-1]}, folders: [desired-state/contoso.yaml]}}",
        "users: {eve",
        "# people\nusers: {eve",
        ["RC762 write below desired-state/contoso.yaml"],
    ),
}


def granted(root: Path, grants: str) -> None:
    """Commit settings with these grants."""
    rules = f"policies:\n  delegation:\n    {OWNERS}\n    grants: [{grants}]\n"
    text = SETTINGS.replace("policies: {termsDecided: {days: 30}}\n", rules)
    text = "\n".join(line for line in text.splitlines() if "waive" not in line and "fabrikam" not in line)
    (root / "desired-state" / "reconciler.yaml").write_text(text, encoding="utf-8")
    commit(root)


def judged(root: Path, *authors: str, base: str = "HEAD") -> Verdict:
    workspace = open_workspace(root, {})
    assert workspace.errors == ()
    return delegating.judge(workspace, base, authors, NOW)


def refused(root: Path, *authors: str, base: str = "HEAD") -> list[str]:
    """Code and text of everything that the authors may not change."""
    return [f"{found.code.id} {found.detail}" for found in judged(root, *authors, base=base).findings]


def agree(expected: list[str], found: list[str]) -> bool:
    """True where each text has the code and the words that are expected of it."""
    pairs = [(one.partition(" "), text) for one, text in zip(expected, found, strict=False)]
    return len(expected) == len(found) and all(text.startswith(one[0]) and one[2] in text for one, text in pairs)


@pytest.mark.parametrize(("grants", "old", "new", "expected"), CASES.values(), ids=CASES)
def test_an_author_may_change_what_is_granted(root: Path, grants: str, old: str, new: str, expected: list[str]) -> None:
    granted(root, grants)
    edit(root, old, new)

    found = refused(root, "@it")

    assert agree(expected, found), found


@pytest.mark.parametrize("author", ["@northwind/provider", "@grace", "@Grace"])
def test_an_owner_may_change_everything(root: Path, author: str) -> None:
    granted(root, NAMES)
    edit(root, "customersTouched: 5", "customersTouched: 500")
    (root / "run.sh").write_text("exit 0\n", encoding="utf-8")

    assert refused(root, author) == []


def test_everybody_of_a_domain_is_known_by_the_address_that_the_caller_says(root: Path) -> None:
    granted(root, NAMES.replace("'@it'", "'*@contoso.com'"))
    edit(root, "displayName: Ada", "displayName: Ida")

    assert refused(root, "joe@Contoso.com") == []
    assert refused(root, "joe@evilcontoso.com") != []


def test_each_refusal_names_the_line_and_who_may(root: Path) -> None:
    granted(root, f"{NAMES}, {{to: ['@hr'], customers: ['con*'], change: [users]}}")
    edit(root, "displayName: Bob", "jobTitle: Boss, displayName: Bob")

    (found,) = judged(root, "@it").findings

    assert str(found.origin).endswith("desired-state/contoso.yaml:6:3")
    assert found.fix == "Have one of those change it who may: @northwind/provider, @hr."


@pytest.mark.parametrize("name", [".github/workflows/plan.yml", "run.sh", "desired-state/.hidden/x.yaml"])
def test_a_file_that_is_no_desired_state_is_the_owners(root: Path, name: str) -> None:
    granted(root, PEOPLE)
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text("on: push\n", encoding="utf-8")

    (found,) = judged(root, "@it").findings

    assert (found.code.id, found.detail.partition(" ")[0]) == ("RC762", name)


def test_a_customer_under_another_key_is_another_customer(root: Path) -> None:
    granted(root, "{to: ['@it'], customers: [contoso], change: [users, licenses, subscriptions, customers]}")
    path = root / "desired-state" / "contoso.yaml"
    text = path.read_text(encoding="utf-8").replace("  contoso: {", "  mine: {moved: [], ")
    path.write_text(
        text.replace("customer: contoso", "customer: mine").replace(
            "moved: []", "moved: [{customer: {from: contoso, to: mine}}]"
        ),
        encoding="utf-8",
    )

    found = refused(root, "@it")

    assert found
    assert [one for one in found if "of mine" not in one and "of contoso" not in one] == []
    assert any("may not change customers of mine" in one for one in found)


def test_what_is_committed_counts_as_well_as_what_is_not(root: Path) -> None:
    granted(root, NAMES)
    base = git(root, "rev-parse", "HEAD")
    edit(root, "displayName: Eve", "displayName: Evi")
    commit(root)

    assert len(refused(root, "@it", base=base)) == 1


def test_nobody_is_judged_by_rules_that_he_brings_along(root: Path) -> None:
    granted(root, NAMES)
    base = git(root, "rev-parse", "HEAD")
    edit(root, "owners: ['@northwind/provider']", "owners: ['@it']")
    commit(root)

    assert agree(["RC760 what all customers share"], refused(root, "@it", base=base))


def test_the_rules_are_those_of_the_base_as_it_is_now(root: Path) -> None:
    """Whoever branched off when he still might change something may not, once that was taken from him."""
    granted(root, PEOPLE)
    git(root, "checkout", "--quiet", "-b", "feature")
    edit(root, "displayName: Bob", "city: Rome, displayName: Bob")
    commit(root)
    git(root, "checkout", "--quiet", "main")
    granted(root, NAMES)
    git(root, "checkout", "--quiet", "feature")

    assert agree(["RC760 users.city of contoso"], refused(root, "@it", base="main"))


def test_what_others_did_on_the_base_meanwhile_is_not_the_authors(root: Path) -> None:
    granted(root, NAMES)
    git(root, "checkout", "--quiet", "-b", "feature")
    edit(root, "displayName: Bob", "displayName: Robert")
    commit(root)
    git(root, "checkout", "--quiet", "main")
    edit(root, "displayName: Eve", "displayName: Evi")
    commit(root)
    git(root, "checkout", "--quiet", "feature")

    assert refused(root, "@it", base="main") == []


def test_without_delegation_nobody_is_asked_who_it_is(root: Path) -> None:
    found = judged(root)

    assert (found.findings, found.words) == (
        (),
        "The settings of HEAD delegate nothing, so nobody is held against anything.",
    )


def test_with_delegation_somebody_has_to_be_named(root: Path) -> None:
    granted(root, NAMES)

    with pytest.raises(UsageError, match="say whose it is, with --author"):
        judged(root)


@pytest.mark.parametrize("author", ["ada", "@", "a b@contoso.com", "@joe@contoso.com", ""])
def test_an_author_who_can_be_nobody_is_said(root: Path, author: str) -> None:
    granted(root, NAMES)

    with pytest.raises(UsageError, match="is nobody: expected a user such as @ada"):
        judged(root, "@it", author)


def test_a_base_that_cannot_be_used_refuses_everybody_but_owners(root: Path) -> None:
    granted(root, NAMES)
    mended = (root / "desired-state" / "contoso.yaml").read_text(encoding="utf-8")
    edit(root, "displayName: Ada", "displayNam: Ada")
    commit(root)
    (root / "desired-state" / "contoso.yaml").write_text(mended, encoding="utf-8")

    assert agree(["RC763 cannot be used (1 mistake in them)"], refused(root, "@it"))
    assert refused(root, "@grace") == []


def test_a_base_whose_settings_cannot_be_read_refuses_everybody_where_it_delegates(root: Path) -> None:
    granted(root, NAMES)
    edit(root, "customersTouched: 5", "customersTouched: many")
    commit(root)
    edit(root, "customersTouched: many", "customersTouched: 5")

    assert agree(["RC763 nobody knows what its settings delegate"], refused(root, "@grace"))


def test_a_base_whose_settings_cannot_be_read_and_that_delegates_nothing_refuses_nobody(root: Path) -> None:
    edit(root, "customersTouched: 5", "customersTouched: many")
    commit(root)
    edit(root, "customersTouched: many", "customersTouched: 5")

    assert refused(root) == []
