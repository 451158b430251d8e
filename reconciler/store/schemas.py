"""JSON Schemas of what people and other tools read and write: the YAML files and the plan file.

They are generated from the models, for editors (`# yaml-language-server: $schema=...`) and for whoever reads plan files
with other tools; the copies in `schemas/` are compared with these by a test and never edited.

This module must not validate files: `checking` does, and says more than a schema can. The questionable decision: one
schema serves every YAML file, whatever it declares, because the top-level keys decide and not the path; the price is
that an editor offers `users` also where only plans are meant. pydantic's titles are left out, since they say the key
once more in another spelling.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from reconciler.core import planfile
from reconciler.store import sections
from reconciler.store.documents import API_VERSION, CUSTOMER_SECTIONS, KEY_RULE, MARKET, SHARED_SECTIONS
from reconciler.store.sections import Kinds, Sections

Schema = dict[str, Any]  # Any: JSON Schema is JSON

DESIRED_STATE = "desired-state.schema.json"
PLAN = "plan.schema.json"
CUSTOMER_KEY = {
    "type": "string",
    "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
    "description": f"A customer's key: {KEY_RULE}.",
}
PURPOSES = {
    "users": "People of the customer, by user principal name.",
    "groups": "Groups of the customer, by mailNickname.",
    "domains": "Domains that the customer has; checked, not written.",
    "subscriptions": "Seats that were bought, by a name of ours.",
    "removed": "Tombstones: what shall go away, and how.",
    "moved": "What got another name.",
    "plans": "Plan templates, by name.",
    "prices": "What customers pay, by part number or product; beside customer: what this one pays.",
    "catalog": "Products of the market, by product and SKU.",
    "market": "Which market the catalog of this document is about; written by reconciler catalog.",
    "resellers": "Settings that the customers of one reseller share.",
    "customers": "Customers, by key.",
}


def all_of(catalog: Kinds) -> dict[str, Schema]:
    """Every schema of this module, by the name of its file."""
    return {DESIRED_STATE: desired_state(catalog), PLAN: planfile.schema()}


def write(folder: Path, catalog: Kinds, others: Mapping[str, Schema] | None = None) -> None:
    """Write all schemas, and `others` that are made elsewhere, into a folder that exists."""
    for name, schema in {**all_of(catalog), **(others or {})}.items():
        (folder / name).write_text(text(schema), encoding="utf-8")


def text(schema: Schema) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def desired_state(catalog: Kinds) -> Schema:
    """The schema of one YAML document of the desired state."""
    known = sections.of_catalog(catalog)
    adapters: list[tuple[str, Any, TypeAdapter[Any]]] = [  # Any: pydantic's mode, and types made at run time
        (name, "validation", form.adapter) for name, form in known.forms.items()
    ]
    by_name, definitions = TypeAdapter.json_schemas(adapters)
    parts: Schema = {name: schema for (name, _), schema in by_name.items()}
    defs: Schema = {name: _without_titles(schema) for name, schema in definitions["$defs"].items()}
    of_customer = {name: _section(name, parts[name]) for name in CUSTOMER_SECTIONS if name in parts}
    defs["CustomerEntry"]["properties"].update(of_customer)
    _limit_words(defs, known)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Desired state of reconciler",
        "description": "One document of the YAML files; its top-level keys decide what it declares.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "apiVersion": {"const": API_VERSION},
            **defs.pop("Settings")["properties"],
            **{name: _section(name, parts[name]) for name in SHARED_SECTIONS},
            MARKET: {**_without_titles(parts[MARKET]), "description": PURPOSES[MARKET]},
            "customers": {**_section("customers", parts["customers"]), "propertyNames": CUSTOMER_KEY},
            "customer": {**CUSTOMER_KEY, "description": "Whose the sections of this document are."},
            **of_customer,
        },
        "$defs": dict(sorted(defs.items())),
    }


def _section(name: str, schema: Schema) -> Schema:
    """A section may also be empty: all its entries commented out."""
    bare = _without_titles(schema)
    if "patternProperties" in bare:
        bare["additionalProperties"] = False
    return {**bare, "type": [bare["type"], "null"], "description": PURPOSES.get(name, "")}


def _limit_words(defs: Schema, known: Sections) -> None:
    for owner in ("CustomerEntry", "Reseller"):
        for name in ("manage", "onDrift"):
            defs[owner]["properties"][name]["propertyNames"] = {"enum": sorted(known.groups)}


def _without_titles(schema: Any) -> Any:  # Any: any part of a JSON Schema
    """The schema without pydantic's titles; a property that is called "title" is a map and stays."""
    if isinstance(schema, dict):
        return {k: _without_titles(v) for k, v in schema.items() if k != "title" or not isinstance(v, str)}
    if isinstance(schema, list):
        return [_without_titles(part) for part in schema]
    return schema
