"""What a person's entry stands for, and which values it takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pydantic
import pytest

from kinds.builders import PLACE, SPB_ID, context, declared, entry, findings, resources
from reconciler.kinds import codes
from reconciler.kinds.entra.user import KIND
from reconciler.kinds.entra.user_spec import UserEntry, UserSpec
from reconciler.model.finding import Origin, Severity
from reconciler.model.kind import Declared
from reconciler.model.span import Timed
from reconciler.model.template import CatalogSku

ADA = "contoso/user/ada@contoso.com"
PLANS = {
    "modern-worker": {
        "product": "CFQ7TTC0LCHC:0002",
        "addOns": {"DEFENDER_ENDPOINT_P1": {}},
        "disabledServicePlans": ["YAMMER_ENTERPRISE"],
        "groups": ["All-Staff"],
    }
}


def ada(**document: Any) -> dict[str, Any]:
    document.setdefault("displayName", "Ada Lovelace")
    return resources(declared(KIND, entry(KIND, "Ada@Contoso.com", **document), context(PLANS)))


def test_the_key_of_a_person_is_the_upn_in_lower_case() -> None:
    assert list(ada()) == [ADA]


def test_a_supplied_password_is_known_by_name_and_never_managed() -> None:
    person = ada(password={"env": "ADAS_FIRST"})[ADA]

    assert str(person.spec.password) == "environment variable ADAS_FIRST"
    assert person.managed == {"user_principal_name", "display_name"}
    assert ada(password={"generate": True})[ADA].spec.password is None


def test_only_what_is_written_is_managed() -> None:
    person = ada(givenName="Ada", surname=None)[ADA]

    assert person.managed == {"user_principal_name", "display_name", "given_name", "surname"}
    assert person.spec.given_name == "Ada"
    assert person.spec.surname is None


def test_an_extension_attribute_nobody_mentions_is_not_ours() -> None:
    person = ada(onPremisesExtensionAttributes={"extensionAttribute7": "north"}, employeeOrgData={"costCenter": "42"})[
        ADA
    ]

    assert person.managed == {"user_principal_name", "display_name", "extension_attribute7", "cost_center"}
    assert (person.spec.extension_attribute7, person.spec.cost_center) == ("north", "42")


def test_null_for_all_extension_attributes_clears_all_fifteen() -> None:
    person = ada(onPremisesExtensionAttributes=None)[ADA]

    assert len([name for name in person.managed if name.startswith("extension_attribute")]) == 15


DATED: dict[str, tuple[dict[str, Any], str, tuple[bool, bool]]] = {
    "a plan until a day": ({"plans": [{"plan": "modern-worker", "until": "2027-03-31"}]}, "SPB", (True, False)),
    "a plan from a day on": ({"plans": [{"plan": "modern-worker", "from": "2027-04-01"}]}, "SPB", (False, True)),
    "a license until a day": ({"licenses": {"EMS": {"until": "2027-03-31"}}}, "EMS", (True, False)),
    "a license of somebody who is to come": ({"from": "2027-04-01", "licenses": {"EMS": {}}}, "EMS", (False, True)),
    "a plan for good beside a license that ends": (
        {"plans": ["modern-worker"], "licenses": {"SPB": {"until": "2027-03-31"}}},
        "SPB",
        (True, True),
    ),
    "one plan for another": (
        {"plans": [{"plan": "modern-worker", "until": "2027-03-31"}, {"plan": "desk", "from": "2027-04-01"}]},
        "SPB",
        (True, True),
    ),
}
NAMES = ("ada@contoso.com", "bo@contoso.com")
LAST, FIRST = date(2027, 3, 31), date(2027, 4, 1)
DESK = {"desk": {"product": "CFQ7TTC0LCHC:0002"}}


def on(day: date | None, **document: Any) -> list[Declared]:
    document.setdefault("displayName", "Ada Lovelace")
    chosen = replace(context(PLANS | DESK), day=day)
    return declared(KIND, entry(KIND, "ada@contoso.com", **document), chosen)


@pytest.mark.parametrize("case", DATED)
def test_a_license_is_declared_on_its_days(case: str) -> None:
    document, sku, expected = DATED[case]
    address = f"contoso/license/ada@contoso.com:{sku}"

    assert (address in resources(on(LAST, **document)), address in resources(on(FIRST, **document))) == expected
    assert address in resources(on(None, **document))


def test_a_plan_that_is_over_says_nothing_of_service_plans() -> None:
    document = DATED["one plan for another"][0]
    address = "contoso/license/ada@contoso.com:SPB"

    before, after = resources(on(LAST, **document))[address], resources(on(FIRST, **document))[address]

    assert before.spec.disabled_service_plans == {"YAMMER_ENTERPRISE"}
    assert (after.managed, after.sources) == (frozenset(), {"sku": "plan desk"})


def test_somebody_is_declared_from_the_first_day_on_with_everything() -> None:
    document = {"from": "2027-04-01", "plans": ["modern-worker"]}

    assert resources(on(LAST, **document)) == {}
    assert {ADA, "contoso/group/all-staff"} < resources(on(FIRST, **document)).keys()


def test_what_is_for_a_time_is_told_with_its_days_whatever_the_day() -> None:
    document = {"plans": [{"plan": "modern-worker", "until": "2027-03-31"}], "licenses": {"EMS": {}}}

    told = [[one for one in on(day, **document) if isinstance(one, Timed)] for day in (None, LAST, FIRST)]

    assert told[0] == told[1] == told[2]
    assert [(str(one.address), one.span.until, one.element, one.pool) for one in told[0]] == [
        ("contoso/license/ada@contoso.com:SPB", LAST, "", "SPB"),
        ("contoso/license/ada@contoso.com:DEFENDER_ENDPOINT_P1", LAST, "", "DEFENDER_ENDPOINT_P1"),
        ("contoso/group/all-staff", LAST, "ada@contoso.com", ""),
    ]


def test_everybody_of_one_pattern_has_days_of_their_own() -> None:
    chosen = context(PLANS)
    people = [entry(KIND, name, displayName="X", licenses={"EMS": {"until": "2027-03-31"}}) for name in NAMES]

    found = [one for item in people for one in KIND.declare(item, chosen) if isinstance(one, Timed)]

    assert [(one.address.key, one.holder) for one in found] == [(f"{name}:EMS", name) for name in NAMES]


def test_service_plans_contradict_each_other_on_a_day_of_both() -> None:
    off = {"disabledServicePlans": ["TEAMS1"]}
    until = {"plan": "modern-worker", "until": "2027-03-31"}

    apart = findings(on(None, plans=[until], licenses={"SPB": {**off, "from": "2027-04-01"}}))
    together = findings(on(None, plans=[until], licenses={"SPB": {**off, "from": "2027-03-31"}}))

    assert [finding.code for finding in apart] == []
    assert [finding.code for finding in together] == [codes.CONTRADICTING_SERVICE_PLANS]


@pytest.mark.parametrize(("state", "enabled"), [("active", True), ("disabled", False)])
def test_state_says_whether_somebody_may_sign_in(state: str, *, enabled: bool) -> None:
    person = ada(state=state)[ADA]

    assert "account_enabled" in person.managed
    assert person.spec.account_enabled is enabled


def test_the_consent_to_lose_a_mailbox_is_carried_and_never_managed() -> None:
    person = ada(mailbox="expire")[ADA]

    assert person.spec.mailbox == "expire"
    assert "mailbox" not in person.managed


def test_a_plan_gives_its_product_its_add_ons_and_its_groups() -> None:
    found = ada(plans=["modern-worker"])

    assert sorted(found) == [
        "contoso/group/all-staff",
        "contoso/license/ada@contoso.com:DEFENDER_ENDPOINT_P1",
        "contoso/license/ada@contoso.com:SPB",
        ADA,
    ]
    spb = found["contoso/license/ada@contoso.com:SPB"]
    assert spb.spec.disabled_service_plans == {"YAMMER_ENTERPRISE"}
    assert spb.managed == {"disabled_service_plans"}
    assert spb.sources == {"sku": "plan modern-worker", "disabled_service_plans": "plan modern-worker"}


def test_a_plan_group_is_added_to_and_never_created() -> None:
    group = ada(plans=["modern-worker"])["contoso/group/all-staff"]

    assert group.exists
    assert (group.managed, group.spec.members) == ({"members"}, {"ada@contoso.com"})


def test_everybody_of_a_plan_joins_its_group() -> None:
    everybody = context(PLANS)
    ada, bo = (entry(KIND, f"{name}@contoso.com", displayName="X", plans=["modern-worker"]) for name in ("ada", "bo"))

    declared(KIND, ada, everybody)
    found = resources(declared(KIND, bo, everybody))

    assert found["contoso/group/all-staff"].spec.members == {"ada@contoso.com", "bo@contoso.com"}


def test_who_asks_for_the_same_gets_the_same_licenses_of_their_own() -> None:
    """Each with the own name, place and protection; only what was asked for is shared."""
    everybody = context(PLANS)
    ada = entry(KIND, "ada@contoso.com", displayName="Ada", plans=["modern-worker"], licenses={"VISIOCLIENT": {}})
    elsewhere = Origin("users.yaml", 7, 1)
    bo = ada._replace(key="bo@contoso.com", document=ada.document.model_copy(update={"protect": True}))
    bo = bo._replace(origin=elsewhere)
    alone = resources(declared(KIND, bo, context(PLANS)))

    declared(KIND, ada, everybody)
    found = resources(KIND.declare(bo, everybody))

    assert found == {address: one for address, one in alone.items() if "/group/" not in address}
    assert {one.origin for one in found.values()} == {elsewhere}
    assert all(one.protect for one in found.values())


def test_an_unknown_plan_is_told_of_everybody_who_names_it() -> None:
    everybody = context(PLANS)
    found = [
        findings(declared(KIND, entry(KIND, upn, displayName="X", plans=["other"]), everybody))[0].address
        for upn in ("ada@contoso.com", "bo@contoso.com")
    ]

    assert [str(address) for address in found] == ["contoso/user/ada@contoso.com", "contoso/user/bo@contoso.com"]


def test_service_plans_that_nobody_mentions_are_not_ours() -> None:
    license_ = ada(licenses={"VISIOCLIENT": {}})["contoso/license/ada@contoso.com:VISIOCLIENT"]

    assert license_.managed == frozenset()
    assert license_.sources == {}


def test_protection_covers_the_licenses_of_a_person() -> None:
    found = ada(protect=True, licenses={"VISIOCLIENT": {}})

    assert all(resource.protect for resource in found.values())


def test_a_license_may_be_named_by_the_id_of_its_sku() -> None:
    assert "contoso/license/ada@contoso.com:SPB" in ada(licenses={SPB_ID.upper(): {}})


@pytest.mark.parametrize("own", [["YAMMER_ENTERPRISE"], None], ids=["equal", "not mentioned"])
def test_one_sku_from_two_places_is_one_license(own: list[str] | None) -> None:
    found = ada(plans=["modern-worker"], licenses={"SPB": {"disabledServicePlans": own}})

    assert found["contoso/license/ada@contoso.com:SPB"].spec.disabled_service_plans == {"YAMMER_ENTERPRISE"}


def test_two_places_that_switch_off_different_service_plans_contradict_each_other() -> None:
    item = entry(
        KIND,
        "ada@contoso.com",
        displayName="Ada",
        plans=["modern-worker"],
        licenses={"SPB": {"disabledServicePlans": []}},
    )

    (finding,) = findings(declared(KIND, item, context(PLANS)))

    assert finding.code is codes.CONTRADICTING_SERVICE_PLANS
    assert finding.origin == PLACE
    assert finding.detail == (
        'User "ada@contoso.com" gets SPB with different service plans switched off '
        "(plan modern-worker: YAMMER_ENTERPRISE; its own entry: none)."
    )


def test_an_unknown_plan_is_answered_with_the_nearest_one() -> None:
    item = entry(KIND, "ada@contoso.com", displayName="Ada", plans=["modern-werker"])

    (finding,) = findings(declared(KIND, item, context(PLANS)))

    assert (finding.code, finding.fix) == (codes.UNKNOWN_PLAN, 'Did you mean "modern-worker"?')


def test_a_part_number_of_two_products_is_an_error_that_lists_them() -> None:
    catalog = {
        "CFQ7TTC0LCHC:0002": CatalogSku(title="Business Premium", sku="SPB"),
        "CFQ7TTC0LCHC:0009": CatalogSku(title="Business Premium (nonprofit)", sku="SPB"),
        "CFQ7TTC0LCHC:000T": CatalogSku(title="Business Premium trial", sku="SPB", trial=True),
    }
    item = entry(KIND, "ada@contoso.com", displayName="Ada", plans=["base"])

    (finding,) = findings(declared(KIND, item, context({"base": {"sku": "SPB"}}, catalog)))

    assert finding.code is codes.AMBIGUOUS_PART_NUMBER
    assert finding.detail == (
        'Plan "base" names part number SPB, which 2 products have: '
        'CFQ7TTC0LCHC:0002 "Business Premium", CFQ7TTC0LCHC:0009 "Business Premium (nonprofit)".'
    )


def test_a_part_number_means_the_product_and_not_its_trial() -> None:
    catalog = {
        "CFQ7TTC0LCHC:0002": CatalogSku(title="Business Premium", sku="SPB"),
        "CFQ7TTC0LCHC:000T": CatalogSku(title="Business Premium trial", sku="SPB", trial=True),
    }
    item = entry(KIND, "ada@contoso.com", displayName="Ada", plans=["base"])

    assert findings(declared(KIND, item, context({"base": {"sku": "SPB"}}, catalog))) == []


def test_a_product_without_a_part_number_is_no_license() -> None:
    catalog = {"CFQ7TTC0LCHC:0002": CatalogSku(title="Business Premium")}
    item = entry(KIND, "ada@contoso.com", displayName="Ada", plans=["base"])

    (finding,) = findings(declared(KIND, item, context({"base": {"product": "CFQ7TTC0LCHC:0002"}}, catalog)))

    assert finding.code is codes.NO_PART_NUMBER
    assert finding.detail == (
        'Plan "base" names product CFQ7TTC0LCHC:0002 "Business Premium", whose part number no file says.'
    )


def test_a_mistake_of_a_plan_is_the_same_finding_for_every_user_where_the_plan_stands() -> None:
    place = Origin("plans.yaml", 3, 5)
    broken = replace(context({"base": {"product": "CFQ7TTC0LCHX:0002"}}), plan_origins={"base": place})
    found = [
        finding
        for upn in ("ada@contoso.com", "bo@contoso.com")
        for finding in findings(declared(KIND, entry(KIND, upn, displayName="X", plans=["base"]), broken))
    ]

    assert {finding.code for finding in found} == {codes.NOT_IN_CATALOG}
    assert len(set(found)) == 1
    assert found[0].origin == place
    assert 'Did you mean "CFQ7TTC0LCHC:0002"?' in found[0].fix


def test_a_user_without_a_display_name_is_warned_about() -> None:
    (finding,) = findings(declared(KIND, entry(KIND, "ada@contoso.com")))

    assert finding.code is codes.DISPLAY_NAME_MISSING
    assert finding.code.severity is Severity.WARNING


@pytest.mark.parametrize(
    "key", ["ada", "ada@", "@contoso.com", "a da@contoso.com", f"{'a' * 65}@contoso.com", "å@contoso.com"]
)
def test_what_cannot_be_a_upn_is_one_finding_and_nothing_else(key: str) -> None:
    (found,) = declared(KIND, entry(KIND, key, displayName="Ada"))

    assert findings([found])[0].code is codes.UNUSABLE_NAME


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"password": "Sommer2026!"}, "a password never stands in the files"),
        ({"password": {"env": "A", "file": "b"}}, "a secret is either"),
        ({"password": {"literal": "Sommer2026!"}}, "password"),
        ({"displayName": None}, "never cleared"),
        ({"usageLocation": None}, "never cleared"),
        ({"usageLocation": "Germany"}, "pattern"),
        ({"state": "Bavaria"}, "province:"),
        ({"givenName": "x" * 65}, "64"),
        ({"businessPhones": ["1", "2"]}, "at most 1"),
        ({"otherMails": ["zoë@contoso.com"]}, "pattern"),
        ({"employeeHireDate": "soon"}, "expected something like 2026-08-31"),
        ({"city": ""}, "at least 1"),
        ({"mail": "a@b.c"}, "Extra inputs"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_value_that_the_directory_would_refuse_is_refused_here(document: dict[str, Any], said: str) -> None:
    with pytest.raises(pydantic.ValidationError, match=said):
        UserEntry.model_validate(document)


def test_dates_are_compared_in_the_form_that_is_sent() -> None:
    assert UserEntry.model_validate({"employeeHireDate": "2026-08-31"}).employee_hire_date == "2026-08-31T00:00:00Z"


def test_what_a_new_user_needs_is_filled_in_and_stays_unmanaged() -> None:
    person = resources(declared(KIND, entry(KIND, "ada.lovelace@contoso.com")))["contoso/user/ada.lovelace@contoso.com"]

    made = KIND.on_create(person, context().defaults)

    assert (made.display_name, made.mail_nickname, made.usage_location, made.account_enabled) == (
        "ada.lovelace",
        "ada.lovelace",
        "DE",
        True,
    )
    assert person.managed == {"user_principal_name"}


def test_a_new_user_that_is_declared_disabled_is_created_so() -> None:
    assert KIND.on_create(ada(state="disabled")[ADA], context().defaults).account_enabled is False


def test_the_spec_refers_to_the_manager_in_the_form_of_keys() -> None:
    assert UserSpec(user_principal_name="a@b.c", manager="Grace@Contoso.com").manager == "grace@contoso.com"
