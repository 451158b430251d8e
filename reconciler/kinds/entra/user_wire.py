"""Users on the wire: one row of a listing to a spec, and a spec or its changed fields to request bodies.

Shapes: https://learn.microsoft.com/graph/api/resources/user and /api/user-post-users (graph.md 5.1, 5.2, 15). Must not
send anything. `manager` is a reference and never part of a body (graph.md 5.1).

Questionable on purpose: a live spec is made without validation beyond the type, because a tenant holds values that we
would refuse to write, and they must be readable; the few normalizations of the types are repeated in `_normal`. And a
nested object is sent whole, live values included, since whether the service merges it is not said anywhere we could
read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.kinds import instants
from reconciler.kinds.entra import attributes, upn
from reconciler.kinds.entra.user_spec import UserSpec
from reconciler.model.spec import filled

Row = Mapping[str, Any]  # Any: the vendor's JSON
COLLECTIONS = {"business_phones": tuple, "other_mails": frozenset}
DATES = frozenset({"employee_hire_date", "employee_leave_date_time"})
FLAG = "account_enabled"  # every other property of one value is text
NEVER_SENT = frozenset({"manager", "mailbox", "password"})
SPECIAL = frozenset({"user_principal_name", "manager", *COLLECTIONS, *DATES})
_BLANK = UserSpec(user_principal_name="")


@dataclass(frozen=True, slots=True)
class Columns:
    """Which values of a row become which fields of a spec; `plain` ones (field, property) need no second look."""

    plain: tuple[tuple[str, str], ...]
    special: tuple[str, ...]
    names: set[str]

    @classmethod
    def of(cls, fields: Iterable[str]) -> Columns:
        """The columns of a listing that fills these fields."""
        special = {
            field for field in fields if field in SPECIAL or attributes.WIRE_PROPERTY[field] in attributes.NESTED
        }
        plain = ((field, attributes.WIRE_PROPERTY[field]) for field in sorted(set(fields) - special))
        return cls(tuple(plain), tuple(sorted(special)), {*fields, "user_principal_name"})

    def spec(self, row: Row, managers: Mapping[str, str]) -> UserSpec:
        """The values of one row. `managers` gives a user's key by id; a manager who is no user counts as none."""
        values: dict[str, Any] = {}
        for field, prop in self.plain:
            value = row.get(prop)
            values[field] = (value.strip() or None) if type(value) is str else _no_text(field, value)
        for field in self.special:
            values[field] = _normal(field, _value(row, field, managers))
        return filled(_BLANK, values, self.names)


def create_body(values: Mapping[str, Any], password: str) -> dict[str, Any]:
    """The body of POST /users (graph.md 5.2); `values` hold what a create requires, besides the password."""
    return patch_body(values, None) | {"passwordProfile": password_profile(password)}


def password_profile(password: str) -> dict[str, Any]:
    """A password that the person must change at the first sign-in."""
    return {"password": password, "forceChangePasswordNextSignIn": True}


def patch_body(values: Mapping[str, Any], live: UserSpec | None) -> dict[str, Any]:
    """The body of PATCH /users/{id} for these values; None clears. Empty when nothing of them goes into a body."""
    body: dict[str, Any] = {}
    for field in sorted(values):
        if field in NEVER_SENT:
            continue
        prop = attributes.WIRE_PROPERTY[field]
        if prop in attributes.NESTED:
            body.setdefault(prop, _nested(prop, live))[attributes.WIRE_NAME[field]] = values[field]
        elif field in COLLECTIONS:
            body[prop] = sorted(values[field] or ())
        else:
            body[prop] = values[field]
    return body


def _nested(prop: str, live: UserSpec | None) -> dict[str, Any]:
    held = {name: getattr(live, name) for name in attributes.NESTED[prop]} if live else {}
    return {attributes.WIRE_NAME[name]: value for name, value in sorted(held.items()) if value is not None}


def _value(row: Row, field: str, managers: Mapping[str, str]) -> Any:
    if field == "manager":
        return managers.get(str((row.get("manager") or {}).get("id")).lower())
    prop = attributes.WIRE_PROPERTY[field]
    if prop in attributes.NESTED:
        return (row.get(prop) or {}).get(attributes.WIRE_NAME[field])
    return row.get(prop)


def _normal(field: str, value: Any) -> Any:
    if field in COLLECTIONS:
        return COLLECTIONS[field](_texts(field, value))
    if not isinstance(value, str):
        return _no_text(field, value)
    text = value.strip()
    if field == "user_principal_name":
        return upn.normalized(text)
    if field in DATES and instants.read(text):
        return instants.canonical(text)
    return text or None


def _no_text(field: str, value: Any) -> bool | None:
    """A value that is not text, where there may be one. TypeError where text was promised."""
    if value is None or (field == FLAG and isinstance(value, bool)):
        return value
    raise TypeError(f"{field} is a {type(value).__name__}")


def _texts(field: str, value: Any) -> list[str]:
    found = value or []
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise TypeError(f"{field} is no list of texts")
    return found
