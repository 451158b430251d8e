"""Business rules that need no cloud: pure functions over the fleet, one rule per file, in the order of `ALL`.

A rule's module docstring is its documentation, with an example that passes and one that is refused; both are run as
tests. Adding a rule is a file and a line here. References to people (members, managers) have no rule: they may name
users who live in the tenant and are declared nowhere, and only a plan can tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.finding import Finding
from reconciler.policies import (
    agreements,
    app_and_user,
    attestations,
    catalog_age,
    catalog_circles,
    closed_to_resellers,
    company_addresses,
    connections,
    country,
    days_over,
    drift_ignores,
    duplicate_subscriptions,
    ending_bases,
    exclusive_offers,
    exclusive_plans,
    grants,
    hook_variables,
    moves,
    new_customers,
    partner_tenants,
    plan_ancestors,
    plan_bases,
    plan_items,
    plan_packs,
    plan_seats,
    plan_visibility,
    planned,
    prerequisites,
    price_below_cost,
    price_currencies,
    price_gaps,
    price_overlaps,
    price_products,
    protected,
    sandbox_limits,
    seat_bounds,
    seat_sources,
    service_plan_needs,
    service_plans,
    sold_terms,
    tenants,
    tombstones,
    trials,
    upgrade_paths,
    upgraded_seats,
    usage_locations,
    user_domains,
    waivers,
    withdrawn_offers,
)
from reconciler.policies.fleet import Fleet, Rule

ALL: tuple[Rule, ...] = (
    partner_tenants.RULE,
    connections.RULE,
    country.RULE,
    tenants.RULE,
    new_customers.RULE,
    company_addresses.RULE,
    agreements.RULE,
    attestations.RULE,
    app_and_user.RULE,
    closed_to_resellers.RULE,
    sandbox_limits.RULE,
    user_domains.RULE,
    usage_locations.RULE,
    seat_sources.RULE,
    seat_bounds.RULE,
    sold_terms.RULE,
    withdrawn_offers.RULE,
    prerequisites.RULE,
    ending_bases.RULE,
    upgrade_paths.RULE,
    upgraded_seats.RULE,
    trials.RULE,
    duplicate_subscriptions.RULE,
    service_plans.RULE,
    service_plan_needs.RULE,
    exclusive_plans.RULE,
    exclusive_offers.RULE,
    plan_bases.RULE,
    plan_ancestors.RULE,
    catalog_circles.RULE,
    plan_visibility.RULE,
    plan_seats.RULE,
    plan_items.RULE,
    plan_packs.RULE,
    tombstones.RULE,
    protected.RULE,
    moves.RULE,
    catalog_age.RULE,
    waivers.RULE,
    grants.RULE,
    hook_variables.RULE,
    drift_ignores.RULE,
    days_over.RULE,
    price_overlaps.RULE,
    price_products.RULE,
    price_currencies.RULE,
    price_below_cost.RULE,
    price_gaps.RULE,
)


def check(fleet: Fleet) -> Iterator[Finding]:
    """The findings of all rules, rule by rule."""
    for rule in ALL:
        yield from rule.check(fleet)


__all__ = ["ALL", "Fleet", "Rule", "check", "planned"]
