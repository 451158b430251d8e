"""Plans, runs and findings that the goldens show; every story is one screen or two."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.builders import a_change, a_cost, a_field, a_gate, a_margin, a_plan, a_sale

from reconciler.model import address, money
from reconciler.model.change import Action, Cause, Change, Reason
from reconciler.model.event import Outcome, Status
from reconciler.model.finding import Code, Finding, Origin, Severity
from reconciler.model.item import Counted
from reconciler.model.plan import Deferred, Plan

# Moves a cursor, reads backward, mentions a team, closes a fence, opens html, names an issue, breaks a line.
HOSTILE = 'x\x1b[2J\u202e @octocat ```\n<script>alert(1)</script> | #12 ##[error] "q" \\ ::error::x'
FILE = Origin("desired-state/customers/contoso/users.yaml", 40, 3)


def every_action(where: str = "contoso") -> tuple[Change, ...]:
    """One row of each action, with a mask, an unknown price and every form of value."""
    ada, bo = f"{where}/user/ada@{where}.com", f"{where}/user/bo@{where}.com"
    return (
        a_change(
            ada,
            fields=(
                a_field("account_enabled", None, True),
                a_field("display_name", None, "Ada Lovelace"),
                a_field("other_mails", None, ("a@example.com", "b@example.com")),
                a_field("password", None, "hunter2", secret=True),
                a_field("usage_location", None, "GB"),
            ),
        ),
        a_change(ada, Action.HANDOVER, fields=(a_field("recipients:age1x", False, True),)),
        a_change(f"{where}/license/ada@{where}.com:SPB", fields=(a_field("sku", None, "SPB"),)),
        a_change(f"{where}/user/cy@{where}.com", Action.RESTORE, note="it was deleted less than 30 days ago"),
        a_change(
            bo,
            Action.UPDATE,
            fields=(
                a_field("department", None, "IT"),
                a_field("display_name", "Bo", "Bo L."),
                a_field("job_title", "Clerk", None),
                a_field("password", "old", "new", secret=True),
            ),
            disruptive=True,
        ),
        a_change(
            f"{where}/group/sales",
            Action.UPDATE,
            fields=(a_field("members:ada@x.com", False, True), a_field("members:bo@x.com", True, False)),
        ),
        a_change(
            f"{where}/subscription/head-office",
            Action.UPDATE,
            reason=Reason.SEATS,
            fields=(a_field("quantity", 10, 12),),
            units=2,
            cost=a_cost("36.20 EUR", "434.40 EUR", "2027-03-31"),
        ),
        a_change(
            f"{where}/subscription/branch",
            Action.UPDATE,
            reason=Reason.SEATS,
            fields=(a_field("quantity", 4, 3),),
            units=-1,
        ),
        a_change(
            f"{where}/license/bo@{where}.com:VISIO",
            Action.UNASSIGN,
            reason=Reason.NOT_IN_FILES,
            note="applied in commit 1a2b3c4, no longer in the files",
            origin=FILE,
        ),
        a_change(
            f"{where}/user/eve@{where}.com",
            Action.DELETE,
            reason=Reason.TOMBSTONE,
            note=f"tombstone at {FILE.file}:40: left 2026-08-31",
            origin=FILE,
        ),
        a_change(f"{where}/group/old", Action.FORGET, reason=Reason.NOT_IN_FILES, cost=a_cost("0 EUR")),
    )


def drift() -> Plan:
    city = a_field("city", "Paris", "Oslo")
    return a_plan(
        a_change("contoso/user/ada@contoso.com", Action.UPDATE, cause=Cause.DRIFT, fields=(city,)),
        a_change("contoso/user/bo@contoso.com", Action.UPDATE, cause=Cause.CONFLICT, fields=(city,)),
        a_change("contoso/user/cy@contoso.com", Action.UPDATE, cause=Cause.UNKNOWN, fields=(city,)),
        a_change("contoso/user/di@contoso.com", Action.UPDATE, cause=Cause.ADOPT, fields=(city,)),
        a_change("contoso/license/x@y.com:SPB", Action.UNASSIGN, reason=Reason.SWEEP, cause=Cause.DRIFT, origin=FILE),
        drift=(
            a_change(
                "contoso/group/sales", Action.UPDATE, cause=Cause.DRIFT, fields=(a_field("members:a", True, False),)
            ),
            a_change("contoso/group/staff", Action.UPDATE, reason=Reason.RENAME, fields=(city,)),
        ),
    )


def refused() -> Plan:
    gates = (a_gate(),)
    return a_plan(
        a_change("contoso/user/ada@contoso.com", Action.DELETE, reason=Reason.TOMBSTONE, origin=FILE, blocked=gates),
        a_change("contoso/user/bo@contoso.com", Action.DELETE, reason=Reason.TOMBSTONE, blocked=gates),
        deferred=(Deferred("fabrikam", "user", "403 Forbidden", (address.parse("fabrikam/user/x@y.com"),)),),
        unmanaged={"contoso": {"users": 1433, "groups": 0, "licenses": 12}, "fabrikam": {"groups": 0}},
        findings=findings(),
    )


def findings() -> tuple[Finding, ...]:
    small = Code("RC301", Severity.ERROR, "License pool too small")
    return (
        Finding(
            small,
            "contoso/subscription/spe-e3 has 10 seats, the files assign 12.",
            "Raise seats to 12 or remove two assignments.",
            address.parse("contoso/subscription/spe-e3"),
            FILE,
            related=(Origin(FILE.file, 52, 3),),
        ),
        Finding(
            Code("RC503", Severity.WARNING, "Price that is not known"), "SPB has no price.", origin=Origin("b.yaml")
        ),
        Finding(Code("RC502", Severity.ADVICE, "Seats that nobody needs"), "2 spare.", saving=money.parse("36.20 EUR")),
    )


def hostile() -> Plan:
    where = address.Address("contoso", "user", HOSTILE)
    row = a_change("contoso/user/x", Action.UPDATE, fields=(a_field("display_name", HOSTILE, "Ada"),))
    gone = a_change("contoso/group/x", Action.UNASSIGN, note=HOSTILE, origin=Origin(HOSTILE, 1, 1))
    return a_plan(
        Change(where, Action.CREATE, row.reason, row.cause, (a_field(f"members:{HOSTILE}", False, True),)),
        row,
        gone,
        a_change("contoso/user/y", Action.DELETE, blocked=(a_gate(HOSTILE, HOSTILE),)),
        deferred=(Deferred("contoso", "group", HOSTILE, (where,)),),
        unmanaged={"contoso": {HOSTILE: 1}},
        items=(Counted("contoso", HOSTILE, HOSTILE, (HOSTILE,), money.parse("5 EUR"), money.parse("7 EUR")),),
        findings=(Finding(a_gate().code, HOSTILE, HOSTILE, where, Origin(HOSTILE, 1, 1)),),
    )


def outcomes(changes: tuple[Change, ...]) -> tuple[Outcome, ...]:
    """Each way a row can end, once; then all others done."""
    told = {
        1: (Status.ALREADY_DONE, "", ""),
        2: (Status.FAILED, "Graph POST /users/x/assignLicense answered 400: no seats", ""),
        3: (Status.SKIPPED, "what it needs did not happen", "contoso/user/ada@contoso.com"),
        4: (Status.STALE, 'displayName is "Bob" now', ""),
        5: (Status.UNVERIFIED, "not seen in two readings", ""),
        6: (Status.IN_DOUBT, "the answer was lost", ""),
    }
    found = []
    for number, change in enumerate(changes):
        status, detail, because = told.get(number, (Status.DONE, "", ""))
        found.append(Outcome(change, status, detail, f"id-{number}", because))
    return tuple(found)


def many_customers(count: int, rows_each: int = 3) -> Plan:
    """A fleet: creates, one removal, one conflict and one blocked row for each customer."""
    changes: list[Change] = []
    for number in range(count):
        where = f"customer-{number:03}"
        changes += [
            a_change(f"{where}/user/u{row}@x.com", fields=(a_field("display_name", None, f"User {row}"),))
            for row in range(rows_each)
        ]
        city = a_field("city", "Paris", "Oslo")
        changes.append(a_change(f"{where}/user/c@x.com", Action.UPDATE, cause=Cause.CONFLICT, fields=(city,)))
        changes.append(a_change(f"{where}/license/r@x.com:SPB", Action.UNASSIGN, reason=Reason.SWEEP))
        changes.append(a_change(f"{where}/group/b", Action.DELETE, blocked=(a_gate(),), cost=a_cost("1 EUR")))
    return a_plan(*changes)


def priced() -> Plan:
    """Customers with prices: seats bought and given back, a loss, a price that is not known, two currencies, a tail."""
    bought = a_sale("0 EUR", margin=("43 EUR", "51.60 EUR"), prorated="18.34 EUR")
    back = a_sale("0 AUD", margin=("-8 AUD", "8 AUD"), prorated="-9.41 AUD")
    quiet = [a_margin(f"quiet-{number}", (5, 5, "80 EUR", "100 EUR")) for number in range(4)]
    return a_plan(
        a_change(
            "contoso/license/ada@contoso.com:SPB", fields=(a_field("sku", None, "SPB"),), sale=a_sale("24.90 EUR")
        ),
        a_change(
            "contoso/subscription/head-office",
            Action.UPDATE,
            reason=Reason.SEATS,
            fields=(a_field("quantity", 10, 12),),
            units=2,
            cost=a_cost("41.20 EUR", "494.40 EUR", "2027-03-31"),
            sale=bought,
        ),
        a_change(
            "fabrikam/subscription/works",
            Action.UPDATE,
            reason=Reason.SEATS,
            fields=(a_field("quantity", 13, 12),),
            units=-1,
            cost=a_cost("-16 AUD", "-160 AUD", "2027-08-31"),
            sale=back,
        ),
        a_change("litware/user/eve@litware.com", Action.DELETE, reason=Reason.TOMBSTONE, sale=a_sale("-24.90 EUR")),
        margins=(
            a_margin("contoso", (10, 10, "206 EUR", "249 EUR"), (12, 12, "247.20 EUR", "298.80 EUR")),
            a_margin("fabrikam", (13, 10, "208 AUD", "200 AUD"), (12, 10, "192 AUD", "200 AUD")),
            a_margin("litware", (2, 2, "41.20 EUR", "49.80 EUR"), (2, 1, "41.20 EUR", "24.90 EUR")),
            *quiet,
            a_margin("woodgrove", (1, 1, "16 EUR", "20 EUR"), unpriced=("woodgrove/subscription/visio",)),
        ),
    )


PLANS: Mapping[str, Plan] = MappingProxyType(
    {
        "nothing": a_plan(unmanaged={"contoso": {"users": 433}}),
        "one": a_plan(a_change("contoso/group/sales")),
        "every-action": a_plan(*every_action()),
        "drift": drift(),
        "reported-only": a_plan(drift=drift().drift),
        "refused": refused(),
        "unread": a_plan(deferred=refused().deferred),
        "errors-only": a_plan(findings=findings()),
        "two-customers": a_plan(*every_action()[-3:], *every_action("fabrikam")[:3]),
        "hostile": hostile(),
        "priced": priced(),
        "priced-idle": a_plan(margins=(a_margin("contoso", (11, 10, "176 EUR", "200 EUR")),)),
        "priced-and-quiet": a_plan(margins=tuple(m for m in priced().margins if m.customer.startswith("quiet"))),
    }
)
