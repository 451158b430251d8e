"""Letter case at the border: read any case, write camelCase, and enums as snake_case.

Partner Center accepts `FriendlyName` and `friendlyName` alike and answers in camelCase with snake_case enum values
(Learn "Partner Center REST API ... test and debug"; fact sheet section 1.2; samples subscription.suspend.request and
subscription.get.response).
It must not drop a key: an unknown one reaches the rules, which ignore it as the service does.

The decision a reader would question: bodies are folded to lower-case keys at every depth instead of being matched to
models. PATCH semantics hang on "was the key sent", which a model with defaults forgets.
"""

import re
from collections.abc import Mapping
from typing import Any

# Any: the wire. What a value must be is checked by the rule that reads it.
Json = dict[str, Any]

_BETWEEN_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def folded(value: Any) -> Any:
    """The same JSON with every object key in lower case; of two keys that differ in case only, the last one wins."""
    if isinstance(value, dict):
        return {key.lower(): folded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [folded(inner) for inner in value]
    return value


def trimmed(value: Mapping[str, Any]) -> Json:
    """An answer without its nulls: the service leaves absent values out instead of writing null."""
    return {key: inner for key, inner in value.items() if inner is not None}


def as_enum(value: str) -> str:
    """`OneTime`, `one_time` and `ONE_TIME` are one value; the result is the spelling that answers use."""
    return _BETWEEN_WORDS.sub("_", value.strip()).replace("-", "_").lower().replace("__", "_")


def as_pascal(value: Any) -> Any:
    """The same JSON with PascalCase keys, the form in which audit records quote a resource."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: as_pascal(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_pascal(inner) for inner in value]
    return value
