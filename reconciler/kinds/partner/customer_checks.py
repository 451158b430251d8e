"""What Partner Center says of a customer before it is made: is the address right, does it fit the country.

Sources: https://learn.microsoft.com/partner-center/developer/validate-an-address, get-market-specific-validation-data
(partner-center.md 3.2). The answers are findings; an error stops the row that would make the customer. Only Verified
and VerifiedShippable are taken as they are; for what the service would write otherwise, the fix is the part of the
YAML that changes, ready to be pasted.

Must not: change a value by itself. An address that is nearly right is a question for a person.

Questionable on purpose: where the service cannot be asked, or does not know the country, the finding is a warning and
the row stays. The create itself is checked by the service again.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.cloud.partner import PartnerSession
from reconciler.kinds import codes, contract
from reconciler.kinds.partner.customer_spec import PLACE, CustomerSpec, wire_address
from reconciler.model.errors import CloudError, Exchange, Unexpected
from reconciler.model.finding import Code, Finding
from reconciler.model.resource import Desired
from reconciler.model.spec import Spec

Json = Mapping[str, Any]  # Any: the vendor's JSON
GOOD = frozenset({"verified", "verifiedshippable"})
UNKNOWN = "notvalidated"
VALIDATION = "/validations/address"
PATCH = "create: {{billingProfile: {{defaultAddress: {{{parts}}}}}}}"


async def check(partner: PartnerSession, desired: Desired[Spec]) -> tuple[Finding, ...]:
    """Everything that is wrong, or that a person should know; no errors are raised."""
    spec = desired.spec
    assert isinstance(spec, CustomerSpec)
    found = await asyncio.gather(_of_country(partner, desired, spec), _of_address(partner, desired, spec))
    return tuple(finding for findings in found for finding in findings)


async def _of_country(partner: PartnerSession, desired: Desired[Spec], spec: CustomerSpec) -> list[Finding]:
    try:
        rules = await partner.get(f"/countryvalidationrules/{spec.country}")
    except CloudError as error:
        return [_unchecked(desired, "The rules of the country", error)]
    return [_finding(desired, codes.NOT_THE_COUNTRYS, detail, fix) for detail, fix in broken(spec, rules)]


def broken(spec: CustomerSpec, rules: Json) -> Iterator[tuple[str, str]]:
    """What the country's rules refuse: what is, and what to do. Rules that the service leaves out refuse nothing."""
    country = spec.country or ""
    states = _listed(rules, "states", "supportedStatesList")
    if rules.get("isStateRequired") and not spec.state:
        yield f"{country} wants a state.", _one_of("state", states)
    elif spec.state and states and spec.state.upper() not in {state.upper() for state in states}:
        yield f'{country} has no state "{spec.state}".', _one_of("state", states)
    if rules.get("isPostalCodeRequired") and not spec.postal_code:
        yield f"{country} wants a postal code.", "Write postalCode."
    for name, value, pattern in (
        ("postalCode", spec.postal_code, rules.get("postalCodeRegex")),
        ("phoneNumber", spec.phone_number, rules.get("phoneNumberRegex")),
        (
            "organizationRegistrationNumber",
            spec.organization_registration_number,
            rules.get("customerOrganizationRegistrationNumberRegex"),
        ),
    ):
        if value and isinstance(pattern, str) and not _fits(value, pattern):
            yield f'{name} "{value}" is not one of {country}.', f"Write it so that {pattern} fits."
    for name, value, known in (
        ("culture", spec.culture, _listed(rules, "supportedCultures", "supportedCulturesList")),
        ("language", spec.language, _listed(rules, "supportedLanguages", "supportedLanguagesList")),
    ):
        if value and known and value.lower() not in {one.lower() for one in known}:
            yield f'{name} "{value}" is not supported in {country}.', _one_of(name, known)


async def _of_address(partner: PartnerSession, desired: Desired[Spec], spec: CustomerSpec) -> list[Finding]:
    said = wire_address(spec, PLACE)
    body = {name[:1].upper() + name[1:]: value for name, value in said.items()}
    try:
        verdict = await partner.write("POST", VALIDATION, body) or {}
        with contract.told(Unexpected, Exchange("partner", partner.tenant, "POST", VALIDATION)):
            return list(_judged(desired, said, verdict))
    except CloudError as error:
        return [_unchecked(desired, "The address", error)]


def _judged(desired: Desired[Spec], said: Mapping[str, str], verdict: Json) -> Iterator[Finding]:
    status = str(verdict.get("status") or "")
    patches = [patch for one in verdict.get("suggestedAddresses") or () if (patch := patched(said, one))]
    who = desired.address.customer
    if status.lower() in GOOD:
        if patches:
            detail = f"Microsoft writes the address of {who} differently."
            yield _finding(desired, codes.ADDRESS_WRITTEN_OTHERWISE, detail, _paste(patches))
    elif status.lower() == UNKNOWN:
        detail = f"Microsoft could not look the address of {who} up."
        yield _finding(desired, codes.ADDRESS_UNCHECKED, detail, "Make sure that it is right: it cannot be checked.")
    else:
        message = str(verdict.get("validationMessage") or "").strip().rstrip(".")
        detail = f"Microsoft does not know the address of {who} as it is written ({status or 'no status'}"
        detail += f": {message})." if message else ")."
        fix = _paste(patches) if patches else "Correct it: nothing was suggested."
        yield _finding(desired, codes.ADDRESS_DOUBTED, detail, fix)


def patched(said: Mapping[str, str], suggested: Json) -> str:
    """The parts of `defaultAddress` that the suggestion changes, as YAML; "" where it changes nothing."""
    by_name = {str(name).lower(): value for name, value in suggested.items()}
    parts = {}
    for name in (CustomerSpec.model_fields[part].alias or part for part in PLACE):
        value = by_name.get(name.lower())
        if isinstance(value, str) and value and value != said.get(name):
            parts[name] = value
    return ", ".join(f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in parts.items())


def _paste(patches: list[str]) -> str:
    written = [PATCH.format(parts=patch) for patch in patches]
    return f"Write {' or '.join(written)}."


def _listed(rules: Json, *names: str) -> list[str]:
    """A list of the rules, which the samples nest under `value` and the newer description does not."""
    for name in names:
        found = rules.get(name)
        found = found.get("value") if isinstance(found, Mapping) else found
        if isinstance(found, list) and found:
            return [str(one) for one in found]
    return []


def _one_of(name: str, known: list[str]) -> str:
    return f"Write one of {', '.join(known)} as {name}." if known else f"Write {name}."


def _fits(value: str, pattern: str) -> bool:
    try:
        return re.search(pattern, value) is not None
    except re.error:  # a pattern of another dialect refuses nothing
        return True


def _unchecked(desired: Desired[Spec], what: str, error: CloudError) -> Finding:
    detail = f"{what} could not be checked: {error}"
    return _finding(desired, codes.ADDRESS_UNCHECKED, detail, "Run the plan again, or make sure by yourself.")


def _finding(desired: Desired[Spec], code: Code, detail: str, fix: str) -> Finding:
    return Finding(code, detail, fix, desired.address, desired.origin)
