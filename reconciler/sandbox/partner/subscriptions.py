"""Subscriptions of one customer: list, get, update, provisioning status.

The list holds the calling partner's own subscriptions in every status and isn't paged (Learn "Get all of a customer's
subscriptions"); those of other owners are visible in Graph only. An update answers 200 with the resource, or with
`behavior.asyncPatch` 202 with a Location to poll (fact sheet 1.8).
It must not contain the rules of an update: wanted.py, changes.py and renewals.py have them.

The decision a reader would question [inferred]: a list reads a lagging replica and a single GET the present. Microsoft
describes late lists (up to 15 minutes) and tells clients to poll the single resource until it shows the change.
"""

import base64

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import audit, changes, settle, subscription_wire, transport, wanted
from reconciler.sandbox.partner.commerce import desk_of, has_directory_role, own_subscription
from reconciler.sandbox.partner.errors import refuse
from reconciler.sandbox.partner.terms import stamp
from reconciler.sandbox.world import Subscription


def list_subscriptions(call: Call) -> Answer:
    options = transport.check_query(call, "order_id", "mpn_id")
    desk = desk_of(call)
    found = [
        subscription
        for subscription in desk.tenant.subscriptions.values(call.as_of)
        if subscription.owner_tenant_id == desk.partner.id
    ]
    if "order_id" in options:
        wanted_order = options["order_id"].casefold()
        found = [one for one in found if subscription_wire.order_id_of(one).casefold() == wanted_order]
    if "mpn_id" in options:
        found = [one for one in found if one.properties.get("partnerId", "") == options["mpn_id"]]
    return transport.collection(
        call, [subscription_wire.to_wire(desk.world, desk.tenant, one, desk.now) for one in found]
    )


def get_subscription(call: Call) -> Answer:
    transport.check_query(call)
    desk = desk_of(call)
    subscription = own_subscription(desk, call.params["subscription"])
    return Answer(200, subscription_wire.to_wire(desk.world, desk.tenant, subscription, desk.now))


def patch_subscription(call: Call) -> Answer:
    desk = desk_of(call)
    before = own_subscription(desk, call.params["subscription"])
    _check_etag(call, before)
    if settle.is_pending(desk.world, desk.tenant, before):
        raise refuse(409, 800082)
    after = changes.changed(desk, before, wanted.read(call.json(), before))
    shown_before, shown = (subscription_wire.to_wire(desk.world, desk.tenant, one, desk.now) for one in (before, after))
    audit.record(call, desk, "update_subscription", "subscription", (shown_before, shown))
    if call.world.behavior.async_patch:
        settle.put_later(desk.world, desk.tenant, after, desk.now + desk.world.behavior.lag)
        return Answer(202, None, {"Location": f"{desk.path}/subscriptions/{before.id}"})
    settle.put(desk.world, desk.tenant, after)
    return Answer(200, shown)


def get_provisioning_status(call: Call) -> Answer:
    """The Graph SKU and seats behind the subscription; a person with a GDAP role only (fact sheet 2.4, 6.2)."""
    transport.check_query(call)
    desk = desk_of(call)
    if not has_directory_role(call, desk):
        raise refuse(403, 900308)
    subscription = own_subscription(desk, call.params["subscription"])
    status = {"active": "success", "pending": "pending"}.get(subscription.status, "failed")
    return Answer(
        200,
        {
            "skuId": subscription.sku_id,
            "status": status,
            "quantity": subscription.quantity,
            "endDate": stamp(subscription.end),
            "attributes": {"objectType": "SubscriptionProvisioningStatus"},
        },
    )


def etag_of(subscription: Subscription) -> str:
    """Not shown (NCE has none); the form is that of legacy subscriptions, base64 of id and version."""
    text = f'{{"id":"{subscription.id}","version":{subscription.updates + 1}}}'
    return base64.b64encode(text.encode()).decode()


def _check_etag(call: Call, subscription: Subscription) -> None:
    """If-Match is optional and checked when it is sent (fact sheet 1.3)."""
    condition = call.headers.get("if-match", "").strip().strip('"')
    if condition not in ("", "*", etag_of(subscription)):
        raise refuse(400, 2055)
