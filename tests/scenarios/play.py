"""Performs a story, line by line, and compares what is seen with what the story says.

Must not stop at the first golden that differs when goldens are rewritten: all of a story are rewritten together.
"""

from __future__ import annotations

import difflib
import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from scenarios import stage, txtar
from scenarios.stage import Stage
from scenarios.story import Line, Story, parse

FOLDER = Path(__file__).parent
DIGEST = "$DIGEST"
PRINTED_DIGEST = re.compile(r"Plan digest: sha256:([0-9a-f]+)")


def perform(name: str, on_stage: Stage, *, update: bool = False) -> None:
    """Play the story of that name; AssertionError says at which line it went otherwise."""
    path = FOLDER / f"{name}.txtar"
    story = parse(path.read_text(encoding="utf-8"))
    seen = _play(path.name, story, on_stage)
    _compare(path, story, seen, update=update)


def tell(text: str, on_stage: Stage) -> None:
    """Play a story that stands in a test, without golden files."""
    _play("the story", parse(text), on_stage)


def _play(name: str, story: Story, on_stage: Stage) -> dict[str, str]:
    on_stage.write({file: text for file, text in story.archive.files.items() if file.startswith("desired-state/")})
    on_stage.play(story.archive.files.get("sandbox.yaml", ""))
    seen: dict[str, str] = {DIGEST: ""}
    for line in story.lines:
        try:
            DOING[line.verb](on_stage, story, line, seen)
        except AssertionError as error:
            raise AssertionError(f"{name}:{line.number}: {line.verb} {line.rest}\n{error}") from None
    del seen[DIGEST]
    return seen


def _reconciler(on_stage: Stage, _story: Story, line: Line, seen: dict[str, str]) -> None:
    words = [word.replace("$DIGEST", seen[DIGEST]) for word in line.words]
    ran = on_stage.reconciler(*words)
    shown = PRINTED_DIGEST.search(ran.text)
    seen[DIGEST] = shown[1] if shown else seen[DIGEST]
    assert ran.code == line.code, f"ended with {ran.code}, expected {line.code}:\n{ran.text}"
    for text in line.shown:
        assert text in ran.text, f"does not show {text!r}:\n{ran.text}"
    for text in line.hidden:
        assert text not in ran.text, f"shows {text!r}:\n{ran.text}"
    if line.golden:
        seen[f"expect/{line.golden}"] = stage.steady(ran.text)


def _portal(on_stage: Stage, _story: Story, line: Line, _seen: dict[str, str]) -> None:
    on_stage.portal(_value(line.rest))


def _clock(on_stage: Stage, _story: Story, line: Line, _seen: dict[str, str]) -> None:
    on_stage.clock(_value(line.rest))


def _faults(on_stage: Stage, _story: Story, line: Line, _seen: dict[str, str]) -> None:
    on_stage.faults(*([] if line.rest == "none" else [_value(line.rest)]))


def _writes(on_stage: Stage, _story: Story, line: Line, _seen: dict[str, str]) -> None:
    counted = on_stage.writes()
    assert counted == int(line.rest), f"the clouds accepted {counted} writes"


def _unheard(on_stage: Stage, _story: Story, line: Line, _seen: dict[str, str]) -> None:
    heard = [row["route"] for row in on_stage.requests()["requests"] if row["service"] == line.rest]
    assert not heard, f"{line.rest} was asked {', '.join(sorted(set(heard)))}"


def _live(on_stage: Stage, _story: Story, line: Line, _seen: dict[str, str]) -> None:
    tenant, _, rest = line.rest.partition(" ")
    tenant, rest = (stage.TENANT, line.rest) if tenant.startswith("{") else (tenant, rest)
    found = stage.differences(_value(rest), on_stage.live(tenant))
    assert not found, "\n".join(found)


def _files(on_stage: Stage, story: Story, line: Line, _seen: dict[str, str]) -> None:
    start = f"{line.rest}/"
    laid = {name[len(start) :]: text for name, text in story.archive.files.items() if name.startswith(start)}
    assert laid, f"the story has no files below {start}"
    on_stage.write(laid)


def _delete(on_stage: Stage, _story: Story, line: Line, _seen: dict[str, str]) -> None:
    on_stage.delete(line.rest)


Doing = Callable[[Stage, Story, Line, dict[str, str]], None]
DOING: Mapping[str, Doing] = {
    "reconciler": _reconciler,
    "portal": _portal,
    "clock": _clock,
    "faults": _faults,
    "writes": _writes,
    "unheard": _unheard,
    "live": _live,
    "files": _files,
    "delete": _delete,
}


def _value(text: str) -> Any:  # Any: what YAML gives
    return yaml.safe_load(io.StringIO(text))


def _compare(path: Path, story: Story, seen: dict[str, str], *, update: bool) -> None:
    if update:
        files = {**story.archive.files, **seen}
        path.write_text(txtar.format_(txtar.Archive(story.archive.comment, files)), encoding="utf-8")
        return
    for name, text in seen.items():
        assert name in story.archive.files, f"{path.name} has no {name}: run pytest --update-golden and review it"
        kept = story.archive.files[name]
        assert kept == text, f"{path.name}: {name}\n" + "".join(
            difflib.unified_diff(kept.splitlines(True), text.splitlines(True), "kept", "shown")
        )
    unused = {name for name in story.archive.files if name.startswith("expect/")} - seen.keys()
    assert not unused, f"{path.name}: nothing shows {', '.join(sorted(unused))}"
