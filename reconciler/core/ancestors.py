"""What the products of a plan need, up to an offer that needs nothing: the ancestors of its add-ons.

Microsoft sells an add-on only beside one of its prerequisites (partner-center.md 4.1), and some add-ons have add-ons of
their own. `closure` says which of these a plan lacks: what is added where the plan says `autoParents: true`, and the
whole chain where somebody has to choose. `circles` finds products from which no chain ever ends.

Must not: choose. Where several products would do, the person is asked, with the names of all of them.

Questionable on purpose: part numbers are compared, not products, because a license is one of a part number. What the
catalog does not know needs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reconciler.model.template import CatalogSku, PlanTemplate

Choices = tuple[str, ...]  # part numbers, or products of which nobody knows one, in order


@dataclass(frozen=True, slots=True)
class Broken:
    """A chain that the plan does not end: each link needs one of the next ones, of which the plan has none."""

    links: tuple[Choices, ...]

    @property
    def words(self) -> str:
        """`A needs B, which needs C or D`."""
        first, *others = (" or ".join(choices) for choices in self.links)
        return f"{first} needs {', which needs '.join(others)}"

    @property
    def lacking(self) -> Choices:
        """Any one of these has to be chosen by a person."""
        return self.links[1]


@dataclass(frozen=True, slots=True)
class Closure:
    """What a plan lacks: by part number for whom it is `added`, and the chains that are `broken`."""

    added: Mapping[str, str]
    broken: tuple[Broken, ...]


class Ancestors:
    """What parts need, by part number, as one catalog says it."""

    def __init__(self, catalog: Mapping[str, CatalogSku]) -> None:
        self._catalog = catalog
        self._by_part: dict[str, list[CatalogSku]] = {}
        for product, entry in catalog.items():
            if not entry.trial:
                self._by_part.setdefault(entry.sku or product, []).append(entry)

    def closure(self, template: PlanTemplate) -> Closure:
        """The ancestors that a plan does not give, added where it says so and only one product would do."""
        waiting = [*self._base(template), *template.add_ons]
        given, added, broken = set(waiting), dict[str, str](), list[Broken]()
        while waiting:
            part = waiting.pop(0)
            choices = self._needed(part)
            if not choices or given & set(choices) or self._untold(given, choices):
                continue
            if template.auto_parents and len(choices) == 1 and not _is_product(choices[0]):
                added[choices[0]] = part
                given.add(choices[0])
                waiting.append(choices[0])
            else:
                broken.append(Broken(tuple(self._chain(part, given))))
        return Closure(added, tuple(broken))

    def circles(self) -> Iterator[tuple[str, ...]]:
        """Products that need each other and nothing else, each circle once, from its first product round to it."""
        stuck = self._catalog.keys() - self._ending()
        told: set[str] = set()
        for start in sorted(stuck):
            path: list[str] = []
            product = start
            while product not in path and product not in told:
                path.append(product)
                product = next(other for other in self._catalog[product].prerequisites if other in stuck)
            told |= set(path)
            if product in path:
                yield (*path[path.index(product) :], product)

    def _base(self, template: PlanTemplate) -> list[str]:
        found = self._part(template.product) if template.product else template.sku
        return [found] if found else []

    def _part(self, product: str) -> str:
        known = self._catalog.get(product)
        return known.sku if known and known.sku else product

    def _needed(self, part: str) -> Choices:
        """Any one of these is needed; nothing where a product of that part number needs nothing."""
        entries = self._by_part.get(part, ())
        if not all(entry.prerequisites for entry in entries):
            return ()
        return tuple(dict.fromkeys(self._part(product) for entry in entries for product in entry.prerequisites))

    def _untold(self, given: set[str], choices: Choices) -> bool:
        """True where the plan may give what is needed, and nobody knows the part number of the one or the other."""
        return any(map(_is_product, choices)) and not given <= self._by_part.keys()

    def _chain(self, part: str, given: set[str]) -> Iterator[Choices]:
        """The part, what it needs, what that needs, as long as there is nothing to choose."""
        yield (part,)
        seen, choices = {part}, self._needed(part)
        while choices:
            yield choices
            if len(choices) > 1 or choices[0] in seen | given:
                return
            seen.add(choices[0])
            choices = self._needed(choices[0])

    def _ending(self) -> set[str]:
        """Products from which a chain comes to an end: at one that needs nothing, or one that nobody knows."""
        found: set[str] = set()
        while True:
            more = {
                product
                for product, entry in self._catalog.items()
                if product not in found
                and (not entry.prerequisites or any(p in found or p not in self._catalog for p in entry.prerequisites))
            }
            if not more:
                return found
            found |= more


def _is_product(choice: str) -> bool:
    return ":" in choice
