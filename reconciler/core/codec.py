"""Plan -> canonical JSON and back: the plan file, both of its digests, its age.

    encode(plan, tool_version, expires_at) -> dict      the document, digests included
    dumps(plan, tool_version, expires_at) -> bytes      the same as canonical JSON (RFC 8785)
    loads(data, name) -> PlanFile                       verified; PlanOutdated says what is wrong and what to do
    check_age(planfile, now) -> None                    PlanOutdated once `expires_at` has passed

`loads` verifies, in this order: that it is JSON, the format version (a newer minor is read and its unknown members
ignored, another major is refused), the digest of the whole file, its form, and that `content_digest` is what the rows
say. It must not judge age (that needs a clock) or whether the plan may run: a plan file is a constraint, never an
authority, and the digest protects against damage and mix-ups, not against somebody who can compute a digest.

The decision a reader would question: encoding builds plain dicts instead of `planfile` models, and the tests hold both
forms together by the JSON Schema. Building models costs several times as much for fleets of many thousand rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pydantic

from reconciler.core import digests, planfile, planmoney, planscope
from reconciler.model.change import Action, Change, FieldChange, Value
from reconciler.model.errors import PlanOutdated
from reconciler.model.finding import Finding, Origin
from reconciler.model.margin import totals
from reconciler.model.plan import Plan

Json = Any  # a JSON document; its shape is that of planfile.PlanForm

AGAIN = "Make a new plan with `reconciler plan --out FILE`."


@dataclass(frozen=True, slots=True)
class PlanFile:
    """A verified plan file. `plan` has everything that `show` needs; its rows have no `desired` and no `live`."""

    plan: Plan
    tool_version: str
    expires_at: datetime
    content_digest: str
    digest: str
    name: str = ""


def encode(plan: Plan, tool_version: str, expires_at: datetime) -> dict[str, Json]:
    """The plan as a JSON document. Times in UTC, money as decimal strings, secrets masked."""
    document = {
        "tool": {"name": "reconciler", "version": tool_version},
        "expires_at": _instant(expires_at),
        **content(plan),
    }
    return {**document, "digest": digests.of(document)}


def content(plan: Plan) -> dict[str, Json]:
    """The plan as a JSON document without what makes it a file: no tool, no expiry, no digest of the whole."""
    content_digest = digests.content_digest(plan)
    return {
        "format_version": f"{planfile.FORMAT_MAJOR}.{planfile.FORMAT_MINOR}",
        "created_at": _instant(plan.created_at),
        **_content(plan, digests.short(content_digest)),
        "content_digest": content_digest,
    }


def dumps(plan: Plan, tool_version: str, expires_at: datetime) -> bytes:
    """The plan file's bytes: canonical JSON, the same for the same plan on every machine."""
    return digests.canonical(encode(plan, tool_version, expires_at))


def loads(data: bytes, name: str = "") -> PlanFile:
    """The plan in a file. PlanOutdated if it is damaged, of another format, or does not mean what it says.

    `name` is the file's own: of several that are applied together, the message says which.
    """
    try:
        return _verified(data, name)
    except PlanOutdated as error:
        raise PlanOutdated(named(name, str(error))) from error


def _verified(data: bytes, name: str) -> PlanFile:
    document = _parsed(data)
    _check_version(document.get("format_version"))
    _check_digest(document)
    try:
        form = planfile.PlanForm.model_validate(document)
        plan = form.to_plan()
    except pydantic.ValidationError as error:
        raise PlanOutdated(f"The plan file does not have the form of a plan: {_where(error)}. {AGAIN}") from error
    content_digest = digests.content_digest(plan)
    if content_digest != form.content_digest:
        raise PlanOutdated(
            f"The plan file's rows do not match its content digest: it says {form.content_digest}, "
            f"the rows give {content_digest}. {AGAIN}"
        )
    return PlanFile(plan, form.tool.version, form.expires_at, form.content_digest, form.digest, name)


def check_age(file: PlanFile, now: datetime) -> None:
    """PlanOutdated once the plan has expired; what was read for it is then too old to build on."""
    if now >= file.expires_at:
        why = (
            f"The plan expired at {_instant(file.expires_at)}, and it is {_instant(now)} now: "
            f"what it was made from may have changed. {AGAIN}"
        )
        raise PlanOutdated(named(file.name, why))


def named(name: str, words: str) -> str:
    """A message about the plan file of that name."""
    return f"{name}: {words}" if name else words


def encode_finding(finding: Finding, short: str = digests.DIGEST_MARK) -> dict[str, Json]:
    """A finding as it stands in plan files and reports; `short` is the digest that an override names."""
    return {
        "code": finding.code.id,
        "severity": finding.code.severity,
        "title": finding.code.title,
        "detail": finding.detail,
        "fix": finding.fix.replace(digests.DIGEST_MARK, short),
        "address": str(finding.address) if finding.address else None,
        "origin": _origin(finding.origin) if finding.origin else None,
        "related": [_origin(origin) for origin in finding.related],
        "saving": planmoney.money(finding.saving) if finding.saving else None,
    }


def _parsed(data: bytes) -> dict[str, Json]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PlanOutdated(f"The plan file is not JSON ({error}); it may be cut off. {AGAIN}") from error
    if not isinstance(document, dict):
        raise PlanOutdated(f"The plan file is JSON and not a plan: expected an object at the top. {AGAIN}")
    return document


def _check_version(version: Json) -> None:
    major, _, minor = version.partition(".") if isinstance(version, str) else ("", "", "")
    if not (major.isdecimal() and minor.isdecimal()):
        raise PlanOutdated(f"The file does not say its format_version, so it is not a plan file. {AGAIN}")
    if major != str(planfile.FORMAT_MAJOR):
        raise PlanOutdated(
            f"The plan file has format {version}, and this version of reconciler reads {planfile.FORMAT_MAJOR}.x. "
            f"Use the version that made it, or make a new plan with `reconciler plan --out FILE`."
        )


def _check_digest(document: dict[str, Json]) -> None:
    stated = document.get("digest")
    try:
        actual = digests.of({key: value for key, value in document.items() if key != "digest"})
    except (ValueError, RecursionError) as error:
        raise PlanOutdated(f"The plan file holds what a plan cannot hold: {error}. {AGAIN}") from error
    if stated != actual:
        raise PlanOutdated(
            f"The plan file was changed after it was written: it says {stated}, its content gives {actual}. {AGAIN}"
        )


def _where(error: pydantic.ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _content(plan: Plan, short: str) -> dict[str, Json]:
    return {
        "source": {
            "repository": plan.source.repository,
            "commit": plan.source.commit,
            "config_digest": plan.source.config_digest,
        },
        "scope": planscope.encode(plan.scope),
        "applyable": plan.applyable,
        "complete": plan.complete,
        "errored": plan.errored,
        "reads": [
            {
                "customer": read.customer,
                "kind": read.kind,
                "coverage": read.coverage.state,
                "reason": read.coverage.reason,
                "count": read.count,
                "fingerprint": read.fingerprint,
            }
            for read in plan.reads
        ],
        "changes": [_change(change, short) for change in plan.changes],
        "drift": [_change(change, short) for change in plan.drift],
        "unmanaged": None if plan.unmanaged is None else {key: dict(kinds) for key, kinds in plan.unmanaged.items()},
        "deferred": [
            {"customer": d.customer, "kind": d.kind, "why": d.why, "addresses": [str(a) for a in d.addresses]}
            for d in plan.deferred
        ],
        "blocked": [str(change.address) for change in plan.blocked],
        "forgotten": [str(change.address) for change in plan.changes if change.action is Action.FORGET],
        "findings": [encode_finding(finding, short) for finding in plan.findings],
        "summary": _summary(plan),
        **_where_there_are(plan),
    }


def _where_there_are(plan: Plan) -> dict[str, Json]:
    """What only some repositories have; the files of all others stay as they were."""
    margins = [planmoney.margin(margin) for margin in plan.margins]
    items = [planmoney.item(item) for item in plan.items]
    found = {name: rows for name, rows in (("margins", margins), ("items", items)) if rows}
    return {**found, **({"commerce_at": _instant(plan.commerce)} if plan.commerce else {})}


def _summary(plan: Plan) -> dict[str, Json]:
    counts, sums = plan.counts, totals(plan.margins)
    margins = [
        {"before": planmoney.balance(before), "after": planmoney.balance(after)} for before, after in sums.values()
    ]
    return {
        "add": counts.add,
        "change": counts.change,
        "unassign": counts.unassign,
        "delete": counts.delete,
        "forget": counts.forget,
        "blocked": len(plan.blocked),
        "deferred": len(plan.deferred),
        "drift_corrected": len(plan.corrections),
        "drift_reported": len(plan.drift),
        "units": plan.units,
        "monthly": [planmoney.money(money) for money in plan.monthly.values()],
        "commitment": [planmoney.money(money) for money in plan.commitment.values()],
        **({"margins": margins} if margins else {}),
    }


def _change(change: Change, short: str) -> dict[str, Json]:
    row = digests.masked(change)
    return {
        "address": str(row.address),
        "kind": row.address.kind,
        "id": row.remote_id,
        "actions": [row.action],
        "action_reason": row.reason,
        "cause": row.cause,
        "note": row.note,
        "provenance": _origin(row.origin) if row.origin else None,
        "fields": [_field(field) for field in row.fields],
        "after_unknown": ["id"] if row.action is Action.CREATE else [],
        "desired_digest": digests.of_desired(row),
        "live_fingerprint": {
            "before": digests.of_values(row, after=False),
            "after": digests.of_values(row, after=True),
        },
        "depends_on": [str(address) for address in row.depends_on],
        "preconditions": _preconditions(row.action),
        "risk": _risk(row),
        "units": row.units,
        "cost": planmoney.cost(row.cost) if row.cost else None,
        **({"later": planmoney.later(row.later)} if row.later else {}),
        **({"sale": planmoney.sale(row.sale)} if row.sale else {}),
        **({"purchase_order": row.purchase_order} if row.purchase_order else {}),
        "gates": [encode_finding(gate, short) for gate in row.blocked],
    }


def _preconditions(action: Action) -> list[str]:
    """What must be true of the live resource when the row runs, in words of ours."""
    match action:
        case Action.CREATE:
            return ["absent"]
        case Action.RESTORE:
            return ["in the recycle bin"]
        case Action.UPDATE:
            return ["present", "fields equal before"]
        case Action.UNASSIGN | Action.DELETE | Action.HANDOVER:
            return ["present"]
    return []


def _risk(change: Change) -> list[str]:
    spends = change.cost is not None and change.cost.monthly.amount > 0
    marks = {"disruptive": change.disruptive, "removal": change.action.removes, "spend": spends}
    return [name for name, applies in marks.items() if applies]


def _field(field: FieldChange) -> dict[str, Json]:
    return {
        "path": list(field.path),
        "before": _value(field.before),
        "after": _value(field.after),
        "sensitive": field.secret,
    }


def _value(value: Value) -> Json:
    return list(value) if isinstance(value, tuple) else value


def _origin(origin: Origin) -> dict[str, Json]:
    return {"file": origin.file, "line": origin.line, "column": origin.column}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
