"""Rules of performing and remembering: what is written down when, what is looked at again, who may run at once."""

from __future__ import annotations

from mutants.mutant import Mutant

PRECONDITION = ("tests/engine/test_precondition.py",)
VERIFY = ("tests/engine/test_verify_readings.py",)
EXECUTE = ("tests/engine/test_execute.py",)
STEPS = ("tests/engine/test_steps.py",)
LOCKS = ("tests/store/test_locks.py",)
LEDGER = ("tests/store/test_ledger.py",)
JOURNAL = ("tests/store/test_journal.py",)
HOOKS = ("tests/engine/test_hooks.py",)
HOOKED = ("tests/cli/test_hooks.py",)

ALL = (
    Mutant(
        "a hook that says no keeps everything from being done",
        "reconciler/app/applying.py",
        "    if hooking and (vetoed := await hooking.before(plan)):\n",
        "    if hooking and (vetoed := await hooking.before(plan)) and vetoed.words == '':\n",
        HOOKED,
    ),
    Mutant(
        "no command but apply starts hooks",
        "reconciler/app/applying.py",
        "    hooks: bool = False\n",
        "    hooks: bool = True\n",
        HOOKED,
    ),
    Mutant(
        "a hook gets none of the run's variables but the usual ones",
        "reconciler/engine/hooks.py",
        "    names = dict.fromkeys((*PASSED, *hook.env))\n",
        "    names = dict.fromkeys((*call.environ, *hook.env))\n",
        HOOKS,
    ),
    Mutant(
        "what a hook started is ended with it",
        "reconciler/engine/hooks.py",
        "        os.killpg(group, number)\n",
        "        os.kill(group, number)\n",
        HOOKS,
    ),
    Mutant(
        "a reset that was asked for is noted before it is sent",
        "reconciler/app/record.py",
        "if change.reason is Reason.ASKED:",
        "if change.reason is Reason.RENAME:",
        ("tests/app/test_write_ahead.py",),
    ),
    Mutant(
        "a schedule is noted before it is taken away",
        "reconciler/engine/execute.py",
        "or (change.owed and change not in progress.outcomes)",
        "or (change.owed and change in due)",
        STEPS,
    ),
    Mutant(
        "a row's precondition is looked at",
        "reconciler/engine/execute.py",
        "verdict = precondition.check(change, progress.live.get(change.address))",
        "verdict = None",
        EXECUTE,
    ),
    Mutant(
        "what is as it shall be is done already",
        "reconciler/engine/precondition.py",
        "    if all(now[field.path] == field.after and not _comes_back(change, field) for field in change.fields):\n"
        "        return ALREADY\n",
        "",
        PRECONDITION,
    ),
    Mutant(
        "what is neither before nor after is stale",
        "reconciler/engine/precondition.py",
        "if now[field.path] not in (field.before, field.after):",
        "if now[field.path] is field:",
        PRECONDITION,
    ),
    Mutant(
        "a deleted twin is not overwritten",
        "reconciler/engine/precondition.py",
        "return _gone() if live is None or live.deleted else _of_update(change, live)",
        "return _gone() if live is None else _of_update(change, live)",
        PRECONDITION,
    ),
    Mutant(
        "a row is verified by two readings",
        "reconciler/engine/verify.py",
        "REQUIRED = 2",
        "REQUIRED = 1",
        VERIFY,
    ),
    Mutant(
        "the two readings follow one another",
        "reconciler/engine/verify.py",
        "waiting[change] = waiting[change] + 1 if shows(change, snapshot, made) else 0",
        "waiting[change] = waiting[change] + 1 if shows(change, snapshot, made) else waiting[change]",
        VERIFY,
    ),
    Mutant(
        "a partial reading verifies no absence",
        "reconciler/engine/verify.py",
        "    if snapshot.covers(change.address.kind).state is not CoverageState.COMPLETE:\n        return False\n",
        "",
        EXECUTE,
    ),
    Mutant(
        "the intent is written before the request",
        "reconciler/engine/execute.py",
        "    try:\n        tools.emit(StepStarted(tools.clock.now(), step.id, due))\n"
        "        async with tools.stop.within(GRACE_S):\n"
        "            made = await _perform(step, due, tools, progress)\n",
        "    try:\n        async with tools.stop.within(GRACE_S):\n"
        "            made = await _perform(step, due, tools, progress)\n"
        "        tools.emit(StepStarted(tools.clock.now(), step.id, due))\n",
        EXECUTE,
    ),
    Mutant(
        "the ledger says ahead that a secret is made",
        "reconciler/engine/execute.py",
        "if (secret and change in due) or (change.owed",
        "if (secret and not due) or (change.owed",
        STEPS,
    ),
    Mutant(
        "a secret is handed over before its create counts as done",
        "reconciler/engine/execute.py",
        "    if secret:\n        _hand_over(due, made, tools, progress)\n    return made\n",
        "    return made\n",
        STEPS,
    ),
    Mutant(
        "what needs a failed row is skipped",
        "reconciler/engine/execute.py",
        "return next((address for address in needed if progress.unsettled(address)), None)",
        "return None",
        EXECUTE,
    ),
    Mutant(
        "a creation in doubt is not sent again",
        "reconciler/engine/execute.py",
        "if any(change.action is Action.CREATE and not kind.repeatable for change in verdict.unverified):",
        "if not verdict.unverified:",
        EXECUTE,
    ),
    Mutant(
        "nothing begins after the deadline",
        "reconciler/engine/execute.py",
        "    if tools.clock.monotonic() >= tools.deadline:\n        return",
        "    if not tools:\n        return",
        EXECUTE,
    ),
    Mutant(
        "nothing begins after somebody asked to stop",
        "reconciler/engine/execute.py",
        "if tools.stop.why or (tools.fail_fast and progress.failed):",
        "if tools.fail_fast and progress.failed:",
        EXECUTE,
    ),
    Mutant(
        "the ledger remembers only what is verified",
        "reconciler/model/event.py",
        "return self in (Status.DONE, Status.ALREADY_DONE)",
        "return self in (Status.DONE, Status.ALREADY_DONE, Status.UNVERIFIED)",
        ("tests/core/test_remember.py",),
    ),
    Mutant(
        "the ledger is written after the rows were verified",
        "reconciler/app/record.py",
        "return remember.after(ledger, ended, self.stamp)",
        "return remember.after(ledger, (replace(one, status=Status.DONE) for one in ended), self.stamp)",
        ("tests/app/test_record.py",),
    ),
    Mutant(
        "a later reading speaks the plan's names",
        "reconciler/app/applying.py",
        "return match.spoken(snapshot, found.plan.live, kinds.ALL)",
        "return snapshot",
        ("tests/hazards/test_rename_that_is_only_reported.py",),
    ),
    Mutant(
        "no value enters the ledger",
        "reconciler/model/ledger.py",
        "return hashlib.blake2b(text.encode(), key=self.salt.encode()[:64], digest_size=12).hexdigest()",
        "return text",
        ("tests/core/test_classify.py", "tests/core/test_remember.py", *LEDGER),
    ),
    Mutant(
        "digests are salted per customer",
        "reconciler/model/ledger.py",
        "key=self.salt.encode()[:64], digest_size=12",
        "digest_size=12",
        ("tests/model/test_values.py",),
    ),
    Mutant(
        "a ledger that somebody saved meanwhile is not overwritten",
        "reconciler/store/ledger.py",
        "_to_json(ledger, self.owner), if_match=remembered.etag)",
        "_to_json(ledger, self.owner), if_match=getattr(self.store.get(_key(ledger.customer)), 'etag', None))",
        LEDGER,
    ),
    Mutant(
        "another repository's ledger is refused",
        "reconciler/store/ledger.py",
        'if not ownership.is_same(found := _text(wire, "owner", "the header"), owner):',
        'if not (found := _text(wire, "owner", "the header")):',
        LEDGER,
    ),
    Mutant(
        "a repository with another connection keeps its memory",
        "reconciler/store/ownership.py",
        "return one == other or bool(",
        "return one == other or not bool(",
        ("tests/store/test_ownership.py",),
    ),
    Mutant(
        "an object is seen whole or not at all",
        "reconciler/store/objects.py",
        "            _replace(path, content)\n        return _etag(content)",
        "            path.write_bytes(content)\n        return _etag(content)",
        ("tests/store/test_objects.py",),
    ),
    Mutant(
        "a journal that was changed by hand is noticed",
        "reconciler/store/journal.py",
        'if whole["prev"] != last:',
        'if not whole["prev"]:',
        JOURNAL,
    ),
    Mutant(
        "no key with the name of a secret enters the journal",
        "reconciler/store/journal.py",
        '        assert not (names := _names_of_secrets(event)), f"a secret would enter the journal: {names}"\n',
        "",
        JOURNAL,
    ),
    Mutant(
        "what would be made is not begun where it cannot be written down",
        "reconciler/app/record.py",
        "if isinstance(event, StepStarted) and any(change.action is Action.CREATE for change in event.changes):",
        "if isinstance(event, StepStarted) and not event.changes:",
        ("tests/app/test_write_ahead.py",),
    ),
    Mutant(
        "a write whose answer was lost counts as written",
        "reconciler/store/buckets.py",
        "return found.etag if found and found.mark == mark else None",
        "return None",
        ("tests/store/test_lost_answers.py",),
    ),
    Mutant(
        "equal content of somebody else is no write of ours",
        "reconciler/store/buckets.py",
        "return found.etag if found and found.mark == mark else None",
        "return found.etag if found and found.content == content else None",
        ("tests/store/test_lost_answers.py",),
    ),
    Mutant(
        "a run takes all of its customers or none",
        "reconciler/store/locks.py",
        "met = [lease for lease in held if not wanted.isdisjoint(lease.customers)]",
        "met = [lease for lease in held if wanted.issubset(lease.customers)]",
        LOCKS,
    ),
    Mutant(
        "a lock that is held is not taken",
        "reconciler/store/locks.py",
        "if lease.expires > self.now() and not self.is_gone(lease.process):",
        "if lease.expires > self.now() and not self.is_gone(lease.process) and not lease.holder:",
        LOCKS,
    ),
    Mutant(
        "a holder learns that its lock was taken over",
        "reconciler/store/locks.py",
        "if not any(one.id == lease.id for one in held):",
        "if not held:",
        LOCKS,
    ),
    Mutant(
        "the lock's lease is renewed",
        "reconciler/app/leasing.py",
        "            lease = locks.renew(lease)\n",
        "            pass\n",
        ("tests/app/test_leasing.py",),
    ),
    Mutant(
        "a process whose end is not known keeps its lock",
        "reconciler/app/leasing.py",
        "if not machine or machine != _machine() or not number.isdecimal():",
        "if not machine or not number.isdecimal():",
        ("tests/app/test_leasing.py",),
    ),
    Mutant(
        "what a run that died may have made is in doubt",
        "reconciler/core/resume.py",
        "OPEN = frozenset({BEGUN, Status.IN_DOUBT, Status.UNVERIFIED})",
        "OPEN = frozenset({Status.IN_DOUBT, Status.UNVERIFIED})",
        ("tests/core/test_resume.py",),
    ),
)
