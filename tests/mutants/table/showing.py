"""Rules of what a person sees: harmless names, exit codes, who says yes."""

from __future__ import annotations

from mutants.mutant import Mutant

ESCAPE = ("tests/reports/test_escape.py",)
EXITS = ("tests/cli/test_exits.py",)

ALL = (
    Mutant(
        "names are escaped in markdown",
        "reconciler/reports/escape.py",
        'safe = plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")',
        "safe = plain(text)",
        ESCAPE,
    ),
    Mutant(
        "nobody is mentioned",
        "reconciler/reports/escape.py",
        "    safe = _REFERENCE.sub(lambda match: match[1] + _BREAK, safe)\n",
        "",
        ESCAPE,
    ),
    Mutant(
        "control characters and overrides are shown as escapes",
        "reconciler/reports/escape.py",
        'return "".join(c if c.isprintable() or category(c) == "Zs" else _escaped(c) for c in text)',
        "return text",
        ESCAPE,
    ),
    Mutant(
        "a line of a log is no command to the build machine",
        "reconciler/reports/escape.py",
        'return _AGENT_COMMAND.sub(lambda match: "#\\\\x23" + match[1], plain(text))',
        "return plain(text)",
        ESCAPE,
    ),
    Mutant(
        "a finding is one workflow command",
        "reconciler/reports/escape.py",
        'return text.replace("%", "%25").replace("\\r", "%0D").replace("\\n", "%0A")',
        "return text",
        ESCAPE,
    ),
    Mutant(
        "a fence is longer than what it holds",
        "reconciler/reports/markdown.py",
        'fence = "`" * max(3, longest + 1)',
        'fence = "`" * 3',
        ("tests/reports/test_markdown.py",),
    ),
    Mutant(
        "a secret value is not shown",
        "reconciler/reports/rows.py",
        'return "(sensitive value)" if field.secret and value is not None else value_text(value)',
        "return value_text(value)",
        ("tests/reports/test_goldens.py", "tests/reports/test_renderers.py"),
    ),
    Mutant(
        "of several exit codes the one that matters most is picked",
        "reconciler/cli/exits.py",
        "    Exit.ERROR,\n    Exit.FAILED_ROWS,\n    Exit.OUTDATED,\n",
        "    Exit.OUTDATED,\n    Exit.FAILED_ROWS,\n    Exit.ERROR,\n",
        EXITS,
    ),
    Mutant(
        "a blocked row ends with 5",
        "reconciler/cli/exits.py",
        "    if plan.refused:\n        found.add(Exit.BLOCKED)\n",
        "",
        EXITS,
    ),
    Mutant(
        "something deferred ends with 6",
        "reconciler/cli/exits.py",
        "    if not plan.complete:\n        found.add(Exit.INCOMPLETE)\n",
        "",
        EXITS,
    ),
    Mutant(
        "a stale row ends with 10",
        "reconciler/cli/exits.py",
        "    Status.STALE: Exit.OUTDATED,\n",
        "",
        EXITS,
    ),
    Mutant(
        "rows without a review end with 10",
        "reconciler/cli/exits.py",
        "    if unreviewed:\n        found.add(Exit.OUTDATED)\n",
        "",
        EXITS,
    ),
    Mutant(
        "2 is said only where it was asked for",
        "reconciler/cli/exits.py",
        "if detailed and plan.executable:",
        "if plan.executable:",
        EXITS,
    ),
    Mutant(
        "without a yes nothing is done",
        "reconciler/cli/performing.py",
        'return self.auto_approve or (self.may_ask and view.ask(QUESTION) == "yes")',
        'return self.auto_approve or not self.may_ask or view.ask(QUESTION) != "no"',
        ("tests/cli/test_apply.py",),
    ),
    Mutant(
        "only the digest that was approved is applied",
        "reconciler/app/applying.py",
        "    if expected and not any(",
        "    if not expected and not any(",
        ("tests/cli/test_apply.py",),
    ),
    Mutant(
        "a plan that has expired is not applied",
        "reconciler/app/applying.py",
        "    _check_age(files, plan)\n    reviewed",
        "    reviewed",
        ("tests/cli/test_apply.py", "tests/hazards/test_replayed_plan.py"),
    ),
)
