"""The files of a new repository: settings, a customer to begin with, its schema, and the workflows.

They lie in this package as they are written; the workflows and the action are those of this repository itself, so what
a new repository gets is what its own pull requests run with. Must not decide where to, nor write over anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reconciler import __version__
from reconciler.store import schemas
from reconciler.store.sections import Kinds

PLACE = Path(__file__).parents[1] / "starter"
RECIPIENT = "AGE_RECIPIENT"
NOT_FOR_USERS = ("ci.yml",)  # tests of reconciler itself
REQUIREMENTS = f"""\
# What the workflows install: this version, from your package index; or the address of your copy of it.
reconciler=={__version__}
"""


def contents(catalog: Kinds, recipient: str) -> dict[str, str]:
    """The text of every file, by its path in the repository; passwords of new people are encrypted to `recipient`."""
    words = {path: text.replace(RECIPIENT, recipient) for path, text in _files()}
    words[".github/actions/reconciler/requirements.txt"] = REQUIREMENTS
    words[f"schemas/{schemas.DESIRED_STATE}"] = schemas.text(schemas.desired_state(catalog))
    return dict(sorted(words.items()))


def _files() -> Iterator[tuple[str, str]]:
    for path in sorted(path for top in sorted(PLACE.iterdir()) for path in (top, *top.rglob("*")) if path.is_file()):
        if path.name not in NOT_FOR_USERS:
            yield _destination(path.relative_to(PLACE)), path.read_text(encoding="utf-8")


def _destination(path: Path) -> str:
    """Hidden files are visible in the package, so that nothing of a package is hidden."""
    first, *further = path.parts
    return "/".join((f".{first}" if first in ("github", "gitignore") else first, *further))
