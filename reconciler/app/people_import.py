"""The use case of `import --csv`: people of a table become entries behind those of a customer. No network.

Every row is looked at before anything is written, by the schema and by every rule of `validate`; with one mistake
nothing is written, because half a list of joiners is found out later than none. Who stands in the files already stays
as people wrote it.

Must not: change an entry, or look at a cloud: whether somebody is there already is what the next plan says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.app import people_files, placing
from reconciler.app.people_files import Table
from reconciler.app.workspace import Workspace, open_workspace
from reconciler.core.expansion import at_hand
from reconciler.drafts.sheets import Columns
from reconciler.model.address import Address
from reconciler.model.draft import Draft, Item
from reconciler.model.errors import UsageError
from reconciler.model.finding import Finding
from reconciler.model.repository import DesiredCustomer
from reconciler.model.suggest import did_you_mean
from reconciler.store import customer_files

SECTION = "users"


@dataclass(frozen=True, slots=True)
class Ask:
    """Which table, for which customer, and which column is which field; with `check` nothing is written."""

    customer: str
    file: Path
    columns: tuple[tuple[str, str], ...] = ()
    out: Path | None = None
    check: bool = False


@dataclass(frozen=True, slots=True)
class Added:
    """What became of a table. `errors` begin with file and line; with any of them `files` are not written."""

    words: str
    columns: str
    draft: Draft
    known: tuple[str, ...]
    errors: tuple[str, ...]
    files: Mapping[Path, str]
    findings: tuple[Finding, ...] = ()


@dataclass(slots=True)
class _Rows:
    """The rows of a table: new people with the line of each, those who are in the files, and all mistakes."""

    items: dict[str, Item]
    lines: dict[str, int]
    known: list[str]
    errors: list[tuple[int, str]]


def add(root: Path, environ: Mapping[str, str], ask: Ask) -> Added:
    """Add the people of a table. UsageError, DesiredStateError; mistakes of rows are in the result."""
    workspace = open_workspace(root, environ).checked()
    customer = _customer(workspace, ask.customer)
    table = people_files.read(ask.file)
    columns = Columns.of(table.head, _said(ask.columns))
    rows = _read(table, columns, customer)
    draft = Draft(customer.key, None, tuple(rows.items.values()))
    place = placing.of(root, customer, ask.out)
    texts = place.texts(draft) if rows.items else {}
    findings = _findings(workspace, root, environ, place.overlay(texts)) if texts else []
    rows.errors += [_placed(finding, rows) for finding in findings if finding.is_error]
    errors = tuple(f"{ask.file}:{line}: {why}" if line else f"{ask.file}: {why}" for line, why in sorted(rows.errors))
    if not errors and not ask.check:
        placing.write(texts)
    remarks = tuple(finding for finding in findings if not finding.is_error)
    return Added(table.words, columns.words, draft, tuple(rows.known), errors, {} if errors else texts, remarks)


def _customer(workspace: Workspace, key: str) -> DesiredCustomer:
    known = workspace.customers.get(key)
    if known is None:
        near = did_you_mean(key, workspace.customers)
        raise UsageError(f'No file has customer "{key}": people are added to one that is declared. {near}'.rstrip())
    return at_hand(known)


def _said(columns: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """The mapping as it was typed. UsageError where a column is said twice."""
    found: dict[str, str] = {}
    for title, field in columns:
        if title in found:
            raise UsageError(f'Column "{title}" is mapped twice: to {found[title]} and to {field}.')
        found[title] = field
    return found


def _read(table: Table, columns: Columns, customer: DesiredCustomer) -> _Rows:
    rows = _Rows({}, {}, [], [])
    for line, cells in table.rows:
        key, values, mistakes = columns.row(cells)
        address = Address(customer.key, "user", key)
        if key in rows.lines:
            mistakes.append(f"{key} stands in line {rows.lines[key]} already")
        rows.errors += [(line, why) for why in mistakes]
        rows.lines.setdefault(key, line)
        if address in customer.resources:
            rows.known.append(key)
        elif not mistakes:
            rows.items[key] = Item(SECTION, key, values, address)
    return rows


def _findings(
    workspace: Workspace, root: Path, environ: Mapping[str, str], overlay: Mapping[str, bytes]
) -> list[Finding]:
    """What `validate` says of the files with the new people, and did not say before."""
    before = {finding.detail for finding in workspace.findings}
    after = open_workspace(root, environ, overlay=overlay).findings
    return [finding for finding in after if finding.detail not in before]


def _placed(finding: Finding, rows: _Rows) -> tuple[int, str]:
    """The row that a finding is about, if it says so."""
    key = finding.address.key.partition(":")[0] if finding.address else ""
    words = f"{finding.detail} {finding.fix}".strip()
    return rows.lines.get(key, 0), words


def preview(draft: Draft) -> Iterator[str]:
    """The entries as they will stand in the file."""
    for body in customer_files.bodies(draft).values():
        yield from body.lines
