"""From what is live to what files would say: one customer's draft, the inverse of declaring.

    draft(view)      everything that is live, may be ours, and stands in no file

Each kind that files declare has its part: `subscriptions`, `people` (with licenses, `folding` and `inferring`),
`groups`. A draft is made without looking at files; whether they would be right, and the plan after them empty, is
proved by who makes it (`app/proving.py`), who then asks again with what was refused.

Must not: read a cloud or write a file; the same view gives the same draft.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

from reconciler.drafts import folding, groups, head, inferring, people, products, subscriptions
from reconciler.drafts.folding import Folded, Person
from reconciler.drafts.view import View
from reconciler.kinds.entra.group_spec import GroupSpec, normalized
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.model.draft import Draft, Item, Left, Template
from reconciler.model.template import PlanTemplate

DRAFTED = ("subscriptions", "users", "groups")  # sections; a new kind that files declare adds its part here


def draft(view: View, *, infers: bool = True) -> Draft:
    """The draft of one customer. What was not seen whole is not in it. Unless it `infers`, no plan is new."""
    added = products.lacking(view) if view.covers("subscription") else {}
    view = replace(view, catalog=products.with_them(view.catalog, added))
    found = subscriptions.shop(view) if view.covers("subscription") else subscriptions.Shop((), ())
    whole = view.covers("user") and view.covers("license")  # who is written without licenses might lose them
    folded, templates = _folded(view, found, infers=infers) if whole else ({}, ())
    plans = {**view.plans, **{one.name: PlanTemplate.model_validate(dict(one.values)) for one in templates}}
    used = Counter(plan for one in folded.values() for plan in one.plans)
    drafted = [
        *subscriptions.drafted(view, found, plans, [name for name, _ in sorted(used.items(), key=_most)]),
        *(people.drafted(view, folded) if whole else ()),
        *(groups.drafted(view, _by_plan(view, folded, plans)) if whole and view.covers("group") else ()),
    ]
    drafted += folding.left(view, [one.key for one in drafted if isinstance(one, Item) and one.section == "users"])
    needed = _named(view, drafted, templates, added)
    return Draft(
        customer=view.customer.key,
        head=head.drafted(view),
        items=tuple(one for one in drafted if isinstance(one, Item)),
        left=tuple(one for one in drafted if isinstance(one, Left)),
        templates=templates,
        products={product: values for product, values in added.items() if product in needed},
        plans=dict(sorted(used.items(), key=_most)),
    )


def _most(one: tuple[str, int]) -> tuple[int, str]:
    return -one[1], one[0]


def _folded(view: View, found: subscriptions.Shop, *, infers: bool) -> tuple[dict[str, Folded], tuple[Template, ...]]:
    """The plans and licenses of everybody who is drafted, and the plans that were inferred for them."""
    written = [live.address.key for live in view.of_kind("user") if not people.left(view, live)]
    declared = [one.spec for one in view.customer.resources.values() if isinstance(one.spec, SubscriptionSpec)]
    supplied = frozenset(spec.sku for spec in (*(one.spec for one in found.ones), *declared) if spec.sku)
    known = folding.offered(view, view.plans, supplied)
    first = list(folding.fold(folding.people(view, written), known))
    rest = [(person, left) for person, _, left in first] if infers else []
    new = list(inferring.inferred(view, rest, found.sold, supplied))
    folded: dict[str, Folded] = {}
    for person, plans, left in first:
        _, more, besides = next(folding.fold([Person(person.upn, left, person.groups)], [one for _, one in new]))
        folded[person.upn] = Folded((*plans, *more), folding.written(besides))
    return folded, tuple(_counted([one for one, _ in new], folded))


def _counted(templates: Iterable[Template], folded: Mapping[str, Folded]) -> Iterable[Template]:
    """The inferred plans that somebody is on, each with how many."""
    used = Counter(plan for one in folded.values() for plan in one.plans)
    return (replace(one, people=used[one.name]) for one in templates if used[one.name])


def _by_plan(view: View, folded: Mapping[str, Folded], plans: Mapping[str, PlanTemplate]) -> dict[str, frozenset[str]]:
    """Who is in a group because of a plan."""
    found: dict[str, set[str]] = {}
    for upn, one in folded.items():
        for name in one.plans:
            for group in plans[name].memberships:
                found.setdefault(normalized(group), set()).add(upn)
    for address, desired in view.customer.resources.items():
        if desired.exists and isinstance(desired.spec, GroupSpec):
            found.setdefault(address.key, set()).update(desired.spec.members)
    return {group: frozenset(members) for group, members in found.items()}


def _named(
    view: View, drafted: Iterable[Item | Left], templates: Iterable[Template], added: Mapping[str, object]
) -> set[str]:
    """The added products that anything of the draft needs."""
    numbers = {str(one.values.get("sku", "")) for one in templates}
    of_plans = {str(one.values.get("product", "")) for one in templates}
    said = {str(item.values.get("product", "")) for item in drafted if isinstance(item, Item)}
    return {product for product in added if product in said | of_plans or view.catalog[product].sku in numbers}


__all__ = ["DRAFTED", "View", "draft"]
