"""The way back from an upgrade that was cut off or failed: all as it was, to the byte."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from . import content, health
from .installation import Installation
from .journal import Journal, State, Step
from .programs import Programs, look
from .services import Services


class CameSince(Exception):
    """Somebody was told that words are kept since: going back would lose them. Says how many."""


class OthersServe(Exception):
    """Other nodes may have taken tips since the copy was made: putting it back would lose them."""


@dataclass
class Backward:
    """Undoes the steps that were begun, the last first. Can be run again after half of it."""

    installation: Installation
    services: Services
    journal: Journal
    say: Callable[[str], None]
    seconds: int = 90
    is_alone: bool = False
    """Whether somebody said that no other node has served since before the upgrade."""

    @property
    def programs(self) -> Programs:
        return Programs(self.installation)

    @property
    def must_ask(self) -> bool:
        """Tell whether the database would be put back while other nodes may serve from it."""
        restores = self._has_copy and self.journal.reached(Step.MIGRATE)
        return restores and self.journal.state is not State.UNDONE and self.installation.nodes > 1

    def run(self) -> None:
        """Go all the way back. Raises what the steps raise, `CameSince` and `OthersServe`."""
        # Told before anything is written down: the way forward stays open.
        if self.must_ask and not self.is_alone:
            raise OthersServe
        # Once the copies are being taken away nothing may be put back from them any more.
        if self.journal.state is not State.UNDONE:
            self._set(State.BACKWARD)
            if self.journal.reached(Step.STOP):
                self._undo()
                self._start_old()
            self._set(State.UNDONE)
        self._tidy()
        self.journal.close(State.WENT_BACK)

    def _set(self, state: State) -> None:
        self.journal.state = state
        self.journal.save()

    def _undo(self) -> None:
        self.journal.set_half(is_half=True)
        stopped = self.services.stop()
        self.journal.units = list(dict.fromkeys([*self.journal.units, *stopped]))
        self.journal.save()
        if came := self._came_since():
            self._stay()
            raise CameSince(str(came))
        if self.journal.reached(Step.SWITCH):
            self.installation.point_to(self.journal.old)
        if self.journal.reached(Step.MIGRATE):
            self._put_database_back()
        if self.journal.reached(Step.CONTENT):
            self._put_content_back()

    def _came_since(self) -> int:
        """Count what came while the new version was up, however badly: it stands in no copy."""
        if not self._has_copy or not self.journal.reached(Step.START):
            return 0
        return max(look(self.programs, self.journal.new).words - self.journal.words, 0)

    def _stay(self) -> None:
        """Leave the new version in its place; by hand it can be left, with what is lost said."""
        self.journal.set_half(is_half=False)
        self.services.start(self.journal.units)
        drop_copies(self.installation)
        self.journal.close(State.DONE)

    @property
    def _has_copy(self) -> bool:
        return self.journal.migrates and not self.journal.node_only

    def _put_database_back(self) -> None:
        if not self._has_copy:
            return
        self.say("恢复数据库（服务停着，没有新线索会丢）")
        with (self.installation.work / "copy.age").open("rb") as file:
            owner, words = self.installation.owner, ("upgrade-part", "restore")
            self.programs.run(self.journal.old, *words, settings=owner, stdin=file)

    def _put_content_back(self) -> None:
        self.say("恢复内容和网站")
        kept = self.installation.work / "content"
        content.put_back(self.journal.changes, self.installation.content, kept)
        if self.journal.reached(Step.SITE):
            self.programs.run(self.journal.old, "site")

    def _start_old(self) -> None:
        self.say("启动原来的版本")
        self.journal.set_half(is_half=False)
        self.services.start(self.journal.units)
        health.wait(self.installation, self.journal.old, self.seconds)

    def _tidy(self) -> None:
        """Take away what was unpacked and copied."""
        work = self.installation.work
        new = self.installation.version(self.journal.new)
        for folder in (new, new.with_name(f".{new.name}.part"), work.with_name("rehearsal")):
            shutil.rmtree(folder, ignore_errors=True)
        drop_copies(self.installation)


def drop_copies(installation: Installation) -> None:
    """Take away what an upgrade kept for the way back."""
    shutil.rmtree(installation.work / "content", ignore_errors=True)
    (installation.work / "copy.age").unlink(missing_ok=True)
