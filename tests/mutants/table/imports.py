"""Rules of imports: what is written, what is left out, and that the plan after it is empty."""

from __future__ import annotations

from mutants.mutant import Mutant

IMPORT = ("tests/cli/test_import.py",)
NEW = ("tests/cli/test_import_new.py",)
TABLES = ("tests/cli/test_import_csv.py",)
WORLDS = ("tests/cli/test_import_worlds.py",)
FOLDING = ("tests/drafts/test_folding.py",)
SHEETS = ("tests/drafts/test_sheets.py",)
STYLE = ("tests/store/test_yaml_style.py",)

ALL = (
    Mutant(
        "import: a row that is new in the plan is a doubt",
        "reconciler/app/proving.py",
        "    doubts = [doubt for row in rows for doubt in blame.of_row(row)]\n",
        "    doubts, rows = [], []\n",
        (*NEW, *WORLDS),
    ),
    Mutant(
        "import: seats are auto only where there are just as many as people hold",
        "reconciler/drafts/subscriptions.py",
        'return len(own) == 1 and sum(seats for _, active, seats in pool if active) == held[one.spec.sku or ""]\n',
        'return len(own) == 1 and sum(seats for _, active, seats in pool if active) >= held[one.spec.sku or ""]\n',
        IMPORT,
    ),
    Mutant(
        "import: a plan fits who has the same service plans switched off",
        "reconciler/drafts/folding.py",
        "all(left.get(sku) == off for sku, off in self.gives.items())",
        "all(sku in left for sku in self.gives)",
        FOLDING,
    ),
    Mutant(
        "import: a plan fits who is in its groups",
        "reconciler/drafts/folding.py",
        "return self.groups <= person.groups and all(",
        "return all(",
        FOLDING,
    ),
    Mutant(
        "import: a guest is not written",
        "reconciler/drafts/people.py",
        'live.facts.user_type == "Guest":\n',
        'live.facts.user_type == "guest":\n',
        IMPORT,
    ),
    Mutant(
        "import: what an on-premises directory keeps is not written",
        "reconciler/drafts/people.py",
        "SYNCED if facts.synced else",
        "SYNCED if not facts else",
        IMPORT,
    ),
    Mutant(
        "import: a global administrator is protected",
        "reconciler/drafts/people.py",
        "    if facts.global_admin:\n",
        "    if facts.global_admin and facts.synced:\n",
        IMPORT,
    ),
    Mutant(
        "import: who may have been renamed is left to a person",
        "reconciler/drafts/people.py",
        "    if address in view.doubles:\n",
        "    if address in view.doubles and view.head:\n",
        NEW,
    ),
    Mutant(
        "import: a member by a plan is not written twice",
        "reconciler/drafts/groups.py",
        "tuple(sorted(spec.members - by_plan))",
        "tuple(sorted(spec.members))",
        IMPORT,
    ),
    Mutant(
        "import: entries go below the last section only where that is theirs",
        "reconciler/store/customer_files.py",
        "    if _ends_with(text, body) and _is_read(text, below, body):\n",
        "    if body.section in text:\n",
        NEW,
    ),
    Mutant(
        "import: no file is written over",
        "reconciler/app/placing.py",
        "            elif self.out or draft.head is not None:\n",
        "            elif self.out:\n",
        IMPORT,
    ),
    Mutant(
        "import: what could be read as a number stands in quotes",
        "reconciler/store/yaml_style.py",
        '_PLAIN = re.compile(r"[^\\W\\d_]',
        '_PLAIN = re.compile(r"[^\\W_]',
        (*STYLE, *IMPORT),
    ),
    Mutant(
        "import: one bad row of a table stops all of them",
        "reconciler/app/people_import.py",
        "    if not errors and not ask.check:\n",
        "    if not ask.check:\n",
        TABLES,
    ),
    Mutant(
        "import: the line of a row is that on which it begins",
        "reconciler/app/people_files.py",
        "        begins = skipped + reader.line_num + 1\n",
        "        begins += 1\n",
        TABLES,
    ),
    Mutant(
        "import: an apostrophe of ours is taken off again",
        "reconciler/app/people_files.py",
        "tuple(escape.uncell(cell) for cell in row)",
        "tuple(row)",
        TABLES,
    ),
    Mutant(
        "import: an empty cell says nothing",
        "reconciler/drafts/sheets.py",
        "            if text:\n",
        "            if text is not None:\n",
        SHEETS,
    ),
)
