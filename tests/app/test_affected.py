"""Which customers a change of the files concerns, told by what the files mean."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from reconciler.app import affected
from reconciler.app.workspace import open_workspace
from reconciler.core import touching
from reconciler.model.errors import UsageError
from reconciler.model.plan import Scope, Touched

SETTINGS = """apiVersion: reconciler/v1
connections:
  emea: {partnerTenant: partner.onmicrosoft.com, environment: local, region: Europe, auth: {clientId: app}}
defaults: {usageLocation: DE}
rightsizing: inline
guardrails: {customersTouched: 5, catalogAgeDays: 30}
handover: {recipients: [age13p9fpkskgs5f5dnjdjgsgpc4mwdgmrptmucdenyx7qgv3ukxadtswh8czn]}
policies: {termsDecided: {days: 30}}
waivers:
  - {policy: termsDecided, at: fabrikam/subscription/*, reason: they are slow, until: 2030-01-01}
catalog:
  CFQ7TTC0LCHC:0002:
    title: Business Premium
    sku: SPB
    terms: [{term: P1Y, billing: monthly, price: 217.20 EUR}]
  CFQ7TTC0LFLX:0001:
    title: Microsoft 365 E3
    sku: SPE_E3
    terms: [{term: P1Y, billing: monthly, price: 444.00 EUR}]
resellers:
  alpine: {manage: {users: additive}}
prices:
  SPB: [{perMonth: 24.90 EUR}]
  SPE_E3: [{perMonth: 43.00 EUR}]
plans:
  worker: {sku: SPB}
  analyst: {extends: worker}
  expert: {sku: SPE_E3}
"""
CUSTOMERS = {
    "contoso": """customers:
  contoso: {tenant: contoso.onmicrosoft.com, reseller: alpine, rightsizing: nightly, defaults: {usageLocation: CH}}
customer: contoso
users:
  ada@contoso.com: {displayName: Ada, plans: [worker]}
  bob@contoso.com: {displayName: Bob}
subscriptions: {office: {plan: worker, seats: auto}}
""",
    "fabrikam": """customers: {fabrikam: {tenant: fabrikam.onmicrosoft.com, rightsizing: advice}}
customer: fabrikam
users: {eve@fabrikam.com: {displayName: Eve, plans: [{plan: analyst, until: 2031-01-01}]}}
subscriptions: {office: {plan: worker, seats: auto}}
""",
    "litware": """customers: {litware: {tenant: litware.onmicrosoft.com, defaults: {usageLocation: DE}}}
customer: litware
users: {joe@litware.com: {displayName: Joe, plans: [expert]}}
subscriptions: {office: {plan: expert, seats: auto}}
""",
}
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


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "desired-state"
    folder.mkdir()
    (folder / "reconciler.yaml").write_text(SETTINGS, encoding="utf-8")
    for name, text in CUSTOMERS.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path)
    return tmp_path


def git(folder: Path, *words: str) -> str:
    who = ["-c", "user.name=Grace", "-c", "user.email=nobody@test.example"]
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def commit(folder: Path) -> str:
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "-m", "more")
    return git(folder, "rev-parse", "HEAD")


def edit(root: Path, old: str, new: str) -> None:
    """Replace the text in the one file that has it first."""
    for path in sorted((root / "desired-state").iterdir()):
        text = path.read_text(encoding="utf-8")
        if old in text:
            path.write_text(text.replace(old, new, 1), encoding="utf-8")
            return
    raise AssertionError(f"{old} stands nowhere")


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
