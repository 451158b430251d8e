"""The scope of a plan file: how it is written, what of it counts for the digest, the form that it is read by, and what
several plans looked at together.

What only some runs have (`seats`, `touched`, `shard`) is left out for all others, so that their files stay as they
were. Of the customers that a change concerns the keys count for the content digest; why, and since which commits, are
words.

Must not: decide who is in scope (`app/fleet.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import Field

from reconciler.core.planmoney import Form
from reconciler.model.plan import Scope, Shard, Touched

Json = Any  # a JSON document; its shape is that of the forms below


class TouchedCustomerForm(Form):
    """A customer that the change concerns, and why."""

    customer: str
    because: str


class TouchedForm(Form):
    """What a change of the files concerns; `everybody` says why it is all customers, "" where it is those listed."""

    bases: tuple[str, ...] = Field(min_length=1, description="The commits that the files were compared with.")
    everybody: str
    customers: tuple[TouchedCustomerForm, ...]

    def touched(self) -> Touched:
        return Touched(self.bases, tuple((one.customer, one.because) for one in self.customers), self.everybody)


class ShardForm(Form):
    """Parts of a fleet: of `count` those with these numbers, from 1."""

    count: int = Field(ge=1)
    numbers: tuple[int, ...] = Field(min_length=1)

    def shard(self) -> Shard:
        return Shard(self.count, self.numbers)


class ScopeForm(Form):
    """Which resources were looked at; empty lists mean no narrowing, `seats` that only seats were."""

    customers: tuple[str, ...]
    targets: tuple[str, ...]
    excludes: tuple[str, ...]
    refresh: bool
    seats: bool = False
    touched: TouchedForm | None = None
    shard: ShardForm | None = None

    def scope(self) -> Scope:
        touched = self.touched.touched() if self.touched else None
        shard = self.shard.shard() if self.shard else None
        return Scope(self.customers, self.targets, self.excludes, self.refresh, self.seats, touched, shard)


def encode(scope: Scope) -> Json:
    """The scope as a JSON document."""
    return {
        "customers": list(scope.customers),
        "targets": list(scope.targets),
        "excludes": list(scope.excludes),
        "refresh": scope.refresh,
        **({"seats": True} if scope.seats else {}),
        **({"touched": _touched(scope.touched)} if scope.touched else {}),
        **_shard(scope),
    }


def meaning(scope: Scope) -> Json:
    """What of the scope counts for the content digest; the order of its parts does not."""
    touched = scope.touched
    return {
        "customers": sorted(scope.customers),
        "targets": sorted(scope.targets),
        "excludes": sorted(scope.excludes),
        "refresh": scope.refresh,
        **({"seats": True} if scope.seats else {}),
        **({"touched": sorted(touched.keys)} if touched and not touched.everybody else {}),
        **_shard(scope),
    }


def union(scopes: Sequence[Scope]) -> Scope:
    """Whatever any of these looked at, and perhaps more: at least one is needed."""
    if len(set(scopes)) == 1:
        return scopes[0]
    keys = [_keys(scope) for scope in scopes]
    targets = [scope.targets for scope in scopes]
    shared = set(scopes[0].excludes).intersection(*(scope.excludes for scope in scopes))
    bases = tuple(dict.fromkeys(base for scope in scopes if scope.touched for base in scope.touched.bases))
    reasons = {key: why for found in keys for key, why in (found or {}).items()}
    everyone, some = None in keys, tuple(sorted(reasons.items()))
    return Scope(
        () if everyone or bases else tuple(sorted(reasons)),
        tuple(dict.fromkeys(pattern for some in targets for pattern in some)) if all(targets) else (),
        tuple(sorted(shared)),
        all(scope.refresh for scope in scopes),
        all(scope.seats for scope in scopes),
        Touched(bases, some) if bases and not everyone else None,
        _shards([scope.shard for scope in scopes]),
    )


def _keys(scope: Scope) -> dict[str, str] | None:
    """The customers that a scope is about, each with why; None where it is about all."""
    touched = scope.touched
    if touched is None or touched.everybody:
        return dict.fromkeys(scope.customers, "it was planned") if scope.customers else None
    return {key: why for key, why in touched.customers if not scope.customers or key in scope.customers}


def _shards(shards: Sequence[Shard | None]) -> Shard | None:
    """All parts together; None where they are the whole, or not of one division."""
    parts = [shard for shard in shards if shard]
    counts = {shard.count for shard in parts}
    if len(parts) < len(shards) or len(counts) != 1:
        return None
    numbers = sorted({number for shard in parts for number in shard.numbers})
    return None if len(numbers) == parts[0].count else Shard(parts[0].count, tuple(numbers))


def _shard(scope: Scope) -> Json:
    shard = scope.shard
    return {"shard": {"count": shard.count, "numbers": list(shard.numbers)}} if shard else {}


def _touched(touched: Touched) -> Json:
    return {
        "bases": list(touched.bases),
        "everybody": touched.everybody,
        "customers": [{"customer": key, "because": why} for key, why in touched.customers],
    }
