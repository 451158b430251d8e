"""`make mutants`: breaks one rule at a time in a copy of the tree and says which test noticed.

The copy lies in a temporary folder, so that nothing here ever changes the tree it is started in. First the named tests
must pass unbroken; then each mutant must make one of them fail. Ends with 1 if a mutant survives.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from mutants import mutants  # noqa: E402  the tests' folder is on the path only now
from mutants.mutants import Mutant  # noqa: E402

COPIED = ("reconciler", "tests", "tools", "desired-state", "schemas", "docs", "pyproject.toml", "README.md")
FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)


def main() -> int:
    """Run all, or those whose rule contains the first argument."""
    wanted = [one for one in mutants.ALL if not sys.argv[1:] or sys.argv[1] in one.rule]
    with TemporaryDirectory() as folder:
        tree = Path(folder)
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__", ".hypothesis"))
            elif (ROOT / name).exists():
                shutil.copy2(ROOT / name, tree / name)
        code, output = _tests(tree, sorted({test for one in wanted for test in one.tests}))
        if code:
            _say(f"The tests fail without any mutant:\n{output[-2000:]}")
            return 1
        survivors = [one for one in wanted if not _killed(tree, one)]
    _say(f"{len(wanted) - len(survivors)} of {len(wanted)} mutants were killed.")
    return 1 if survivors else 0


def _killed(tree: Path, mutant: Mutant) -> bool:
    path = tree / mutant.file
    text = path.read_text(encoding="utf-8")
    path.write_text(broken(text, mutant), encoding="utf-8")
    code, output = _tests(tree, mutant.tests)
    path.write_text(text, encoding="utf-8")
    found = FAILED.search(output)
    verdict = f"killed by {found[1]}" if code == 1 and found else "killed" if code in (1, 2) else "SURVIVED"
    _say(f"{mutant.rule}: {verdict}")
    return code in (1, 2)


def broken(text: str, mutant: Mutant) -> str:
    """The file with the rule broken. AssertionError where the text is not there exactly once."""
    assert text.count(mutant.old) == 1, f"{mutant.file} has {text.count(mutant.old)} times {mutant.old!r}"
    return text.replace(mutant.old, mutant.new)


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  a command's output


def _tests(tree: Path, tests: tuple[str, ...] | list[str]) -> tuple[int, str]:
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": str(tree), "RECONCILER_WORLDS": "25"}
    ran = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
    return ran.returncode, ran.stdout + ran.stderr


if __name__ == "__main__":
    sys.exit(main())
