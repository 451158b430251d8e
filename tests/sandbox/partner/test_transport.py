"""The envelope: who gets in, what is echoed, what happens when a request comes twice."""

import pytest

from .cloud import AGENT, CONTOSO, FABRIKAM, PARTNER, a_cloud, a_subscription


def test_request_and_correlation_id_are_echoed() -> None:
    cloud = a_cloud()

    got = cloud.get("/customers", ms_requestid="r-1", ms_correlationid="c-1")

    assert (got.headers["MS-RequestId"], got.headers["MS-CorrelationId"]) == ("r-1", "c-1")


def test_an_indirect_reseller_is_let_in_nowhere() -> None:
    cloud = a_cloud()
    cloud.world.partners[PARTNER].model = "indirectReseller"

    refused = [cloud.get(path).refusal for path in ("/customers", f"/customers/{CONTOSO}/subscriptions", "/products")]

    assert refused == [(403, 2032)] * 3


def test_a_request_without_id_is_given_one() -> None:
    assert a_cloud().get("/customers").headers["MS-RequestId"]


def test_a_refusal_carries_the_headers_too() -> None:
    got = a_cloud().get(f"/customers/{FABRIKAM}", ms_requestid="r-1")

    assert got.headers["MS-RequestId"] == "r-1"


def test_the_same_request_id_runs_a_write_once() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})
    grown = {**cloud.subscription("main"), "quantity": 12}
    first = cloud.patch_body("main", grown, ms_requestid="r-1")

    again = cloud.patch_body("main", {**grown, "quantity": 15}, ms_requestid="R-1")

    assert again.json == first.json
    assert cloud.living("main").quantity == 12


def test_a_refused_write_stays_refused_under_its_request_id() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})
    too_many = {**cloud.subscription("main"), "quantity": 1000}
    cloud.patch_body("main", too_many, ms_requestid="r-1")

    again = cloud.patch_body("main", {**too_many, "quantity": 12}, ms_requestid="r-1")

    assert again.refusal == (400, 2002)


def test_another_request_id_runs_it_again() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})
    cloud.patch_body("main", {**cloud.subscription("main"), "quantity": 12}, ms_requestid="r-1")

    cloud.patch_body("main", {**cloud.subscription("main"), "quantity": 15}, ms_requestid="r-2")

    assert cloud.living("main").quantity == 15


def test_a_request_id_is_forgotten_after_a_day() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})
    cloud.patch_body("main", {**cloud.subscription("main"), "quantity": 12}, ms_requestid="r-1")
    cloud.advance(hours=25)

    cloud.patch_body("main", {**cloud.subscription("main"), "quantity": 15}, ms_requestid="r-1")

    assert cloud.living("main").quantity == 15


def test_a_token_for_another_audience_is_refused_with_900420() -> None:
    cloud = a_cloud()
    cloud.audience = "https://graph.microsoft.com"

    assert cloud.get("/customers").refusal == (401, 900420)


def test_a_request_without_token_is_refused_with_800001() -> None:
    assert a_cloud().get("/customers", authorization="").refusal == (401, 800001)


@pytest.mark.parametrize(
    "path",
    [
        "/customers/relationshiprequests",
        "/agreements",
        f"/customers/{CONTOSO}/agreements",
        f"/customers/{CONTOSO}/validationStatus",
        f"/customers/{CONTOSO}/organization",
        f"/customers/{CONTOSO}/customDomains",
        f"/customers/{CONTOSO}/relationships",
    ],
    ids=lambda path: path.rpartition("/")[2],
)
def test_an_app_alone_is_refused_with_900329(path: str) -> None:
    assert a_cloud().get(path).refusal == (403, 900329)


def test_a_person_without_mfa_gets_a_401_without_body() -> None:
    cloud = a_cloud(person=AGENT)
    cloud.mfa = False

    got = cloud.get("/customers")

    assert (got.status, got.json) == (401, None)
    assert "invalid_token" in got.headers["WWW-Authenticate"]


def test_the_501st_request_of_a_minute_is_throttled_in_the_documented_body() -> None:
    cloud = a_cloud()

    got = [cloud.get("/customers") for _ in range(501)][-1]

    wait = got.headers["Retry-After"]
    assert got.json == {"statusCode": 429, "message": f"Rate limit is exceeded. Try again in {wait} seconds."}


def test_customers_and_subscriptions_have_buckets_of_their_own() -> None:
    cloud = a_cloud()
    for _ in range(501):
        cloud.get("/customers")

    assert cloud.get(f"/customers/{CONTOSO}/subscriptions").status == 200


def test_an_unknown_query_option_is_refused() -> None:
    assert a_cloud().get("/customers?top=5").refusal == (400, 3000)


def test_an_answer_that_we_cannot_accept_is_refused() -> None:
    assert a_cloud().get("/customers", accept="text/xml").status == 406


def test_a_body_of_another_type_is_refused() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})

    assert cloud.patch_body("main", b"a=b", content_type="text/plain").refusal == (400, 800002)


def test_a_body_that_is_not_json_is_refused() -> None:
    cloud = a_cloud(subscriptions={"main": a_subscription()})

    assert cloud.patch_body("main", b"{", content_type="application/json").refusal == (400, 800002)


def test_an_error_body_has_the_front_doors_shape() -> None:
    got = a_cloud().get(f"/customers/{FABRIKAM}")

    assert set(got.json) == {"code", "description", "data", "source"}
    assert (got.json["data"], got.json["source"]) == ([], "PartnerFD")


def test_a_route_that_is_not_played_names_the_file_to_extend() -> None:
    got = a_cloud().get("/offers")

    assert got.status == 501
    assert "sandbox/partner/routes.py" in got.json["error"]["message"]
