"""The explain use case: where each effective value of a resource comes from, and what nobody manages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler import kinds
from reconciler.app.workspace import open_workspace
from reconciler.core import diff
from reconciler.model import address as addresses
from reconciler.model.address import Address
from reconciler.model.errors import UsageError
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec
from reconciler.model.suggest import did_you_mean
from reconciler.reports import rows


@dataclass(frozen=True, slots=True)
class Explained:
    """One field: its name as the files write it, its value, and where that came from."""

    field: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """One resource: what manages it and where every value stands; `left_alone` names the fields nobody mentions."""

    address: Address
    mode: str
    origin: str
    values: tuple[Explained, ...]
    left_alone: tuple[str, ...]


def explain(root: Path, environ: Mapping[str, str], text: str) -> Explanation:
    """Why a resource is as the files want it. UsageError if the files do not have it."""
    workspace = open_workspace(root, environ)
    try:
        address = addresses.parse(text)
    except ValueError as error:
        raise UsageError(str(error)) from error
    customer = workspace.customers.get(address.customer)
    desired = customer.resources.get(address) if customer else None
    if customer is None or desired is None:
        known = [str(a) for c in workspace.customers.values() for a in c.resources]
        raise UsageError(f'The files do not have "{text}".{did_you_mean(text, known)}')
    mode = customer.mode(next(kind.group for kind in kinds.ALL if kind.name == address.kind))
    return Explanation(address, str(mode), str(desired.origin), _values(desired), _left_alone(desired))


def _values(desired: Desired[Spec]) -> tuple[Explained, ...]:
    fields = type(desired.spec).model_fields
    return tuple(
        Explained(
            fields[name].alias or name,
            rows.value_text(diff.plain(getattr(desired.spec, name))),
            desired.sources.get(name) or str(desired.origin),
        )
        for name in _said(desired)
    )


def _said(desired: Desired[Spec]) -> list[str]:
    """Fields that the files manage, or give the resource its meaning by (the plan that gives a license)."""
    return sorted(desired.managed | (desired.sources.keys() & type(desired.spec).model_fields.keys()))


def _left_alone(desired: Desired[Spec]) -> tuple[str, ...]:
    fields = type(desired.spec).model_fields
    own = next(kind.key_fields for kind in kinds.ALL if kind.name == desired.address.kind)
    return tuple(sorted(field.alias or name for name, field in fields.items() if name not in {*_said(desired), *own}))
