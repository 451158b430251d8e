"""Whether a change of the files is its author's to make: alterations held against the grants of the settings.

    findings(case, between(before, after)) -> Finding, ...

Each alteration needs one grant that gives it to an author and whose cap is not passed by the whole change. A customer
has to be the grant's in both versions, so that nobody takes a customer over by giving it another reseller, or gives one
away. What all customers share belongs to the owners alone.

Must not: read the rules from the version that is judged; the caller gives those of the base. Questionable on purpose:
removals, seats and cost are those of the files, not of a plan: what the change asks for besides, whether somebody has
done it already or not. That needs no cloud, and so it holds for forks too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.core.alterations import Alteration
from reconciler.model import codes, money
from reconciler.model.change import Action, Change, Reason
from reconciler.model.delegation import Delegation, Grant
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import Repository

FEW = 3  # named in a sentence; the rest is counted


@dataclass(frozen=True, slots=True)
class Case:
    """A change, whose it is, and the rules that hold: `rows` are what it comes to, by customer, `since` which commit.

    `called` gives the name of a finding's file from the repository's root.
    """

    rules: Delegation
    authors: frozenset[str]
    before: Repository
    after: Repository
    rows: Mapping[str, Sequence[Change]]
    called: Callable[[str], str]
    since: str

    @property
    def is_owners(self) -> bool:
        """True where an owner of everything makes the change."""
        return self.rules.includes(self.rules.owners, self.authors)

    @property
    def who(self) -> str:
        return " and ".join(sorted(self.authors))

    @property
    def granted(self) -> tuple[Grant, ...]:
        """The grants of the authors."""
        return tuple(grant for grant in self.rules.grants if self.rules.includes(grant.to, self.authors))

    def covers(self, grant: Grant, customer: str) -> bool:
        """True where the customer is the grant's in every version that has it."""
        some = [version.customers[customer] for version in (self.before, self.after) if customer in version.customers]
        return bool(some) and all(grant.of(customer, files.entry.reseller) for files in some)


def findings(case: Case, altered: Iterable[Alteration]) -> Iterator[Finding]:
    """What the authors may not change, in the order of the alterations, and each cap that is passed, once."""
    if case.is_owners:
        return
    passed = {id(grant): found for grant in case.granted if (found := _beyond(case, grant))}
    told: set[int] = set()
    for one in altered:
        giving = [grant for grant in case.granted if case.covers(grant, one.customer) and _gives(grant, one)]
        if not giving:
            yield _not_granted(case, one)
            continue
        here = [grant for grant in giving if grant.holds(case.called(one.origin.file))]
        if not here:
            yield _elsewhere(case, one, giving)
        elif all(id(grant) in passed for grant in here) and id(here[0]) not in told:
            told.add(id(here[0]))
            yield from (_over(case, detail, one.origin) for detail in passed[id(here[0])])


def files(case: Case, changed: Iterable[str], desired: Mapping[str, str]) -> Iterator[Finding]:
    """Changed files that are none of the desired state, or outside the folders of the authors' grants.

    `changed` are names from the repository's root; `desired` gives those of the desired state as findings call them.
    """
    if case.is_owners:
        return
    owners = f"Have one of its owners change it: {_names(case.rules.owners)}."
    for name in changed:
        if name not in desired:
            detail = (
                f"{name} differs from {case.since} and is no file of the desired state; {case.who} may change none."
            )
            yield Finding(codes.NOT_THEIR_FILE, detail, owners, origin=Origin(name))
        elif case.granted and not any(grant.holds(name) for grant in case.granted):
            folders = sorted({folder for grant in case.granted for folder in grant.folders})
            detail = f"{name} differs from {case.since}; {case.who} may write below {_names(folders)}."
            yield Finding(codes.NOT_THEIR_FILE, detail, owners, origin=Origin(desired[name]))


def _gives(grant: Grant, one: Alteration) -> bool:
    return bool(one.customer) and grant.gives(one.thing, one.name)


def _not_granted(case: Case, one: Alteration) -> Finding:
    owners = f"Have one of its owners change it: {_names(case.rules.owners)}."
    if not one.customer:
        detail = f"{one.called} differs from {case.since}, and {case.who} is no owner of what all customers share."
        return Finding(codes.NOT_GRANTED, detail, owners, origin=one.origin)
    detail = f"{one.called} differs from {case.since}; {case.who} may not change {one.word} of {one.customer}."
    gave = [grant for grant in case.rules.grants if case.covers(grant, one.customer) and _gives(grant, one)]
    others = sorted({who for grant in gave for who in grant.to})
    may = f"Have one of those change it who may: {_names([*case.rules.owners, *others])}."
    return Finding(codes.NOT_GRANTED, detail, may, origin=one.origin)


def _elsewhere(case: Case, one: Alteration, giving: Sequence[Grant]) -> Finding:
    folders = sorted({folder for grant in giving for folder in grant.folders})
    detail = f"{one.called} differs from {case.since}; {case.who} may change it below {_names(folders)} only."
    return Finding(codes.NOT_THEIR_FILE, detail, "Move it there, with an owner's help.", origin=one.origin)


def _beyond(case: Case, grant: Grant) -> tuple[str, ...]:
    """What of the grant's cap the change passes, each as a sentence."""
    rows = [row for customer, some in case.rows.items() if case.covers(grant, customer) for row in some]
    return *_removals(grant, rows), *_seats(grant, rows), *_cost(grant, rows)


def _removals(grant: Grant, rows: Sequence[Change]) -> Iterator[str]:
    gone = {row.address for row in rows if row.action.removes or row.action is Action.FORGET or _is_buried(row)}
    counted = sorted(one for one in gone if not any(_is_part(one.key, other.key) for other in gone))
    most = grant.up_to.removals
    if most is not None and len(counted) > most:
        yield f"it takes out {len(counted)} ({_few([str(one) for one in counted])}), and {most} are allowed"


def _seats(grant: Grant, rows: Sequence[Change]) -> Iterator[str]:
    added, most = sum(row.units for row in rows if row.units > 0), grant.up_to.seats_added
    if most is not None and added > most:
        yield f"it asks for {added} more seats, and {most} are allowed"


def _cost(grant: Grant, rows: Sequence[Change]) -> Iterator[str]:
    most = grant.up_to.money
    if most is None:
        return
    more = [row for row in rows if row.units > 0]
    unpriced = [str(row.address) for row in more if row.cost is None]
    if unpriced:
        yield f"it asks for seats without a price in the catalog ({_few(unpriced)}), and {most} a month are allowed"
    for currency, cost in money.total([row.cost.monthly for row in more if row.cost]).items():
        if currency != most.currency and cost.amount > 0:
            yield f"it costs {cost} a month more, and {most} are allowed, in that currency alone"
        elif cost.amount > most.amount:
            yield f"it costs {cost} a month more, and {most} are allowed"


def _over(case: Case, detail: str, place: Origin) -> Finding:
    fix = f"Make it smaller, or have one of the owners do it: {_names(case.rules.owners)}."
    return Finding(codes.BEYOND_CAP, f"The change of {case.who} is too large: {detail}.", fix, origin=place)


def _is_buried(row: Change) -> bool:
    return row.reason is Reason.TOMBSTONE


def _is_part(key: str, other: str) -> bool:
    """True for the key of a part of another resource: what goes away with its owner is counted once."""
    return key.startswith(f"{other}:")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= FEW else f"{', '.join(names[:FEW])} and {len(names) - FEW} more"


def _names(some: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(some))
