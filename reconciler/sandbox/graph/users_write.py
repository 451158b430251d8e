"""Changing users: create, update, soft delete, manager, sign-out.

Each function checks everything before it changes anything, so a refused request leaves no trace. Licenses are `assign`,
the recycle bin is `deleted`.

Sources: microsoft-graph-docs-contrib api/user-post-users.md, api/user-update.md, api/user-delete.md,
api/user-post-manager.md, api/user-revokesigninsessions.md; graph.md 4.1 (texts), 5.1 to 5.6.

The questionable decision: an app may not touch sensitive properties of anybody who holds an admin role. Live, the app's
own directory role decides, and no world gives it one.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import addresses, audits, checks, errors, holdings, keys, roles, users, views, wire
from reconciler.sandbox.graph.schema import USER
from reconciler.sandbox.world import Domain, Json, Tenant, User

_REQUIRED = ("accountEnabled", "displayName", "mailNickname", "userPrincipalName")
_UPN = re.compile(r"[A-Za-z0-9'._!#^~-]{1,64}@[A-Za-z0-9.-]{1,48}$")
_POLICIES = frozenset(
    {"None", "DisablePasswordExpiration", "DisableStrongPassword", "DisablePasswordExpiration, DisableStrongPassword"}
)
# Still writable in the cloud on synced users (graph.md 5.6); the rest belongs to the on-premises directory.
_CLOUD_OWNED = frozenset({"usageLocation"})
# Narrow permissions and the properties each one opens (graph.md 10.3).
_NARROW: Mapping[str, frozenset[str]] = {
    "User.EnableDisableAccount.All": frozenset({"accountEnabled"}),
    "User-PasswordProfile.ReadWrite.All": frozenset({"passwordProfile"}),
    "User-Phone.ReadWrite.All": frozenset({"businessPhones", "mobilePhone"}),
    "User-Mail.ReadWrite.All": frozenset({"otherMails"}),
}
_WIDE = frozenset({"User.ReadWrite.All", "Directory.ReadWrite.All"})
# Who may change administrators (sensitive actions, msgraph-sdk property texts).
_HIGH = frozenset({"Global Administrator", "Privileged Authentication Administrator"})
_MERGED = frozenset({"onPremisesExtensionAttributes", "employeeOrgData"})


def create(call: Call) -> Answer:
    document = wire.body(call)
    tenant = call.tenant
    changes = checks.accept(document, USER)
    checks.require(document, _REQUIRED, USER)
    domain = _checked_upn(tenant, str(changes["userPrincipalName"]))
    _check_values(changes)
    _check_first_password(changes, domain)
    upn = str(changes["userPrincipalName"])
    addresses.check_free(tenant, upn, "", "userPrincipalName")
    if changes.get("mail"):
        addresses.check_free(tenant, str(changes["mail"]), "", "mail")
        changes["proxyAddresses"] = [f"SMTP:{changes['mail']}"]
    changes.pop("passwordProfile", None)
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"user:{call.world.seed}:{tenant.id}:{upn}:{call.now}:{call.n}"))
    user = User(identity, {"createdDateTime": wire.moment(call), "userType": "Member", **_without_null(changes)})
    tenant.users.put(user)
    audits.record(call, "Add user", "UserManagement", user, changes)
    path = f"directoryObjects/{identity}/Microsoft.DirectoryServices.User"
    return wire.created(call, "users/$entity", views.user_selector(tenant)(user), path)


def update(call: Call) -> Answer:
    document = wire.body(call)
    user = users.present(call, call.params["user"])
    changes = checks.accept(document, USER)
    _check_rights(call, user, changes)
    if user.properties.get("onPremisesSyncEnabled") and changes.keys() - _CLOUD_OWNED:
        raise errors.synced_object()
    _check_values(changes)
    if "usageLocation" in changes and changes["usageLocation"] is None and holdings.active(call.tenant, user):
        raise errors.invalid_value("usageLocation", "User")
    changed = _with_addresses(call.tenant, user, changes)
    changes.pop("passwordProfile", None)
    properties = _merged(user.properties, {**changes, **changed})
    updated = replace(user, properties=properties)
    call.tenant.users.put(updated)
    audits.record(call, "Update user", "UserManagement", updated, document)
    return wire.no_content()


def delete(call: Call) -> Answer:
    """Soft: into the recycle bin for 30 days, with licenses and memberships (graph.md 5.3)."""
    user = users.present(call, call.params["user"])
    if _is_admin(user) and not _is_high(call):
        raise errors.denied()
    call.tenant.users.remove(user.id)
    call.tenant.deleted_users.put(replace(user, deleted_at=call.now))
    audits.record(call, "Delete user", "UserManagement", user)
    return wire.no_content()


def set_manager(call: Call) -> Answer:
    document = wire.body(call)
    user = users.present(call, call.params["user"])
    identity = keys.reference(document.get("@odata.id"))
    if identity is None:
        raise errors.bad_request("Invalid object reference URL is specified for a directory object.")  # [inferred]
    if call.tenant.users.get(identity, call.as_of) is None:
        raise errors.not_found(identity)
    if user.properties.get("onPremisesSyncEnabled"):
        raise errors.synced_object()
    call.tenant.users.put(replace(user, manager=identity))
    audits.record(call, "Update user", "UserManagement", user, ("manager",))
    return wire.no_content()


def remove_manager(call: Call) -> Answer:
    user = users.present(call, call.params["user"])
    if user.manager is None:
        raise errors.not_found("manager")
    if user.properties.get("onPremisesSyncEnabled"):
        raise errors.synced_object()
    call.tenant.users.put(replace(user, manager=None))
    audits.record(call, "Update user", "UserManagement", user, ("manager",))
    return wire.no_content()


def revoke_sessions(call: Call) -> Answer:
    user = users.present(call, call.params["user"])
    properties = {**user.properties, "signInSessionsValidFromDateTime": wire.moment(call)}
    call.tenant.users.put(replace(user, properties=properties))
    audits.record(call, "Update StsRefreshTokenValidFrom Timestamp", "UserManagement", user)
    return wire.entity(call, "Edm.Boolean", {"value": True})


def _check_values(changes: Mapping[str, Any]) -> None:
    checks.nickname(changes, USER)
    checks.country(changes, USER)
    checks.one_of(changes, "userType", frozenset({"Member", "Guest"}), USER)
    checks.one_of(changes, "passwordPolicies", _POLICIES, USER)
    if len(changes.get("businessPhones") or ()) > 1:
        raise errors.invalid_value("businessPhones", "User")
    others = changes.get("otherMails") or ()
    if len(others) > 250 or any(len(one) > 250 or "@" not in one for one in others):
        raise errors.invalid_value("otherMails", "User")
    for name, value in (changes.get("onPremisesExtensionAttributes") or {}).items():
        number = name.removeprefix("extensionAttribute")
        if not number.isdecimal() or not 1 <= int(number) <= 15 or len(value or "") > 1024:
            raise errors.invalid_value("onPremisesExtensionAttributes", "User")
    immutable = changes.get("onPremisesImmutableId") or ""
    if "$" in immutable or "_" in immutable:
        raise errors.invalid_value("onPremisesImmutableId", "User")
    profile = changes.get("passwordProfile")
    if profile is not None and "password" in profile:
        _check_password(str(profile["password"]), str(changes.get("userPrincipalName", "")))


def _check_password(password: str, upn: str) -> None:
    """8 to 256 characters, 3 of 4 classes, not the person's own name [inferred in parts, graph.md 5.2]."""
    classes = sum(bool(re.search(pattern, password)) for pattern in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"))
    # A name of one or two letters would stand in most passwords; from three on it counts [inferred].
    local = upn.partition("@")[0].casefold()
    if not 8 <= len(password) <= 256 or classes < 3 or (len(local) >= 3 and local in password.casefold()):
        raise errors.bad_request(
            "The specified password does not comply with password complexity requirements. "
            "Please provide a different password."
        )


def _check_first_password(changes: Mapping[str, Any], domain: Domain) -> None:
    """A federated name needs the source anchor instead of a password (graph.md 5.1, 8)."""
    if domain.authentication == "Federated":
        if not changes.get("onPremisesImmutableId"):
            raise errors.missing_value("onPremisesImmutableId", "User")
        return
    if not (changes.get("passwordProfile") or {}).get("password"):
        raise errors.missing_value("passwordProfile", "User")


def _checked_upn(tenant: Tenant, upn: str) -> Domain:
    if not _UPN.match(upn) or upn.startswith(".") or ".@" in upn:
        raise errors.invalid_value("userPrincipalName", "User")
    domain = tenant.domains.get(upn.partition("@")[2].lower())
    if domain is None or not domain.is_verified:
        raise errors.with_detail(
            "The domain portion of the userPrincipalName property is invalid. "
            "You must use one of the verified domain names in your organization.",
            "InvalidValue",
            "userPrincipalName",
        )
    return domain


def _with_addresses(tenant: Tenant, user: User, changes: Mapping[str, Any]) -> Json:
    """What a new name or mail does to the addresses: the primary follows, the former one stays (graph.md 5.5)."""
    upn, mail = changes.get("userPrincipalName"), changes.get("mail")
    if upn is not None and upn != user.upn:
        _checked_upn(tenant, upn)
        addresses.check_free(tenant, upn, user.id, "userPrincipalName")
        if (
            mail is None
            and user.properties.get("mail")
            and str(user.properties["mail"]).casefold() == user.upn.casefold()
        ):
            mail = upn
    if mail is None:
        return {}
    addresses.check_free(tenant, mail, user.id, "mail")
    return {"mail": mail, "proxyAddresses": list(addresses.primary_set(user, mail))}


def _check_rights(call: Call, user: User, changes: Mapping[str, Any]) -> None:
    assert call.token is not None
    held = call.token.roles if call.token.agent is None else call.token.scopes
    opened = {name for permission in held for name in _NARROW.get(permission, ())}
    if held.isdisjoint(_WIDE) and changes.keys() - opened:
        raise errors.denied()
    if "passwordProfile" in changes and "passwordProfile" not in opened:
        raise errors.denied()
    if _is_admin(user) and not _is_high(call) and any(USER.properties[name].sensitive for name in changes):
        raise errors.denied()


def _is_admin(user: User) -> bool:
    return bool(frozenset(user.roles) - roles.HARMLESS)


def _is_high(call: Call) -> bool:
    assert call.token is not None
    return not call.token.directory_roles.isdisjoint(_HIGH)


def _merged(properties: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    """Null clears, collections are replaced, the two open records are merged by key [inferred]."""
    made = dict(properties)
    for name, value in changes.items():
        if name in _MERGED and value is not None:
            made[name] = {**(properties.get(name) or {}), **value}
        elif value is None:
            made.pop(name, None)
        else:
            made[name] = value
    return made


def _without_null(changes: Mapping[str, Any]) -> Json:
    return {name: value for name, value in changes.items() if value is not None}
