"""Digests over a plan's meaning, and the masking of secrets that must happen before anything is digested or written.

`content_digest(plan)` answers "is this the same plan?" for people, commit statuses and consents: it covers scope,
addresses, actions, managed after-values, quantities, unit prices and gate results. It must not cover commits, origins,
times, proration, commitments, refunds, margins, allowances, reads or the texts of findings: two runs that mean the
same give the same digest. Rows count as a set, and the fields of a row as a set, so neither order matters.

The decision a reader would question: a gate counts by its code alone. A limit that moves without changing what it
refuses therefore keeps the digest, and so does a reworded message; a row that becomes free or blocked changes it.
Compute it before allowances lift gates, or a consent would invalidate itself.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import Any

import rfc8785

from reconciler.core import planscope
from reconciler.model.change import Change, FieldChange, Reason
from reconciler.model.plan import Plan

SENSITIVE = "(sensitive value)"
# What gates write where the override needs the digest, which is not known until every gate has spoken.
DIGEST_MARK = "{digest}"
SHORT = 12
UNIT_PRICE_STEP = Decimal("0.0001")  # a yearly price shared by twelve months does not divide evenly

Json = Any  # a JSON document; its shape is that of planfile.PlanForm


def content_digest(plan: Plan) -> str:
    """`sha256:...` over what the plan means. Equal for equal meaning, whatever the order of rows."""
    rows = sorted((_meaning(change) for change in plan.changes), key=canonical)
    return of({"scope": planscope.meaning(plan.scope), "rows": rows})


def short(digest: str) -> str:
    """The part of a digest that people type: `--allow removals=7@1a2b3c4d5e6f`."""
    return digest.removeprefix("sha256:")[:SHORT]


def masked(change: Change) -> Change:
    """The row without its secrets; whether there is a value stays visible, which value does not."""
    if not any(field.secret for field in change.fields):
        return change
    return replace(change, fields=tuple(map(_masked, change.fields)))


def of(document: Json) -> str:
    """`sha256:...` of a JSON document in its canonical form (RFC 8785)."""
    return "sha256:" + hashlib.sha256(canonical(document)).hexdigest()


def canonical(document: Json) -> bytes:
    """The canonical form (RFC 8785). Half a surrogate pair, which no JSON can hold, becomes U+FFFD: a name must not
    be able to stop a plan. ValueError for numbers that JSON cannot hold exactly."""
    try:
        return rfc8785.dumps(document)
    except rfc8785.CanonicalizationError:
        return rfc8785.dumps(_repaired(document))


def of_desired(change: Change) -> str:
    """The digest of what a row wants: address, action and values after it, as in `Change.identity`."""
    row = masked(change)
    return of([str(row.address), row.action, _values(row, after=True)])


def of_values(change: Change, *, after: bool) -> str:
    """The digest of a row's values, before or after it. Secrets take part masked."""
    return of(_values(masked(change), after=after))


def _meaning(change: Change) -> Json:
    row = masked(change)
    return [
        str(row.address),
        row.action,
        _values(row, after=True),
        row.units,
        _unit_price(row),
        sorted({gate.code.id for gate in row.blocked}),
    ]


def _values(change: Change, *, after: bool) -> Json:
    return sorted(([list(f.path), f.after if after else f.before] for f in change.fields), key=lambda pair: pair[0])


def _unit_price(change: Change) -> Json:
    if change.cost is None or not (change.units or change.reason is Reason.UPGRADE):
        return None
    monthly = change.cost.monthly
    price = (monthly.amount / (change.units or 1)).quantize(UNIT_PRICE_STEP)  # all of an upgrade: its seats are a value
    return [f"{price:f}", monthly.currency]


def _repaired(document: Json) -> Json:
    if isinstance(document, str):
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in document)
    if isinstance(document, list | tuple):
        return [_repaired(part) for part in document]
    if isinstance(document, dict):
        return {_repaired(key): _repaired(value) for key, value in document.items()}
    return document


def _masked(field: FieldChange) -> FieldChange:
    if not field.secret:
        return field
    before = None if field.before is None else SENSITIVE
    after = None if field.after is None else SENSITIVE
    return replace(field, before=before, after=after)
