"""Values that an entry of the files would not take, each with the reason, in the words that `validate` has for them.

Must not: change a value.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import ValidationError

from reconciler.model.draft import Values
from reconciler.model.spec import Document
from reconciler.store import expectations


def refused(model: type[Document], values: Values) -> dict[str, str]:
    """The values that the model does not take, by their names; all of them where it does not say which."""
    try:
        model.model_validate(dict(values))
    except ValidationError as error:
        found = [(str(one["loc"][0]) if one["loc"] else "", _why(model, one)) for one in error.errors()]
        told = {name: why for name, why in found if name in values}
        return told or dict.fromkeys(values, found[0][1])
    return {}


def _why(model: type[Document], error: Any) -> str:  # Any: pydantic's own map
    said = error.get("ctx", {}).get("error")
    if isinstance(said, ValueError):
        return str(said)
    expected = expectations.expected(expectations.at(_schema(model), error["loc"]))
    return f"{expected} was expected" if expected != "nothing" else str(error["msg"])


@cache
def _schema(model: type[Document]) -> dict[str, Any]:
    return model.model_json_schema()
