"""Graph's exports of invoice lines: operation, manifest, and files without a bearer token."""

import gzip
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest

from reconciler.sandbox.login.permissions import PARTNER_CENTER
from sandbox.core.clouds import APP, PARTNER, Clouds, a_world

Json = Any  # documents
_EXPORT = "/graph/v1.0/reports/partners/billing/reconciliation"
BILLED, UNBILLED = f"{_EXPORT}/billed/export", f"{_EXPORT}/unbilled/export"


def a_cloud(**behavior: Any) -> Clouds:
    """Five seats at 18.10 a month since August; it is the ninth of November."""
    world = a_world(behavior)
    world["clock"]["now"] = "2026-11-09T08:00:00Z"
    world["tenants"]["contoso.onmicrosoft.com"]["subscriptions"]["head"]["start"] = "2026-08-11"
    return Clouds(world)


def send(cloud: Clouds, method: str, path: str, body: Json = None, tenant: str = PARTNER, **claims: Any) -> Any:
    return cloud.send(method, path, headers=cloud.bearer(tenant, **claims), json=body)


def invoice(cloud: Clouds) -> str:
    """The number of the last one."""
    items = send(cloud, "GET", "/pc/v1/invoices", aud=PARTNER_CENTER).json()["items"]
    return str(items[-1]["id"])


def operation(cloud: Clouds, path: str, body: Json) -> str:
    """Where to look for the result."""
    answer = send(cloud, "POST", path, body)
    assert answer.status_code == 202, answer.text
    return str(urlsplit(answer.headers["location"]).path)


def later(cloud: Clouds, seconds: float = 10) -> None:
    cloud.sandbox.world.clock.advance(timedelta(seconds=seconds))


def done(cloud: Clouds, path: str, body: Json) -> Json:
    """The operation when it has come to its end."""
    where = operation(cloud, path, body)
    later(cloud)
    found: Json = send(cloud, "GET", where).json()
    return found


def fetched(cloud: Clouds, manifest: Json, number: int = 0, sas: str | None = None) -> Any:
    root = urlsplit(manifest["rootDirectory"]).path
    token = manifest["sasToken"] if sas is None else sas
    return cloud.send("GET", f"{root}/{manifest['blobs'][number]['name']}?{token}")


def rows(cloud: Clouds, manifest: Json) -> list[Json]:
    answers = [fetched(cloud, manifest, number) for number in range(manifest["blobCount"])]
    return [orjson.loads(line) for one in answers for line in gzip.decompress(one.content).splitlines()]


def test_an_export_runs_and_then_has_its_manifest() -> None:
    cloud = a_cloud()
    where = operation(cloud, BILLED, {"invoiceId": invoice(cloud), "attributeSet": "full"})

    running = send(cloud, "GET", where)
    later(cloud)
    over = send(cloud, "GET", where).json()

    assert (running.json()["status"], running.headers["retry-after"]) == ("running", "10")
    assert running.json()["@odata.type"] == "#microsoft.graph.partners.billing.runningOperation"
    assert (over["status"], over["@odata.type"]) == (
        "succeeded",
        "#microsoft.graph.partners.billing.exportSuccessOperation",
    )
    manifest = send(cloud, "GET", f"/graph/v1.0/reports/partners/billing/manifests/{over['resourceLocation']['id']}")
    assert manifest.json()["blobs"] == over["resourceLocation"]["blobs"]


def test_the_files_have_the_lines_of_the_invoice() -> None:
    cloud = a_cloud()
    number = invoice(cloud)

    (row,) = rows(cloud, done(cloud, BILLED, {"invoiceId": number})["resourceLocation"])

    kept = ("InvoiceNumber", "ChargeType", "ChargeStartDate", "EffectiveUnitPrice", "BillableQuantity", "Subtotal")
    assert [row[name] for name in kept] == [number, "cycleCharge", "2026-10-11T00:00:00Z", 18.1, 5.0, 90.5]
    assert (row["Total"], row["TaxTotal"], row["PCToBCExchangeRate"], row["Tier2MpnId"]) == (90.5, 0.0, "1", "0")


def test_basic_has_fewer_columns() -> None:
    cloud = a_cloud()
    number = invoice(cloud)

    (row,) = rows(cloud, done(cloud, BILLED, {"invoiceId": number, "attributeSet": "basic"})["resourceLocation"])

    assert "CustomerCountry" not in row
    assert row["SubscriptionId"]


def test_many_lines_are_several_files() -> None:
    world = a_world({"pageSize": 2})
    world["clock"]["now"] = "2026-11-09T08:00:00Z"
    one = {"product": "CFQ7TTC0LCHC:0002", "owner": PARTNER, "quantity": 1, "start": "2026-10-03"}
    world["tenants"]["contoso.onmicrosoft.com"]["subscriptions"] = dict.fromkeys(("a", "b", "c"), one)
    cloud = Clouds(world)

    manifest = done(cloud, BILLED, {"invoiceId": invoice(cloud)})["resourceLocation"]

    assert manifest["blobCount"] == 2
    assert len({row["SubscriptionId"] for row in rows(cloud, manifest)}) == 3


@pytest.mark.parametrize(
    ("period", "moment", "expected"),
    [
        ("current", "2026-11-12T08:00:00Z", ["2026-11-11T00:00:00Z"]),
        ("last", "2026-11-07T08:00:00Z", ["2026-10-11T00:00:00Z"]),
        ("last", "2026-11-08T08:00:00Z", None),
    ],
    ids=["this-month", "last-month", "billed-already"],
)
def test_unbilled_lines_are_those_without_an_invoice(period: str, moment: str, expected: list[str] | None) -> None:
    world = a_world()
    world["clock"]["now"] = moment
    world["tenants"]["contoso.onmicrosoft.com"]["subscriptions"]["head"]["start"] = "2026-08-11"
    cloud = Clouds(world)

    over = done(cloud, UNBILLED, {"currencyCode": "EUR", "billingPeriod": period})

    if expected is None:
        assert (over["status"], over["error"]) == ("failed", {"code": "5000", "message": "No data available"})
    else:
        assert [row["ChargeStartDate"] for row in rows(cloud, over["resourceLocation"])] == expected


def test_an_invoice_that_is_not_there_fails() -> None:
    over = done(a_cloud(), BILLED, {"invoiceId": "G000000000"})

    assert over["@odata.type"] == "#microsoft.graph.partners.billing.failedOperation"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (BILLED, {}),
        (BILLED, {"invoiceId": "G1", "attributeSet": "most"}),
        (BILLED, {"invoiceId": "G1", "currencyCode": "EUR"}),
        (UNBILLED, {"currencyCode": "EUR"}),
        (UNBILLED, {"billingPeriod": "current"}),
        (UNBILLED, {"currencyCode": "EUR", "billingPeriod": "previous"}),
    ],
    ids=["no-invoice", "attribute-set", "foreign-key", "no-period", "no-currency", "wrong-period"],
)
def test_a_wrong_wish_is_refused(path: str, body: Json) -> None:
    assert send(a_cloud(), "POST", path, body).status_code == 400


def test_only_a_partners_own_tenant_and_permission_may_ask() -> None:
    cloud = a_cloud()
    body = {"invoiceId": "G1"}

    assert send(cloud, "POST", BILLED, body, tenant="contoso.com").status_code == 403
    assert send(cloud, "POST", BILLED, body, roles=["AuditLog.Read.All"]).status_code == 403
    assert send(cloud, "POST", BILLED, body, appid=APP).status_code == 202


def test_a_file_needs_the_manifests_token_while_it_holds() -> None:
    cloud = a_cloud()
    manifest = done(cloud, BILLED, {"invoiceId": invoice(cloud)})["resourceLocation"]

    assert fetched(cloud, manifest).status_code == 200
    assert fetched(cloud, manifest, sas="").status_code == 403
    assert fetched(cloud, manifest, sas=manifest["sasToken"].replace("2026-11", "2027-11")).status_code == 403
    later(cloud, 12 * 3600)
    assert fetched(cloud, manifest).headers["x-ms-error-code"] == "AuthenticationFailed"


def test_a_file_that_is_not_there_is_not_found() -> None:
    cloud = a_cloud()
    manifest = done(cloud, BILLED, {"invoiceId": invoice(cloud)})["resourceLocation"]
    root = urlsplit(manifest["rootDirectory"]).path

    assert cloud.send("GET", f"{root}/part-9.json.gz?{manifest['sasToken']}").status_code == 404


def test_what_was_exported_does_not_grow_with_what_came_later() -> None:
    cloud = a_cloud()
    where = operation(cloud, UNBILLED, {"currencyCode": "EUR", "billingPeriod": "current"})
    later(cloud, 3 * 86400)

    assert send(cloud, "GET", where).json()["status"] == "failed"
