"""The canonical form: layout changes, meaning, comments and what people chose do not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml as pyyaml

from reconciler.model.errors import StoreError
from reconciler.store import files, formatting, yaml

ROOT = Path(__file__).parents[2]
LONG = ", ".join(f"key{n}: value" for n in range(12))
FORMS = {
    "levels and braces": ("a:\n    b: { c:   1,d: [1,2] }\n", "a:\n  b: {c: 1, d: [1, 2]}\n"),
    "a list at the level of its key": ("a:\n- b\n- c\n", "a:\n  - b\n  - c\n"),
    "a comment goes with the line below": ("a:\n    # why\n    b: 1\n", "a:\n  # why\n  b: 1\n"),
    "a comment at the end stays inside": ("a:\n    b: 1\n    # more\nc: 2\n", "a:\n  b: 1\n  # more\nc: 2\n"),
    "comments at ends of lines stay below each other": (
        "a:\n    bc: 1   # why\n    d: {}   # why not\n",
        "a:\n  bc: 1     # why\n  d: {}     # why not\n",
    ),
    "braces that are too long": (f"a: {{{LONG}}}\n", f"a:\n  {LONG.replace(', ', chr(10) + '  ')}\n"),
    "braces over several lines": ("a: {b: 1,\n    c: 2}\n", "a: {b: 1, c: 2}\n"),
    "one pair in braces in brackets": ("a: [{b: 1}]\n", "a: [{b: 1}]\n"),
    "empty lines": ("a: 1\n\n\n\nb: 2\n\n\n", "a: 1\n\nb: 2\n"),
    "a mark of Windows and its line ends": ("\ufeffa: 1\r\nb: 2\r\n", "a: 1\nb: 2\n"),
    "no end of line at the end": ("a: 1", "a: 1\n"),
    "nothing is written as null": ("a: ~\nb:\n", "a: null\nb: null\n"),
    "a block of text is not touched": ("a: |\n    # no comment\n\n\n    b\n", "a: |\n  # no comment\n\n\n  b\n"),
    "quotes": ("a: 'NO'\nb: \"x\"\nc: NO\nd: 012\n", "a: 'NO'\nb: \"x\"\nc: NO\nd: 012\n"),
    "escapes": (f'a:   "{chr(92)}u200f {chr(92)}x1b é"\n', f'a: "{chr(92)}u200f {chr(92)}x1b é"\n'),
    "several documents": ("---\na: 1\n---\nb: 2\n...\n", "a: 1\n---\nb: 2\n"),
    "an alias": ("a: &x  {b: 1}\nc:   *x\n", "a: &x {b: 1}\nc: *x\n"),
    "nothing but comments": ("\n# one\n\n", "# one\n"),
    "nothing": ("", ""),
}
LEFT_ALONE = {
    "a mistake": ("a: [\n", "has mistakes; reconciler validate names them"),
    "a comment behind a list of lists": ("a:\n- - {b: 1}\n# why\nc: 2\n", "a comment would get lost"),
    "a comment inside of braces": ("a: {b: 1, # why\n  c: 2}\n", "a comment would get lost"),
}


def form(text: str) -> str:
    return formatting.formatted(text.encode(), "a.yaml").decode()


@pytest.mark.parametrize("case", FORMS)
def test_a_file_gets_its_form(case: str) -> None:
    before, after = FORMS[case]

    assert form(before) == after


@pytest.mark.parametrize("case", FORMS)
def test_a_file_in_its_form_stays_as_it_is(case: str) -> None:
    _, after = FORMS[case]

    assert form(after) == after


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_what_cannot_be_laid_out_is_left_alone_with_the_reason(case: str) -> None:
    text, why = LEFT_ALONE[case]

    with pytest.raises(StoreError, match=f"a.yaml: .*{why}"):
        form(text)


def test_the_example_fleet_is_in_its_form() -> None:
    paths, _ = files.find(ROOT / "desired-state")

    assert paths
    assert [path for path in paths if formatting.formatted(path.read_bytes(), path.name) != path.read_bytes()] == []


@pytest.mark.parametrize("seed", range(60))
def test_whatever_is_in_a_file_means_the_same_afterwards(seed: int) -> None:
    dice = random.Random(seed)
    text = _scribbled(dice, _value(dice, 0))

    once = form(text)

    assert yaml.parse(once.encode(), "a.yaml")[0] == yaml.parse(text.encode(), "a.yaml")[0]
    assert sorted(_remarks(once)) == sorted(_remarks(text))
    assert form(once) == once


WORDS = (
    "x",
    "NO",
    "012",
    "1e3",
    "it's",
    "a: b",
    "# c",
    "- d",
    "é",
    "\u200f",
    "two words " * 9,
    "line\nbreak",
    "",
    "{",
    "~",
)


def _value(dice: random.Random, level: int) -> dict[str, object]:
    """A map of maps, lists, words and numbers; what is odd about words in YAML included."""

    def one(level: int) -> object:
        sort = dice.randrange(6 if level < 4 else 3)
        if sort < 3:
            return dice.choice((dice.choice(WORDS), dice.randrange(100), None, True))
        if sort == 3:
            return [_value(dice, level + 2) for _ in range(dice.randrange(4))]
        return _value(dice, level + 1)

    return {f"{dice.choice(('a', 'b', 'it is'))}{n}": one(level) for n in range(dice.randrange(1, 5))}


def _scribbled(dice: random.Random, value: dict[str, object]) -> str:
    """The value in one of YAML's many layouts, with remarks between its lines."""
    text = pyyaml.safe_dump(
        value,
        indent=dice.choice((2, 4, 6)),
        width=dice.choice((40, 400)),
        default_flow_style=dice.choice((False, None)),
        allow_unicode=dice.choice((False, True)),
    )
    lines = text.splitlines()
    found: list[str] = []
    for number, line in enumerate(lines):
        if number in _beginnings(text) and dice.random() < 0.3:
            found += [""] * dice.randrange(3)
            found.append(" " * (len(line) - len(line.lstrip())) + f"# remark {number}")
        found.append(line)
    return "\n".join(found) + "\n"


def _beginnings(text: str) -> set[int]:
    """Lines on which a key of a map in block style begins: in front of them a remark is one."""
    tokens = list(pyyaml.scan(text))
    depth, found = 0, set()
    for token in tokens:
        depth += isinstance(token, pyyaml.FlowMappingStartToken | pyyaml.FlowSequenceStartToken)
        depth -= isinstance(token, pyyaml.FlowMappingEndToken | pyyaml.FlowSequenceEndToken)
        if isinstance(token, pyyaml.KeyToken) and depth == 0:
            found.add(token.start_mark.line)
    return found


def _remarks(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("# remark")]
