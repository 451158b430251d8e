"""Products that a customer has and the catalog lacks, with as much as subscriptions tell: a title and a part number.

Must not: add a product of a part number that the catalog knows already. Files that say `sku:` would not be clear any
more; such a subscription is told by its id. Trials are set aside wherever a part number is looked up, so they may.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from reconciler.drafts.view import View
from reconciler.kinds.partner.subscription_spec import SubscriptionSpec
from reconciler.kinds.partner.subscription_wire import SubscriptionFacts
from reconciler.model.draft import Values
from reconciler.model.template import CatalogSku

PRODUCT = re.compile(r"[A-Z0-9]{12}:[A-Z0-9]{4}\Z")


def lacking(view: View) -> dict[str, Values]:
    """What to add to the catalog, by product."""
    found: dict[str, Values] = {}
    known = {entry.sku for entry in view.catalog.values() if not entry.trial}
    for live in view.of_kind("subscription"):
        spec = live.spec
        assert isinstance(spec, SubscriptionSpec)
        product, sku = spec.product or "", spec.sku or ""
        if not spec.own or not PRODUCT.match(product) or product in view.catalog:
            continue
        is_trial = isinstance(live.facts, SubscriptionFacts) and live.facts.trial
        if sku and ":" not in sku and sku == sku.upper() and (is_trial or sku not in known):
            title = str((live.raw or {}).get("offerName") or "")
            said = {"title": title, "sku": sku, "trial": is_trial}
            found[product] = {name: value for name, value in said.items() if value}
    return dict(sorted(found.items()))


def with_them(catalog: Mapping[str, CatalogSku], added: Mapping[str, Values]) -> dict[str, CatalogSku]:
    """The catalog as it is with them."""
    return {**catalog, **{product: CatalogSku.model_validate(dict(values)) for product, values in added.items()}}
