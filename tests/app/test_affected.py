"""Which customers a change of the files concerns, told by what the files mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.versions import commit, edit, git, root
from reconciler.app import affected
from reconciler.app.workspace import open_workspace
from reconciler.core import touching
from reconciler.model.errors import UsageError
from reconciler.model.plan import Scope, Touched

__all__ = ["root"]
NOBODY: dict[str, str] = {}
OWN = {"contoso": "its own files"}
# What is replaced by what, and whom that concerns.
EDITS = {
    "nothing": ("", "", NOBODY),
    "a comment": ("users:", "# people\nusers:", NOBODY),
    "another order": (
        "  ada@contoso.com: {displayName: Ada, plans: [worker]}\n  bob@contoso.com: {displayName: Bob}\n",
        "  bob@contoso.com: {displayName: Bob}\n  ada@contoso.com: {displayName: Ada, plans: [worker]}\n",
        NOBODY,
    ),
    "a person's value": ("displayName: Ada", "displayName: Ada L.", OWN),
    "a person who is new": ("  bob@", "  cy@contoso.com: {displayName: Cy}\n  bob@", OWN),
    "a person who is gone": ("  bob@contoso.com: {displayName: Bob}\n", "", OWN),
    "a tombstone": (
        "subscriptions: {office: {plan: worker, seats: auto}}\n",
        "removed: [{user: x@contoso.com}]\n",
        OWN,
    ),
    "a plan": ("worker: {sku: SPB}", "worker: {sku: SPB, groups: [staff]}", "plans"),
    "a plan of one customer": (
        "expert: {sku: SPE_E3}",
        "expert: {sku: SPE_E3, groups: [staff]}",
        {"litware": "plan expert"},
    ),
    "a plan that nobody uses": ("plans:", "plans:\n  spare: {sku: SPB}", NOBODY),
    "a reseller": ("manage: {users: additive}", "manage: {users: observe}", {"contoso": "reseller alpine"}),
    "a price": ("SPE_E3: [{perMonth: 43.00", "SPE_E3: [{perMonth: 44.00", {"litware": "prices"}),
    "a line of the catalog": ("price: 444.00", "price: 445.00", {"litware": "catalog: CFQ7TTC0LFLX:0001"}),
    "what such a line refers to": ("CFQ7TTC0LFLX:0001:\n", "CFQ7TTC0LFLX:0001:\n    trial: false\n", NOBODY),
    "a default that one customer inherits": (
        "defaults: {usageLocation: DE}\nrights",
        "defaults: {usageLocation: AT}\nrights",
        {"fabrikam": "defaults in the settings"},
    ),
    "rightsizing that one customer inherits": (
        "rightsizing: inline",
        "rightsizing: nightly",
        {"litware": "rightsizing in the settings"},
    ),
    "a waiver": ("they are slow", "they are very slow", {"fabrikam": "waivers in the settings"}),
    "the age of catalogs": ("catalogAgeDays: 30", "catalogAgeDays: 31", NOBODY),
}
FOR_EVERYBODY = {
    "limits of a run": ("customersTouched: 5", "customersTouched: 6", "guardrails in the settings"),
    "a policy": ("termsDecided: {days: 30}", "termsDecided: {days: 31}", "policies in the settings"),
    "who reads passwords": ("handover: {recipients", "handover: {} # {recipients", "handover in the settings"),
    "the memory": ("rightsizing: inline", "rightsizing: inline\nledger: ./elsewhere", "ledger in the settings"),
}


def since(root: Path, *bases: str) -> Touched:
    found = affected.narrowed(open_workspace(root, {}), Scope(), bases or ("HEAD",)).touched
    assert found is not None
    return found


@pytest.mark.parametrize(("old", "new", "concerned"), EDITS.values(), ids=EDITS)
def test_a_change_concerns_whom_it_means_something_for(
    root: Path, old: str, new: str, concerned: dict[str, str] | str
) -> None:
    edit(root, old, new)

    found = since(root)

    both = {"contoso": "plan worker", "fabrikam": "plans analyst, worker"}
    assert (dict(found.customers), found.everybody) == (both if concerned == "plans" else concerned, "")


@pytest.mark.parametrize(("old", "new", "why"), FOR_EVERYBODY.values(), ids=FOR_EVERYBODY)
def test_a_change_of_what_holds_for_all_concerns_everybody(root: Path, old: str, new: str, why: str) -> None:
    edit(root, old, new)

    found = since(root)

    assert (found.everybody, found.customers) == (why, ())
    assert found.has("litware")


def test_a_customer_that_is_new_is_concerned_and_one_whose_file_has_another_name_is_not(root: Path) -> None:
    folder = root / "desired-state"
    (folder / "litware.yaml").rename(folder / "z.yaml")
    (folder / "new.yaml").write_text("customers: {adatum: {tenant: adatum.onmicrosoft.com}}\n", encoding="utf-8")

    assert dict(since(root).customers) == {"adatum": "it is new in the files"}


def test_a_customer_whose_subscriptions_a_tombstone_ends_is_concerned_once(root: Path) -> None:
    folder = root / "desired-state"
    (folder / "litware.yaml").unlink()
    grave = "removed: [{customer: litware, subscriptions: endOfTerm, tenant: litware.onmicrosoft.com}]\n"
    (folder / "gone.yaml").write_text(grave, encoding="utf-8")

    assert dict(since(root).customers) == {"litware": "its own files"}
    commit(root)
    assert since(root).customers == ()


def test_a_connection_concerns_the_customers_that_it_serves(root: Path) -> None:
    edit(root, "auth: {clientId: app}", "auth: {clientId: another}")

    assert {why for _, why in since(root).customers} == {"connection emea"}


def test_what_others_did_on_the_base_branch_meanwhile_is_not_our_change(root: Path) -> None:
    git(root, "checkout", "--quiet", "-b", "ours")
    git(root, "checkout", "--quiet", "main")
    edit(root, "displayName: Eve", "displayName: Eva")
    theirs = commit(root)
    git(root, "checkout", "--quiet", "ours")
    edit(root, "displayName: Ada", "displayName: Ada L.")

    assert dict(since(root, theirs).customers) == OWN


def test_what_was_changed_and_changed_back_is_seen_from_the_commit_between(root: Path) -> None:
    first = git(root, "rev-parse", "HEAD")
    edit(root, "displayName: Ada", "displayName: Ada L.")
    between = commit(root)
    edit(root, "displayName: Ada L.", "displayName: Ada")

    assert since(root, first).customers == ()
    assert since(root, first, between).keys == {"contoso"}


@pytest.mark.parametrize("text", ["customers: [\n", "customers: {contoso: {tenant: 1}}\n"], ids=["syntax", "model"])
def test_where_the_older_files_cannot_be_used_it_is_everybody(root: Path, text: str) -> None:
    (root / "desired-state" / "wrong.yaml").write_text(text, encoding="utf-8")
    commit(root)
    (root / "desired-state" / "wrong.yaml").unlink()

    assert since(root).everybody.endswith("mistake in them), so what changed is unknown")


def test_everybody_once_is_everybody(root: Path) -> None:
    some, everybody = Touched(("a",), (("contoso", "its own files"),)), Touched(("b",), everybody="why")

    assert touching.joined([some, everybody]) == Touched(("a", "b"), everybody="why")


def shallow(root: Path) -> Path:
    commit(root)
    git(root, "clone", "--quiet", "--depth=1", root.as_uri(), str(root / "clone"))
    return root / "clone"


def unrelated(root: Path) -> Path:
    git(root, "checkout", "--quiet", "--orphan", "other")
    git(root, "commit", "--quiet", "-m", "another beginning")
    return root


def not_git(root: Path) -> Path:
    (root / ".git").rename(root / "git")
    return root


@pytest.mark.parametrize(
    ("prepare", "base", "words"),
    [
        pytest.param(lambda root: root, "no-such-branch", 'git knows no commit "no-such-branch" here.', id="unknown"),
        pytest.param(lambda root: root, "--output=x", 'git knows no commit "--output=x" here.', id="an option"),
        pytest.param(shallow, "HEAD~1", "check out with fetch-depth: 0", id="shallow"),
        pytest.param(unrelated, "main", "have no commit in common", id="unrelated"),
        pytest.param(not_git, "main", "no git repository here", id="no git"),
    ],
)
def test_a_base_that_cannot_be_compared_with_is_refused_with_what_to_do(
    root: Path, prepare: Callable[[Path], Path], base: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words.replace("(", r"\(")):
        since(prepare(root), base)
