"""Policies over what a plan would leave: one rule per file, switched on under `policies:` in the settings.

`judge` gives what all of them say of one customer, without what a waiver excuses; `unused` the waivers that excused
nobody. A rule's module docstring is its documentation. Adding one is a file and a line here, its settings in
`model/policy.py`, and its name there.

Must not: stop anything; the planner does, where a policy's severity is `error`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from reconciler.model import address as addresses
from reconciler.model import codes
from reconciler.model.finding import Code, Finding, Origin
from reconciler.model.policy import Judge, Judgment, Outlook, Policies, Policy, Waiver
from reconciler.policies.planned import base_licenses, idle_seats, multi_geo, term_ends, trials, unassigned


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A policy: its name in the files, its finding, its check and its documentation."""

    name: str
    code: Code
    check: Callable[[Outlook, Any], Iterator[Finding]]  # Any: each has settings of its own
    text: str


ALL = (
    PlannedRule("unassignedSeats", codes.POLICY_UNASSIGNED, unassigned.check, unassigned.__doc__ or ""),
    PlannedRule("trialsEnd", codes.POLICY_TRIAL, trials.check, trials.__doc__ or ""),
    PlannedRule("termsDecided", codes.POLICY_TERM, term_ends.check, term_ends.__doc__ or ""),
    PlannedRule("oneBaseLicense", codes.POLICY_BASE, base_licenses.check, base_licenses.__doc__ or ""),
    PlannedRule("multiGeo", codes.POLICY_MULTI_GEO, multi_geo.check, multi_geo.__doc__ or ""),
    PlannedRule("idleSeats", codes.POLICY_IDLE, idle_seats.check, idle_seats.__doc__ or ""),
)


def judge(policies: Policies, waivers: Sequence[Waiver]) -> Judge | None:
    """What judges a customer; None where no policy holds."""
    asked = policies.asked
    rules = [(rule, asked[rule.name]) for rule in ALL if rule.name in asked]
    return (lambda outlook: _judged(outlook, rules, waivers)) if rules else None


def unused(waivers: Sequence[Waiver], used: Iterable[Waiver], today: date, origin: Origin) -> Iterator[Finding]:
    """Waivers that hold today and excused nothing."""
    known = set(used)
    for waiver in waivers:
        if waiver.until >= today and waiver not in known:
            detail = f"The waiver of {waiver.policy} at {waiver.at} ({waiver.reason}) excuses nothing."
            yield Finding(codes.WAIVER_UNUSED, detail, "Remove it, or mend what it is at.", origin=origin)


def _judged(outlook: Outlook, rules: Sequence[tuple[PlannedRule, Policy]], waivers: Sequence[Waiver]) -> Judgment:
    today = outlook.now.date()
    findings: list[Finding] = []
    used: set[Waiver] = set()
    for rule, policy in rules:
        of_rule = [waiver for waiver in waivers if waiver.policy == rule.name]
        for finding in rule.check(outlook, policy):
            matching = [waiver for waiver in of_rule if _covers(waiver, finding)]
            holding = {waiver for waiver in matching if waiver.until >= today}
            used |= holding
            if not holding:
                findings.append(_told(finding, policy, matching))
    return Judgment(tuple(findings), frozenset(used))


def _covers(waiver: Waiver, finding: Finding) -> bool:
    return finding.address is not None and addresses.matches(waiver.at, finding.address)


def _told(finding: Finding, policy: Policy, ended: Sequence[Waiver]) -> Finding:
    over = f" Its waiver ended on {ended[0].until.isoformat()} ({ended[0].reason})." if ended else ""
    return replace(finding, code=replace(finding.code, severity=policy.severity), detail=finding.detail + over)


__all__ = ["ALL", "PlannedRule", "judge", "unused"]
