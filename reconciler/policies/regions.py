"""The regions of the CSP program and the countries in each: a partner tenant sells only inside its own region.

Source: Microsoft Learn, "Cloud Solution Provider program regional markets and currencies", snapshot of October 2023
(regional-authorization-overview.md in the partner-center documentation; partner-center.md 3.9). Countries are written
there by name; the ISO 3166-1 codes were added [inferred]. Russia and Belarus are in no region.
The country of the customer's tenant decides, not where its people sit.

This module must not decide anything: see `country`. The questionable decision: the table stands in code and not in a
data file, because it changes once in years and a reviewer should see it change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

COUNTRIES: Mapping[str, frozenset[str]] = {
    region: frozenset(codes.split())
    for region, codes in {
        "Africa": "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW KE KM LR MG ML MU MW NA NC NE NG PF RE "
        "RW SC SH SL SN SO SS ST TD TG TZ UG YT ZM",
        "Asia and Pacific": "BD BN BT HK ID KH LA LK MM MO MV MY NP PH SG TH TL VN",
        "Australia": "AU CC CK CX FJ FM HM KI MH NF NR NU PG PN PW SB TF TK TO TV WF",
        "Brazil": "BR",
        "Canada": "CA PM",
        "China": "CN",
        "Europe": "AD AT AX BE BG BV CH CY CZ DE DK EE ES FI FO FR GB GG GI GL GR HR HU IE IM IS IT JE LI LT LU LV MC "
        "MT NL NO PL PT RO SE SI SJ SK SM VA",
        "India": "IN",
        "Japan": "JP",
        "Korea, Republic of": "KR",
        "Latin America and the Caribbean": "AG AI AQ AR AW BB BL BM BO BQ BS BZ CL CO CR CW DM DO EC FK GD GF GP GS GT "
        "GY HN HT JM KN KY LC MF MQ MS MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI",
        "Middle East, Central Europe, and Eastern Europe": "AE AF AL AM AZ BA BH DZ EG GE IL IO IQ JO KG KW KZ LB LS "
        "LY MA MD ME MK MN MR MZ OM PK PS QA RS SA SZ TJ TM TN TR UA UZ XK YE ZA ZW",
        "New Zealand": "NZ VU WS",
        "Taiwan": "TW",
        "United States": "AS GU MP UM US",
    }.items()
}


def named(text: str) -> str | None:
    """The region that a text names, whatever its letter case; None if there is no such region."""
    return next((region for region in COUNTRIES if region.casefold() == text.strip().casefold()), None)


def of_country(country: str) -> Iterator[str]:
    """The regions that a country belongs to; none for a country that nobody may sell to."""
    return (region for region, countries in COUNTRIES.items() if country in countries)
