"""A plan -> a document. The only place that decides what of a plan is shown, where, and in which order.

Order: what will be done, drift that is corrected, drift that is only reported, what the mode does not let us do, what
is blocked, what waits, what is forgotten, what is not managed, whom the run looked at, findings, margins, and every
removal once more at the end, where the eye rests. A row stands in one section; removals alone are repeated.

This module must not know any output format, and must not compute what `Plan` can say itself.

The decision a reader would question: blocked rows count in the summary (they are part of the plan, interface.md 2.8)
although they do not run; the line after it says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.core import codec, digests
from reconciler.model import codes
from reconciler.model.change import Action, Cause, Change
from reconciler.model.finding import Finding
from reconciler.model.plan import Plan
from reconciler.reports import escape, figures, items, margins, rows, savings, scope
from reconciler.reports.document import Document, Line, Row, Section, Subject, Tone, grouped, plural
from reconciler.reports.from_findings import detail_lines, findings_section
from reconciler.reports.rows import Setting

NOTHING = "No changes. The tenants match the desired state."
WAITING = "No changes. Who has not accepted the invitation yet is waited for, see below."
NAMED = 3  # as many customers are named in a sentence; more are counted
WAYS_OUT = (
    "Accept: reconciler drift --accept drift.patch, and git apply drift.patch.",
    "Revert: reconciler apply --customer CUSTOMER --target ADDRESS.",
    "Leave it for a time: drift: {ignore: [...]} in the settings (docs/drift.md).",
)
NO_DRIFT = "No drift. Nothing that the files manage was changed outside them."


def plan_document(plan: Plan) -> Document:
    """Everything a person should see of a plan."""
    digest = digests.short(digests.content_digest(plan))
    idle = not (plan.changes or plan.drift or plan.deferred or plan.errored)
    drawn = Document(
        subject=Subject.PLAN,
        title="Plan",
        headline=_headline(plan),
        sections=tuple(_sections(plan, digest)),
        summary=_summary(plan, idle=idle),
        machine=lambda: codec.content(plan),
        figures=figures.cards(plan),
        table=figures.table(plan),
        findings=plan.findings,
    )
    return drawn if plan.scope.refresh else _of_files(drawn, plan)


def _of_files(drawn: Document, plan: Plan) -> Document:
    """The same where no cloud was looked at: nobody may take it for a plan."""
    found = tuple(
        f"Files: {line.removeprefix('Plan: ')}" if line.startswith("Plan: ") else line for line in drawn.summary
    )
    figured = tuple(line for line in found if not line.startswith("Plan digest: "))
    return replace(
        drawn,
        title=scope.TITLE_OF_FILES,
        headline=scope.of_files(plan),
        summary=(*figured, scope.NOT_APPLYABLE) if figured else (),
    )


def _summary(plan: Plan, *, idle: bool) -> tuple[str, ...]:
    """The figures, the margin behind the cost; where there is nothing to do, what is left is still worth a line."""
    left = [*savings.summary(plan), *margins.summary(plan)]
    if idle:
        return tuple(left)
    *lines, digest = figures.summary(plan)
    return (*lines, *left, digest)


def drift_document(plan: Plan, ignored: tuple[Change, ...] = ()) -> Document:
    """What somebody changed outside the files: `plan` holds nothing else (`changes` would be corrected by an apply).

    `ignored` is what the settings leave alone today.
    """
    drawn = plan_document(replace(plan, margins=()))
    found = len(plan.changes) + len(plan.drift)
    apart = _section("ignored", "Ignored: changed outside the files, and left alone", ignored, Setting.REPORTED)
    return replace(
        drawn,
        sections=(*drawn.sections, *apart),
        title="Drift",
        headline=f"{plural(found, 'resource')} changed outside the files." if found else NO_DRIFT,
        summary=(figures.drift(plan), *WAYS_OUT) if found else (),
        figures=(),
    )


def blocked_sections(plan: Plan, digest: str) -> list[Section]:
    """Blocked rows; each gate once in the introduction, with the exact override."""
    gates = {gate: None for change in plan.blocked for gate in change.blocked}
    intro = [text for gate in gates for text in _gate(gate, digest)]
    found = [(change.address.customer, _blocked(change)) for change in plan.blocked]
    return [Section("blocked", "Blocked: not executed", grouped(found), tuple(intro))] if found else []


def deferred_sections(plan: Plan) -> list[Section]:
    """What waits for a complete reading, and why."""
    found = []
    for deferred in plan.deferred:
        waiting = plural(len(deferred.addresses), "row waits", "rows wait")
        title = f"{escape.plain(deferred.customer)}/{deferred.kind} could not be read completely, {waiting}"
        lines = [Line("", f"because: {escape.plain(deferred.why)}")]
        lines += [Line("", rows.name(address), minor=True) for address in deferred.addresses]
        found.append((deferred.customer, Row("?", title, Tone.WARN, lines=tuple(lines))))
    intro = ("What was not seen is neither created nor removed; the next run looks again.",)
    return [Section("deferred", "Deferred: waiting for a complete reading", grouped(found), intro)] if found else []


def _headline(plan: Plan) -> str:
    if plan.executable:
        return "reconciler will perform the following actions:"
    if plan.changes:
        return "No actions: every row is blocked, see below."
    if plan.errored:
        return "No actions: the errors below stand in the way."
    if plan.deferred:
        return "No actions in what could be read. Not everything could be read, so more may follow."
    if plan.drift:
        return "No actions. Differences are only reported, see below."
    return _nothing(plan)


def _nothing(plan: Plan) -> str:
    if any(finding.code == codes.MUST_ACCEPT for finding in plan.findings):
        return WAITING
    return scope.nothing(plan.scope.touched) if plan.scope.touched else NOTHING


def _sections(plan: Plan, digest: str) -> Iterable[Section]:
    free = [change for change in plan.executable if change.action is not Action.FORGET]
    ours = [change for change in free if change.cause not in (Cause.DRIFT, Cause.CONFLICT)]
    drifted = [change for change in free if change.cause in (Cause.DRIFT, Cause.CONFLICT)]
    reported = [change for change in plan.drift if change.cause is not Cause.CONFIG]
    unwanted = [change for change in plan.drift if change.cause is Cause.CONFIG]
    for section in _section("changes", "Changes", ours, _setting(plan)):
        yield replace(section, intro=_without_memory(plan))
    yield from _section("drift", "Drift: changed outside the files, will be corrected", drifted)
    yield from _section("reported", "Drift: changed outside the files, only reported", reported, Setting.REPORTED)
    yield from _section("observed", "Differences that the mode does not let us change", unwanted, Setting.REPORTED)
    yield from blocked_sections(plan, digest)
    yield from deferred_sections(plan)
    yield from _forgotten(plan)
    yield from _unmanaged(plan.unmanaged or {})
    yield from scope.section(plan)
    yield from items.section(plan)
    yield from findings_section(plan.findings, digest)
    yield from savings.section(plan)
    yield from margins.section(plan)
    yield from _removals(plan)


def _setting(plan: Plan) -> Setting:
    return Setting.PLANNED if plan.scope.refresh else Setting.WRITTEN


def _without_memory(plan: Plan) -> tuple[str, ...]:
    """Said once: where nothing is remembered, a change of the files and one in the portal look the same."""
    names = sorted({c.address.customer for c in plan.changes if c.cause is Cause.UNKNOWN})
    if not names:
        return ()
    who = ", ".join(names) if len(names) <= NAMED else plural(len(names), "customer")
    return (f"Nothing is remembered of {who} yet, so who changed what cannot be told.",)


def _section(name: str, title: str, changes: Iterable[Change], setting: Setting = Setting.PLANNED) -> Iterable[Section]:
    found = [(change.address.customer, rows.row(change, setting)) for change in changes]
    if found:
        yield Section(name, title, grouped(found))


def _blocked(change: Change) -> Row:
    row = rows.row(change, Setting.BLOCKED)
    names = ", ".join(f"{gate.code.title} ({gate.code.id})" for gate in change.blocked)
    return Row(
        row.symbol, row.title, row.tone, row.subject, (*row.lines, Line("#", f"blocked by: {names}")), vital=True
    )


def _gate(gate: Finding, digest: str) -> list[str]:
    place = f" ({escape.plain(str(gate.origin))})" if gate.origin else ""
    texts = [line.text for line in detail_lines(gate, digest)]
    return [f"{gate.code.title} ({gate.code.id}){place}", *(f"  {text}" for text in texts)]


def _forgotten(plan: Plan) -> Iterable[Section]:
    gone = [change for change in plan.executable if change.action is Action.FORGET]
    for section in _section("forgotten", "Forgotten: no longer managed, and left as it is", gone, _setting(plan)):
        intro = ("Nothing is deleted at the customer. What costs money there goes on costing money.",)
        yield Section(section.name, section.title, section.groups, intro)


def _unmanaged(unmanaged: Mapping[str, Mapping[str, int]]) -> Iterable[Section]:
    lines = []
    for customer, kinds in sorted(unmanaged.items()):
        counted = sorted((escape.plain(kind), count) for kind, count in kinds.items() if count)
        numbers = [plural(count, kind.removesuffix("s"), kind) for kind, count in counted]
        if numbers:
            lines.append(f"{escape.plain(customer)}: {', '.join(numbers)}")
    if lines:
        yield Section("unmanaged", "Not managed: at the customer, not in the files, never touched", (), tuple(lines))


def _removals(plan: Plan) -> Iterable[Section]:
    removals = [change for change in plan.executable if change.action.removes]
    found = [(change.address.customer, rows.brief(change, _setting(plan))) for change in removals]
    if found:
        where = "this plan" if plan.scope.refresh else "the files"
        yield Section("removals", f"Removals in {where}: {len(found):,}", grouped(found))
