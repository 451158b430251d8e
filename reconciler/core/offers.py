"""How a product is sold to customers of a country, as far as the files of markets say it.

A person who writes down a price does not claim that nothing else is sold, a command that read the whole offer does. So
only the files of markets answer here; `written` is what people listed, for whoever wants to compare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from reconciler.model.repository import Repository
from reconciler.model.template import TermPrice

Pair = tuple[str, str]  # term and billing
ORDER = ("P1M", "P1Y", "P3Y", "monthly", "annual", "triennial", "none")


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways in which a product is sold, in the order of terms; `gone` are those that are sold no more, with the
    day on which that was found."""

    sold: tuple[Pair, ...]
    gone: dict[Pair, date]
    only_renew: frozenset[Pair]

    @property
    def words(self) -> str:
        """`P1M monthly, P1Y annual`."""
        return listed(self.sold)

    @property
    def anew(self) -> str:
        """The same without what is only renewed."""
        return listed(pair for pair in self.sold if pair not in self.only_renew)


def ways(repository: Repository, product: str, country: str | None) -> Ways | None:
    """What the markets of a country (None: all) say together; None where none of them says anything."""
    lines = list(_lines(repository, product, country))
    if not lines:
        return None
    sold = {(line.term, line.billing) for line in lines if line.withdrawn is None}
    renew = {(line.term, line.billing) for line in lines if line.withdrawn is None and not line.only_renews}
    gone: dict[Pair, date] = {}
    for line in lines:
        pair = (line.term, line.billing)
        if pair not in sold and line.withdrawn is not None:
            gone[pair] = max(line.withdrawn, gone.get(pair, line.withdrawn))
    return Ways(in_order(sold), gone, frozenset(sold - renew))


def written(repository: Repository, product: str, country: str | None) -> tuple[Pair, ...]:
    """The ways that people listed for customers of a country."""
    entry = repository.own_catalog.get(product)
    lines = entry.terms if entry else ()
    return in_order({(line.term, line.billing) for line in lines if not country or line.market in (None, country)})


def in_order(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Short terms first, and of one term what is paid more often."""
    return tuple(sorted(pairs, key=lambda pair: (ORDER.index(pair[0]), ORDER.index(pair[1]))))


def listed(pairs: Iterable[Pair]) -> str:
    """`P1M monthly, P1Y annual`."""
    return ", ".join(" ".join(pair) for pair in pairs)


def _lines(repository: Repository, product: str, country: str | None) -> Iterator[TermPrice]:
    for file in repository.markets:
        entry = file.entries.get(product)
        if entry is not None and country in (None, file.market.country):
            for line in entry.terms:
                yield line.model_copy(update={"withdrawn": line.withdrawn or entry.withdrawn})
