"""World files from disk: JSON by suffix, everything else as YAML 1.2 core.

Norway's country code stays text, a date stays text until a field wants one, and a key written twice is an error with
its line: PyYAML alone would guess at the first two and drop the third.
It must not know what a world is.

The decision a reader would question: the same care exists in the product's own reader. The towers share no code, and
forty lines are cheaper than a bridge between them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson
import yaml

_BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")


class YamlError(ValueError):
    """The file is not readable YAML or JSON; the text has file, line and reason."""


def read_document(path: Path) -> Any:
    """The document in the file; a YamlError if it is not one."""
    content = path.read_bytes()
    if path.suffix == ".json":
        try:
            return orjson.loads(content)
        except orjson.JSONDecodeError as error:
            raise YamlError(f"{path.name}: {error}") from error
    try:
        return yaml.load(content, Loader=_loader())  # noqa: S506  a SafeLoader with fewer types
    except yaml.YAMLError as error:
        raise YamlError(f"{path.name}: {error}") from error


def _loader() -> type[yaml.SafeLoader]:
    base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    class WorldLoader(base):  # type: ignore[misc]  # the C loader when PyYAML has it
        yaml_implicit_resolvers = {  # noqa: RUF012  PyYAML's own protocol
            first: [
                (tag, _BOOL if tag.endswith(":bool") else pattern)
                for tag, pattern in pairs
                if not tag.endswith(":timestamp")
            ]
            for first, pairs in base.yaml_implicit_resolvers.items()
        }

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen: set[Any] = set()
            for key_node, _ in node.value:
                key = self.construct_object(key_node, deep=True)
                if key in seen:
                    raise yaml.constructor.ConstructorError(None, None, f'"{key}" stands twice', key_node.start_mark)
                seen.add(key)
            mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
            return mapping

    return WorldLoader
