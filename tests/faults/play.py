"""Plays one story with one trouble, and judges the end: converged, nothing twice, nothing lost, nothing told.

The measure is the same story without trouble: the same end at the customer, no removal that it did not make, never more
seats than it had.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pyrage

from reconciler import reports
from reconciler.app import applying, planning
from reconciler.app.applying import Applied, Orders
from reconciler.cloud.har import HarFile
from reconciler.cloud.sessions import Seams
from reconciler.model.errors import ReconcilerError
from reconciler.model.event import Event
from reconciler.model.plan import Scope
from reconciler.sandbox import worlddump
from reconciler.sandbox.portal import change
from reconciler.sandbox.portal.perform import perform

from . import stories
from .clouds import ENVIRON, Clouds, Kill
from .ends import End, end_of, removals
from .stories import Story
from .virtual import Time, run

Json = dict[str, Any]
MOST_RUNS = 3
LAG_IS_OVER_S = 10.0
FAST_DISK = Path("/dev/shm")


@dataclass(frozen=True)
class Trouble:
    """What goes wrong in the first run: fault rules, or a kill at a request."""

    name: str
    rules: tuple[Json, ...] = ()
    kill_at: int = 0
    acted: bool = False


@dataclass(frozen=True)
class Prepared:
    """A story at the point where trouble may begin: the world, the folder, and the reviewed plan where it has one."""

    story: Story
    world: Json
    folder: Path
    seconds: float
    reviewed: tuple[bytes, ...]
    identity: str


@dataclass
class Verdict:
    """How many runs it took, everything that was wrong, and what the run looked like."""

    runs: int = 0
    wrong: list[str] = field(default_factory=list)
    rows: list[Json] = field(default_factory=list)
    end: End | None = None
    removed: frozenset[str] = frozenset()
    peak: dict[str, int] = field(default_factory=dict)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A folder on the fastest disk there is, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=FAST_DISK if FAST_DISK.is_dir() else None) as name:
        yield Path(name)


@dataclass
class Stage:
    """One repository before one cloud. Everything that was said or written is kept in `told`."""

    root: Path
    clouds: Clouds
    told: list[str] = field(default_factory=list)

    def write(self, story: Story, text: str, identity: pyrage.x25519.Identity) -> None:
        settings = stories.settings(story, str(identity.to_public()))
        (self.root / "desired-state").mkdir(exist_ok=True)
        (self.root / "desired-state" / "all.yaml").write_text(f"{settings}---{text}", encoding="utf-8")

    def request(self, recorder: HarFile | None = None) -> planning.Request:
        time = self.clouds.time
        seams = Seams(recorder=recorder, transport_for=self.clouds.transport_for(), wall=time.now)
        return planning.Request(self.root, Scope(), ENVIRON, seams=seams, clock=time.clock())

    def plan(self) -> planning.Result:
        """A plan; everything that it shows is told."""
        made: planning.Result = run(self.clouds.time, lambda: planning.make(self.request()))
        self._tell_document(reports.plan_document(made.plan))
        self.told.append(made.file("0").decode())
        return made

    def plan_later(self) -> planning.Result:
        """The plan once every replica has seen everything, looked at ahead of time: the next run starts at once."""
        now = self.clouds.time.seconds
        self.clouds.time.seconds += LAG_IS_OVER_S
        try:
            return self.plan()
        finally:
            self.clouds.time.seconds = now

    def apply(self, files: tuple[bytes, ...] = ()) -> Applied | None:
        """One apply; None where it was killed, or ended with an error that is told."""
        orders = Orders(files, hear=self._hear, holder="test", process="p", is_gone=lambda process: process == "p")
        kill, root = self.clouds.kill, self.root
        died: list[Path] = []
        with HarFile(root / "trace.har", self.clouds.time.now) as recorder, folder() as grave:

            async def whole() -> Applied:
                task = asyncio.current_task()

                def dying() -> None:
                    died.append(Path(shutil.copytree(root / ".reconciler", grave / "store")))
                    assert task is not None
                    task.cancel()

                if kill:
                    kill.dying = dying
                    asyncio.get_running_loop().set_exception_handler(
                        lambda _loop, _what: None
                    )  # nobody is left to hear
                return await applying.apply(self.request(recorder), orders)

            applied = self._ended(whole)
            if died:
                shutil.rmtree(root / ".reconciler")
                shutil.copytree(died[0], root / ".reconciler")
                applied = None
        self.told.append((root / "trace.har").read_text(encoding="utf-8"))
        if applied:
            self._tell_document(reports.apply_document(applied.plan, applied.outcomes, applied.unreviewed))
        return applied

    def _ended(self, work: Any) -> Applied | None:
        try:
            applied: Applied = run(self.clouds.time, work)
        except asyncio.CancelledError:
            return None
        except ReconcilerError as error:
            self.told.append(str(error))
            return None
        return applied

    def _hear(self, event: Event) -> None:
        self.told.append(repr(event))
        self.told.extend(reports.progress.lines(event))

    def _tell_document(self, document: Any) -> None:
        self.told.extend(reports.named(name).render(document) for name in ("text", "markdown", "json"))

    def leaks(self) -> list[str]:
        """Places where a secret stands that must not."""
        files = [path for path in self.root.rglob("*") if path.is_file() and path.suffix != ".age"]
        places = {str(path.relative_to(self.root)): path.read_text(errors="replace") for path in files}
        places["what was said"] = "\n".join(self.told)
        return [f"a secret in {place}" for place, text in places.items() if any(s in text for s in self.clouds.secrets)]


@cache
def prepared(story: Story, behavior: str = "{}") -> Prepared:
    """The story's beginning, played without trouble; made once for each process."""
    time, identity = Time(), pyrage.x25519.Identity.generate()
    root = Path(tempfile.mkdtemp(dir=FAST_DISK if FAST_DISK.is_dir() else None))
    stage = Stage(root, Clouds(stories.world(story, orjson.loads(behavior)), time))
    stage.write(story, story.before, identity)
    for _ in range(2):
        stage.apply()
        time.seconds += 60
    left = stage.plan().plan
    assert not left.executable, [str(c.address) for c in left.executable]
    assert left.complete, (left.findings, left.deferred, left.reads)
    stage.write(story, story.after, identity)
    reviewed: tuple[bytes, ...] = ()
    if story.reviewed:
        reviewed = (stage.plan().file("0"),)
    for one in change.parse(list(story.portal)):
        perform(stage.clouds.world, one)
    time.seconds += 60
    return Prepared(story, worlddump.dump(stage.clouds.world), root, time.seconds, reviewed, str(identity))


def play(begun: Prepared, trouble: Trouble | None = None) -> Verdict:
    """Play the story; the first run meets the trouble, later ones meet none."""
    verdict = Verdict()
    with folder() as root:
        shutil.copytree(begun.folder, root, dirs_exist_ok=True)
        stage = Stage(root, Clouds(begun.world, Time(begun.seconds)))
        clouds = stage.clouds
        if trouble:
            clouds.trouble(*trouble.rules)
            clouds.kill = Kill(trouble.kill_at, trouble.acted) if trouble.kill_at else None
        files, still = begun.reviewed, [""]
        while still and verdict.runs < MOST_RUNS:
            verdict.runs += 1
            stage.apply(files)
            if verdict.runs == 1:
                verdict.rows = list(clouds.rows)
            clouds.calm()
            files = ()
            left = stage.plan_later().plan
            clouds.calm()
            still = [str(c.address) for c in left.executable] + [d.why for d in left.deferred]
        if still:
            verdict.wrong.append(f"not converged after {MOST_RUNS} runs: {still}")
        verdict.end, verdict.peak = end_of(clouds.world), clouds.peak
        verdict.removed = removals(clouds)
        verdict.wrong += stage.leaks() + passwords(stage, begun) + twice(clouds)
    return verdict


def passwords(stage: Stage, begun: Prepared) -> list[str]:
    """Accounts that this story made and whose real password no recipient can read."""
    opened: dict[str, set[str]] = {}
    identity = pyrage.x25519.Identity.from_str(begun.identity)
    for path in (stage.root / ".reconciler" / "handover").rglob("*.age"):
        name, password = pyrage.decrypt(path.read_bytes(), [identity]).decode().splitlines()
        opened.setdefault(name, set()).add(password)
    real: dict[str, str] = {}
    ids = {user.id: user.upn for tenant in stage.clouds.world.tenants.values() for user in tenant.users.values()}
    for write in stage.clouds.writes:
        password = (write.body.get("passwordProfile") or {}).get("password")
        if write.credentials:
            domain = write.body["companyProfile"]["domain"]
            real[f"{write.credentials['userName']}@{domain}"] = write.credentials["password"]
        if password and write.method == "POST":
            real[str(write.body["userPrincipalName"])] = password
        elif password:
            real[ids.get(write.path.partition("?")[0].rpartition("/")[2], write.path)] = password
    return [f"nobody can read the password of {name}" for name in real if real[name] not in opened.get(name, set())]


def twice(clouds: Clouds) -> list[str]:
    """A customer that was made and then asked for again, whatever the service answered."""
    made = [write for write in clouds.writes if (write.method, write.path) == ("POST", "/pc/v1/customers")]
    asked = clouds.asked_after_made
    return [f"asked {asked} times more for a customer that was made"] if made and asked else []


def judged(begun: Prepared, trouble: Trouble, clean: Verdict) -> Verdict:
    """Play with trouble and compare with the play without."""
    verdict = play(begun, trouble)
    assert verdict.end is not None
    assert clean.end is not None
    verdict.wrong += clean.end.compared(verdict.end)
    undeclared = verdict.removed - clean.removed - begun.story.may_remove
    verdict.wrong += [f"removed without being declared: {what}" for what in sorted(undeclared)]
    verdict.wrong += [
        f"{name} had {verdict.peak.get(name, 0)} seats for a while, not {seats}"
        for name, seats in clean.peak.items()
        if verdict.peak.get(name, 0) > seats
    ]
    return verdict
