"""A story's comment as lines to perform, in the words of a shell transcript.

    # Free text: what happens and why it matters.
    > reconciler plan contoso --detailed-exitcode    # exit 2, plan.txt
    | a text that the output has
    ! a text that it does not have
    > portal {user: ada@contoso.com, set: {jobTitle: null}}
    > clock {advance: P8D}
    > faults {service: graph, route: /users, action: lostPage}        > faults none
    > writes 3                          writes that the clouds accepted since the line before that asked this
    > unheard partnerCenter           the service was asked nothing since the story, or its last `writes`, began
    > live {users: {ada@contoso.com: {licenses: {SPB: {}}}}}          a part of the tenant; null: it is not there
    > files second                      lay the files below second/ over the folder
    > delete desired-state/customers/contoso.yaml

`portal` and `live` mean contoso.onmicrosoft.com unless they name another tenant (`tenant:`, a first word); `$DIGEST`
in a `reconciler` line is the digest that the plan before it showed.
Must not perform anything: play.py does. Questionable on purpose: every story must end with an apply and a second plan
that is empty, and `parse` refuses one that does not.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from scenarios import txtar

VERBS = ("reconciler", "portal", "clock", "faults", "writes", "unheard", "live", "files", "delete")
EXPECTED = re.compile(r"\s+# exit (?P<code>\d+)(?:, (?P<golden>[\w.-]+))?$")
LAST = ("plan", "--detailed-exitcode")


@dataclass(frozen=True, slots=True)
class Line:
    """One command: its verb, the rest of the line, and what is expected of a `reconciler` line."""

    number: int
    verb: str
    rest: str
    code: int = 0
    golden: str = ""
    shown: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        return shlex.split(self.rest)


@dataclass(frozen=True, slots=True)
class Story:
    """What a file tells: its lines and the archive they stand in."""

    lines: tuple[Line, ...]
    archive: txtar.Archive


def parse(text: str) -> Story:
    """The story in a file. ValueError says what does not fit, with its line."""
    archive = txtar.parse(text)
    lines: list[Line] = []
    for number, written in enumerate(archive.comment.splitlines(), 1):
        match written[:2]:
            case "> ":
                lines.append(_line(number, written[2:]))
            case "| " | "! ":
                lines[-1] = _expecting(lines[-1], written)
            case other if other.strip() and not other.startswith("#"):
                raise ValueError(f"line {number}: expected #, >, | or !, not {written!r}")
            case _:
                pass
    _check_end(lines)
    return Story(tuple(lines), archive)


def _line(number: int, written: str) -> Line:
    verb, _, rest = written.partition(" ")
    if verb not in VERBS:
        raise ValueError(f"line {number}: {verb!r} is none of {', '.join(VERBS)}")
    found = EXPECTED.search(rest)
    if verb != "reconciler":
        return Line(number, verb, rest.strip())
    if not found:
        raise ValueError(f"line {number}: say how it ends: # exit 0")
    return Line(number, verb, rest[: found.start()], int(found["code"]), found["golden"] or "")


def _expecting(line: Line, written: str) -> Line:
    wanted = (written[2:].strip(),)
    shown, hidden = (wanted, ()) if written[0] == "|" else ((), wanted)
    return Line(line.number, line.verb, line.rest, line.code, line.golden, line.shown + shown, line.hidden + hidden)


def _check_end(lines: list[Line]) -> None:
    ran = [line for line in lines if line.verb == "reconciler"]
    if not any(line.words[0] == "apply" for line in ran):
        raise ValueError("a story has an apply")
    if ran[-1].code or not set(LAST) <= set(ran[-1].words):
        raise ValueError(f"a story ends with reconciler {' '.join(LAST)} and exit 0")
