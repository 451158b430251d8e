"""Which filter operators a property supports, plainly or only as an advanced query.

Judges a parsed filter against a type; does not evaluate it. A filter may be refused for an unknown property, for an
operator the property never has, or for one that needs `ConsistencyLevel: eventual` together with `$count=true`.

Sources: microsoft-graph-docs includes/filter-directory-objects.md (2021) and microsoft-graph-docs-contrib
concepts/aad-advanced-queries.md.

The questionable decision: support is judged on the tree before any object is read, so a wrong query fails in an empty
tenant too, as it does live.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from reconciler.sandbox.graph import errors, filters
from reconciler.sandbox.graph.schema import EntityType

# One letter per column: d = plain, a = advanced only, - = never.
_COLUMNS = ("eq", "ne", "not", "ge", "le", "in", "startswith", "endswith", "null")
PROFILES: Mapping[str, str] = MappingProxyType(
    {
        "key": "daa--d---",
        "text": "daadddd-a",
        "upn": "daadddda-",
        "mail": "daaddddaa",
        "flag": "daa--d--a",
        "date": "daadda---",
        "immutable": "daadddd--",
        "list": "d-add-d--",
        "mails": "d-addddaa",
        "licenses": "d-aaaa--a",
        "groupLicenses": "d--------",
        "late": "aaaaaaa-a",
        "extension": "aaaaaa--a",
        "groupTypes": "aaa------",
        "groupFlag": "aaa--d---",
        # the page of group-assignlicense filters on it without the advanced header
        "errorFlag": "d--------",
        "auditDate": "d--dd----",
        "auditText": "d-----d--",
        "auditKey": "d--------",
        # "not startsWith(displayName, ...)" is what public clients send to the live service
        "gdapKey": "d-d------",
        "gdapText": "d-d---d--",
        "assigned": "d----d---",
        "": "---------",
    }
)


def check(node: filters.Node, kind: EntityType, *, advanced: bool) -> None:
    """Raise the service's 400 if the type cannot answer this filter."""
    for path, column in _uses(node):
        letter = _letter(path, column, kind)
        if letter == "-":
            # Wording as in public issues about filters on unindexed properties; code from aad-advanced-queries.md.
            clause = f"property '{path}' of resource '{kind.title}'"
            raise errors.unsupported_query(f"Unsupported or invalid query filter clause specified for {clause}.")
        if letter == "a" and not advanced:
            raise errors.unsupported_query()


def _letter(path: str, column: str, kind: EntityType) -> str:
    name = path.partition("/")[0]
    prop = kind.properties.get(name)
    if prop is None:
        raise errors.unknown_property(name, kind.name)
    if column == "count":
        return "a"
    if column not in _COLUMNS:
        return "-"
    return PROFILES[prop.filter][_COLUMNS.index(column)]


def _uses(node: filters.Node, above: str = "") -> Iterator[tuple[str, str]]:
    """Every (property path, operator) the filter needs; inside a lambda the path is the collection's."""
    match node:
        case filters.Compare(path, op, value):
            yield above or path, op
            if value is None:
                yield above or path, "null"
        case filters.OneOf(path, _):
            yield above or path, "in"
        case filters.Affix(path, op, _):
            yield above or path, op
        case filters.AnyOf(path, condition):
            yield from _uses(condition, path) if condition is not None else iter([(path, "count")])
        case filters.CountOf(path, _, _):
            yield path, "count"
        case filters.Negation(operand):
            for path, column in _uses(operand, above):
                yield path, column
                yield path, "not"
        case filters.Junction(_, operands):
            for operand in operands:
                yield from _uses(operand, above)
