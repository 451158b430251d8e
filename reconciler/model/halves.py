"""App-only or app+user, said once for each operation of Partner Center that this tool uses.

Source: partner-center.md 2.2 (developer/partner-center-authentication and the page of each operation). What is refused
to the app alone is answered with 403/900329. Callers ask `needs_person` and say it nowhere else; `validate` tells who
needs a person and has none before anything is sent.

Partners of one model may ask nothing of all this: `allows` says which.

Must not: hold what Graph wants. A customer's directory is asked on the person's behalf where there is one, and by the
app alone where not (cloud/sessions.py).

Questionable on purpose: one route can be two operations. Making a customer is open to the app; making one for a
reseller is not, and the body alone tells which it is.
"""

from __future__ import annotations

from dataclasses import dataclass

CLOSED = "an indirect reseller has no access to Partner Center's API; its indirect provider has"


def allows(model: str) -> bool:
    """Whether a partner of that model may ask Partner Center anything (partner-center.md 1.1)."""
    return model != "indirectReseller"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what it does, in words that follow "ask to", its route, and whether a person must stand behind
    it; without one, the app may act alone or for a person."""

    words: str
    method: str
    route: str
    needs_person: bool


CUSTOMER = "/customers/{customer}"
SUBSCRIPTION = f"{CUSTOMER}/subscriptions/{{subscription}}"
CART = f"{CUSTOMER}/carts/{{cart}}"
PRODUCT = "/products/{product}"

LIST_CUSTOMERS = Operation("list the customers", "GET", "/customers", needs_person=False)
READ_CUSTOMER = Operation("read a customer", "GET", CUSTOMER, needs_person=False)
CREATE_CUSTOMER = Operation("make a customer", "POST", "/customers", needs_person=False)
LOOK_AT_DOMAIN = Operation("see whether a domain is free", "HEAD", "/domains/{domain}", needs_person=False)
CHECK_ADDRESS = Operation("check an address", "POST", "/validations/address", needs_person=False)
COUNTRY_RULES = Operation("read a country's rules", "GET", "/countryvalidationrules/{country}", needs_person=False)
LIST_INVOICES = Operation("list the invoices", "GET", "/invoices", needs_person=False)
LIST_PRODUCTS = Operation("list products", "GET", "/products", needs_person=False)
LIST_SKUS = Operation("list the SKUs of a product", "GET", f"{PRODUCT}/skus", needs_person=False)
LIST_OFFERS = Operation("list availabilities", "GET", f"{PRODUCT}/skus/{{sku}}/availabilities", needs_person=False)
LIST_SUBSCRIPTIONS = Operation("list subscriptions", "GET", f"{CUSTOMER}/subscriptions", needs_person=False)
READ_SUBSCRIPTION = Operation("read a subscription", "GET", SUBSCRIPTION, needs_person=False)
CHANGE_SUBSCRIPTION = Operation("change a subscription", "PATCH", SUBSCRIPTION, needs_person=False)
UPGRADES_OF = Operation(
    "see what a subscription can become", "GET", f"{SUBSCRIPTION}/transitioneligibilities", needs_person=False
)
LIST_UPGRADES = Operation("list upgrades", "GET", f"{SUBSCRIPTION}/transitions", needs_person=False)
UPGRADE = Operation("upgrade a subscription", "POST", f"{SUBSCRIPTION}/transitions", needs_person=False)
MAKE_CART = Operation("fill a cart", "POST", f"{CUSTOMER}/carts", needs_person=False)
READ_CART = Operation("read a cart", "GET", CART, needs_person=False)
CHANGE_CART = Operation("change a cart", "PUT", CART, needs_person=False)
CHECK_OUT = Operation("check a cart out", "POST", f"{CART}/checkout", needs_person=False)
LIST_ORDERS = Operation("list orders", "GET", f"{CUSTOMER}/orders", needs_person=False)
READ_ORDER = Operation("read an order", "GET", f"{CUSTOMER}/orders/{{order}}", needs_person=False)

CREATE_FOR_RESELLER = Operation("make a customer for a reseller", "POST", "/customers", needs_person=True)
LIST_RESELLERS = Operation("list the resellers", "GET", "/relationships", needs_person=True)
INVITE = Operation("read the invitation to send", "GET", "/customers/relationshiprequests", needs_person=True)
ACCOUNT_STATUS = Operation("see whether an account may buy", "GET", f"{CUSTOMER}/validationStatus", needs_person=True)
AGREEMENT_TEMPLATES = Operation("read the agreements' templates", "GET", "/agreements", needs_person=True)
READ_AGREEMENTS = Operation("see who accepted the agreement", "GET", f"{CUSTOMER}/agreements", needs_person=True)
SIGNED_DIRECTLY = Operation(
    "see whether the agreement was signed directly",
    "GET",
    f"{CUSTOMER}/directSignedMicrosoftCustomerAgreementStatus",
    needs_person=True,
)
CONFIRM_AGREEMENT = Operation(
    "confirm who accepted the Microsoft Customer Agreement", "POST", f"{CUSTOMER}/agreements", needs_person=True
)
CONSENT = Operation("consent to our app in the tenant", "POST", f"{CUSTOMER}/applicationconsents", needs_person=True)

ALL = (
    LIST_CUSTOMERS,
    READ_CUSTOMER,
    CREATE_CUSTOMER,
    LOOK_AT_DOMAIN,
    CHECK_ADDRESS,
    COUNTRY_RULES,
    LIST_INVOICES,
    LIST_PRODUCTS,
    LIST_SKUS,
    LIST_OFFERS,
    LIST_SUBSCRIPTIONS,
    READ_SUBSCRIPTION,
    CHANGE_SUBSCRIPTION,
    UPGRADES_OF,
    LIST_UPGRADES,
    UPGRADE,
    MAKE_CART,
    READ_CART,
    CHANGE_CART,
    CHECK_OUT,
    LIST_ORDERS,
    READ_ORDER,
    CREATE_FOR_RESELLER,
    LIST_RESELLERS,
    INVITE,
    ACCOUNT_STATUS,
    AGREEMENT_TEMPLATES,
    READ_AGREEMENTS,
    SIGNED_DIRECTLY,
    CONFIRM_AGREEMENT,
    CONSENT,
)
