"""What Partner Center asks of an address in each country: `GET /v1/countryvalidationrules/{country}`.

The rules of the United States are those of the published sample, member by member (Learn "Get address formatting rules
by market"; sample country-validation-rules.get.response). Which countries want an organization's registration number
and a phone is documented ("Create a customer"; "Error codes" 600002, 600049, 600051; fact sheet 3.2).
It must not judge an address: `addresses` and `newcomers` do.

The decision a reader would question [inferred]: patterns of postal codes of other countries are the postal services'
own, and the pattern of a registration number is the one that the text of error 600050 shows, for all countries.
Microsoft publishes neither. A country that isn't in the table has rules without patterns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.partner import transport
from reconciler.sandbox.partner.casing import Json, trimmed
from reconciler.sandbox.partner.errors import refuse_input

# Where `organizationRegistrationNumber` is required, and where it and the phone are refused when missing (3.2).
_PHONED = "AM AZ BY HU IN KZ KG MD RU TJ UZ UA"
_REGISTERED = f"{_PHONED} BR ZA PL AE SA TR TH VN MM IQ SS VE"
PHONED, REGISTERED = frozenset(_PHONED.split()), frozenset(_REGISTERED.split())
REGISTRATION_PATTERN = r"^(\d{7}|\d{10})$"

_US_STATES = (
    "AK AL AR AZ CA CO CT DC DE FL GA HI IA ID IL IN KS KY LA MA MD ME MI MN MO MS MT NC ND NE NH NJ NM NV NY OH OK OR "
    "PA RI SC SD TN TX UT VA VT WA WI WV WY"
)


@dataclass(frozen=True, slots=True)
class Market:
    """The rules of one country."""

    country: str
    culture: str = ""
    languages: tuple[str, ...] = ()
    cultures: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    postal_code: str = ""
    phone_number: str = ""
    calling_code: str = ""

    @property
    def wants_state(self) -> bool:
        return bool(self.states)


def _market(country: str, cultures: str, postal_code: str, calling_code: str, states: str = "") -> Market:
    named = tuple(cultures.split())
    languages = tuple(dict.fromkeys(culture.partition("-")[0] for culture in named))
    return Market(country, named[0], languages, named, tuple(states.split()), postal_code, "", calling_code)


_US = Market(
    "US",
    "en-US",
    ("en", "es"),
    ("en-US", "es-US"),
    tuple(_US_STATES.split()),
    r"^\d{5}(-\d{4})?$",
    r"^(1[\-\/\.]?)?(\((\d{3})\)|(\d{3}))[\-\/\.]?(\d{3})[\-\/\.]?(\d{4})$",
    "1",
)
MARKETS: Mapping[str, Market] = MappingProxyType(
    {
        market.country: market
        for market in (
            _US,
            _market("AT", "de-AT", r"^\d{4}$", "43"),
            _market("AU", "en-AU", r"^\d{4}$", "61"),
            _market("BE", "nl-BE fr-BE", r"^\d{4}$", "32"),
            _market("CA", "en-CA fr-CA", r"^[A-Z]\d[A-Z] ?\d[A-Z]\d$", "1", "AB BC MB NB NL NS NT NU ON PE QC SK YT"),
            _market("CH", "de-CH fr-CH it-CH", r"^\d{4}$", "41"),
            _market("DE", "de-DE", r"^\d{5}$", "49"),
            _market("FR", "fr-FR", r"^\d{5}$", "33"),
            _market("GB", "en-GB", r"^[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}$", "44"),
            _market("HU", "hu-HU", r"^\d{4}$", "36"),
            _market("IN", "en-IN hi-IN", r"^\d{6}$", "91"),
            _market("NL", "nl-NL", r"^\d{4} ?[A-Z]{2}$", "31"),
            _market("NZ", "en-NZ", r"^\d{4}$", "64"),
            _market("PL", "pl-PL", r"^\d{2}-\d{3}$", "48"),
        )
    }
)


def of(country: str) -> Market:
    """The rules of a country, in any letter case; those that hold everywhere for one that isn't in the table."""
    code = country.strip().upper()
    return MARKETS.get(code, Market(code))


def get_rules(call: Call) -> Answer:
    transport.check_query(call)
    code = call.params["country"]
    if len(code) != 2 or not code.isascii() or not code.isalpha():
        raise refuse_input("the country is an ISO 3166-1 alpha-2 code")
    return Answer(200, _rules(of(code)))


def _rules(market: Market) -> Json:
    return trimmed(
        {
            "iso2Code": market.country,
            "defaultCulture": market.culture or None,
            "isStateRequired": market.wants_state,
            "states": {"value": list(market.states)} if market.states else None,
            "supportedLanguages": {"value": list(market.languages)} if market.languages else None,
            "supportedCultures": {"value": list(market.cultures)} if market.cultures else None,
            "isPostalCodeRequired": bool(market.postal_code),
            "postalCodeRegex": market.postal_code or None,
            "isCityRequired": True,
            "isVatIdSupported": False,
            "phoneNumberRegex": market.phone_number or None,
            "isRegistrationNumberSupported": market.country in REGISTERED,
            "isTaxIdSupported": market.country == "US",
            "countryCallingCodes": {"value": [market.calling_code]} if market.calling_code else None,
            "attributes": {"objectType": "CountryInformation"},
        }
    )
