"""A market's file as text: one form for one content, so that a diff shows what Microsoft changed and nothing else.

Order is fixed, everything that has its default is left out, and service plans, the longest part, stand last and one a
line. `render` of what was read is what stands in the file, or else a person edited it: their comments would be lost, so
such a file is never written over (`edited_at`).

Must not: decide what the entries are. Questionable on purpose: no library for editing YAML. People's own words have
files of their own, and a file with two authors would need one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from reconciler.model.market import Market, MarketFile
from reconciler.model.template import CatalogSku, TermPrice
from reconciler.store.yaml_text import Value, flow_list, flow_map, scalar

HEAD = """\
# Written by reconciler catalog: what Microsoft sells in this market. Do not edit it.
# What you know better (titles, prices, facts) goes under catalog: in a file without market:, and wins over this.
# Delete an entry, or a line of its terms, that you no longer want to follow.
"""
HEADER = ("country", "segment", "synced", "source", "priced", "price_source")
FACTS = (
    *("title", "sku", "sku_id", "min", "max", "most_subscriptions"),
    *("add_on", "trial", "attestation", "has_mailbox", "withdrawn"),
)
PRODUCTS = ("prerequisites", "excludes", "upgrades", "renews_to")
LINE = ("term", "billing", "price", "erp", "since", "from_seats", "to_seats", "only_renews", "withdrawn")
DEFAULTS = CatalogSku()
DEFAULT_LINE = TermPrice(term="P1Y", billing="monthly")


def path(folder: Path, market: Market) -> Path:
    """Where a market's file stands if nobody moved it."""
    return folder / "catalog" / f"{market.country.lower()}-{market.segment}.yaml"


def render(market: Market, entries: Mapping[str, CatalogSku]) -> str:
    """The file's whole text, entries in order of their keys."""
    lines = ["market:"]
    for name in HEADER:
        value = getattr(market, name)
        if value:
            lines.append(f"  {_alias(Market, name)}: {scalar(value)}")
    if entries:
        lines.append("catalog:")
    for key in sorted(entries):
        said = [f"    {line}" for line in _entry(entries[key])]
        lines += [f"  {key}:", *said] if said else [f"  {key}: {{}}"]
    return HEAD + "\n".join(lines) + "\n"


def edited_at(found: MarketFile, text: str) -> int:
    """The first line of the file that a person wrote or moved; 0 if its whole text is a command's."""
    ours = render(found.market, found.entries)
    if ours == text:
        return 0
    theirs, own = text.splitlines(), ours.splitlines()
    same = next((n for n, (one, other) in enumerate(zip(theirs, own, strict=False)) if one != other), None)
    return (min(len(theirs), len(own)) if same is None else same) + 1


def _entry(entry: CatalogSku) -> Iterator[str]:
    for name in FACTS:
        value: Value | None = getattr(entry, name)
        if value != getattr(DEFAULTS, name) and value is not None:
            yield f"{_alias(CatalogSku, name)}: {scalar(value)}"
    for name in PRODUCTS:
        products: tuple[str, ...] = getattr(entry, name)
        yield from _list(_alias(CatalogSku, name), products)
    if entry.terms:
        yield "terms:"
        yield from (f"  - {_line(line)}" for line in entry.terms)
    if entry.service_plans is not None:
        yield from _list("servicePlans", tuple(sorted(entry.service_plans)), even_empty=True)


def _list(name: str, words: tuple[str, ...], *, even_empty: bool = False) -> Iterator[str]:
    """One word a line, so that one more is one line more."""
    if words:
        yield f"{name}:"
        yield from (f"  - {scalar(word)}" for word in words)
    elif even_empty:
        yield f"{name}: {flow_list(words)}"


def _line(line: TermPrice) -> str:
    said = {name: getattr(line, name) for name in LINE if name in LINE[:2] or _differs(line, name)}
    return flow_map({_alias(TermPrice, name): value for name, value in said.items()})


def _differs(line: TermPrice, name: str) -> bool:
    return bool(getattr(line, name) != getattr(DEFAULT_LINE, name))


def _alias(model: type[Market | CatalogSku | TermPrice], name: str) -> str:
    return model.model_fields[name].alias or name
