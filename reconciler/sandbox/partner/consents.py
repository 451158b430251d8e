"""Consent of a partner's own app in a customer's tenant: `POST` and `DELETE .../applicationconsents`.

Delegated scopes only: an app that comes alone finds itself known there and without a permission (Learn "Control panel
vendor ... APIs"; fact sheet 2.5; graph.md 10.4). The caller is a person with a GDAP role that may consent. What is
granted once is refused the second time with "Permission entry already exists".
It must not grant application roles.

The decisions a reader would question [inferred]: which roles may consent is the union of what two pages say; the
refusal of a second grant is a 409 with its status for a code, because only its sentence is known.
"""

from collections.abc import Iterable
from typing import Any

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import audits
from reconciler.sandbox.login.permissions import GRAPH, RESOURCES
from reconciler.sandbox.partner import audit
from reconciler.sandbox.partner.casing import Json, folded
from reconciler.sandbox.partner.commerce import Desk, desk_of
from reconciler.sandbox.partner.errors import Fault, FaultRaised, refuse, refuse_input
from reconciler.sandbox.world import Consent

_MAY_CONSENT = frozenset(
    {
        "Application Administrator",
        "Cloud Application Administrator",
        "Global Administrator",
        "Privileged Role Administrator",
    }
)


def grant(call: Call) -> Answer:
    desk = _desk(call)
    body = call.json()
    sent: Json = folded(body) if isinstance(body, dict) else {}
    app_id = str(sent.get("applicationid", "")).lower()
    if app_id != call.app_id.lower():
        raise refuse_input("applicationId must be the app of the token")
    grants = sent.get("applicationgrants")
    if not isinstance(grants, list) or not grants:
        raise refuse_input("applicationGrants is required")
    scopes = tuple(sorted(set(_scopes(grants))))
    if app_id in desk.tenant.consents:
        raise FaultRaised(Fault(409, 409, "Permission entry already exists."))
    desk.tenant.consents[app_id] = Consent(app_id, (), scopes)
    shown = {"applicationId": app_id, "displayName": sent.get("displayname"), "applicationGrants": body_grants(body)}
    audit.record(call, desk, "create_application_consent", "application_consent", (None, shown))
    _note(call, desk, "Consent to application")
    return Answer(201, {name: value for name, value in shown.items() if value is not None})


def withdraw(call: Call) -> Answer:
    desk = _desk(call)
    if desk.tenant.consents.pop(call.params["app"].lower(), None) is None:
        raise refuse(404, 1000)
    shown: Json = {"applicationId": call.params["app"].lower()}
    audit.record(call, desk, "delete_application_consent", "application_consent", (shown, None))
    _note(call, desk, "Remove delegated permission grant")
    return Answer(204)


def _note(call: Call, desk: Desk, activity: str) -> None:
    """The customer's directory logs it, too, under the partner's person."""
    assert call.token is not None
    app_id = call.app_id.lower()
    target = audits.Other(audits.principal_id(desk.tenant, app_id), app_id, "ServicePrincipal")
    by = audits.person(desk.tenant, call.token.agent or "")
    audits.write(desk.tenant, call.now, by, (activity, "ApplicationManagement"), (target,))


def body_grants(body: Any) -> list[Json]:
    """The grants as they were sent."""
    return next(list(value) for name, value in body.items() if name.lower() == "applicationgrants")


def _desk(call: Call) -> Desk:
    desk = desk_of(call)
    assert call.token is not None
    if _MAY_CONSENT.isdisjoint(desk.tenant.gdap.get(desk.partner.id, ())):
        raise refuse(403, 900308)
    return desk


def _scopes(grants: Iterable[Json]) -> Iterable[str]:
    """The scopes for Graph; those for other resources are taken and have no effect here."""
    for one in grants:
        scope = one.get("scope")
        if not isinstance(scope, str) or not scope or not one.get("enterpriseapplicationid"):
            raise refuse_input("a grant needs enterpriseApplicationId and scope")
        if str(one["enterpriseapplicationid"]).lower() == RESOURCES[GRAPH]:
            yield from (name.strip() for name in scope.split(",") if name.strip())
