"""The table of mutants fits the sources: each text is there exactly once, and the tests exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mutant import Mutant
from .mutants import ALL

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", ALL, ids=lambda mutant: mutant.rule)
def test_a_mutant_breaks_a_text_that_is_there_and_names_tests_that_exist(mutant: Mutant) -> None:
    text = (ROOT / mutant.file).read_text(encoding="utf-8")

    assert (text.count(mutant.old), mutant.old == mutant.new) == (1, False)
    assert [test for test in mutant.tests if not (ROOT / test.partition("::")[0]).exists()] == []
