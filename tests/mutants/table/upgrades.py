"""Rules of upgrades and trials: what is asked of Microsoft, how often, and who may not be left behind."""

from __future__ import annotations

from mutants.mutant import Mutant

DRIVER = ("tests/kinds/test_upgrade.py",)
CORE = ("tests/core/test_upgrades.py",)
TRANSITION = "reconciler/kinds/partner/subscription_transition.py"

SPLIT = "reconciler/kinds/partner/subscription_split.py"
SPLITTING = ("tests/kinds/test_split.py",)

ALL = (
    Mutant(
        "seats that are needed stay with the one that gives",
        "reconciler/core/transfers.py",
        "needs.get(giver.sku, 0), rule.buffer",
        "0, rule.buffer",
        ("tests/core/test_transfers.py",),
    ),
    Mutant(
        "nothing is bought where seats are to come from another one",
        "reconciler/core/transfers.py",
        "    if joint is None or not joint.held or joint.is_begun:",
        "    if True:",
        ("tests/core/test_transfers.py",),
    ),
    Mutant(
        "seats of another one are reviewed by name",
        "reconciler/core/constraint.py",
        "is_plain = change.action is Action.UPDATE and splitting.joined_from(change) is None",
        "is_plain = change.action is Action.UPDATE",
        ("tests/core/test_transfers.py",),
    ),
    Mutant(
        "seats go into a subscription only as both were planned from",
        "reconciler/kinds/partner/subscription_join.py",
        "        self._refuse_changed(self.change.address, target)\n",
        "",
        ("tests/kinds/test_join.py",),
    ),
    Mutant(
        "seats that went into a subscription are not asked for again",
        "reconciler/kinds/partner/subscription_join.py",
        "        self._refuse_or_wait(await self.listed())\n",
        "",
        ("tests/kinds/test_join.py",),
    ),
    Mutant(
        "seats that were asked for a moment ago are not asked for again",
        SPLIT,
        "        self.wait_for_answer()\n",
        "",
        SPLITTING,
    ),
    Mutant(
        "a split that is under way is waited for",
        SPLIT,
        "        self._refuse_or_wait(await self.listed())\n",
        "",
        SPLITTING,
    ),
    Mutant(
        "the key of an upgrade is noted before it is asked for",
        TRANSITION,
        "        self.context.buying(address, noted)\n",
        "",
        DRIVER,
    ),
    Mutant(
        "what was asked for a moment ago is not asked for again",
        TRANSITION,
        "        self.wait_for_answer()\n",
        "",
        DRIVER,
    ),
    Mutant(
        "an upgrade that is under way is waited for",
        TRANSITION,
        "        self._refuse_or_wait(await self.listed())\n",
        "",
        DRIVER,
    ),
    Mutant(
        "an upgrade that was undone may be asked for again",
        TRANSITION,
        "return self.is_ours(transition) or self.context.now - transition.begun < SHOWN_LATER",
        "return True",
        DRIVER,
    ),
    Mutant(
        "a lost answer to an upgrade keeps its note",
        TRANSITION,
        "        except InDoubt:\n            raise\n        except CloudError:",
        "        except CloudError:",
        DRIVER,
    ),
    Mutant(
        "an upgrade of a subscription that somebody changed is not sent",
        TRANSITION,
        "        self._refuse_other(current)\n",
        "",
        DRIVER,
    ),
    Mutant(
        "what a trial becomes is renewed",
        TRANSITION,
        "await subscription_writes.arrange(self.session, self.path, Follows.RENEW)",
        "pass",
        DRIVER,
    ),
    Mutant(
        "an upgrade keeps term and billing",
        "reconciler/kinds/partner/subscription.py",
        'return "" if facts.trial else subscription_upgrade.two_steps(desired.spec, live.spec)',
        'return ""',
        DRIVER,
    ),
    Mutant(
        "only along the plans that allow it",
        "reconciler/kinds/partner/subscription.py",
        "is_other = wanted.product != there.product and there.product in wanted.comes_from",
        "is_other = wanted.product != there.product",
        DRIVER,
    ),
    Mutant(
        "nobody keeps a license whose seats go",
        "reconciler/core/plan.py",
        "        if moving.refuse(inputs, drawer):\n            continue\n",
        "",
        CORE,
    ),
    Mutant(
        "seats that an upgrade brings are there once it is done",
        "reconciler/core/handovers.py",
        "coming = [(become[address], supply.quantity)] if address in become else []",
        "coming = []",
        CORE,
    ),
    Mutant(
        "seats of an upgrade are seats of the new product",
        "reconciler/core/supplies.py",
        "return [become.get(supply.address, supply) for supply in there(inputs, rows)]",
        "return there(inputs, rows)",
        CORE,
    ),
    Mutant(
        "people whom no file mentions keep a seat when they move along",
        "reconciler/core/moving.py",
        "found[new] = found.get(new, 0) + len(along)",
        "found[new] = 0",
        CORE,
    ),
    Mutant(
        "the limit of cost counts an upgrade",
        "reconciler/core/gates.py",
        "return change.units > 0 or (change.reason is Reason.UPGRADE and is_dearer)",
        "return change.units > 0",
        CORE,
    ),
    Mutant(
        "an upgrade runs for no more money than was reviewed",
        "reconciler/core/constraint.py",
        "shown, is_same = self.upgrades.get(change.address), identity(change) in self.rows",
        "return identity(change) in self.rows",
        CORE,
    ),
    Mutant(
        "a trial that nobody converts is told of",
        "reconciler/core/trials.py",
        "if supply.address not in decided and 0 <= days <= FIRST_DAYS:",
        "if False:",
        CORE,
    ),
)
