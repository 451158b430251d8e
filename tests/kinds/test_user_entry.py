"""What a person's entry stands for, and which values it takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pydantic
import pytest

from kinds.builders import PLACE, SPB_ID, context, declared, entry, findings, resources
from reconciler.kinds import codes
from reconciler.kinds.entra.user import KIND
from reconciler.kinds.entra.user_spec import UserEntry, UserSpec
from reconciler.model.finding import Origin, Severity
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
