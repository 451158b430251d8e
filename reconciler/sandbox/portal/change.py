"""The form of a change from outside, as `POST /_sandbox/change` takes it.

Must not touch a world. The decision a reader would question: one form for all kinds of things, with keys that fit only
some of them. It is written by hand in tests, where a flat line reads best; what does not fit is refused by `kind`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel

from reconciler.sandbox.worldfile import Guid, LicenseForm, Wire, WorldError

Kind = Literal["user", "group", "subscription", "domain", "partner", "sign_in"]

_KINDS: tuple[Kind, ...] = ("user", "group", "subscription", "domain", "partner", "sign_in")
_COMMON = frozenset({"tenant", "by", "create", "set", "delete"})
_MEMBERSHIP = frozenset({"add_members", "remove_members", "add_owners", "remove_owners"})
_LICENSES = frozenset({"assign", "unassign", "restore"})
_FITTING: dict[Kind, frozenset[str]] = {
    "user": _COMMON | _LICENSES | {"manager", "roles"},
    "group": _COMMON | _LICENSES | _MEMBERSHIP,
    "subscription": _COMMON,
    "domain": _COMMON,
    "partner": _COMMON,
    "sign_in": frozenset({"tenant", "by", "set", "delete"}),
}


class ByApp(BaseModel):
    """An app that changes something, instead of a person."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)

    app: str
    app_id: Guid | None = None


class Change(BaseModel):
    """One change; exactly one of `user`, `group`, `subscription`, `domain`, `partner`, `signIn` says what about."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, validate_by_name=True)

    tenant: str
    user: str | None = None
    group: str | None = None
    subscription: str | None = None
    domain: str | None = None
    partner: str | None = None
    sign_in: str | None = None
    by: str | ByApp | None = None
    """Who does it: a user principal name, or `{app: NAME, appId: ID}`; absent: somebody who may."""
    create: Wire | None = None
    set: Wire = {}
    delete: bool = False
    restore: bool = False
    assign: dict[str, LicenseForm | None] = {}
    unassign: tuple[str, ...] = ()
    manager: str | None = None
    roles: tuple[str, ...] | None = None
    add_members: tuple[str, ...] = ()
    remove_members: tuple[str, ...] = ()
    add_owners: tuple[str, ...] = ()
    remove_owners: tuple[str, ...] = ()

    @property
    def kind(self) -> tuple[Kind, str]:
        """What the change is about, and its name; a WorldError if that is none, several, or the keys do not fit."""
        named = {kind: getattr(self, kind) for kind in _KINDS}
        chosen = [(kind, name) for kind, name in named.items() if name is not None]
        if len(chosen) != 1:
            raise WorldError([f"a change is about exactly one of {', '.join(map(to_camel, _KINDS))}"])
        kind, name = chosen[0]
        misfits = self.model_fields_set - _FITTING[kind] - {kind}
        if misfits:
            raise WorldError([f"{', '.join(sorted(to_camel(one) for one in misfits))} does not fit a {kind}"])
        return kind, str(name)


def parse(document: Any) -> list[Change]:
    """The changes in a body; pydantic's ValidationError names what is wrong."""
    return TypeAdapter(list[Change]).validate_python(document if isinstance(document, list) else [document])
