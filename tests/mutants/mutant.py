"""What a mutant is: one rule broken by one text in one file, and the tests of which one must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """The rule that is broken, the text that breaks it, and the tests of which one must fail.

    A test is a module, or `module::test_name` where the module takes long.
    """

    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The test that noticed; "" where none did."""

    mutant: Mutant
    killer: str


def broken(text: str, mutant: Mutant) -> str:
    """The file with the rule broken. AssertionError where the text is not there exactly once."""
    assert text.count(mutant.old) == 1, f"{mutant.file} has {text.count(mutant.old)} times {mutant.old!r}"
    return text.replace(mutant.old, mutant.new)
