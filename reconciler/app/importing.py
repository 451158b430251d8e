"""The import use case: what is live at a customer, as YAML whose plan is empty.

Reads the tenant, makes a draft of what no file declares (`drafts`), and proves it (`proving`) until nothing of it is
refused; only then files are written. What cannot be written, and what must not be, is in the result with its reason.

Must not: change anything at the customer, or any line that a person wrote.

Questionable on purpose: the tenant is read twice, because members are read only of groups that are known by id. The
second reading asks for nothing but them: a session remembers what it was told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler import drafts, kinds
from reconciler.app import fleet, memory, placing, proving, resuming
from reconciler.app.planning import Request
from reconciler.app.proving import Ground
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.cloud.sessions import Sessions
from reconciler.core import expand, match
from reconciler.core.expansion import at_hand
from reconciler.drafts import View, sheets
from reconciler.drafts.people import UNREAD
from reconciler.drafts.view import doubles
from reconciler.engine import read as reading
from reconciler.kinds.partner.customer_spec import CustomerSpec
from reconciler.model.address import CUSTOMER_KEY, Address
from reconciler.model.draft import Doubt, Draft, Values
from reconciler.model.errors import UsageError
from reconciler.model.finding import Finding, Origin
from reconciler.model.kind import Interest
from reconciler.model.repository import DesiredCustomer
from reconciler.model.resource import Live, Snapshot
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.reports.document import plural
from reconciler.reports.sheet import Sheet

EVERYTHING = frozenset(name for kind in kinds.ALL for name in kind.spec.model_fields) - UNREAD
NEEDED = ("customer", "subscription", "user", "license", "group")
MOST_ROUNDS = 50


@dataclass(frozen=True, slots=True)
class Ask:
    """Which customer, where it is, and where its files go; with `check` nothing is written.

    With `only_new` what is new is added to the files of a customer that has some.
    """

    customer: str
    tenant: str | None = None
    connection: str | None = None
    out: Path | None = None
    check: bool = False
    only_new: bool = False


@dataclass(frozen=True, slots=True)
class Imported:
    """What was made of a customer. `files` are the texts by path; `unread` says what could not be read, and why."""

    customer: str
    tenant: str
    connection: str
    draft: Draft
    files: Mapping[Path, str]
    unread: tuple[str, ...]
    denied: bool
    findings: tuple[Finding, ...]
    exchanges: int


@dataclass(frozen=True, slots=True)
class Exported:
    """Everybody who is live, as a table; None where that could not be read."""

    sheet: Sheet | None
    unread: tuple[str, ...]
    denied: bool = False


async def export(request: Request, ask: Ask) -> Exported:
    """Everybody who is live and could be written, whether files have them or not. UsageError, DesiredStateError."""
    workspace = open_workspace(request.root, request.environ).checked()
    customer = _meant(workspace, ask)
    pace = fleet.pace(request.clock)
    async with fleet.open_connections(workspace, [customer.connection], request.environ, request.seams, pace) as clouds:
        snapshot = await _read(clouds.of(customer), customer)
    unread = tuple(_unread(snapshot))
    if not _has_people(snapshot):
        return Exported(None, unread, any(snapshot.covers(kind).denied for kind in NEEDED))
    plans, _ = expand.resolve_plans(workspace.repository)
    bare = replace(customer, resources={}, tombstones={})
    view = View(bare, snapshot, snapshot.resources, plans, workspace.repository.catalog_of(customer.country))
    head, rows = sheets.table(drafts.draft(view, infers=False).of("users"))
    return Exported(Sheet(head, rows), unread)


async def import_(request: Request, ask: Ask) -> Imported:
    """Import one customer. UsageError, DesiredStateError, CloudError; nothing is written unless all of it is proved."""
    workspace = open_workspace(request.root, request.environ).checked()
    customer = _meant(workspace, ask)
    pace = fleet.pace(request.clock)
    async with fleet.open_connections(workspace, [customer.connection], request.environ, request.seams, pace) as clouds:
        snapshot = await _read(clouds.of(customer), customer)
        exchanges = clouds.exchanges
    unread = tuple(_unread(snapshot))
    if not _has_people(snapshot):
        nothing = Draft(customer.key, None, ())
        denied = any(snapshot.covers(kind).denied for kind in NEEDED)
        return Imported(customer.key, customer.tenant, customer.connection, nothing, {}, unread, denied, (), exchanges)
    _check_tenant(workspace, customer, snapshot)
    made = _Making(workspace, request, ask, customer, snapshot)
    draft, files, findings = made.proved()
    if not ask.check:
        placing.write(files)
    return Imported(
        customer.key, customer.tenant, customer.connection, draft, files, unread, False, findings, exchanges
    )


def _meant(workspace: Workspace, ask: Ask) -> DesiredCustomer:
    """The customer, as the files have it or as the command line says."""
    known = workspace.customers.get(ask.customer)
    if known is not None:
        said = (("tenant", ask.tenant, known.tenant), ("connection", ask.connection, known.connection))
        for name, asked, there in said:
            if asked and asked.strip().lower() != there.lower():
                raise UsageError(
                    f'{known.origin} says {name} "{there}" of {known.key}: leave --{name} out, or correct it.'
                )
        return known
    if not CUSTOMER_KEY.match(ask.customer):
        raise UsageError(
            f'"{ask.customer}" cannot be the key of a customer: small letters and digits, with single hyphens between.'
        )
    if not ask.tenant:
        near = did_you_mean(ask.customer, workspace.customers)
        raise UsageError(f'No file has customer "{ask.customer}": say where it is with --tenant. {near}'.rstrip())
    connection, settings = serving(workspace, ask.connection), workspace.repository.settings
    return DesiredCustomer(ask.customer, ask.tenant.strip(), connection, Origin(""), {}, defaults=settings.defaults)


def serving(workspace: Workspace, named: str | None) -> str:
    """The connection that is meant. UsageError where that is not clear, or none of the settings."""
    settings = workspace.repository.settings
    only = next(iter(settings.connections)) if len(settings.connections) == 1 else ""
    connection = named or settings.defaults.connection or only
    if connection not in settings.connections:
        names = ", ".join(settings.connections)
        what = f'The settings have no connection "{connection}"' if connection else "Say --connection"
        raise UsageError(f"{what}: they have {names}.")
    return connection


async def _read(sessions: Sessions, customer: DesiredCustomer) -> Snapshot:
    """Everything of the tenant, the members of all groups included."""
    session = await sessions.customer(customer.tenant)

    async def read(ids: Iterable[str]) -> Snapshot:
        wanted = Interest(EVERYTHING, ids=frozenset(ids), kinds=frozenset({"customer"}))
        return await reading.read(kinds.ALL, session, customer.key, wanted, lambda: sessions.now)

    first = await read(())
    groups = [live.remote_id for live in first.of_kind("group") if not live.deleted]
    return await read(groups) if groups else first


def _has_people(snapshot: Snapshot) -> bool:
    """True where everybody was seen, with all licenses."""
    return all(snapshot.covers(kind).permits_removal for kind in ("user", "license"))


def _unread(snapshot: Snapshot) -> Iterator[str]:
    """What could not be read, each reason once."""
    kinds_of: dict[str, list[str]] = {}
    for kind in NEEDED:
        covered = snapshot.covers(kind)
        if not covered.permits_removal:
            why = covered.reason.partition(" could not be read: ")[2] or covered.reason
            kinds_of.setdefault(why, []).append(f"{kind}s")
    for why, names in kinds_of.items():
        yield f"{', '.join(names)} could not be read: {why}"


def _country(snapshot: Snapshot) -> str | None:
    """Where the tenant is: its entry will say so, and the catalog be that of the country."""
    specs = [live.spec for live in snapshot.of_kind("customer")]
    return next((spec.country for spec in specs if isinstance(spec, CustomerSpec)), None)


def _check_tenant(workspace: Workspace, customer: DesiredCustomer, snapshot: Snapshot) -> None:
    """UsageError where the tenant is another customer's of the files."""
    live = next(iter(snapshot.of_kind("customer")), None)
    names = {customer.tenant.lower(), live.remote_id if live else "", *getattr(live and live.spec, "domains", ())}
    for other in workspace.customers.values():
        if other.key != customer.key and other.tenant.lower() in names:
            raise UsageError(f'{customer.tenant} is the tenant of customer "{other.key}" already ({other.origin}).')


@dataclass(frozen=True, slots=True)
class _Making:
    """One customer's draft, made again until it stands."""

    workspace: Workspace
    request: Request
    ask: Ask
    customer: DesiredCustomer
    snapshot: Snapshot

    def proved(self) -> tuple[Draft, dict[Path, str], tuple[Finding, ...]]:
        """The draft that stands, its files, and what is to be said of them."""
        ledger = memory.of(self.workspace, self.customer.key, resuming.Left()).ledger
        ground = Ground(self.request.root, self.request.environ, self.snapshot, ledger)
        view = self._view(ground)
        known = proving.before(ground, self.workspace, self.customer.key)
        place = placing.of(self.request.root, self.customer, self.ask.out)
        tried: list[Doubt] = []
        for _ in range(MOST_ROUNDS):
            draft = drafts.draft(view)
            self._check_asked(draft)
            texts = place.texts(draft)
            proof = proving.prove(ground, known, draft, place.overlay(texts), tried)
            if not proof.doubts:
                return draft, texts, proof.findings
            tried.extend(proof.doubts)
            view = replace(view, doubts={(doubt.address, doubt.part): doubt.why for doubt in tried})
        raise UsageError(f"The import of {self.customer.key} finds no end: {tried[-1].why}.")

    def _view(self, ground: Ground) -> View:
        repository = self.workspace.repository
        customer = at_hand(self.customer)
        pairing = match.pair(customer, self.snapshot, ground.ledger, kinds.ALL)
        lives: dict[Address, Live[Spec]] = dict(pairing.unclaimed)
        lives |= {wanted.address: live for wanted, live in pairing.pairs if live and wanted.exists}  # only added to
        plans, _ = expand.resolve_plans(repository)
        catalog = repository.catalog_of(customer.country or _country(self.snapshot))
        files = repository.customers.get(customer.key)
        reseller = (files.entry.reseller or "") if files else ""
        return View(
            customer,
            self.snapshot,
            lives,
            plans,
            catalog,
            reseller,
            None if files else self._head(),
            doubles(pairing, kinds.ALL),
        )

    def _check_asked(self, draft: Draft) -> None:
        """UsageError where there is something new of a customer whose files have people, and nobody asked for it."""
        files = self.workspace.repository.customers.get(self.customer.key)
        if draft.is_empty or not files or not files.entries or self.ask.only_new:
            return
        counts = Counter(item.section for item in draft.items)
        words = ", ".join(plural(count, section.removesuffix("s")) for section, count in sorted(counts.items()))
        raise UsageError(f"{words} of {self.customer.key} are live and in no file: --only new adds them.")

    def _head(self) -> Values:
        settings = self.workspace.repository.settings
        usual = settings.defaults.connection or (
            next(iter(settings.connections)) if len(settings.connections) == 1 else ""
        )
        own = {} if self.customer.connection == usual else {"connection": self.customer.connection}
        return {"tenant": self.customer.tenant, **own}
