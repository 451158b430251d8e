"""Checks of a body's properties that hold for users and groups alike: known, writable, of the right type and length.

Returns the changes to make; makes none. Rules of one type (password, domains, kinds of groups) are in `users_write` and
`groups_write`.

Sources: graph.md 1 (PATCH semantics), 4.1 (texts), 5.1 and 6 (lengths); country codes are ISO 3166-1 alpha-2.

The questionable decision: usageLocation is compared with the real list of codes, so "UK" fails as it should, at the
price of a list that may age.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.sandbox.graph import errors
from reconciler.sandbox.graph.schema import EntityType, Property
from reconciler.sandbox.world import Json

_CODES = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""
COUNTRIES = frozenset(_CODES.split())
# "no @ () \ [] " ; : . <> , space" (graph.md 5.1, groups 6)
_NICKNAME_FORBIDDEN = frozenset('@()\\[]";:<>, ')
# Any: wire values, compared by Python's own type.
_TYPES: Mapping[str, type[Any]] = {
    "string": str,
    "date": str,
    "bool": bool,
    "int": int,
    "strings": list,
    "complexes": list,
    "complex": dict,
}


def accept(document: Mapping[str, Any], kind: EntityType) -> Json:
    """The properties a body sets, each one judged alone. Annotations ("@odata.type") are dropped."""
    changes: Json = {}
    for name, value in document.items():
        if "@odata." in name:
            continue
        prop = kind.properties.get(name)
        if prop is None:
            raise errors.unknown_property(name, kind.name)
        if not prop.writable:
            raise errors.read_only(name)
        _check_value(prop, value, kind)
        changes[name] = value
    return changes


def _check_value(prop: Property, value: Any, kind: EntityType) -> None:
    if value is None:
        if not prop.clearable:
            raise errors.invalid_value(prop.name, kind.title)
        return
    if not isinstance(value, _TYPES[prop.edm]) or (prop.edm == "int" and isinstance(value, bool)):
        raise errors.invalid_value(prop.name, kind.title)
    if isinstance(value, list) and prop.edm == "strings" and not all(isinstance(one, str) for one in value):
        raise errors.invalid_value(prop.name, kind.title)
    if isinstance(value, str) and ((prop.limit and len(value) > prop.limit) or not (value or prop.clearable)):
        raise errors.invalid_value(prop.name, kind.title)


def require(document: Mapping[str, Any], names: tuple[str, ...], kind: EntityType) -> None:
    """The first missing property of a POST ends it."""
    for name in names:
        if document.get(name) is None:
            raise errors.missing_value(name, kind.title)


def nickname(changes: Mapping[str, Any], kind: EntityType) -> None:
    text = changes.get("mailNickname")
    if text is not None and (not text.isascii() or _NICKNAME_FORBIDDEN.intersection(text)):
        raise errors.invalid_value("mailNickname", kind.title)


def country(changes: Mapping[str, Any], kind: EntityType) -> None:
    code = changes.get("usageLocation")
    if code is not None and code not in COUNTRIES:
        raise errors.invalid_value("usageLocation", kind.title)


def one_of(changes: Mapping[str, Any], name: str, allowed: frozenset[str], kind: EntityType) -> None:
    value = changes.get(name)
    if value is not None and value not in allowed:
        raise errors.invalid_value(name, kind.title)
