"""`make mutants`: breaks one rule at a time in a copy of the tree and says which test noticed.

    python tests/mutants/run.py [WORDS] [--jobs N] [--document FILE]

The copies lie in a temporary folder, so that nothing here ever changes the tree it is started in. First the named tests
must pass unbroken; then each mutant must make one of them fail. Tests that cannot even be collected, or that
never end, show nothing, so that does not count. Ends with 1 if a mutant survives.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from mutants import mutants, report  # noqa: E402  the tests' folder is on the path only now
from mutants.mutant import Mutant, Verdict, broken  # noqa: E402

COPIED = ("reconciler", "tests", "tools", "desired-state", "schemas", "docs", "pyproject.toml", "README.md")
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)
FAILURE = 1  # pytest's exit code where tests ran and one of them failed
HUNG = -1
LONGEST_S = 900  # all named tests, unbroken, on a busy machine


def main(words: list[str]) -> int:
    """Run all, or those whose rule contains the given words."""
    options = _options(words)
    wanted = [one for one in mutants.ALL if options.words in one.rule]
    with TemporaryDirectory() as folder:
        trees = [_Tree.copied(Path(folder) / str(number)) for number in range(options.jobs)]
        code, output = trees[0].run(sorted({test for one in wanted for test in one.tests}))
        if code:
            _say(f"The tests fail without any mutant:\n{output[-2000:]}")
            return 1
        verdicts = _judged(wanted, trees)
    killed = sum(1 for verdict in verdicts if verdict.killer)
    _say(f"{killed} of {len(wanted)} mutants were killed.")
    if options.document and not options.words:
        options.document.write_text(report.text(verdicts), encoding="utf-8")
    return 0 if killed == len(wanted) else 1


def _options(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants")
    parser.add_argument("words", nargs="?", default="", help="only rules that contain these words")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument("--document", type=Path, help="write what was killed by what to this file")
    return parser.parse_args(words)


@dataclass(frozen=True, slots=True)
class _Tree:
    """A copy of the repository that may be broken."""

    root: Path

    @classmethod
    def copied(cls, root: Path) -> _Tree:
        root.mkdir()
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
            elif (ROOT / name).exists():
                shutil.copy2(ROOT / name, root / name)
        return cls(root)

    def judge(self, mutant: Mutant) -> Verdict:
        path = self.root / mutant.file
        text = path.read_text(encoding="utf-8")
        path.write_text(broken(text, mutant), encoding="utf-8")
        code, output = self.run(list(mutant.tests))
        path.write_text(text, encoding="utf-8")
        found = FAILED.search(output)
        return Verdict(mutant, found[1] if code == FAILURE and found else "")

    def run(self, tests: list[str]) -> tuple[int, str]:
        command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        env = {**os.environ, "PYTHONPATH": str(self.root), "RECONCILER_WORLDS": "25"}
        try:
            ran = subprocess.run(
                command, cwd=self.root, env=env, capture_output=True, text=True, check=False, timeout=LONGEST_S
            )
        except subprocess.TimeoutExpired:
            return HUNG, "the tests did not end"
        return ran.returncode, ran.stdout + ran.stderr


def _judged(wanted: list[Mutant], trees: list[_Tree]) -> list[Verdict]:
    """The verdicts, in the order of the mutants; each tree is broken in one way at a time."""
    free: SimpleQueue[_Tree] = SimpleQueue()
    for tree in trees:
        free.put(tree)

    def judge(mutant: Mutant) -> Verdict:
        tree = free.get()
        try:
            verdict = tree.judge(mutant)
        finally:
            free.put(tree)
        _say(f"{mutant.rule}: {f'killed by {verdict.killer}' if verdict.killer else 'SURVIVED'}")
        return verdict

    with ThreadPoolExecutor(len(trees)) as pool:
        return list(pool.map(judge, wanted))


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  a command's output


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
