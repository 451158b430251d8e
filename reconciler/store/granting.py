"""The words of grants held against what can be changed: a slip of the pen would grant nothing, and nobody would know.

A word is a thing (`users`) or a field of one (`users.displayName`), as the files write it. Must not: say who may do
what (`core/delegation`), or look at customers (`policies/grants`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from reconciler.core.alterations import FIELDS_ELSEWHERE, OWN_THINGS
from reconciler.model import codes
from reconciler.model.delegation import Delegation
from reconciler.model.finding import Finding, Origin
from reconciler.model.repository import CustomerEntry
from reconciler.model.spec import Document
from reconciler.model.suggest import did_you_mean
from reconciler.store.mistakes import Path
from reconciler.store.sections import Sections
from reconciler.store.wording import listed, printable


def mistakes(sections: Sections, delegation: Delegation, place: Callable[[Path], Origin]) -> Iterator[Finding]:
    """One finding for each word that is nothing that can be changed. `place` says where a part of the files stands."""
    things = _things(sections)
    for rank, grant in enumerate(delegation.grants):
        for number, word in enumerate(grant.change):
            wrong = _mistake(word, things)
            if wrong:
                where = place(("policies", "delegation", "grants", rank, "change", number))
                yield Finding(codes.GRANT_MISTAKEN, *wrong, origin=where)


def _things(sections: Sections) -> Mapping[str, frozenset[str]]:
    """What can be granted, each with its fields."""
    entries = {section: kind.entry for section, kind in sections.kinds.items() if kind.entry}
    found = {name: _fields(entry, name) for name, entry in entries.items()}
    nothing: frozenset[str] = frozenset()
    alone = dict.fromkeys((*sections.groups, *OWN_THINGS), nothing)
    return {**alone, **found, "customers": _fields(CustomerEntry, "customers") - set(OWN_THINGS)}


def _fields(entry: type[Document], section: str) -> frozenset[str]:
    names = {field.alias or name for name, field in entry.model_fields.items()}
    return frozenset(name for name in names if (section, name) not in FIELDS_ELSEWHERE)


def _mistake(word: str, things: Mapping[str, frozenset[str]]) -> tuple[str, str] | None:
    """What is wrong with a word and what to write; None if nothing is."""
    thing, _, name = word.partition(".")
    said = f'"{printable(word)}" in change: of a grant'
    if (thing, name) in FIELDS_ELSEWHERE:
        return f"{said} is granted by another word.", f'Write "{FIELDS_ELSEWHERE[thing, name]}".'
    if thing not in things:
        fix = did_you_mean(thing, things) or f"Known are {listed(sorted(things))}."
        return f"{said} is nothing that the files have.", fix
    if name and name not in things[thing]:
        known = f"Known are {listed(sorted(things[thing]))}." if things[thing] else f'Write "{thing}".'
        return f'{said} is no field of "{thing}".', did_you_mean(name, things[thing]) or known
    return None
