"""Live users as entries of `users:`; the inverse of what `kinds/entra/user.py` makes of an entry.

Written is what has a value, in the order of the schema. Of people whom an on-premises directory keeps only that is
written which is ours to change; guests are not written at all. A mail alias that follows from the sign-in name, and the
password policy "None", say nothing and are left out.

Must not: write a password, or anything of people in the recycle bin.

Questionable on purpose: who may sign in is written without `state:`, as people write it; who may not, with `disabled`.
A global administrator is written with `protect: true`: nobody loses one because of a line that was forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.drafts.folding import Folded
from reconciler.drafts.view import View, sayable
from reconciler.kinds.entra import attributes, upn
from reconciler.kinds.entra.user import UserFacts
from reconciler.kinds.entra.user_spec import UserEntry, UserSpec
from reconciler.model.draft import Item, Left
from reconciler.model.resource import Live
from reconciler.model.spec import Spec

SECTION = "users"
SYNCED = ("display_name", "usage_location")  # ours is the location; the name is for who reads
# Reading it needs a permission that nothing else here needs (graph.md 5.1).
UNREAD = frozenset({"employee_leave_date_time"})
KEPT = "An on-premises directory keeps the rest."
PROTECTED = "A global administrator: nothing may be taken from this account."


def left(view: View, live: Live[Spec]) -> Left | None:
    """Why somebody is not written, or None."""
    address, mistake = live.address, upn.mistake(live.address.key)
    if isinstance(live.facts, UserFacts) and live.facts.user_type == "Guest":
        return Left(address, "guests", "the user is a guest")
    if mistake:
        return Left(address, "names that files cannot say", mistake)
    if address in view.customer.tombstones:
        return Left(address, "removed by a tombstone", "the files let the user go")
    if address in view.doubles:
        old = view.doubles[address].key
        reason = f"if it is {old} under a new name, write moved: [{{user: {{from: {old}, to: {address.key}}}}}]"
        return Left(address, "people who look like somebody whom files declare", reason)
    return Left(address, "refused", view.doubted(address)) if view.doubted(address) else None


def drafted(view: View, folded: Mapping[str, Folded]) -> Iterator[Item | Left]:
    """An item for everybody who can be written, and what is left out of the others."""
    for live in view.of_kind("user"):
        found = left(view, live)
        if found:
            yield found
        else:
            yield from _person(view, live, folded.get(live.address.key, Folded()))


def _person(view: View, live: Live[Spec], folded: Folded) -> Iterator[Item | Left]:
    assert isinstance(live.spec, UserSpec)
    assert isinstance(live.facts, UserFacts)
    spec, facts = live.spec, live.facts
    values = dict(_values(spec, SYNCED if facts.synced else tuple(attributes.UserAttributes.model_fields)))
    if not facts.synced:
        values |= _nested(spec)
        if not facts.enabled:
            values["state"] = "disabled"
    if folded.plans:
        values["plans"] = folded.plans
    if folded.licenses:
        values["licenses"] = folded.licenses
    if facts.global_admin:
        values["protect"] = True
    kept, others = sayable(view, live.address, UserEntry, values)
    comments = [text for text, said in ((PROTECTED, "protect" in kept), (KEPT, facts.synced)) if said]
    yield Item(SECTION, live.address.key, kept, live.address, tuple(comments))
    yield from others
    if facts.synced:
        yield Left(live.address, "values that an on-premises directory keeps", "they are changed there", "attributes")


def _values(spec: UserSpec, names: tuple[str, ...]) -> Iterator[tuple[str, object]]:
    for name in names:
        value = getattr(spec, name) if name not in UNREAD else None
        if value in (None, (), frozenset(), "") or _says_nothing(spec, name, value):
            continue
        plain = tuple(sorted(value)) if isinstance(value, frozenset) else value
        yield _alias(attributes.UserAttributes, name), plain


def _says_nothing(spec: UserSpec, name: str, value: object) -> bool:
    if name == "mail_nickname":
        return str(value).casefold() == upn.local_part(spec.user_principal_name)
    return name == "password_policies" and value == "None"


def _nested(spec: UserSpec) -> dict[str, object]:
    """What the files nest as the API does."""
    found: dict[str, object] = {}
    for outer, model in (
        ("onPremisesExtensionAttributes", attributes.ExtensionAttributes),
        ("employeeOrgData", attributes.OrganizationData),
    ):
        inner = {_alias(model, name): getattr(spec, name) for name in model.model_fields}
        if held := {name: value for name, value in inner.items() if value}:
            found[outer] = held
    return found


def _alias(
    model: type[attributes.UserAttributes | attributes.ExtensionAttributes | attributes.OrganizationData], name: str
) -> str:
    return model.model_fields[name].alias or name
