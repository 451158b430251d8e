"""Graph's error bodies and the classes and codes they become."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from reconciler.cloud import graph_errors
from reconciler.cloud.exchange import Answer, Call, Verdict
from reconciler.model import errors
from reconciler.model.errors import CloudError

CALL = Call("graph", "t", "POST", "/users", graph_errors.judge, graph_errors.explain)
BAD = "Request_BadRequest"


def an_error(status: int, error: Any) -> CloudError:
    return graph_errors.explain(CALL, Answer(status, {}, orjson.dumps({"error": error})))


@pytest.mark.parametrize(
    ("message", "code", "kind"),
    [
        (
            "Subscription with SKU cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46 does not have any available licenses.",
            "NoAvailableLicenses",
            errors.Rejected,
        ),
        (
            "License assignment cannot be done for user with invalid usage location.",
            "InvalidUsageLocation",
            errors.Rejected,
        ),
        ("License x does not correspond to a valid company License.", "UnknownLicense", errors.Rejected),
        ("License x cannot be assigned to a user.", "LicenseNotAssignable", errors.Rejected),
        (
            "License assignment failed because service plans a,b are mutually exclusive",
            "MutuallyExclusivePlans",
            errors.Rejected,
        ),
        (
            "License assignment failed because service plan a depends on the service plan(s) b,c",
            "PlanDependency",
            errors.Rejected,
        ),
        ("User does not have a corresponding license.", "LicenseNotAssigned", errors.Rejected),
        (
            "User license is inherited from a group membership and it cannot be removed directly from the user.",
            "LicenseInherited",
            errors.Rejected,
        ),
        (
            "Another object with the same value for property proxyAddresses already exists.",
            "ObjectConflict",
            errors.Conflict,
        ),
        (
            "A conflicting object with one or more of the specified property values is present in the directory",
            "ConflictingObject",
            errors.Conflict,
        ),
        (
            "The specified password does not comply with password complexity requirements.",
            "WeakPassword",
            errors.Rejected,
        ),
        ("The domain portion of the userPrincipalName property is invalid.", "UnverifiedDomain", errors.Rejected),
        (
            "Unable to update the specified properties for on-premises mastered Directory Sync objects.",
            "OnPremisesMastered",
            errors.Rejected,
        ),
        (
            "Cannot Update a mail-enabled security groups and or distribution list.",
            "MailEnabledGroup",
            errors.Rejected,
        ),
        ("Property 'proxyAddresses' is read-only and cannot be set.", "ReadOnlyProperty", errors.Rejected),
        ("One or more property values specified are invalid.", "InvalidValues", errors.Rejected),
        (
            "Resource 'x' does not exist or one of its queried reference-property objects are not present.",
            "Request_ResourceNotFound",
            errors.NotFound,
        ),
        ("Something Microsoft has not written yet.", BAD, errors.Rejected),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else None,
)
def test_catch_all_code_is_told_apart_by_its_message(message: str, code: str, kind: type[CloudError]) -> None:
    error = an_error(400, {"code": BAD, "message": message})

    assert error.exchange.code == code
    assert type(error) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Rejected),
        (401, errors.Unauthenticated),
        (402, errors.Rejected),
        (403, errors.Forbidden),
        (404, errors.NotFound),
        (405, errors.Rejected),
        (409, errors.Conflict),
        (410, errors.Rejected),
        (412, errors.Conflict),
        (413, errors.Rejected),
        (422, errors.Rejected),
        (423, errors.Unavailable),
        (424, errors.Unavailable),
        (429, errors.Throttled),
        (500, errors.Unavailable),
        (501, errors.Rejected),
        (504, errors.Unavailable),
        (302, errors.Unexpected),
        (0, errors.Unexpected),
    ],
)
def test_every_status_has_a_class(status: int, kind: type[CloudError]) -> None:
    assert type(an_error(status, {"code": "X", "message": "y"})) is kind


def test_conflict_in_the_details_is_enough() -> None:
    error = an_error(400, {"code": BAD, "message": "x", "details": [{"code": "ObjectConflict", "target": "id"}]})

    assert type(error) is errors.Conflict
    assert error.exchange.code == "ObjectConflict"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param({"code": BAD, "message": {"value": "invalid usage location"}}, id="message as object"),
        pytest.param(
            {"code": BAD, "message": "invalid usage location", "details": {"code": "x"}}, id="details as object"
        ),
        pytest.param(
            {"message": "INVALID USAGE LOCATION", "innerError": {"code": "y", "z": []}}, id="no code, shouted"
        ),
    ],
)
def test_odd_error_bodies_are_read_too(error: object) -> None:
    assert an_error(400, error).exchange.code == "InvalidUsageLocation"


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"error": "x"}', b'{"error": {"code": 7}}'])
def test_body_that_holds_no_error_is_no_second_error(content: bytes) -> None:
    error = graph_errors.explain(CALL, Answer(400, {}, content))

    assert type(error) is errors.Rejected
    assert "holds no error" in str(error)


def test_conflict_is_retried_only_for_concurrency() -> None:
    def verdict(code: str) -> Verdict:
        return graph_errors.judge(Answer(409, {}, orjson.dumps({"error": {"code": code}}))).verdict

    assert verdict("Directory_ConcurrencyViolation") is Verdict.REFUSED
    assert verdict("Request_MultipleObjectsWithSameKeyValue") is Verdict.FINAL


def test_permission_error_says_what_to_do() -> None:
    error = an_error(403, {"code": "Authorization_RequestDenied", "message": "Insufficient privileges."})

    assert "GDAP" in str(error)
