"""The customer's own entry: which tenant it is, who serves it, its country and domains, and what may be touched.

Must not: say anything of a customer that files declare already.

Questionable on purpose: `manage:` is written although it says what holds anyway. Whoever reviews an import wants to
know whether the next merge could take something away, and reads it there.
"""

from __future__ import annotations

from collections import Counter

from reconciler.drafts.view import View
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.kinds.partner.customer import CustomerFacts
from reconciler.kinds.partner.customer_spec import CustomerSpec
from reconciler.model.address import Address
from reconciler.model.draft import Values

ORDER = ("tenant", "connection", "country", "defaults", "manage", "domains")
MANAGE = dict.fromkeys(("users", "licenses", "groups", "subscriptions"), "additive")


def drafted(view: View) -> Values | None:
    """The entry of a customer that is new in the files; `view.head` is what the caller says of it."""
    if view.head is None:
        return None
    values = {**view.head, "manage": MANAGE, **_of_tenant(view, str(view.head["tenant"]).lower())}
    location = _usual_location(view)
    if location and location != view.customer.defaults.usage_location:
        values["defaults"] = {"usageLocation": location}
    address = Address(view.customer.key, "customer", view.customer.key)
    return {name: values[name] for name in ORDER if name in values and not view.doubted(address, name)}


def _of_tenant(view: View, tenant: str) -> dict[str, object]:
    """Its country, and its domains apart from the one that it is named by."""
    live = next(iter(view.snapshot.of_kind("customer")), None)
    if live is None or not isinstance(live.spec, CustomerSpec) or not isinstance(live.facts, CustomerFacts):
        return {}
    found: dict[str, object] = {"country": live.spec.country} if live.spec.country else {}
    names = sorted(live.spec.domains - {tenant})
    domains = {name: {"default": True} if name == live.facts.default_domain else {} for name in names}
    return found | ({"domains": domains} if domains else {})


def _usual_location(view: View) -> str:
    """Where most people are, if it is most of them."""
    specs = [live.spec for live in view.of_kind("user")]
    found = Counter(spec.usage_location for spec in specs if isinstance(spec, UserSpec) and spec.usage_location)
    place, count = max(found.items(), key=lambda one: (one[1], one[0]), default=("", 0))
    return place if count * 2 > len(specs) else ""
