"""Domains of a tenant: read, add, prove by DNS, make default, remove.

DNS is faked: what a registrar would publish stands in the domain's own property `publishedTxt`, which only the world
file and the portal can set. The record to publish depends on tenant and name alone, so it is stable.
It must not convert a domain to federation; `authentication` comes from the world.

Sources: microsoft-graph-docs api/domain-list.md, -post-domains.md, -verify.md, -update.md, -delete.md,
-list-verificationdnsrecords.md, -list-serviceconfigurationrecords.md, -list-domainnamereferences.md; graph.md 8.

The questionable decision: a missing record is 400 with the older cmdlets' words; Graph's own are unconfirmed
(graph.md 16).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.sandbox.call import Answer, Call
from reconciler.sandbox.graph import addresses, audits, errors, groups, query, views, wire
from reconciler.sandbox.graph.schema import DOMAIN, USER
from reconciler.sandbox.world import Domain, Group, Json, Tenant, User

# What a domain may be used for; the answer to `supportedServices` of a verified one.
_SERVICES = ("Email", "OfficeCommunicationsOnline")
_PUBLISHED = "publishedTxt"


def list_domains(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, DOMAIN, query.SELECT)
    rows = [_chosen(_row(call.tenant, one), asked) for one in call.tenant.domains.values(call.as_of)]
    return wire.collection(call, views.context(DOMAIN, asked.select), rows)


def get_domain(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, DOMAIN, query.SELECT)
    return wire.entity(call, "domains/$entity", _chosen(_row(call.tenant, _seen(call)), asked))


def create(call: Call) -> Answer:
    """Unverified, unless it lies below a verified one (graph.md 8)."""
    document = wire.body(call)
    name = document.get("id")
    if not isinstance(name, str) or "." not in name or len(name) > 253:
        raise errors.missing_value("id", "Domain")
    if document.keys() - {"id", "@odata.type"}:
        raise errors.bad_request("Only the property 'id' can be specified for a new domain.")  # [inferred]
    name = name.lower()
    if name in call.tenant.domains:
        raise errors.object_conflict("id")
    parent = _verified_parent(call.tenant, name)
    domain = Domain(name, is_verified=parent is not None, authentication=parent.authentication if parent else "Managed")
    call.tenant.domains.put(domain)
    if domain.is_verified:
        call.world.domains[name] = call.tenant.id
    _note(call, domain, f"Add {'verified' if domain.is_verified else 'unverified'} domain")
    return wire.created(call, "domains/$entity", _row(call.tenant, domain), f"domains/{name}")


def verify(call: Call) -> Answer:
    """The proof is a TXT record; success is final."""
    domain = _present(call)
    if domain.is_verified:
        raise errors.bad_request("Domain is already verified.")
    owner = call.world.domains.get(domain.id)
    if owner is not None and owner != call.tenant.id:
        raise errors.bad_request(f"Domain verification failed with the following error: '{domain.id} is in use'.")
    if proof(call.tenant, domain.id) not in (domain.properties.get(_PUBLISHED) or ()):
        raise errors.bad_request(
            "Domain verification failed with the following error: 'CNAME or TXT record could not be found'."
        )
    verified = replace(domain, is_verified=True)
    call.tenant.domains.put(verified)
    call.world.domains[domain.id] = call.tenant.id
    _note(call, verified, "Verify domain")
    row = {**_row(call.tenant, verified), "availabilityStatus": "AvailableImmediately"}
    return wire.entity(call, "domains/$entity", row)


def update(call: Call) -> Answer:
    """Only verified ones; `isDefault` can be set, never unset."""
    document = wire.body(call)
    domain = _present(call)
    allowed = {"isDefault", "supportedServices", "passwordValidityPeriodInDays", "passwordNotificationWindowInDays"}
    strangers = document.keys() - allowed - {"@odata.type"}
    if strangers:
        raise errors.read_only(min(strangers))
    if not domain.is_verified:
        raise errors.bad_request("The domain must be verified before it can be changed.")  # [inferred]
    if document.get("isDefault") is False or (document.get("isDefault") and domain.authentication == "Federated"):
        raise errors.invalid_value("isDefault", "Domain")
    if document.get("isDefault"):
        for other in call.tenant.domains.values():
            if other.is_default and other.id != domain.id:
                call.tenant.domains.put(replace(other, is_default=False))
    kept = {name: value for name, value in document.items() if name in allowed and name != "isDefault"}
    is_default = domain.is_default or bool(document.get("isDefault"))
    call.tenant.domains.put(replace(domain, is_default=is_default, properties={**domain.properties, **kept}))
    _note(call, domain, "Update domain", document)
    return wire.no_content()


def delete(call: Call) -> Answer:
    """Not while anything bears its name, and neither the default nor the initial one (texts [inferred])."""
    domain = _present(call)
    if domain.is_default or domain.is_initial:
        raise errors.bad_request("The default or initial domain cannot be deleted.")
    if next(_references(call, domain.id), None) is not None:
        raise errors.bad_request("The domain has objects that reference it and cannot be deleted.")
    call.tenant.domains.remove(domain.id)
    if call.world.domains.get(domain.id) == call.tenant.id:
        del call.world.domains[domain.id]
    _note(call, domain, f"Remove {'verified' if domain.is_verified else 'unverified'} domain")
    return wire.no_content()


def _note(call: Call, domain: Domain, activity: str, changed: Iterable[str] = ()) -> None:
    audits.record(call, activity, "DirectoryManagement", domain, changed)


def list_references(call: Call) -> Answer:
    asked = query.parse(call.request.query_string, call.headers, USER, query.SELECT)
    user_row = views.user_selector(call.tenant, asked.select)
    group_row = groups.row_of(call)
    rows = wire.mixed(
        ("user", user_row(one)) if isinstance(one, User) else ("group", group_row(one))
        for one in _references(call, _seen(call).id)
    )
    return wire.collection(call, "directoryObjects", rows)


def list_verification_records(call: Call) -> Answer:
    """Either record proves the domain; the MX one is offered but cannot be published here."""
    domain = _seen(call)
    token = proof(call.tenant, domain.id)
    exchange = f"{token.removeprefix('MS=')}.msv1.invalid"
    rows = [
        _record(domain.id, "Txt", "Email", {"text": token}),
        _record(domain.id, "Mx", "Email", {"mailExchange": exchange, "preference": 32767}),
    ]
    return wire.collection(call, f"domains('{domain.id}')/verificationDnsRecords", rows)


def list_service_records(call: Call) -> Answer:
    domain = _seen(call)
    if not domain.is_verified:
        raise errors.bad_request("The domain must be verified before it can be changed.")  # [inferred]
    exchange = f"{domain.id.replace('.', '-')}.mail.protection.outlook.com"
    rows = [
        _record(domain.id, "Mx", "Email", {"mailExchange": exchange, "preference": 0}),
        _record(domain.id, "Txt", "Email", {"text": "v=spf1 include:spf.protection.outlook.com -all"}),
        _record(f"autodiscover.{domain.id}", "CName", "Email", {"canonicalName": "autodiscover.outlook.com"}),
    ]
    return wire.collection(call, f"domains('{domain.id}')/serviceConfigurationRecords", rows)


def proof(tenant: Tenant, name: str) -> str:
    """The text that must stand in DNS: the same for one tenant and name for ever."""
    number = uuid.uuid5(uuid.UUID(tenant.id), name.lower()).int % 100_000_000
    return f"MS=ms{number:08d}"


def _record(label: str, kind: str, service: str, fields: Json) -> Json:
    return {
        "@odata.type": f"#microsoft.graph.domainDns{kind.capitalize()}Record",  # domainDnsCnameRecord, of CName
        "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{kind}:{label}")),
        "isOptional": False,
        "label": label,
        "recordType": kind,
        "supportedService": service,
        "ttl": 3600,
        **fields,
    }


def _seen(call: Call) -> Domain:
    domain = call.tenant.domains.get(call.params["domain"].lower(), call.as_of)
    if domain is None:
        raise errors.not_found(call.params["domain"])
    return domain


def _present(call: Call) -> Domain:
    domain = call.tenant.domains.get(_seen(call).id)
    if domain is None:
        raise errors.not_found(call.params["domain"])
    return domain


def _verified_parent(tenant: Tenant, name: str) -> Domain | None:
    found = (tenant.domains.get(name.split(".", depth)[depth]) for depth in range(1, name.count(".")))
    return next((one for one in found if one is not None and one.is_verified), None)


def _references(call: Call, name: str) -> Iterator[User | Group]:
    holders: list[User | Group] = [*call.tenant.users.values(call.as_of), *call.tenant.groups.values(call.as_of)]
    for thing in holders:
        if any(address.endswith(f"@{name}") for address in addresses.of(thing)):
            yield thing


def _row(tenant: Tenant, domain: Domain) -> Json:
    more = domain.properties
    return {
        "authenticationType": domain.authentication,
        "availabilityStatus": None,
        "id": domain.id,
        "isAdminManaged": True,
        "isDefault": domain.is_default,
        "isInitial": domain.is_initial,
        "isRoot": _verified_parent(tenant, domain.id) is None,
        "isVerified": domain.is_verified,
        "manufacturer": None,
        "model": None,
        "passwordNotificationWindowInDays": more.get("passwordNotificationWindowInDays"),
        "passwordValidityPeriodInDays": more.get("passwordValidityPeriodInDays"),
        "state": None,
        "supportedServices": more.get("supportedServices", list(_SERVICES) if domain.is_verified else []),
    }


def _chosen(row: Json, asked: query.Query) -> Json:
    return row if asked.select is None else {name: row.get(name) for name in asked.select}
