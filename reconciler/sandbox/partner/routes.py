"""Partner Center's routes, one line each.

`needs_user` marks what refuses app-only tokens with 403/900329: agreements, validation status, the reseller
invitation link, organization profiles, provisioning status (fact sheet 2.2, from the "authentication" section of each
Learn page). Writes are wrapped in `replayed`: the same MS-RequestId does nothing twice.
It must not hold rules.

The decision a reader would question: routes that Partner Center has and a reconciler never calls (users, licenses,
legacy offers, migration, unbilled lines) are left to the sandbox's 501, which names this file.
"""

from reconciler.sandbox.call import Route
from reconciler.sandbox.login.permissions import PARTNER_CENTER
from reconciler.sandbox.partner import (
    addresses,
    agreements,
    audit,
    carts,
    consents,
    coterm,
    customers,
    eligibility,
    invoices,
    markets,
    newcomers,
    orders,
    products,
    settle,
    subscriptions,
    transitions,
    transport,
)
from reconciler.sandbox.partner.transport import replayed
from reconciler.sandbox.routing import Service

_CUSTOMER = "/v1/customers/{customer}"

_BEFORE_A_CUSTOMER = (
    Route("HEAD", "/v1/domains/{domain}", addresses.head_domain),
    Route("POST", "/v1/validations/address", addresses.validate, mutates=False),
    Route("GET", "/v1/countryvalidationrules/{country}", markets.get_rules),
)

_CUSTOMERS = (
    Route("GET", "/v1/customers", customers.list_customers),
    Route("POST", "/v1/customers", replayed(newcomers.create_customer)),
    Route("GET", "/v1/customers/relationshiprequests", customers.get_relationship_request, needs_user=True),
    Route("GET", _CUSTOMER, customers.get_customer),
    Route("GET", f"{_CUSTOMER}/profiles/company", customers.get_company_profile),
    Route("GET", f"{_CUSTOMER}/profiles/billing", customers.get_billing_profile),
    Route("PUT", f"{_CUSTOMER}/profiles/billing", replayed(customers.put_billing_profile)),
    Route("GET", f"{_CUSTOMER}/organization", customers.get_organization, needs_user=True),
    Route("GET", f"{_CUSTOMER}/customDomains", customers.get_custom_domains, needs_user=True),
    Route("GET", f"{_CUSTOMER}/validationStatus", customers.get_validation_status, needs_user=True),
    Route("GET", f"{_CUSTOMER}/relationships", customers.list_customer_relationships, needs_user=True),
    Route("GET", "/v1/relationships", customers.list_relationships, needs_user=True),
    Route("POST", f"{_CUSTOMER}/applicationconsents", replayed(consents.grant), needs_user=True),
    Route("DELETE", f"{_CUSTOMER}/applicationconsents/{{app}}", replayed(consents.withdraw), needs_user=True),
    Route("GET", "/v1/agreements", agreements.list_templates, needs_user=True),
    Route("GET", f"{_CUSTOMER}/agreements", agreements.list_agreements, needs_user=True),
    Route("POST", f"{_CUSTOMER}/agreements", replayed(agreements.confirm), needs_user=True),
    Route(
        "GET",
        f"{_CUSTOMER}/directSignedMicrosoftCustomerAgreementStatus",
        agreements.get_direct_signed,
        needs_user=True,
    ),
)

_SUBSCRIPTION = f"{_CUSTOMER}/subscriptions/{{subscription}}"

_SUBSCRIPTIONS = (
    Route("GET", f"{_CUSTOMER}/subscriptions", subscriptions.list_subscriptions),
    Route("GET", f"{_CUSTOMER}/subscriptions/customTermEndDates", coterm.list_end_dates),
    Route("GET", _SUBSCRIPTION, subscriptions.get_subscription),
    Route("PATCH", _SUBSCRIPTION, replayed(subscriptions.patch_subscription)),
    Route("GET", f"{_SUBSCRIPTION}/provisioningstatus", subscriptions.get_provisioning_status, needs_user=True),
)

_TRANSITIONS = (
    Route("GET", f"{_SUBSCRIPTION}/transitioneligibilities", eligibility.list_eligibilities),
    Route("GET", f"{_SUBSCRIPTION}/transitions", transitions.list_transitions),
    Route("POST", f"{_SUBSCRIPTION}/transitions", replayed(transitions.create_transition)),
)

_PRODUCT = "/products/{product}"
_SKU = f"{_PRODUCT}/skus/{{sku}}"
_CATALOG = tuple(
    Route("GET", f"{whose}{path}", handler)
    for whose in ("/v1", _CUSTOMER)
    for path, handler in (
        ("/products", products.list_products),
        (_PRODUCT, products.get_product),
        (f"{_PRODUCT}/skus", products.list_skus),
        (_SKU, products.get_sku),
        (f"{_SKU}/availabilities", products.list_availabilities),
        (f"{_SKU}/availabilities/{{availability}}", products.get_availability),
    )
)

_CART = f"{_CUSTOMER}/carts/{{cart}}"
_PURCHASES = (
    Route("POST", f"{_CUSTOMER}/carts", replayed(carts.create_cart)),
    Route("GET", _CART, carts.get_cart),
    Route("PUT", _CART, replayed(carts.put_cart)),
    Route("POST", f"{_CART}/checkout", replayed(carts.check_out)),
    Route("GET", f"{_CUSTOMER}/orders", orders.list_orders),
    Route("POST", f"{_CUSTOMER}/orders", replayed(carts.create_order)),
    Route("GET", f"{_CUSTOMER}/orders/{{order}}", orders.get_order),
    Route("GET", f"{_CUSTOMER}/orders/{{order}}/provisioningstatus", orders.get_provisioning_status, needs_user=True),
)

_INVOICE = "/v1/invoices/{invoice}"
_INVOICES = (
    Route("GET", "/v1/invoices", invoices.list_invoices),
    Route("GET", _INVOICE, invoices.get_invoice),
    Route("GET", f"{_INVOICE}/lineitems", invoices.list_lines),
    Route("GET", f"{_INVOICE}/lineitems/{{provider}}/{{type}}", invoices.list_lines_by_path),
)

_ROUTES = (
    *_BEFORE_A_CUSTOMER,
    *_CUSTOMERS,
    *_PURCHASES,
    *_TRANSITIONS,
    *_CATALOG,
    *_SUBSCRIPTIONS,
    *_INVOICES,
    Route("GET", "/v1/auditrecords", audit.list_records),
)

SERVICE = Service(
    name="partnerCenter",
    prefix="/pc",
    home="sandbox/partner/routes.py",
    routes=_ROUTES,
    refuse=transport.refuse,
    audiences=frozenset({PARTNER_CENTER}),
    finish=transport.finish,
    charges=transport.charges,
    admit=transport.admit,
    settle=settle.settle,
)
