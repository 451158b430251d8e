"""`lock list` and `force-unlock`, as they are typed."""

from __future__ import annotations

import json

from scenarios.stage import Stage

from cli import worlds
from reconciler.app.workspace import open_workspace
from reconciler.store.locks import Locks


def locked(on_stage: Stage) -> str:
    """The id of a lock that bob holds."""
    worlds.prepared(on_stage)
    return Locks(open_workspace(on_stage.root, {}).store, "bob@runner-7 (process 42)").acquire("contoso").id


def test_what_an_apply_says_about_a_lock_can_be_typed(on_stage: Stage) -> None:
    lock = locked(on_stage)

    refused = on_stage.reconciler("apply", "--auto-approve")
    command = refused.text.partition("reconciler force-unlock ")[2].split()
    freed = on_stage.reconciler("force-unlock", *command, "--auto-approve")

    assert (refused.code, command, freed.code) == (11, [lock], 0)
    assert "is held by bob@runner-7 (process 42) since " in freed.text
    assert freed.text.endswith('The lock "contoso" is free.\n')
    assert on_stage.reconciler("lock", "list").text == "No lock is held.\n"
    assert on_stage.reconciler("apply", "--auto-approve").code == 0


def test_nobody_who_can_be_asked_frees_nothing(on_stage: Stage) -> None:
    lock = locked(on_stage)

    ran = on_stage.reconciler("force-unlock", lock, "--input=false")

    assert (ran.code, "Not freed: the answer was not yes." in ran.text) == (1, True)
    assert lock in on_stage.reconciler("lock", "list").text


def test_an_unknown_id_is_a_mistake_that_says_where_to_look(on_stage: Stage) -> None:
    worlds.prepared(on_stage)

    ran = on_stage.reconciler("force-unlock", "0123", "--auto-approve")

    assert (ran.code, ran.text) == (
        1,
        'Error: No lock has the id "0123". Show them with: reconciler lock list\n',
    )


def test_locks_for_scripts_are_one_object_a_line(on_stage: Stage) -> None:
    lock = locked(on_stage)

    listed = json.loads(on_stage.reconciler("lock", "list", "--json").text)
    freed = json.loads(on_stage.reconciler("force-unlock", lock, "--auto-approve", "--json").text)

    assert (listed["lock"], listed["id"], listed["holder"]) == ("contoso", lock, "bob@runner-7 (process 42)")
    assert listed["state"] == "whether its process still runs cannot be told from here"
    assert (freed["freed"], freed["lock"], freed["since"]) == (lock, "contoso", listed["since"])
    assert on_stage.reconciler("lock", "list", "--json").text == ""
