"""Back to the version before, by hand and some time later: what came since may be lost by it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..db import today
from . import content, health
from .back import OthersServe
from .installation import Installation
from .journal import Journal, State, Step
from .programs import Programs, look
from .services import Services


@dataclass
class Returning:
    """Goes from the new version to the old one. Can be run again after half of it."""

    installation: Installation
    services: Services
    journal: Journal
    say: Callable[[str], None]
    key: str = ""
    """The operator's secret key, where the database has to come from the backup."""
    seconds: int = 90
    is_alone: bool = False
    """Whether somebody said that no other node serves."""

    @property
    def programs(self) -> Programs:
        return Programs(self.installation)

    @property
    def needs_backup(self) -> bool:
        """Tell whether the old version cannot read the database as it is now."""
        return self.journal.migrates and not self.journal.node_only

    @property
    def must_ask(self) -> bool:
        """Tell whether the database would be put back while other nodes may serve from it."""
        return self.needs_backup and self.installation.nodes > 1

    def lost(self) -> int:
        """Count the tips that came since, and that the old version will not have."""
        if not self.needs_backup:
            return 0
        return max(
            look(self.programs, self.installation.serving().version).tips - self.journal.tips, 0
        )

    def run(self) -> None:
        """Go all the way back. Raises what the steps raise, and `OthersServe`."""
        if self.must_ask and not self.is_alone:
            raise OthersServe
        if self.journal.state is not State.RETURNING:
            self._begin()
        self._stop()
        if self.needs_backup:
            self.say("恢复升级前的备份")
            self._restore()
        self.say("换回内容和网站")
        old = self.installation.app(self.journal.old) / "content"
        content.apply(self.journal.changes, self.installation.content, old)
        self.programs.run(self.journal.old, "site")
        self.installation.point_to(self.journal.old)
        self._start()

    def _begin(self) -> None:
        """Keep what would be lost in a backup of its own, and write down what is to be done."""
        if self.needs_backup:
            target = Path(self.journal.backup).with_name(
                f"before-return-{self.journal.new}-{today().isoformat()}.age"
            )
            self.say(f"先备份现在的，在 {target}")
            self.programs.run(self.journal.new, "backup", str(target))
        versions = (self.journal.new, self.journal.old)
        new, old = (content.digests(self.installation.app(name) / "content") for name in versions)
        ours = content.digests(self.installation.content)
        self.journal.changes = content.compare(new, old, ours, set())
        self.journal.state, self.journal.step = State.RETURNING, Step.STOP
        self.journal.units = []
        self.journal.save()

    def _stop(self) -> None:
        self.say("停止服务")
        self.journal.set_half(is_half=True)
        stopped = self.services.stop()
        self.journal.units = list(dict.fromkeys([*self.journal.units, *stopped]))
        self.journal.save()

    def _restore(self) -> None:
        words = ("upgrade-part", "restore", "--backup", self.journal.backup)
        # Held in memory: a key on a disk would open every backup.
        with os.fdopen(os.memfd_create("key"), "w+b") as key:
            key.write(self.key.encode())
            key.seek(0)
            owner = self.installation.owner
            self.programs.run(self.journal.old, *words, settings=owner, stdin=key)

    def _start(self) -> None:
        self.say("启动服务")
        self.journal.set_half(is_half=False)
        self.services.start(self.journal.units)
        health.wait(self.installation, self.journal.old, self.seconds)
        self.journal.close(State.WENT_BACK)
