"""`filter=`: URL-encoded JSON with Field, Value and Operator, of which each list knows a few.

Customers: CompanyName, Domain, IndirectReseller, IndirectCloudSolutionProvider with `starts_with` only; audit records:
CompanyName substring, CustomerId and ResourceType equals (Learn "Get a customer by company name", "Get a record of
Partner Center activity"; fact sheet 1.5). Values ignore case.
It must not know what a field means: the list that filters does.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any

import orjson

from reconciler.sandbox.partner.casing import as_enum, folded
from reconciler.sandbox.partner.errors import refuse, refuse_input


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison; `field` and `value` are in lower case."""

    field: str
    operator: str
    value: str

    def holds(self, text: str) -> bool:
        text = text.casefold()
        match self.operator:
            case "starts_with":
                return text.startswith(self.value)
            case "substring":
                return self.value in text
            case _:
                return text == self.value


def read(text: str | None, known: Mapping[str, Set[str]]) -> Condition | None:
    """The condition; `known` maps each field (lower case) to its operators.

    400/800002 when the text isn't such JSON, 400/3000 for a field or operator that this list doesn't have.
    """
    if not text:
        return None
    try:
        body: Any = folded(orjson.loads(text))
    except orjson.JSONDecodeError:
        raise refuse_input("filter isn't JSON") from None
    if not isinstance(body, dict) or not all(isinstance(body.get(key), str) for key in ("field", "value", "operator")):
        raise refuse_input("filter needs Field, Value and Operator")
    condition = Condition(body["field"].casefold(), as_enum(body["operator"]), body["value"].casefold())
    if condition.operator not in known.get(condition.field, frozenset()):
        raise refuse(400, 3000)
    return condition
