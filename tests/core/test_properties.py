"""What holds for every plan, whatever the files, the history and the customer are (testing.md, section 2).

Each property says how much of what it generated was interesting; `test_the_worlds_are_interesting` fails when a shape
that the others live on becomes rare.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import HealthCheck, event, find, given, settings
from hypothesis import strategies as st

from reconciler.core import references
from reconciler.core.plan import CustomerPlan
from reconciler.model import codes
from reconciler.model.address import Address
from reconciler.model.change import Action, Change, Step, Value
from reconciler.model.resource import Coverage, CoverageState
from reconciler.model.spec import Spec
from reconciler.model.template import Mode, OnDrift

from .cloud import Cloud
from .fakes import KINDS
from .scene import planned, reading, remembered_after
from .worlds import World, worlds

Atom = tuple[Address, Action, tuple[str, ...], Value]
LIKELY = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
FOREIGN = "their-"


def plan_of(world: World) -> CustomerPlan:
    return planned(world.files, reading(*world.there), world.ledger)


def atoms(plan: CustomerPlan) -> set[Atom]:
    """What a plan writes, in the smallest units; seats are not matched by value."""
    found: set[Atom] = set()
    for row in plan.changes:
        if row.blocked or row.action in (Action.FORGET, Action.HANDOVER):
            continue
        parts = [(field.path, field.after) for field in row.fields] or [((), None)]
        found |= {(row.address, row.action, path, None if row.units else after) for path, after in parts}
    return found


def removals(plan: CustomerPlan) -> set[Atom]:
    return {atom for atom in atoms(plan) if atom[1].removes or (len(atom[2]) == 2 and atom[3] is False)}


def held_back(plan: CustomerPlan) -> set[Atom]:
    """What is not taken only because something else cannot be given in its place."""
    kept = [
        row for row in plan.changes if row.blocked and all(gate.code is codes.NEEDS_BLOCKED for gate in row.blocked)
    ]
    return removals(replace(plan, changes=tuple(replace(row, blocked=()) for row in kept)))


def shapes(world: World, plan: CustomerPlan) -> list[str]:
    """What is interesting about a world."""
    acts = Counter(row.action for row in plan.changes)
    moves = [step for step in plan.steps if {c.action for c in step.changes} >= {Action.CREATE, Action.UNASSIGN}]
    found = {
        "foreign seats": any(live.address.key.startswith(FOREIGN) for live in world.there),
        "growth": any(row.units > 0 for row in plan.changes),
        "shrinking": any(row.units < 0 for row in plan.changes),
        "swap": bool(moves),
        "blocked": any(row.blocked for row in plan.changes),
        "tombstone": bool(world.files.tombstones),
        "removal": bool(acts[Action.UNASSIGN]),
        "drift reported": bool(plan.reported),
        "memory": world.ledger.known,
        "forgotten": bool(acts[Action.FORGET]),
        "licensed team": bool(_moved(plan)),
    }
    return [name for name, holds in found.items() if holds]


def _moved(plan: CustomerPlan) -> list[Change]:
    """Rows by which somebody enters or leaves the team that hands out a SKU."""
    return [row for row in plan.changes if row.address.key == "paid" and any(len(f.path) == 2 for f in row.fields)]


def test_the_worlds_are_interesting() -> None:
    counted: Counter[str] = Counter()

    @settings(LIKELY, database=None, derandomize=True)
    @given(worlds())
    def look(world: World) -> None:
        counted["all"] += 1
        counted.update(shapes(world, plan_of(world)))

    look()
    rare = {name: f"{100 * n // counted['all']} %" for name, n in counted.items() if n * 10 < counted["all"]}

    assert rare == {}
    assert len(counted) == 12


@LIKELY
@given(worlds(), st.booleans())
def test_what_is_applied_needs_nothing_more(world: World, lazy: bool) -> None:
    cloud, ledger, plan = Cloud.of(world.there, lazy=lazy), world.ledger, plan_of(world)
    for shape in shapes(world, plan):
        event(shape)
    for _ in range(3):
        done = cloud.perform(_free(plan))
        ledger = remembered_after(ledger, plan, *done) if done else plan.settled or ledger
        plan = planned(world.files, cloud.reading(), ledger)
        if not atoms(plan):
            break
    sooner = atoms(plan)
    cloud.work()
    later = atoms(planned(world.files, cloud.reading(), ledger))

    assert sooner == set()
    assert later == set(), "what a team hands out later is no reason for another plan"


def _free(plan: CustomerPlan) -> list[Step]:
    free = {id(row) for row in plan.changes if not row.blocked}
    steps = [replace(step, changes=tuple(c for c in step.changes if id(c) in free)) for step in plan.steps]
    return [step for step in steps if step.changes]


@LIKELY
@given(worlds())
def test_additive_takes_only_what_was_declared_before_or_a_tombstone_names(world: World) -> None:
    plan = plan_of(world)

    for address, _, path, _ in removals(plan):
        group = next(kind.group for kind in KINDS if kind.name == address.kind)
        buried = any(address.key.partition(":")[0] == grave.key for grave in world.files.tombstones)
        remembered = address in world.ledger.resources
        assert buried or remembered or world.files.mode(group) is Mode.AUTHORITATIVE, (address, path)


@LIKELY
@given(worlds())
def test_nothing_of_another_partner_is_written(world: World) -> None:
    assert not any(address.key.startswith(FOREIGN) for address, *_ in atoms(plan_of(world)))


@LIKELY
@given(worlds(), st.randoms(use_true_random=False))
def test_the_order_of_what_is_read_and_remembered_changes_nothing(world: World, chance: st.DataObject) -> None:
    there, remembered = list(world.there), list(world.ledger.resources.items())
    wanted = list(world.files.resources.items())
    for some in (there, remembered, wanted):
        chance.shuffle(some)  # type: ignore[attr-defined]  # randoms() gives a random.Random
    shuffled = World(
        replace(world.files, resources=dict(wanted)),
        tuple(there),
        replace(world.ledger, resources=dict(remembered)),
    )

    assert plan_of(shuffled).changes == plan_of(world).changes


@LIKELY
@given(worlds())
def test_with_the_memory_lost_nothing_more_is_taken(world: World) -> None:
    """Where drift is only reported nothing is given then either, so that nothing needs to be held back for it."""
    lost, known = replace(world, ledger=replace(world.ledger, known=False, resources={})), plan_of(world)

    assert removals(plan_of(lost)) <= removals(known) | held_back(known)


@LIKELY
@given(worlds())
def test_with_the_memory_lost_nothing_more_is_written_where_drift_is_reported(world: World) -> None:
    reported = {group for group, how in world.files.on_drift.items() if how is OnDrift.REPORT}
    kinds = {kind.name for kind in KINDS if kind.group in reported and not kind.supplying}
    lost = replace(world, ledger=replace(world.ledger, known=False, resources={}))
    more = {atom for atom in atoms(plan_of(lost)) - atoms(plan_of(world)) if atom[0].kind in kinds}
    event(f"kinds in report mode: {len(kinds)}")

    assert more == set()


@LIKELY
@given(
    worlds(),
    st.sampled_from([kind.name for kind in KINDS]),
    st.sampled_from([CoverageState.PARTIAL, CoverageState.FAILED]),
    st.data(),
)
def test_what_was_not_seen_adds_nothing(world: World, kind: str, how: CoverageState, data: st.DataObject) -> None:
    whole = reading(*world.there)
    kept = [
        live
        for live in world.there
        if live.address.kind != kind or (how is CoverageState.PARTIAL and data.draw(st.booleans()))
    ]
    less = replace(reading(*kept), coverage={**whole.coverage, kind: Coverage(how, "a page was lost")})

    few, all_ = planned(world.files, less, world.ledger), planned(world.files, whole, world.ledger)
    event(f"rows left: {bool(atoms(few))}")

    # Whoever is not seen does not compete for a seat, so a row that was blocked may be free: it is no new row.
    planned_anyway = {(row.address, row.action) for row in all_.changes}
    added = {(a[0], a[1]) for a in atoms(few) if a[1] in (Action.CREATE, Action.UNASSIGN, Action.DELETE)}
    assert added <= planned_anyway
    assert not [row for row in few.changes if row.units and kind in ("license", "subscription")]


@LIKELY
@given(worlds())
def test_the_order_of_rows(world: World) -> None:
    plan = plan_of(world)
    rows = [row for row in plan.changes if not row.blocked]
    kinds = {kind.name: kind for kind in KINDS}
    wave = {id(row): step.wave for step in plan.steps for row in step.changes}
    blocks = [wave[id(row)] for row in rows if kinds[row.address.kind].blocks_sign_in(row)]
    shrinking = [row for row in rows if row.units < 0]

    assert all(found == 0 for found in blocks)
    for row in rows:
        for needed in row.depends_on:
            assert all(wave[id(other)] < wave[id(row)] for other in rows if _makes(other, needed) and other is not row)
    for row in shrinking:
        sku = _sku(row.live.spec) if row.live else ""
        holders = [wave[id(other)] for other in rows if other.address.kind == "license" and _sku_of(other) == sku]
        assert all(found < wave[id(row)] for found in holders)


def _makes(row: Change, address: Address) -> bool:
    return row.address == address and row.action in (Action.CREATE, Action.RESTORE)


def _sku(spec: Spec) -> str:
    return str(getattr(spec, "sku", ""))


def _sku_of(row: Change) -> str:
    resource = row.desired or row.live
    return _sku(resource.spec) if resource else ""


@LIKELY
@given(worlds())
def test_a_constrained_run_writes_only_what_was_reviewed(world: World) -> None:
    reviewed = plan_of(replace(world, there=world.there[: len(world.there) // 2]))
    from reconciler.core.constraint import Constraint, identity  # noqa: PLC0415

    rows = [row for row in reviewed.changes if not row.units]
    before = {(r.address, r.action, f.path, f.after): frozenset({f.before}) for r in rows for f in r.fields}
    allowed = Constraint(frozenset(map(identity, rows)), {}, before)

    plan = planned(world.files, reading(*world.there), world.ledger, constraint=allowed)
    event(f"rows left: {bool(atoms(plan))}")

    shown = {
        (row.address, row.action, path, after)
        for row in rows
        for path, after in ([(f.path, f.after) for f in row.fields] or [((), None)])
    }
    made = {row.address: row.action for row in rows if row.action in references.MAKES}
    assert atoms(plan) <= shown | {(atom[0], made[atom[0]], *atom[2:]) for atom in shown if atom[0] in made}


def test_a_world_with_a_swap_between_full_pools_exists() -> None:
    found = find(
        worlds(), lambda world: "swap" in shapes(world, plan_of(world)), settings=settings(LIKELY, database=None)
    )

    assert found.there
