"""A repository on disk, opened: files read and checked, and where its memory lies. The start of every use case.

Where the files are: the folder given, or `desired-state/` below it if there is one. The ledger's folder counts from
the folder given, so that the memory does not lie among the files that people edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from reconciler import kinds, policies
from reconciler.core import expand
from reconciler.core.expansion import expand_checked
from reconciler.model import codes
from reconciler.model.errors import DesiredStateError, StoreError, UsageError
from reconciler.model.finding import Finding, sort_key
from reconciler.model.plan import Source
from reconciler.model.repository import DesiredCustomer, Move, Repository
from reconciler.model.transaction import Batch
from reconciler.store import desired, git, ownership
from reconciler.store.invoices import Invoices
from reconciler.store.ledger import Ledgers
from reconciler.store.location import open_store
from reconciler.store.objects import ObjectStore
from reconciler.store.renewals import Renewals
from reconciler.store.transactions import Transactions

FOLDER = "desired-state"
OURS = ("connections", "ledger", "hooks")  # of the settings: never taken from files that are not checked out


@dataclass(frozen=True, slots=True)
class Workspace:
    """One repository: what its files say, everything that is wrong with them, and its store.

    `commit` is the one that the files are of, "" for what is checked out.
    """

    root: Path
    repository: Repository
    customers: Mapping[str, DesiredCustomer]
    findings: tuple[Finding, ...]
    ledger_location: str
    store: ObjectStore
    commit: str = ""

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.is_error)

    @property
    def ledgers(self) -> Ledgers:
        """The memory of this repository; it belongs to the partner tenants that its connections name."""
        return Ledgers(self.store, self._owner)

    @property
    def transactions(self) -> Transactions:
        """The record of who held which license when; it belongs to the same partner tenants."""
        return Transactions(self.store, self._owner)

    def record(self, customer: str) -> tuple[Batch, ...]:
        """All that is written down of a customer, oldest first, also under the keys that it had before."""
        return (*self.former_record(customer), *self.transactions.of(customer).batches)

    def former_record(self, customer: str) -> tuple[Batch, ...]:
        """What is written down of a customer under the keys that it had before."""
        former = [key for key, now in self.former_keys.items() if now == customer]
        return tuple(batch for key in former for batch in self.transactions.of(key).batches)

    @property
    def invoices(self) -> Invoices:
        """The invoices that were imported."""
        return Invoices(self.store)

    @property
    def _owner(self) -> str:
        return ownership.of(one.partner_tenant for one in self.repository.settings.connections.values())

    @property
    def renewals(self) -> Renewals:
        """What runs of this repository still have to put back."""
        return Renewals(self.store)

    def source(self) -> Source:
        return Source(git.repository(self.root), self.commit or git.commit(self.root), self.repository.digest)

    def on(self, customer: DesiredCustomer, day: date) -> DesiredCustomer:
        """The customer with what the files give on a day: the same one, unless they give something for a time only."""
        return on(self.repository, customer, day)

    def checked(self) -> Workspace:
        """This, if the files can be used. DesiredStateError carries everything that is wrong with them."""
        found = tuple(sorted((*self.findings, *self._vanished(), *self._unclear()), key=sort_key))
        if any(finding.is_error for finding in found):
            raise DesiredStateError(found)
        return self

    @property
    def planned(self) -> Mapping[str, DesiredCustomer]:
        """The customers that runs look at: those with files, and those whose subscriptions a tombstone ends."""
        return planned(self.repository, self.customers)

    def _unclear(self) -> Iterator[Finding]:
        """Tombstones of customers of which it is not clear where they are."""
        return (one for one in expand.departed(self.repository) if isinstance(one, Finding))

    def _vanished(self) -> Iterator[Finding]:
        """Customers of whom something is remembered and no file says anything (interface.md 2.4)."""
        said = self.repository.customers.keys() | self.repository.customers_removed.keys() | self.former_keys.keys()
        for key in self._remembered() - said:
            detail = f'Customer "{key}" was managed from here, is in no file any more, and no tombstone lets it go.'
            fix = f"Bring its files back, or write removed: [{{customer: {key}, subscriptions: keep}}]."
            yield Finding(codes.CUSTOMER_VANISHED, detail, fix, origin=self.repository.settings_origin)

    def _remembered(self) -> set[str]:
        """Customers with a ledger; a memory that cannot be read is told where a customer's is loaded."""
        try:
            return set(self.ledgers.customers())
        except (StoreError, OSError):
            return set()

    @property
    def former_keys(self) -> dict[str, str]:
        """Keys that customers had before, each with the one that it has now."""
        moves = [placed.document for files in self.repository.customers.values() for placed in files.moved]
        return {move.customer.from_: move.customer.to for move in moves if isinstance(move, Move) and move.customer}


def open_workspace(
    root: Path,
    environ: Mapping[str, str],
    today: date | None = None,
    overlay: Mapping[str, bytes] = desired.NOTHING_LAID_OVER,
) -> Workspace:
    """Read and check everything below `root`; with `today`, how old it is too. UsageError if there is nothing.

    The `overlay` is read as if it stood in files of the folder that has them.
    """
    folder = folder_of(root)
    if not folder.is_dir():
        raise UsageError(f"{folder} is not a folder. Name the repository's folder with --chdir DIR.")
    with desired.collector_off():
        repository = desired.load(folder, kinds.ALL, overlay=overlay)
        expanded = expand_checked(
            repository, kinds.ALL, lambda some: policies.check(policies.Fleet(repository, some, today))
        )
        findings = tuple(sorted((*repository.findings, *expanded.findings), key=sort_key))
    location = environ.get("RECONCILER_LEDGER") or repository.settings.ledger
    return Workspace(root, repository, expanded.customers, findings, location, open_store(location, root, environ))


def on(repository: Repository, customer: DesiredCustomer, day: date) -> DesiredCustomer:
    """A customer of these files with what they give on a day."""
    if not customer.timed:
        return customer
    plans, _ = expand.resolve_plans(repository)
    return expand.expand_customer(repository, repository.customers[customer.key], plans, kinds.ALL, day)[0]


def planned(repository: Repository, customers: Mapping[str, DesiredCustomer]) -> Mapping[str, DesiredCustomer]:
    """The customers that runs look at: expanded ones, and those whose subscriptions a tombstone ends."""
    gone = (one for one in expand.departed(repository) if isinstance(one, DesiredCustomer))
    return {**customers, **{customer.key: customer for customer in gone}}


def committed(root: Path, commit: str) -> Repository | None:
    """The files as they were at a commit, read as data; None if git cannot give them."""
    found = git.contents(root, commit)
    if found is None:
        return None
    within = {name.removeprefix(f"{FOLDER}/"): data for name, data in found.items() if name.startswith(f"{FOLDER}/")}
    place = root / FOLDER if within else root
    return desired.load_contents(_as_seen(place), kinds.ALL, within or found)


def open_committed(root: Path, environ: Mapping[str, str], name: str) -> Workspace:
    """The repository with the files of a commit in place of those that are checked out, which are not believed.

    Whom credentials are sent to, where the memory lies and what is started stay as they are checked out: UsageError
    where the commit says otherwise, or git does not know it. DesiredStateError where its files cannot be read.
    """
    trusted, commit = open_workspace(root, environ), git.commit_of(root, name)
    hint = " This clone has only a part of the history: check out with fetch-depth: 0." * git.is_shallow(root)
    repository = committed(root, commit) if commit else None
    if repository is None:
        raise UsageError(f'--config-from-ref: git knows no commit "{name}" here.{hint}')
    if any(finding.is_error for finding in repository.findings):
        raise DesiredStateError(repository.findings)
    for word in OURS:
        if getattr(repository.settings, word) != getattr(trusted.repository.settings, word):
            raise UsageError(
                f"--config-from-ref: {word} of the settings at {commit[:12]} are not those that are checked out. What "
                "credentials are sent to, and what is started, is never taken from there: merge that change by itself."
            )
    expanded = expand_checked(
        repository, kinds.ALL, lambda some: policies.check(policies.Fleet(repository, some, None))
    )
    findings = tuple(sorted((*repository.findings, *expanded.findings), key=sort_key))
    return replace(trusted, repository=repository, customers=expanded.customers, findings=findings, commit=commit)


def folder_of(root: Path) -> Path:
    """The folder that has the files, as seen from where we stand, so that findings can be clicked on."""
    return _as_seen(root / FOLDER if (root / FOLDER).is_dir() else root)


def _as_seen(folder: Path) -> Path:
    here = Path.cwd()
    return folder.relative_to(here) if folder.is_absolute() and folder.is_relative_to(here) else folder
