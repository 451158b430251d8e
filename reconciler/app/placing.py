"""Where the files of a customer stand, and what would stand in them: the one way from a draft to texts on disk.

New entries of a declared customer go into its own folder, behind what stands there; a file that is in the way of a new
customer, or in a folder that was named, is never written over. Every text is read as if it stood there before it does
(`overlay`).

Must not: decide what is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.app.workspace import folder_of
from reconciler.model.draft import Draft
from reconciler.model.errors import UsageError
from reconciler.model.repository import DesiredCustomer
from reconciler.store import customer_files, files

SCHEMA = Path("schemas/desired-state.schema.json")


@dataclass(frozen=True, slots=True)
class Place:
    """A customer's files: below `root`, in `folder`, or beside the repository in `out`."""

    root: Path
    folder: Path
    out: Path | None = None

    def texts(self, draft: Draft) -> dict[Path, str]:
        """The texts of all files that change, in the order in which they are written."""
        found: dict[Path, str] = {}
        for name, body in customer_files.bodies(draft).items():
            path = (self.out or self.folder) / name
            if not path.exists():
                found[path] = customer_files.new(body, self._schema())
            elif self.out or draft.head is not None:
                words = "is there already, and an import writes over nothing: name a folder with --out"
                raise UsageError(f"{path} {words}.")
            else:
                found[path] = customer_files.appended(path.read_bytes().decode(), body)
        return found

    def overlay(self, texts: Mapping[Path, str]) -> dict[str, bytes]:
        """The texts as files of the repository; those that go elsewhere count as well, under names of their own."""
        place = self.folder.relative_to(folder_of(self.root)).as_posix()
        aside = "imported-" if self.out else ""
        return {f"{place}/{aside}{path.name}": text.encode() for path, text in texts.items()}

    def _schema(self) -> str:
        """The way from the files to the repository's schema, where it has one."""
        if self.out or not (self.root / SCHEMA).is_file():
            return ""
        ups = len(self.folder.absolute().relative_to(self.root.absolute()).parts)
        return f"{'../' * ups}{SCHEMA.as_posix()}"


def of(root: Path, customer: DesiredCustomer, out: Path | None = None) -> Place:
    """The place of a customer: the folder that has its name and its entry, else the usual one."""
    own, files_of = Path(customer.origin.file).parent, folder_of(root)
    is_own = own.name == customer.key and own.is_relative_to(files_of)
    return Place(root, own if is_own else files_of / "customers" / customer.key, out)


def write(texts: Mapping[Path, str]) -> None:
    """Write the files, each as a whole or not at all."""
    for path, text in texts.items():
        files.write(path, text)
