"""One change -> one row of a document: its sentence, its values, its reason, its cost.

    row(change, Setting.PLANNED) -> Row

The same change reads differently where it is planned, blocked or only reported; `Setting` says which. Values are
shown as in YAML (`null`, `true`, lists in brackets), names in double quotes, secrets and values nobody knows never.

This module must not decide what belongs where (`from_plan` does) and must not know kinds, except for a word: a license
is assigned, not created, because its removal is called unassigning; an agreement is confirmed, and a consent given.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType

from pydantic.alias_generators import to_camel

from reconciler.model.address import Address
from reconciler.model.change import Action, Cause, Change, Cost, FieldChange, Reason, Sale, Value
from reconciler.model.money import Money
from reconciler.reports import escape
from reconciler.reports.document import Line, Row, Tone, plural

LONGEST_VALUE = 500
WIDEST_NAME = 28
MADE: Mapping[str, str] = MappingProxyType(
    {"license": "assigned", "agreement": "confirmed", "consent": "given", "subscription": "ordered"}
)

VERBS: Mapping[Action, str] = MappingProxyType(
    {
        Action.CREATE: "created",
        Action.RESTORE: "restored",
        Action.UPDATE: "updated",
        Action.UNASSIGN: "unassigned",
        Action.DELETE: "deleted",
        Action.HANDOVER: "handed over",
        Action.FORGET: "forgotten",
    }
)
MARKS: Mapping[Action, tuple[str, Tone]] = MappingProxyType(
    {
        Action.CREATE: ("+", Tone.ADD),
        Action.RESTORE: ("+", Tone.ADD),
        Action.UPDATE: ("~", Tone.CHANGE),
        Action.UNASSIGN: ("-", Tone.REMOVE),
        Action.DELETE: ("-", Tone.REMOVE),
        Action.HANDOVER: (">", Tone.QUIET),
        Action.FORGET: (".", Tone.WARN),
    }
)
REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.DECLARED: "the files say so",
        Reason.TOMBSTONE: "a removed: entry in the files asks for it",
        Reason.NOT_IN_FILES: "applied by us earlier, and no longer in the files",
        Reason.SWEEP: "authoritative sweep: the files do not declare it",
        Reason.SEATS: "nobody needs these seats",
        Reason.RENAME: "it moves to another name",
        Reason.RENEWAL: "a change took it away",
        Reason.ASKED: "somebody asked for it",
        Reason.SCHEDULE: "the renewal shall have as many seats as are needed",
        Reason.UPGRADE: "its plan is another one by now",
    }
)


class Setting(StrEnum):
    """Where a change is shown."""

    PLANNED = "planned"
    BLOCKED = "blocked"
    REPORTED = "reported"
    NEW = "new"
    WRITTEN = "written"


def row(change: Change, setting: Setting = Setting.PLANNED) -> Row:
    """The row of a change. Lines: values by name, then why, then what it costs."""
    lines = (*_values(change), *_remarks(change), *_cost_line(change), *_sale_lines(change.sale))
    symbol, tone = marks(change.action)
    return Row(
        symbol=symbol,
        title=_title(change, setting),
        tone=tone if setting is not Setting.REPORTED else Tone.QUIET,
        subject=f"{change.address.kind} {escape.bare(change.address.key)}",
        lines=lines,
        vital=setting is Setting.BLOCKED or change.cause is Cause.CONFLICT,
    )


def brief(change: Change, setting: Setting = Setting.PLANNED) -> Row:
    """A removal or other vital row in one line, with its reason."""
    symbol, tone = marks(change.action)
    return Row(symbol, f"{_title(change, setting)}: {reason(change)}", tone, vital=True)


def name(address: Address) -> str:
    """An address as it can be typed after --target; quoted where it holds more than a plain word."""
    return escape.bare(str(address))


def verb(change: Change) -> str:
    """What happens to the resource, as a participle: `created`."""
    if change.action is Action.CREATE and any(part.name == "split_from" for part in change.fields):
        return "made of another's seats"
    if change.action is Action.CREATE:
        return MADE.get(change.address.kind, VERBS[change.action])
    if change.reason is Reason.UPGRADE:
        return "upgraded"
    if change.action is Action.DELETE and change.address.kind == "subscription":
        return "cancelled"
    return VERBS[change.action]


def differences(change: Change) -> list[tuple[str, str, str]]:
    """Each value that differs: its name, what the files want, and what is there."""
    return [
        (_label(field).removesuffix(":"), _wanted(field, field.after), _wanted(field, field.before))
        for field in change.fields
    ]


def marks(action: Action) -> tuple[str, Tone]:
    """The symbol and tone of an action."""
    return MARKS[action]


def reason(change: Change) -> str:
    """Why a resource goes: the note where the plan has one, else which of the sources it is."""
    return escape.plain(change.note) if change.note else REASONS[change.reason]


def cost_text(cost: Cost | None, units: int) -> str:
    """`+72.00 EUR/month, +2 seats, commitment 864.00 EUR to 2027-03-31`; "" where a row costs nothing."""
    parts = []
    if cost and cost.monthly.amount:
        parts.append(f"{cost.monthly.signed()}/month")
    if units:
        parts.append(seats_text(units))
    if cost and cost.commitment.amount:
        until = f" to {escape.plain(cost.until)}" if cost.until else ""
        parts.append(f"commitment {money_text(cost.commitment)}{until}")
    if units and cost is None:
        parts.append("price not known")
    return ", ".join(parts)


def seats_text(units: int) -> str:
    return f"{units:+,} {'seat' if abs(units) == 1 else 'seats'}"


def money_text(money: Money) -> str:
    return f"{money.rounded:,} {money.currency}"


def value_text(value: Value) -> str:
    """A value as YAML would show it, cut after `LONGEST_VALUE` characters with its length."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _shortened(value)
        case _:
            return "[" + ", ".join(map(_shortened, value)) + "]"


def _shortened(text: str) -> str:
    if len(text) <= LONGEST_VALUE:
        return escape.quoted(text)
    return f"{escape.quoted(text[:LONGEST_VALUE])}... ({len(text):,} characters)"


def _title(change: Change, setting: Setting) -> str:
    where = name(change.address)
    if change.action is Action.HANDOVER:
        where, done = f"password of {where}", f"handed over to {_recipients(change)}"
    else:
        done = verb(change)
    both = " (conflict)" if change.cause is Cause.CONFLICT else ""
    match setting:
        case Setting.PLANNED:
            return f"{where} will be {done}{both}"
        case Setting.WRITTEN:
            return f"{where} would be {done}"
        case Setting.BLOCKED:
            return f"{where} would be {done}, but is blocked{both}"
        case Setting.NEW:
            return f"{where} would be {done}, but is in no reviewed plan{both}"
        case Setting.REPORTED:
            return f"{where} would be {done}, but is only reported{both}"


def _recipients(change: Change) -> str:
    count = sum(1 for field in change.fields if field.name == "recipients" and field.after)
    return plural(count, "recipient") if count else "the declared recipients"


def _values(change: Change) -> list[Line]:
    if change.action is Action.HANDOVER:
        return []
    labels = [_label(field) for field in change.fields]
    width = min(max(map(len, labels), default=0), WIDEST_NAME)
    return [_value(field, label, width) for field, label in zip(change.fields, labels, strict=True)]


def _label(field: FieldChange) -> str:
    path = [to_camel(field.name)] if _is_element(field) else [to_camel(part) for part in field.path]
    return ".".join(map(escape.bare, path)) + ":"


def _value(field: FieldChange, label: str, width: int) -> Line:
    start = label.ljust(width)
    if _is_element(field):
        return Line("+" if field.after else "-", f"{start} {escape.bare(field.path[1])}")
    before, after = _shown(field, field.before), _shown(field, field.after)
    if field.before == field.after:
        return Line(" ", f"{start} {after}")
    if field.before is None:
        return Line("+", f"{start} {after}")
    return Line("-" if field.after is None else "~", f"{start} {before} -> {after}")


def _wanted(field: FieldChange, value: Value) -> str:
    """A value in a cell; of a set's element the element, where it is in the set."""
    if _is_element(field):
        return field.path[1] if value else ""
    if isinstance(value, str) and not field.secret:
        return value
    return "" if value is None else _shown(field, value)


def _is_element(field: FieldChange) -> bool:
    """One element of a set: there or not there, before and after. A switch of a nested value may look alike, and
    then its name stands where an element would."""
    return len(field.path) == 2 and isinstance(field.before, bool) and isinstance(field.after, bool)


def _shown(field: FieldChange, value: Value) -> str:
    return "(sensitive value)" if field.secret and value is not None else value_text(value)


def _remarks(change: Change) -> list[Line]:
    remarks = []
    if change.action.removes or change.action is Action.FORGET:
        place = f" ({escape.plain(str(change.origin))})" if change.origin and _adds_place(change) else ""
        remarks.append(Line("#", f"because: {reason(change)}{place}"))
    elif change.note:
        remarks.append(Line("#", escape.plain(change.note)))
    elif change.reason in (Reason.RENAME, Reason.SEATS):
        remarks.append(Line("#", f"because: {_other_reason(change)}"))
    cause = _cause(change.cause)
    if cause:
        remarks.append(Line("#", cause))
    if change.purchase_order:
        remarks.append(Line("#", f"purchase order {escape.plain(change.purchase_order)}"))
    if change.disruptive and not change.action.removes:
        remarks.append(Line("#", "may interrupt the service", minor=True))
    return remarks


def _adds_place(change: Change) -> bool:
    """A tombstone's note names its own place."""
    assert change.origin is not None
    return change.origin.line > 0 and f"{change.origin.file}:{change.origin.line}" not in change.note


def _other_reason(change: Change) -> str:
    if change.reason is Reason.RENAME:
        return "a moved: entry renames it"
    return "fewer people need a seat" if change.units < 0 else "more people need a seat"


def _cause(cause: Cause) -> str:
    match cause:
        case Cause.CONFLICT:
            return "conflict: the files and somebody outside both changed it"
        case Cause.ADOPT:
            return "it was there before the files declared it"
        case Cause.CONFIG | Cause.DRIFT | Cause.CONVERGED | Cause.UNKNOWN:
            return ""


def _cost_line(change: Change) -> list[Line]:
    text = cost_text(change.cost, change.units)
    return [Line("#", f"cost: {text}")] if text else []


def _sale_lines(sale: Sale | None) -> Iterator[Line]:
    """What a row means where there are prices; an estimate is called one."""
    if sale is None:
        return
    parts = []
    if sale.prorated:
        parts.append(f"estimate: {sale.prorated.signed()} until the next charge on {escape.plain(sale.next_charge)}")
    parts += [f"refundable until {escape.plain(sale.refundable_until)}"] if sale.refundable_until else []
    if parts:
        yield Line("#", ", ".join(parts), minor=True)
    if sale.revenue and sale.revenue.amount:
        yield Line("#", f"revenue: {sale.revenue.signed()}/month", minor=True)
    if sale.margin:
        before, after = sale.margin
        yield Line("#", f"margin here: {before.rounded:,} -> {after.rounded:,} {after.currency}/month")
