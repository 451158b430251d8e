"""Errors of Microsoft Graph as the service words them, one constructor per row of the catalogue.

Raises nothing itself and decides nothing: rules raise these, `wire` turns them into an answer. A text stands here once,
so that a client which (wrongly, but sometimes unavoidably) reads messages sees the same one on every path.

Sources: microsoft-graph-docs-contrib concepts/errors.md (shape and codes); texts are those of graph.md 4.1 and 7.3,
which were seen in answers of the live service unless marked [inferred] here.

The questionable decision: one exception class with data instead of a class per code. Nobody inside the sandbox reacts
to a code; only the client does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Detail:
    """One row of `error.details`."""

    code: str
    message: str
    target: str


@dataclass(slots=True)
class GraphError(Exception):
    """An answer other than success; `headers` are added to the usual ones."""

    status: int
    code: str
    message: str
    details: tuple[Detail, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status} {self.code}: {self.message}"


def bad_request(message: str, *, code: str = "Request_BadRequest") -> GraphError:
    return GraphError(400, code, message)


def with_detail(message: str, detail_code: str, target: str) -> GraphError:
    return GraphError(400, "Request_BadRequest", message, (Detail(detail_code, message, target),))


def not_found(key: str) -> GraphError:
    text = f"Resource '{key}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)


def object_conflict(target: str) -> GraphError:
    text = f"Another object with the same value for property {target} already exists."
    return with_detail(text, "ObjectConflict", target)


def invalid_value(target: str, resource: str) -> GraphError:
    return with_detail(
        f"Invalid value specified for property '{target}' of resource '{resource}'.", "InvalidValue", target
    )


def missing_value(target: str, resource: str) -> GraphError:
    text = f"A value is required for property '{target}' of resource '{resource}'."
    return with_detail(text, "MissingValue", target)  # detail code [inferred]


def read_only(target: str) -> GraphError:
    return bad_request(f"Property '{target}' is read-only and cannot be set.")


def unknown_property(name: str, type_name: str) -> GraphError:
    # Text [inferred] (graph.md 14.1); the code is the one OData parsing errors carry in samples of the docs.
    return bad_request(
        f"Could not find a property named '{name}' on type 'microsoft.graph.{type_name}'.", code="BadRequest"
    )


def unsupported_query(message: str = "Unsupported Query.") -> GraphError:
    return bad_request(message, code="Request_UnsupportedQuery")


def not_implemented() -> GraphError:
    return GraphError(501, "NotImplemented", "This operation target is not yet supported.")


def denied() -> GraphError:
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def method_not_allowed() -> GraphError:
    return GraphError(405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target.")


def concurrent() -> GraphError:
    text = "Error due to concurrent requests being made to the tenant. Please wait briefly and retry."
    return GraphError(409, "Directory_ConcurrencyViolation", text, headers={"Retry-After": "1"})


def synced_object() -> GraphError:
    return bad_request(
        "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects "
        "currently undergoing migration."
    )


def expired_page() -> GraphError:
    # Text [inferred]; the code is documented in concepts/paging.md.
    return bad_request(
        "The specified page token value has expired and can no longer be used.", code="Directory_ExpiredPageToken"
    )
