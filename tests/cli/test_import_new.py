"""`import --only new`: what is live and in no file is added behind what people wrote, and nothing else changes."""

from __future__ import annotations

import pytest
from scenarios.stage import Stage

FOLDER = "desired-state/customers/contoso"
NEW = ("import", "contoso", "--only", "new")
WORLD = """
tenants:
  contoso.onmicrosoft.com:
    users:
      ada@contoso.com: {displayName: Ada, usageLocation: DE, licenses: {SPB: {}}}
      bo@contoso.com: {displayName: Bo, usageLocation: DE, licenses: {SPB: {}}}
      cy@contoso.com: {displayName: Cy, usageLocation: DE, licenses: {SPE_E3: {}}}
    groups: {sales: {displayName: Sales, members: [ada@contoso.com, bo@contoso.com]}}
    subscriptions:
      a: {product: CFQ7TTC0LCHC:0002, owner: partner.onmicrosoft.com, quantity: 2, friendlyName: Head office}
      b: {product: CFQ7TTC0LFLX:0001, owner: partner.onmicrosoft.com, quantity: 1, friendlyName: E3}
"""
CUSTOMER = """\
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    subscriptions: {head-office: {plan: modern-worker, seats: auto, friendlyName: Head office}}
"""
USERS = """\
# Our people.
customer: contoso
users:
  admin@contoso.com: {displayName: Contoso Administrator}   # the only one

  # Ada runs the shop.
  ada@contoso.com: {displayName:   Ada, plans: [modern-worker]}
  # Whoever comes next goes here.
"""
ADDED = """\
  bo@contoso.com: {displayName: Bo, usageLocation: DE, plans: [modern-worker]}
  cy@contoso.com: {displayName: Cy, usageLocation: DE, licenses: {SPE_E3: {}}}
"""


def prepared(on_stage: Stage, users: str = USERS, customer: str = CUSTOMER) -> Stage:
    on_stage.play(WORLD)
    folder = on_stage.root / FOLDER
    folder.mkdir(parents=True)
    (folder / "customer.yaml").write_text(customer, encoding="utf-8")
    (folder / "users.yaml").write_bytes(users.encode())
    return on_stage


def users(on_stage: Stage) -> str:
    return (on_stage.root / FOLDER / "users.yaml").read_bytes().decode()


def test_new_people_go_behind_the_others_and_no_line_of_theirs_changes(on_stage: Stage) -> None:
    stage = prepared(on_stage)

    said = stage.reconciler(*NEW)

    assert said.code == 0, said.text
    assert users(stage) == USERS + ADDED
    assert (stage.root / FOLDER / "customer.yaml").read_text(encoding="utf-8") == CUSTOMER
    assert "  e3:\n    product: CFQ7TTC0LFLX:0001\n" in (stage.root / FOLDER / "subscriptions.yaml").read_text(
        encoding="utf-8"
    )
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0


def test_a_second_import_changes_nothing(on_stage: Stage) -> None:
    stage = prepared(on_stage)
    stage.reconciler(*NEW)
    before = {path: path.read_bytes() for path in (stage.root / "desired-state").rglob("*.yaml")}

    said = stage.reconciler(*NEW, "--check")
    again = stage.reconciler(*NEW)

    assert (said.code, again.code) == (0, 0)
    assert "Nothing to import" in again.text
    assert {path: path.read_bytes() for path in (stage.root / "desired-state").rglob("*.yaml")} == before


def test_nothing_is_added_unless_it_is_asked_for(on_stage: Stage) -> None:
    stage = prepared(on_stage)

    said = stage.reconciler("import", "contoso")

    assert said.code == 1
    assert "1 group, 1 subscription, 2 users of contoso are live and in no file: --only new adds them." in said.text
    assert users(stage) == USERS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (USERS.rstrip("\n"), USERS + ADDED),
        (USERS.replace("\n", "\r\n"), (USERS + ADDED).replace("\n", "\r\n")),
        ("\ufeff" + USERS, "\ufeff" + USERS + ADDED),
        (
            USERS.replace("\n  ", "\n    "),
            USERS.replace("\n  ", "\n    ") + ADDED.replace("  bo", "    bo").replace("  cy", "    cy"),
        ),
        (f"{USERS}removed: []\n", f"{USERS}removed: []\n---\ncustomer: contoso\nusers:\n{ADDED}"),
        (
            "users: {admin@contoso.com: {displayName: A}, ada@contoso.com: {plans: [modern-worker]}}\n"
            "customer: contoso\n",
            None,
        ),
        ("# nobody yet\n", None),
        ("", None),
        ("customer: contoso\nusers:\n  # nobody yet\n", None),
    ],
    ids=["no-line-end", "crlf", "mark", "deeper", "not-last", "braces", "comment", "empty", "no-entries"],
)
def test_every_form_of_a_file_is_added_to(on_stage: Stage, text: str, expected: str | None) -> None:
    stage = prepared(on_stage, text)

    said = stage.reconciler(*NEW)

    assert said.code == 0, said.text
    assert users(stage).startswith(text)
    assert expected is None or users(stage) == expected
    assert stage.reconciler("validate").code == 0
    assert stage.reconciler("plan", "--detailed-exitcode").code == (0 if "displayName: A}" not in text else 2)


def test_what_is_new_can_go_to_another_folder(on_stage: Stage) -> None:
    stage = prepared(on_stage)

    said = stage.reconciler(*NEW, "--out", "elsewhere")

    assert said.code == 0, said.text
    assert (stage.root / "elsewhere/users.yaml").read_text(encoding="utf-8") == f"customer: contoso\nusers:\n{ADDED}"
    assert users(stage) == USERS


def test_people_in_a_file_of_another_place_stay_there(on_stage: Stage) -> None:
    stage = prepared(on_stage, "", CUSTOMER)
    (stage.root / FOLDER / "users.yaml").unlink()
    stage.write({"desired-state/everybody.yaml": USERS})

    stage.reconciler(*NEW)

    assert users(stage) == f"customer: contoso\nusers:\n{ADDED}"
    assert (stage.root / "desired-state/everybody.yaml").read_text(encoding="utf-8") == USERS


def test_a_customer_without_people_needs_no_option(on_stage: Stage) -> None:
    stage = prepared(on_stage, "", "customers: {contoso: {tenant: contoso.onmicrosoft.com}}\n")

    said = stage.reconciler("import", "contoso")

    assert said.code == 0, said.text
    assert "  ada@contoso.com: {displayName: Ada, usageLocation: DE, plans: [modern-worker]}" in users(stage)


def test_somebody_who_may_have_been_renamed_is_left_to_a_person(on_stage: Stage) -> None:
    stage = prepared(on_stage)
    stage.portal({"user": "ada@contoso.com", "set": {"userPrincipalName": "ada.king@contoso.com"}})

    said = stage.reconciler(*NEW)

    assert "moved: [{user: {from: ada@contoso.com, to: ada.king@contoso.com}}]" in said.text
    assert "ada.king" not in users(stage)


def test_whom_a_tombstone_lets_go_is_not_taken_up_again(on_stage: Stage) -> None:
    stage = prepared(on_stage, f"{USERS}removed:\n  - {{user: bo@contoso.com, action: forget, reason: left}}\n")

    said = stage.reconciler(*NEW)

    assert "removed by a tombstone: 1" in said.text
    assert "  bo@contoso.com:" not in users(stage)


def test_a_subscription_that_a_tombstone_lets_go_is_not_taken_up_again(on_stage: Stage) -> None:
    stage = prepared(
        on_stage, f"{USERS}removed:\n  - {{subscription: e3, action: forget, reason: not ours to manage}}\n"
    )

    said = stage.reconciler(*NEW)

    assert (said.code, "removed by a tombstone: 1" in said.text) == (0, True), said.text
    assert not (stage.root / FOLDER / "subscriptions.yaml").exists()


def test_an_authoritative_customer_takes_nothing_away_because_of_what_is_added(on_stage: Stage) -> None:
    """Naming E3 for Cy would bring it into the scope of the sweep, and Ada would lose hers."""
    stage = prepared(on_stage, USERS, CUSTOMER.replace("    subs", "    manage: {licenses: authoritative}\n    subs"))
    stage.portal({"subscription": "b", "set": {"quantity": 2}})
    stage.portal({"user": "ada@contoso.com", "assign": {"SPE_E3": {}}})

    said = stage.reconciler(*NEW)

    assert said.code == 0, said.text
    assert "would unassign contoso/license/ada@contoso.com:SPE_E3" in said.text
    assert stage.reconciler("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--tenant", "fabrikam.onmicrosoft.com"), 'says tenant "contoso.onmicrosoft.com" of contoso'),
        (("--connection", "apac"), 'says connection "emea" of contoso'),
    ],
    ids=["tenant", "connection"],
)
def test_what_contradicts_the_files_is_refused(on_stage: Stage, words: tuple[str, ...], expected: str) -> None:
    stage = prepared(on_stage)

    said = stage.reconciler(*NEW, *words)

    assert (said.code, expected in said.text) == (1, True), said.text
