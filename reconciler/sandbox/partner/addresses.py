"""Whether an address exists and whether a domain is free: the two questions before a customer is made.

`POST /v1/validations/address` answers 200 whatever it thinks: the status says it (Learn "Validate an address"; samples
validate-address.*; fact sheet 3.2). `HEAD /v1/domains/{domain}` answers 200 for a domain that is taken and 404 for one
that is free, without a body (Learn "Verify domain availability"; fact sheet 3.1).
It must not keep anything.

The decision a reader would question [inferred]: nobody here knows the world's streets, so a rule stands for them. A
street without a house number is StreetPartial, as in the sample; a city in letters of one case InteractionRequired; a
post-office box Verified; a postal code or state that the country doesn't have None; a country without rules
NotValidated; everything else VerifiedShippable. Suggestions are what the rule would accept.
"""

import re
import zlib

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import markets, transport
from reconciler.sandbox.partner.casing import Json, folded, trimmed
from reconciler.sandbox.partner.errors import refuse_input
from reconciler.sandbox.partner.markets import Market

_NAMES = ("country", "city", "state", "addressLine1", "addressLine2", "postalCode")
_BOX = re.compile(r"\b(p\.? ?o\.? ?box|postfach)\b", re.IGNORECASE)
# The sample's own sentence; the fields that it names are of no use, so others are named here.
_MESSAGE = "Address field invalid for property: {fields}"


def head_domain(call: Call) -> Answer:
    """200: taken, 404: free. The Swagger's text says the opposite; the page is explicit."""
    transport.check_query(call)
    return Answer(200 if call.params["domain"].casefold() in call.world.domains else 404)


def validate(call: Call) -> Answer:
    transport.check_query(call)
    body = call.json()
    if not isinstance(body, dict):
        raise refuse_input("the body isn't an address")
    sent = folded(body)
    address = trimmed({name: sent.get(name.lower()) for name in _NAMES})
    if any(not isinstance(value, str) for value in address.values()):
        raise refuse_input("the parts of an address are texts")
    if any(not address.get(name) for name in ("country", "city", "addressLine1")):
        raise refuse_input("an address needs Country, City and AddressLine1")
    return Answer(200, _judged(address))


def _judged(address: Json) -> Json:
    market = markets.of(address["country"])
    status, wrong, suggested = _verdict(address, market)
    message = _MESSAGE.format(fields=", ".join(f"'{name}'" for name in wrong)) if wrong else None
    shown = {"originalAddress": address, "suggestedAddresses": suggested, "status": status}
    return trimmed({**shown, "validationMessage": message})


def _verdict(address: Json, market: Market) -> tuple[str, list[str], list[Json]]:
    """Status, the fields that are wrong, and what would be right."""
    if market.country not in markets.MARKETS:
        return "NotValidated", [], []
    impossible = _impossible(address, market)
    if impossible:
        return "None", impossible, []
    street, city = address["addressLine1"], address["city"]
    if not any(letter.isdigit() for letter in street):
        numbered = [f"{number} {street}" for number in (1, 2, 3)]
        found = [_exact({**address, "addressLine1": line}, market) for line in numbered]
        return "StreetPartial", ["AddressLine1"], found[:1] if market.country == "US" else found
    if city in (city.lower(), city.upper()) and city != city.title():
        return "InteractionRequired", ["City"], [_exact({**address, "city": city.title()}, market)]
    status = "Verified" if _BOX.search(street) else "VerifiedShippable"
    return status, [], [_exact(address, market)]


def _impossible(address: Json, market: Market) -> list[str]:
    postal_code, state = address.get("postalCode", ""), address.get("state", "")
    wrong = []
    if market.wants_state and state.upper() not in market.states:
        wrong.append("State")
    if market.postal_code and not re.match(market.postal_code, postal_code.upper()):
        wrong.append("PostalCode")
    return wrong


def _exact(address: Json, market: Market) -> Json:
    """The address as the postal service writes it; in the United States with the four digits behind the ZIP code."""
    if market.country != "US" or "-" in address["postalCode"]:
        return address
    block = zlib.crc32(f"{address['addressLine1']}/{address['postalCode']}".casefold().encode()) % 9000 + 1000
    return {**address, "postalCode": f"{address['postalCode']}-{block}"}
