"""The same number of things in other tools, where they are installed: what planning "nothing to do" costs there.

Terraform gets a module per customer, which is idiomatic and linear (one big `for_each` is quadratic), with
`terraform_data`, which has nothing remote to read: its figures are a lower bound. Its state is written here, because
applying so many would take longer than everything else together. octoDNS gets a zone per customer and an address
record per user, from files to files.

It must not install anything: a tool that is absent is named and skipped.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.fleets import Size
from bench.processes import Cost, run

ATTRIBUTES = ("displayName", "givenName", "surname", "jobTitle", "department", "officeLocation", "usageLocation")
MODULE = """\
variable "file" { type = string }
resource "terraform_data" "user" {
  for_each = yamldecode(file(var.file)).users
  input    = each.value
}
"""
OCTODNS = """\
manager: {max_workers: 1}
providers:
  files: {class: octodns.provider.yaml.YamlProvider, directory: ./zones, enforce_order: false, default_ttl: 300}
  cloud: {class: octodns.provider.yaml.YamlProvider, directory: ./cloud, enforce_order: false, default_ttl: 300}
zones:
  "*": {sources: [files], targets: [cloud]}
"""

Json = dict[str, Any]  # Any: Terraform's state file


def measure(folder: Path, size: Size) -> Iterator[tuple[str, Cost]]:
    """Name and cost of each tool that is installed, with as many customers and users."""
    if shutil.which("terraform"):
        yield "terraform plan (a module per customer)", _terraform(folder / "terraform", size)
    if shutil.which("octodns-sync"):
        yield "octodns-sync (a zone per customer)", _octodns(folder / "octodns", size)


def absent() -> list[str]:
    """The tools that are not installed here."""
    return [name for name in ("terraform", "octodns-sync") if not shutil.which(name)]


def _terraform(folder: Path, size: Size) -> Cost:
    (folder / "customer").mkdir(parents=True)
    (folder / "customer" / "main.tf").write_text(MODULE, encoding="utf-8")
    blocks = []
    for number in range(size.customers):
        users = {_name(number, rank): _values(rank) for rank in range(size.users)}
        (folder / f"c{number}.yaml").write_text(json.dumps({"users": users}), encoding="utf-8")
        source = f'source = "./customer"\n  file   = "${{path.root}}/c{number}.yaml"'
        blocks.append(f'module "c{number}" {{\n  {source}\n}}\n')
    (folder / "main.tf").write_text("".join(blocks), encoding="utf-8")
    (folder / "terraform.tfstate").write_text(json.dumps(_state(size)), encoding="utf-8")
    environ = {name: value for name, value in os.environ.items() if name != "TF_CLI_CONFIG_FILE"}
    environ |= {"CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    began = run(["terraform", "init", "-no-color"], folder, environ)
    assert began.code == 0, began.output
    cost = run(["terraform", "plan", "-no-color", "-lock=false", "-detailed-exitcode"], folder, environ)
    assert cost.code == 0, f"terraform sees a difference: {cost.output[-2000:]}"
    return cost


def _state(size: Size) -> Json:
    return {
        "version": 4,
        "terraform_version": "1.5.0",
        "serial": 1,
        "lineage": str(uuid.UUID(int=1)),
        "outputs": {},
        "resources": [
            {
                "module": f"module.c{number}",
                "mode": "managed",
                "type": "terraform_data",
                "name": "user",
                "provider": 'provider["terraform.io/builtin/terraform"]',
                "instances": [_instance(number, rank) for rank in range(size.users)],
            }
            for number in range(size.customers)
        ],
    }


def _instance(number: int, rank: int) -> Json:
    value = {"value": _values(rank), "type": ["object", dict.fromkeys(ATTRIBUTES, "string")]}
    attributes = {"id": str(uuid.UUID(int=rank + 1)), "input": value, "output": value, "triggers_replace": None}
    return {"index_key": _name(number, rank), "schema_version": 0, "attributes": attributes, "sensitive_attributes": []}


def _octodns(folder: Path, size: Size) -> Cost:
    for where in ("zones", "cloud"):
        (folder / where).mkdir(parents=True)
        for number in range(size.customers):
            records = {
                f"u{rank}": {"type": "A", "ttl": 300, "value": f"10.{rank // 250}.{rank % 250}.1"}
                for rank in range(size.users)
            }
            (folder / where / f"c{number}.example.yaml").write_text(json.dumps(records, indent=1), encoding="utf-8")
    config = folder / "config.yaml"
    config.write_text(OCTODNS, encoding="utf-8")
    cost = run(["octodns-sync", "--config-file", str(config), "--quiet"], folder, os.environ)
    assert cost.code == 0, cost.output[-2000:]
    return cost


def _name(number: int, rank: int) -> str:
    return f"user{rank:04}@customer-{number:04}.example"


def _values(rank: int) -> dict[str, str]:
    return {name: f"{name} {rank}" for name in ATTRIBUTES}
