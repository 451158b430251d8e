"""Proof that a draft is right: the files with it are valid, and the plan after it is empty. Made before it is written.

    doubts(before, ground, draft)    what of the draft is refused, and why; nothing where it stands

The draft's text is read as if it stood in the files, checked by every rule, expanded, and planned against the same
reading that it was made from. Whatever would be a mistake, or a row, becomes a doubt about the entry, the value or the
plan that it comes from; whoever drafts leaves that out and asks again.

Must not: write, or read a cloud. Questionable on purpose: a guess is made about which part is at fault, the smallest
first. A part that was doubted before and is refused again takes the whole entry with it, so that this comes to an end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler import kinds
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core import plan
from reconciler.core.expansion import at_hand
from reconciler.core.plan import CustomerPlan, Run
from reconciler.core.planning import Inputs
from reconciler.kinds.entra import user
from reconciler.kinds.entra.user_spec import UserEntry
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Reason
from reconciler.model.draft import WHOLE, Doubt, Draft, Item
from reconciler.model.errors import DesiredStateError
from reconciler.model.finding import Finding
from reconciler.model.ledger import CustomerLedger
from reconciler.model.resource import Snapshot

PLAN = "plan "
OF_SEATS = (Reason.SEATS, Reason.SCHEDULE, Reason.RENEWAL)
# From the mildest on: what is tried in the place of a subscription that is refused.
MILDER = {"seats": ("auto", "seats"), "product": ("product",)}


@dataclass(frozen=True, slots=True)
class Ground:
    """What a draft is proved on: where the files are, and one customer's reading and memory."""

    root: Path
    environ: Mapping[str, str]
    snapshot: Snapshot
    ledger: CustomerLedger

    def opened(self, overlay: Mapping[str, bytes]) -> Workspace:
        """The files with the draft's."""
        return open_workspace(self.root, self.environ, self.snapshot.now.date(), overlay)

    def planned(self, workspace: Workspace, key: str) -> CustomerPlan:
        """The plan of the customer, from the same reading."""
        customer = workspace.on(at_hand(workspace.customers[key]), self.snapshot.now.date())
        catalog = workspace.repository.catalog_of(customer.country)
        return plan.plan_customer(
            Inputs(customer, self.snapshot, self.ledger, kinds.ALL, catalog), Run(remembers=False)
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """What is refused, and the findings of files and plan that are no mistakes; those of before are not in it."""

    doubts: tuple[Doubt, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Before:
    """What the files said without the draft, and the rows that they wanted then."""

    findings: frozenset[str] = frozenset()
    rows: frozenset[object] = field(default_factory=frozenset)


def before(ground: Ground, workspace: Workspace, key: str) -> Before:
    """How things are without a draft."""
    rows: frozenset[object] = frozenset()
    if key in workspace.customers:
        found = ground.planned(workspace, key)
        rows = frozenset(change.identity for change in (*found.changes, *found.reported))
    return Before(frozenset(finding.detail for finding in workspace.findings), rows)


def prove(ground: Ground, known: Before, draft: Draft, overlay: Mapping[str, bytes], tried: Iterable[Doubt]) -> Proof:
    """What is wrong with a draft. DesiredStateError where that cannot be told from any part of it."""
    blame = _Blame(draft, {(doubt.address, doubt.part) for doubt in tried})
    workspace = ground.opened(overlay)
    if workspace.errors:
        return Proof(tuple(blame.of_findings(workspace)))
    found = ground.planned(workspace, draft.customer)
    rows = [change for change in (*found.changes, *found.reported) if change.identity not in known.rows]
    mistakes = [finding for finding in found.findings if finding.is_error and finding.detail not in known.findings]
    doubts = [*(blame.of_row(row) for row in rows), *(blame.of_finding(finding) for finding in mistakes)]
    said = [*workspace.findings, *found.findings]
    return Proof(tuple(dict.fromkeys(doubts)), tuple(one for one in said if one.detail not in known.findings))


@dataclass(frozen=True, slots=True)
class _Blame:
    """Finds the part of a draft that a mistake or a row comes from."""

    draft: Draft
    tried: set[tuple[Address, str]]
    _items: dict[Address, Item] = field(init=False)

    def __post_init__(self) -> None:
        names = {kind.section: kind for kind in kinds.ALL if kind.section}
        items = {
            self._address(names[item.section].name, names[item.section].normalize(item.key)): item
            for item in self.draft.items
        }
        object.__setattr__(self, "_items", items)

    def _address(self, kind: str, key: str) -> Address:
        return Address(self.draft.customer, kind, key)

    def of_findings(self, workspace: Workspace) -> Iterator[Doubt]:
        """One doubt for each mistake of the files; their own mistakes were told before anything was read."""
        for finding in workspace.errors:
            yield self.of_finding(finding if finding.address else self._placed(finding, workspace))

    def of_row(self, row: Change) -> Doubt:
        why = _why(row)
        source = next(
            (one for one in (row.desired.sources.values() if row.desired else ()) if one.startswith(PLAN)), ""
        )
        if row.address.kind in ("license", "group") and source:
            return self._doubt(self._address("plan", source.removeprefix(PLAN)), WHOLE, why)
        item = self._items.get(row.address)
        if row.address.kind == "license":
            return self._of_license(row, why)
        if item is None:
            raise DesiredStateError(
                (Finding(codes.IMPORT_UNPROVED, f"The import would make a row: {why}.", address=row.address),)
            )
        if row.address.kind == "subscription":
            part = "seats" if row.reason in OF_SEATS else "product" if row.action is Action.CREATE else _alias(row)
            return self._milder(item.live, part, why)
        return self._doubt(item.live, _alias(row) if row.action is Action.UPDATE else WHOLE, why)

    def _of_license(self, row: Change, why: str) -> Doubt:
        """A license that would be taken away goes with the person: the files cannot leave it alone."""
        user = self._address("user", row.address.key.partition(":")[0])
        return self._doubt(user if row.action is Action.UNASSIGN else row.address, WHOLE, why)

    def of_finding(self, finding: Finding) -> Doubt:
        address, why = finding.address, finding.detail
        item = self._items.get(address) if address else None
        if address and address.kind == "plan":
            return self._doubt(address, WHOLE, why)
        if address and address.kind == "customer":
            part = "country" if finding.code is codes.OUT_OF_REGION else "domains"
            return self._doubt(address, part, why)
        if address and address.kind == "license":
            return self._doubt(address, WHOLE, why)
        if item is None:
            raise DesiredStateError((finding,))
        if item.section == "subscriptions":
            return self._milder(item.live, "product", why)
        part = "licenses" if finding.code is codes.USAGE_LOCATION_MISSING else WHOLE
        return self._doubt(item.live, part, why)

    def _milder(self, address: Address, part: str, why: str) -> Doubt:
        """The next part that was not doubted yet, and in the end all of it."""
        parts = (*MILDER.get(part, (part,)), WHOLE)
        return Doubt(address, next((one for one in parts if (address, one) not in self.tried), WHOLE), why)

    def _doubt(self, address: Address, part: str, why: str) -> Doubt:
        if (address, part) not in self.tried:
            return Doubt(address, part, why)
        if (address, WHOLE) not in self.tried and address.kind != "customer":
            owner = address._replace(kind="user", key=address.key.partition(":")[0])
            return Doubt(owner if address.kind == "license" else address, WHOLE, why)
        raise DesiredStateError(
            (Finding(codes.IMPORT_UNPROVED, f"The import cannot be made right: {why}", address=address),)
        )

    def _placed(self, finding: Finding, workspace: Workspace) -> Finding:
        """The finding with the address of the entry, plan or customer that it stands in."""
        place = finding.origin
        plans = [(origin, self._address("plan", name)) for name, origin in workspace.repository.plan_origins.items()]
        files = workspace.repository.customers.get(self.draft.customer)
        by_section = {kind.section: kind for kind in kinds.ALL if kind.section}
        entries = [
            (
                entry.origin,
                self._address(by_section[entry.section].name, by_section[entry.section].normalize(entry.key)),
            )
            for entry in (files.entries if files else ())
        ]
        heads = [(files.origin, self._address("customer", self.draft.customer))] if files else []
        above = [
            (origin.line, address)
            for origin, address in (*plans, *entries, *heads)
            if place and origin.file == place.file and origin.line <= place.line
        ]
        if not above:
            raise DesiredStateError(workspace.errors)
        return Finding(finding.code, finding.detail, finding.fix, max(above)[1], place)


def _why(row: Change) -> str:
    names = ", ".join(sorted({part.name for part in row.fields}))
    return f"the plan after it would {row.action.value} {row.address}{f' ({names})' if names else ''}"


def _alias(row: Change) -> str:
    """The part of an entry that a row's first value stands in."""
    name = row.fields[0].name if row.fields else WHOLE
    if name == "account_enabled":
        return "state"
    for outer, model in user.NESTED.items() if row.address.kind == "user" else ():
        if name in model.model_fields:
            return UserEntry.model_fields[outer].alias or outer
    return (type(row.desired.spec).model_fields[name].alias or name) if row.desired and name else name
