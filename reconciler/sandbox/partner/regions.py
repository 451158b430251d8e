"""In which countries a partner tenant may sell: its own region's and no others (fact sheet 3.9, csp-regions.csv).

Source: Microsoft Learn, "CSP program regional markets and currencies" (snapshot of October 2023). Countries stand there
by name; the ISO 3166-1 codes were added [inferred]. Russia and Belarus are in no region.
It must not know who asks.

The decision a reader would question: a partner whose region isn't in the table may sell anywhere. World files may name
a region of their own.
"""

from collections.abc import Mapping
from types import MappingProxyType

REGIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        region.casefold(): frozenset(countries.split())
        for region, countries in (
            (
                "Africa",
                "AO BF BI BJ BW CD CF CG CI CM CV DJ ER ET GA GH GM GN GQ GW KE KM LR MG ML MU MW NA NC NE NG PF RE "
                "RW SC SH SL SN SO SS ST TD TG TZ UG YT ZM",
            ),
            ("Asia and Pacific", "BD BN BT HK ID KH LA LK MM MO MV MY NP PH SG TH TL VN"),
            ("Australia", "AU CC CK CX FJ FM HM KI MH NF NR NU PG PN PW SB TF TK TO TV WF"),
            ("Brazil", "BR"),
            ("Canada", "CA PM"),
            ("China", "CN"),
            (
                "Europe",
                "AD AT AX BE BG BV CH CY CZ DE DK EE ES FI FO FR GB GG GI GL GR HR HU IE IM IS IT JE LI LT LU LV MC "
                "MT NL NO PL PT RO SE SI SJ SK SM VA",
            ),
            ("India", "IN"),
            ("Japan", "JP"),
            ("Korea, Republic of", "KR"),
            (
                "Latin America and the Caribbean",
                "AG AI AQ AR AW BB BL BM BO BQ BS BZ CL CO CR CW DM DO EC FK GD GF GP GS GT GY HN HT JM KN KY LC MF "
                "MQ MS MX NI PA PE PR PY SR SV SX TC TT UY VC VE VG VI",
            ),
            (
                "Middle East, Central Europe, and Eastern Europe",
                "AE AF AL AM AZ BA BH DZ EG GE IL IO IQ JO KG KW KZ LB LS LY MA MD ME MK MN MR MZ OM PK PS QA RS SA "
                "SZ TJ TM TN TR UA UZ XK YE ZA ZW",
            ),
            ("New Zealand", "NZ VU WS"),
            ("Taiwan", "TW"),
            ("United States", "AS GU MP UM US"),
        )
    }
)


def serves(region: str, country: str) -> bool:
    """True where a partner of that region may have a customer in that country."""
    known = REGIONS.get(region.strip().casefold())
    return known is None or country.upper() in known
