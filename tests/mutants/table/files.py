"""Rules of reading the files: what is refused, and what a value means."""

from __future__ import annotations

from mutants.mutant import Mutant

YAML = ("tests/store/test_yaml.py",)
DESIRED = ("tests/store/test_desired.py", "tests/store/test_desired_messages.py")

ALL = (
    Mutant(
        "Norway is no boolean",
        "reconciler/store/yaml_scalars.py",
        '(("true", "True", "TRUE"), True)',
        '(("true", "True", "TRUE", "NO"), True)',
        YAML,
    ),
    Mutant(
        "a byte order mark at the start is nothing",
        "reconciler/store/yaml.py",
        "source = data.removeprefix(BYTE_ORDER_MARK)",
        "source = data",
        YAML,
    ),
    Mutant(
        "a line break that only YAML 1.1 knows is refused",
        "reconciler/store/yaml.py",
        "    _find_invisible(source, report)\n    before",
        "    before",
        YAML,
    ),
    Mutant(
        "a key stands once in a map",
        "reconciler/store/yaml_builder.py",
        "                or key in node\n            ):",
        "            ):",
        YAML,
    ),
    Mutant(
        "the merge key is refused",
        "reconciler/store/yaml_builder.py",
        'elif key == "<<" and type(event) is ScalarEvent and event.implicit[0]:',
        "elif key is None:",
        YAML,
    ),
    Mutant(
        "aliases are bounded by what they stand for",
        "reconciler/store/yaml_builder.py",
        "if self.aliases > MOST_ALIASES or self.expanded > MOST_EXPANDED:",
        "if self.aliases > MOST_ALIASES:",
        YAML,
    ),
    Mutant(
        "nesting is bounded",
        "reconciler/store/yaml_builder.py",
        "if event.tag is not None or event.anchor is not None or level >= MOST_LEVELS:",
        "if event.tag is not None or event.anchor is not None:",
        YAML,
    ),
    Mutant(
        "a tag is refused",
        "reconciler/store/yaml_builder.py",
        "if tag not in yaml_scalars.SCALAR_TAGS:\n            self._unknown_tag(event, tag)\n",
        "if tag not in yaml_scalars.SCALAR_TAGS:\n",
        YAML,
    ),
    Mutant(
        "a file beyond the bound is not read",
        "reconciler/store/files.py",
        "if max(status.st_size, len(data)) > most_bytes:",
        "if len(data) > most_bytes:",
        ("tests/store/test_files.py",),
    ),
    Mutant(
        "a path never leaves the folder",
        "reconciler/store/files.py",
        "if not target.is_relative_to(home):",
        "if not target.exists():",
        ("tests/store/test_files.py",),
    ),
    Mutant(
        "a number in quotes is no number",
        "reconciler/model/spec.py",
        'return {**copy, "strict": True} if copy.get("type") in HARD else copy',
        "return copy",
        DESIRED,
    ),
    Mutant(
        "an unknown key is a mistake",
        "reconciler/model/spec.py",
        'class Document(BaseModel):\n    """Base of everything that is written in YAML: frozen, unknown keys refused, '
        'camelCase in the files."""\n\n    model_config = ConfigDict(frozen=True, extra="forbid"',
        'class Document(BaseModel):\n    """Base of everything that is written in YAML: frozen, unknown keys refused, '
        'camelCase in the files."""\n\n    model_config = ConfigDict(frozen=True, extra="ignore"',
        DESIRED,
    ),
    Mutant(
        "one thing is declared once over all files",
        "reconciler/store/customers.py",
        "if not desk.claim((section, customer, own), place, called) or key not in valid:",
        "if key not in valid:",
        DESIRED,
    ),
    Mutant(
        "a setting stands in the settings file",
        "reconciler/store/documents.py",
        "if not is_settings:",
        "if not key:",
        DESIRED,
    ),
    Mutant(
        "a secret is not shown in a message",
        "reconciler/store/mistakes.py",
        "is_secret = not SECRETS.isdisjoint(self.path)",
        "is_secret = False",
        DESIRED,
    ),
    Mutant(
        "an unknown key is told with the nearest right one",
        "reconciler/store/mistakes.py",
        'fix = did_you_mean(key, known) or f"Keys',
        'fix = f"Keys',
        DESIRED,
    ),
    Mutant(
        "absent is not null",
        "reconciler/kinds/entra/user.py",
        "for name in names - NOT_ATTRIBUTES}",
        "for name in set(said) - NOT_ATTRIBUTES}",
        ("tests/kinds/test_user_entry.py",),
    ),
    Mutant(
        "a UPN is compared without letter case",
        "reconciler/kinds/entra/upn.py",
        "return text.strip().casefold()",
        "return text.strip()",
        ("tests/kinds/test_helpers.py", "tests/kinds/test_user.py"),
    ),
    Mutant(
        "of plans, maps merge and lists replace",
        "reconciler/core/expand.py",
        "value = {**getattr(base, name), **value}",
        "value = {**value}",
        ("tests/core/test_expand.py",),
    ),
    Mutant(
        "two owners of one value are a mistake",
        "reconciler/core/expand.py",
        "elif ours != theirs:",
        "elif ours is None:",
        ("tests/core/test_expand.py",),
    ),
    Mutant(
        "a plan that extends itself is a mistake",
        "reconciler/core/expand.py",
        "if current in seen or current not in repository.plans:",
        "if current in seen:\n            break\n        elif current not in repository.plans:",
        ("tests/core/test_expand.py",),
    ),
    Mutant(
        "a part number of two products is a mistake",
        "reconciler/kinds/catalog.py",
        "if len(meant) == 1:",
        "if meant:",
        ("tests/kinds/test_helpers.py", "tests/kinds/test_user_entry.py", "tests/kinds/test_subscription_entry.py"),
    ),
    Mutant(
        "a user's name ends in a domain of the customer",
        "reconciler/policies/user_domains.py",
        "if domain in known or",
        "if domain in known or domain or",
        ("tests/policies/test_examples.py",),
    ),
    Mutant(
        "whoever gets a license has a usage location in the files",
        "reconciler/policies/usage_locations.py",
        'if user is None or text(user, "usage_location"):',
        "if user is None or licensed:",
        ("tests/policies/test_examples.py",),
    ),
    Mutant(
        "seats stay within what the product allows",
        "reconciler/policies/seat_bounds.py",
        "if entry.max is not None and seats > entry.max:",
        "if entry.max is not None and seats > entry.max + 1:",
        ("tests/policies/test_examples.py",),
    ),
    Mutant(
        "a customer that vanished is an error",
        "reconciler/app/workspace.py",
        "for key in self._remembered() - said:",
        "for key in self._remembered() & said - said:",
        ("tests/app/test_workspace.py",),
    ),
)
