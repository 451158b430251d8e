"""The form of a plan file: what each member of the JSON document is called and may hold.

The classes are read-only views for `codec.loads` and the source of the JSON Schema (`schema()`); `codec.encode`
writes the same form. `to_plan` turns a checked document back into the `Plan` that renderers know; `desired` and
`live` of its rows are None, because they belong to the run that made the plan.

This module must not verify digests, age or format version: that is `codec`. It must not know any kind.

The decision a reader would question: members that can be computed from others (summary, blocked, forgotten,
after_unknown, preconditions, fingerprints) stand in the file for people and scripts and are not read back. They cost
some bytes; in return a forged summary cannot change what `show` says or what `apply` may do. Unknown members are
ignored, so that a newer minor version can still be read.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from reconciler.core.planmoney import (
    AddressText,
    CostForm,
    Form,
    ItemForm,
    LaterForm,
    MarginForm,
    MoneyForm,
    SaleForm,
    TotalForm,
)
from reconciler.core.planscope import ScopeForm
from reconciler.model import address
from reconciler.model.change import Action, Cause, Change, FieldChange, Reason
from reconciler.model.finding import Code, Finding, Origin, Severity
from reconciler.model.plan import Deferred, Plan, Reading, Source
from reconciler.model.resource import Coverage, CoverageState

FORMAT_MAJOR = 1
FORMAT_MINOR = 0

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Scalar = str | int | bool | tuple[str, ...] | None


class ToolForm(Form):
    """Which program wrote the file."""

    name: str
    version: str


class OriginForm(Form):
    """A place in the desired state; the commit stands in `source`."""

    file: str
    line: int = Field(ge=0)
    column: int = Field(ge=0)

    def origin(self) -> Origin:
        return Origin(self.file, self.line, self.column)


class FindingForm(Form):
    """Something worth telling a person; as a gate, why a row is refused."""

    code: str
    severity: Severity
    title: str
    detail: str
    fix: str
    address: AddressText | None
    origin: OriginForm | None
    related: tuple[OriginForm, ...]
    saving: MoneyForm | None

    def finding(self) -> Finding:
        return Finding(
            code=Code(self.code, self.severity, self.title),
            detail=self.detail,
            fix=self.fix,
            address=address.parse(self.address) if self.address else None,
            origin=self.origin.origin() if self.origin else None,
            related=tuple(place.origin() for place in self.related),
            saving=self.saving.money() if self.saving else None,
        )


class FieldForm(Form):
    """One value before and after; `path` is a field, or a set field and one element. Sensitive values are masked."""

    path: tuple[str, ...] = Field(min_length=1)
    before: Scalar
    after: Scalar
    sensitive: bool


class FingerprintForm(Form):
    """Digests of the row's values as they were read and as they shall be."""

    before: Digest
    after: Digest


class ChangeForm(Form):
    """One row."""

    address: AddressText
    kind: str
    id: str
    actions: tuple[Action, ...] = Field(min_length=1, max_length=1)
    action_reason: Reason
    cause: Cause
    note: str
    provenance: OriginForm | None
    fields: tuple[FieldForm, ...]
    after_unknown: tuple[str, ...]
    desired_digest: Digest
    live_fingerprint: FingerprintForm
    depends_on: tuple[AddressText, ...]
    preconditions: tuple[str, ...]
    risk: tuple[str, ...]
    units: int
    cost: CostForm | None
    later: LaterForm | None = None
    sale: SaleForm | None = None
    purchase_order: str = ""
    gates: tuple[FindingForm, ...]

    def change(self) -> Change:
        return Change(
            address=address.parse(self.address),
            action=self.actions[0],
            reason=self.action_reason,
            cause=self.cause,
            fields=tuple(FieldChange(f.path, f.before, f.after, f.sensitive) for f in self.fields),
            remote_id=self.id,
            note=self.note,
            origin=self.provenance.origin() if self.provenance else None,
            depends_on=tuple(map(address.parse, self.depends_on)),
            units=self.units,
            cost=self.cost.cost() if self.cost else None,
            later=self.later.later() if self.later else None,
            sale=self.sale.sale() if self.sale else None,
            blocked=tuple(gate.finding() for gate in self.gates),
            disruptive="disruptive" in self.risk,
            purchase_order=self.purchase_order,
        )


class SourceForm(Form):
    """What the plan was made from."""

    repository: str
    commit: str
    config_digest: str


class ReadForm(Form):
    """How one collection of one customer was read."""

    customer: str
    kind: str
    coverage: CoverageState
    reason: str
    count: int = Field(ge=0)
    fingerprint: str


class DeferredForm(Form):
    """What waits for a complete reading, and why."""

    customer: str
    kind: str
    why: str
    addresses: tuple[AddressText, ...]


class SummaryForm(Form):
    """The figures of the summary lines."""

    add: int = Field(ge=0)
    change: int = Field(ge=0)
    unassign: int = Field(ge=0)
    delete: int = Field(ge=0)
    forget: int = Field(ge=0)
    blocked: int = Field(ge=0)
    deferred: int = Field(ge=0)
    drift_corrected: int = Field(ge=0)
    drift_reported: int = Field(ge=0)
    units: int
    monthly: tuple[MoneyForm, ...]
    commitment: tuple[MoneyForm, ...]
    margins: tuple[TotalForm, ...] = ()


class PlanForm(Form):
    """A plan file. Canonical JSON (RFC 8785); `digest` covers everything but itself."""

    format_version: str = Field(pattern=r"^[0-9]+\.[0-9]+$")
    tool: ToolForm
    created_at: AwareDatetime
    expires_at: AwareDatetime
    source: SourceForm
    scope: ScopeForm
    applyable: bool
    complete: bool
    errored: bool
    reads: tuple[ReadForm, ...]
    changes: tuple[ChangeForm, ...]
    drift: tuple[ChangeForm, ...]
    unmanaged: dict[str, dict[str, int]] | None
    deferred: tuple[DeferredForm, ...]
    blocked: tuple[AddressText, ...]
    forgotten: tuple[AddressText, ...]
    findings: tuple[FindingForm, ...]
    summary: SummaryForm
    margins: tuple[MarginForm, ...] = ()
    items: tuple[ItemForm, ...] = ()
    commerce_at: AwareDatetime | None = None
    content_digest: Digest
    digest: Digest

    def to_plan(self) -> Plan:
        """The plan that the document describes; its form is checked, so nothing can fail here."""
        source = self.source
        return Plan(
            created_at=self.created_at,
            source=Source(source.repository, source.commit, source.config_digest),
            scope=self.scope.scope(),
            changes=tuple(row.change() for row in self.changes),
            drift=tuple(row.change() for row in self.drift),
            unmanaged=self.unmanaged,
            deferred=tuple(
                Deferred(d.customer, d.kind, d.why, tuple(map(address.parse, d.addresses))) for d in self.deferred
            ),
            reads=tuple(
                Reading(r.customer, r.kind, Coverage(r.coverage, r.reason), r.count, r.fingerprint) for r in self.reads
            ),
            findings=tuple(finding.finding() for finding in self.findings),
            margins=tuple(margin.margin() for margin in self.margins),
            items=tuple(item.counted() for item in self.items),
            commerce=self.commerce_at,
        )


def schema() -> dict[str, Any]:  # Any: a JSON document
    """The JSON Schema of plan files, for `schemas/` and for whoever reads plan files with other tools."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PlanForm.model_json_schema(mode="serialization"),
        "title": "Plan file of reconciler",
    }
