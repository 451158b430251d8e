"""What is said of single mistakes, from outside: what it is, where, why, what to do. One finding for one mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from .ground import files, said
from .test_files import SETTINGS, WHOLE

CUSTOMER = """\
customers:
  contoso:
    tenant: contoso.onmicrosoft.com
    domains: {contoso.com: {default: true}}
    subscriptions: {office: {plan: modern-worker, seats: auto}}
    users:
      ada@contoso.com: {displayName: Ada, usageLocation: DE, plans: [modern-worker]}
"""
SEATS = "is auto, a whole number from 1, or"


@pytest.mark.parametrize(
    ("old", "new", "code", "place", "words"),
    [
        ("displayName", "displayname", "RC131", "7:25", 'Did you mean "displayName"?'),
        ("Ada", "5", "RC134", "7:25", "Put the value in double quotes."),
        ("auto", "0", "RC135", "5:51", SEATS),
        ("auto", "-1", "RC135", "5:51", SEATS),
        ("auto", "1.5", "RC135", "5:51", SEATS),
        ("auto", '"10"', "RC135", "5:51", 'Remove the quotes: "seats: 10".'),
        ("auto", "301", "RC220", "5:21", "is sold with at most 300"),
        ("auto", "999999999", "RC135", "5:51", "no subscription has more than 10,000,000 seats"),
        (" usageLocation: DE,", "", "RC215", "7:7", 'Add "usageLocation: DE"'),
        ("ada@contoso.com", "ada@fabrikam.com", "RC214", "7:7", 'declare "fabrikam.com" under domains'),
        ("[modern-worker]", "[modern-wroker]", "RC241", "7:7", 'Did you mean "modern-worker"?'),
        ("DE", "NO", "", "", "The files are valid"),
        ("DE", "no", "RC135", "7:43", 'Write it in capital letters: "usageLocation: NO".'),
        ("[modern-worker]}", "[modern-worker}", "RC101", "7:83", "is not closed"),
        ("      ada", "\tada", "RC103", "7:1", "Replace the tab by spaces."),
        ("Ada", '"\\x1b[31m"', "RC120", "7:38", "U+001B"),
        ("Ada", "Ad\xff", "RC104", "7:40", "Save the file as UTF-8."),
        ("{displayName: Ada", "{<<: {}, displayName: Ada", "RC107", "7:25", "Use extends: between plans."),
        ("subscriptions: {office: {plan: modern-worker, seats: auto}}", "country: DE", "RC216", "2:3", "Add \"modern-"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_finding_at_its_place(
    tmp_path: Path, old: str, new: str, code: str, place: str, words: str
) -> None:
    settings = SETTINGS.replace(b"defaults: {usageLocation: DE}\n", b"")
    assert old in CUSTOMER
    encoding = "latin-1" if "\xff" in new else "utf-8"
    content = CUSTOMER.replace(old, new, 1).encode(encoding)
    files(tmp_path, {**WHOLE, "reconciler.yaml": settings, "customer.yaml": content})

    answer = said(tmp_path, "validate")

    found = [line.split()[2].rstrip(":") for line in answer.text.splitlines() if line.startswith("  ! ")]
    assert found == ([code] if code else []), answer.text
    assert not place or f"at desired-state/customer.yaml:{place}\n" in answer.text
    assert words in answer.text
