"""Walks through a document as its reader does: every `sh` block in one shell after the other, in one folder.

A line that ends in `# exits with N` must end so, any other one with 0. A `text` block is what the block before it
printed: each of its lines must be there, in order, apart from lines of dots; digests, ids and times are not compared.
Must not know what the commands do. Blocks of other languages are not run.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forge.stand_in import GitHub

from reconciler.sandbox.server import Handle

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
EXITS = re.compile(r"^(?P<command>.*?)\s+# exits with (?P<code>\d+)$", re.MULTILINE)
CHANGING = re.compile(
    r"sha256:[0-9a-f]+|@[0-9a-f]{8,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{8}T\d{6}Z-[0-9a-f]+"
)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: its language, its text, and the heading that it stands under."""

    language: str
    text: str
    heading: str


@dataclass
class Walk:
    """One reader: where the shell stands, and what it printed last."""

    folder: Path
    environ: Mapping[str, str]
    printed: str = ""
    done: list[str] = field(default_factory=list)

    def take(self, block: Block) -> None:
        """One step. AssertionError says what went otherwise than the document says."""
        if block.language == "sh":
            self._run(block)
        elif block.language == "text":
            missing = _missing(block.text, self.printed)
            assert not missing, f"{block.heading}: {missing!r} is not in what was printed:\n{self.printed}"

    def _run(self, block: Block) -> None:
        place, exported = self.folder.parent / "standing", self.folder.parent / "exported"
        script = EXITS.sub(r"code=0; \g<command> || code=$?; [ $code -eq \g<code> ]", block.text)
        here = place.read_text().strip() if place.exists() else str(self.folder)
        done = subprocess.run(
            [
                "bash",
                "--noprofile",
                "--norc",
                "-euo",
                "pipefail",
                "-c",
                f'{script}\npwd > "{place}"\nenv -0 > "{exported}"',
            ],
            cwd=here,
            env=_variables(exported) or dict(self.environ),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.printed = done.stdout + done.stderr
        assert done.returncode == 0, f"{block.heading}: ended with {done.returncode}\n{block.text}\n{self.printed}"
        self.done.append(block.text)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who walks, the repository at GitHub that is pushed to, what GitHub has, and the clouds."""

    walk: Walk
    origin: Path
    hub: GitHub
    clouds: Handle


def blocks(document: str) -> Iterator[Block]:
    """The fenced blocks of a document, in order."""
    for found in FENCE.finditer(document):
        headings = re.findall(r"^#+ (.*)$", document[: found.start()], re.MULTILINE)
        yield Block(found[1], found[2], headings[-1] if headings else "")


def _variables(exported: Path) -> dict[str, str]:
    """The environment that the block before left behind."""
    if not exported.exists():
        return {}
    rows = (row.partition("=") for row in exported.read_text().split("\0") if row)
    return {name: value for name, _, value in rows}


def _missing(told: str, printed: str) -> str:
    """The first line of what was told that was not printed behind the one before; nothing if all were."""
    rows = iter(_steady(printed))
    for line in _steady(told):
        if line.strip(" .") and not any(row == line for row in rows):
            return line
    return ""


def _steady(text: str) -> list[str]:
    return [CHANGING.sub("~", line.rstrip()) for line in text.splitlines()]
