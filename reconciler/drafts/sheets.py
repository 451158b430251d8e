"""People as rows of a table, and rows as entries of `users:`: the two directions of a CSV file.

    Columns.of(head, said)      which column is which field
    Columns.row(cells)          one row: the key, the values, and what is wrong with it
    table(items)                entries as a head and rows; read back, they are the same entries

A field is named as in the files, without what nests there (`costCenter`); `plans`, `licenses` and `otherMails` hold
several, with semicolons between them, and a license says in brackets what is switched off: `SPB(-SWAY); VISIOCLIENT`.
An empty cell says nothing. Columns named as fields, or as in the file that Microsoft 365's admin center offers for
adding people [inferred: its titles are in no reference], need no mapping.

Must not: know passwords: no column can be one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from reconciler.drafts.values import refused
from reconciler.kinds.entra import attributes, upn
from reconciler.kinds.entra.user_spec import UserEntry
from reconciler.model.draft import Item
from reconciler.model.errors import UsageError
from reconciler.model.suggest import did_you_mean

KEY = "userPrincipalName"
NESTED: Mapping[str, type[attributes.ExtensionAttributes | attributes.OrganizationData]] = MappingProxyType(
    {
        "onPremisesExtensionAttributes": attributes.ExtensionAttributes,
        "employeeOrgData": attributes.OrganizationData,
    }
)
OUTER = {one.alias or name: outer for outer, model in NESTED.items() for name, one in model.model_fields.items()}
DIRECT = tuple(one.alias or name for name, one in attributes.UserAttributes.model_fields.items())
FIELDS = (KEY, *DIRECT, "state", "plans", "licenses", *OUTER, "protect")
LISTS = frozenset({"plans", "otherMails", "businessPhones"})
CAPITALS = frozenset({"usageLocation"})
TEMPLATE = {
    "username": KEY,
    "firstname": "givenName",
    "lastname": "surname",
    "officenumber": "officeLocation",
    "officephone": "businessPhones",
    "fax": "faxNumber",
    "alternateemailaddress": "otherMails",
    "address": "streetAddress",
    "stateorprovince": "province",
    "ziporpostalcode": "postalCode",
    "countryorregion": "country",
}
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LICENSE = re.compile(r"(?P<sku>[^();]+?)\s*(?:\((?P<off>(?:\s*-[^\s()]+)+)\s*\))?\Z")


@dataclass(frozen=True, slots=True)
class Columns:
    """The field of each column that is used, by its place, and the titles of those that are not."""

    fields: Mapping[int, str]
    titles: tuple[str, ...]

    @classmethod
    def of(cls, head: Sequence[str], said: Mapping[str, str]) -> Columns:
        """What the head and the mapping say together. UsageError where that cannot be meant."""
        titles = tuple(title.strip() for title in head)
        places = {_plain(title): place for place, title in enumerate(titles)}
        fields: dict[int, str] = {}
        for title, field in said.items():
            if _plain(title) not in places:
                raise UsageError(f'The file has no column "{title}". It has: {", ".join(titles)}.')
            fields[places[_plain(title)]] = _known(field)
        usual = {**TEMPLATE, **{_plain(field): field for field in FIELDS}}
        for place, title in enumerate(titles):
            field = usual.get(_plain(title), "")
            if place not in fields and field and field not in fields.values():
                fields[place] = field
        fields = dict(sorted(fields.items()))
        _check(fields, titles)
        return cls(fields, titles)

    @property
    def words(self) -> str:
        """`Mail = userPrincipalName, ...; not used: Notes`."""
        used = ", ".join(f"{self.titles[place]} = {field}" for place, field in self.fields.items())
        rest = [title for place, title in enumerate(self.titles) if place not in self.fields and title]
        return f"{used}; not used: {', '.join(rest)}" if rest else used

    def row(self, cells: Sequence[str]) -> tuple[str, dict[str, object], list[str]]:
        """The key, the values of the entry in the order of the schema, and the mistakes of one row."""
        found = {field: cells[place].strip() for place, field in self.fields.items() if place < len(cells)}
        mistakes = [f"{len(cells)} cells, and the file has {len(self.titles)} columns"] if self._is_long(cells) else []
        key = upn.normalized(found.pop(KEY, ""))
        wrong = upn.mistake(key) if key else "it is empty"
        if wrong:
            mistakes.append(f'{KEY} "{key}" cannot be one: {wrong}')
        values: dict[str, object] = {}
        for field, text in found.items():
            if text:
                try:
                    _put(values, field, text)
                except ValueError as error:
                    mistakes.append(f'{field} "{text}": {error}')
        wrong_values = refused(UserEntry, values)
        mistakes += [f"{name} {self._quoted(name, found)}: {why}" for name, why in wrong_values.items()]
        return key, _ordered(values), mistakes

    def _quoted(self, name: str, cells: Mapping[str, str]) -> str:
        """What the cells of an entry's value say."""
        return ", ".join(f'"{text}"' for field, text in cells.items() if OUTER.get(field, field) == name)

    def _is_long(self, cells: Sequence[str]) -> bool:
        return any(cell.strip() for cell in cells[len(self.titles) :])


def table(items: Iterable[Item]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The head and the rows of entries; a column in which nothing stands is left out."""
    rows = [{KEY: item.key, **dict(_cells(item.values))} for item in items]
    head = tuple(field for field in FIELDS if field == KEY or any(row.get(field) for row in rows))
    return head, tuple(tuple(row.get(field, "") for field in head) for row in rows)


def _cells(values: Mapping[str, object]) -> Iterable[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping) and name == "licenses":
            yield name, "; ".join(_license(sku, one) for sku, one in value.items())
        elif isinstance(value, Mapping):
            yield from ((inner, str(one)) for inner, one in value.items())
        elif isinstance(value, tuple):
            yield name, "; ".join(map(str, value))
        else:
            yield name, str(value).lower() if isinstance(value, bool) else str(value)


def _license(sku: str, entry: object) -> str:
    off = entry.get("disabledServicePlans", ()) if isinstance(entry, Mapping) else ()
    return f"{sku}({' '.join(f'-{name}' for name in off)})" if off else sku


def _put(values: dict[str, object], field: str, text: str) -> None:
    """Add what a cell says to the values of its entry. ValueError says what was expected."""
    if field in OUTER:
        nested = values.setdefault(OUTER[field], {})
        assert isinstance(nested, dict)
        nested[field] = text
    elif field == "licenses":
        values[field] = dict(map(_parsed, _several(text)))
    elif field in LISTS:
        values[field] = _several(text)
    elif field == "protect":
        if text.lower() not in TRUTHS:
            raise ValueError("true or false was expected")
        values |= {field: True} if TRUTHS[text.lower()] else {}
    else:
        values[field] = text.upper() if field in CAPITALS else text


def _several(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(";") if one.strip())


def _parsed(text: str) -> tuple[str, dict[str, object]]:
    found = _LICENSE.match(text)
    if not found:
        raise ValueError("a part number was expected, with what is switched off in brackets: SPB(-SWAY)")
    off = tuple(name.strip().removeprefix("-").upper() for name in (found["off"] or "").split())
    return found["sku"].strip().upper(), {"disabledServicePlans": off} if off else {}


def _ordered(values: Mapping[str, object]) -> dict[str, object]:
    order = [one.alias or name for name, one in UserEntry.model_fields.items()]
    return {name: values[name] for name in order if name in values}


def _check(fields: Mapping[int, str], titles: Sequence[str]) -> None:
    """UsageError where two columns are one field, or none tells who somebody is."""
    for place, field in fields.items():
        first = next(other for other, one in fields.items() if one == field)
        if first != place:
            raise UsageError(f'Columns "{titles[first]}" and "{titles[place]}" are both {field}: map one of them only.')
    if KEY not in fields.values():
        raise UsageError(f"No column is {KEY}: say which one with --map 'COLUMN={KEY}'. There are {', '.join(titles)}.")


def _known(field: str) -> str:
    by_name = {_plain(one): one for one in FIELDS}
    if _plain(field) not in by_name:
        near = did_you_mean(field, FIELDS) or f"Fields are: {', '.join(FIELDS)}."
        raise UsageError(f'"{field}" is no field of a user. {near}')
    return by_name[_plain(field)]


def _plain(title: str) -> str:
    """Titles are compared without case, spaces and signs."""
    return re.sub(r"[\W_]+", "", title.lower())
