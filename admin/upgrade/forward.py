"""The steps to a new version. Each can be taken again after half of it; a journal tells which."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..release.layout import SUMS
from ..release.sums import NotGenuine, check_tree, sum_of
from . import content, health
from .artefact import NoVersion, look_through, unpack
from .back import Backward, OthersServe, drop_copies
from .health import NotUp
from .installation import Installation
from .journal import Journal, State, Step
from .programs import ProgramFailed, Programs, look
from .services import Services, ServicesFailed

FAULTS: Final = (ProgramFailed, ServicesFailed, NotUp, NoVersion, OSError)
"""What leads back by itself."""
_SAID: Final = {
    Step.UNPACK: "解开新版本",
    Step.BACKUP: "备份（服务还在运行）",
    Step.REHEARSE: "用新版本试建网站、试读数据（服务还在运行）",
    Step.STOP: "停止服务",
    Step.KEEP: "留一份数据库和内容，好退回",
    Step.MIGRATE: "升级数据库",
    Step.CONTENT: "换内容",
    Step.SITE: "建网站",
    Step.SWITCH: "换到新版本",
    Step.START: "启动服务",
    Step.HEALTH: "核对服务",
}


class WentBack(Exception):
    """The upgrade failed, and all is as it was; the message says what failed."""


class Stuck(Exception):
    """The upgrade failed, and so did the way back; the message says both."""


@dataclass
class Forward:
    """One upgrade on its way."""

    installation: Installation
    services: Services
    journal: Journal
    say: Callable[[str], None]
    seconds: int = 90
    """How long the new version may take to come up."""
    worse: dict[str, str] = field(default_factory=dict)
    """What the doctor calls bad since, though the service is up."""

    @property
    def programs(self) -> Programs:
        return Programs(self.installation)

    def run(self) -> None:
        """Take all steps that are left. Raises `WentBack`, `Stuck`, `OthersServe`."""
        try:
            for step in self.journal.left():
                self.journal.begin(step)
                self.say(_SAID[step])
                self._acts[step]()
        except FAULTS as error:
            self._go_back(error)
        self._finish()

    def _go_back(self, fault: Exception) -> None:
        backward = Backward(self.installation, self.services, self.journal, self.say, self.seconds)
        if backward.must_ask:
            raise OthersServe from fault
        self.say(f"没有做成：{fault}\n退回 {self.journal.old}。")
        try:
            backward.run()
        except FAULTS as error:
            raise Stuck(f"{fault}\n退回的时候又出了错：{error}") from None
        raise WentBack(str(fault))

    def _finish(self) -> None:
        drop_copies(self.installation)
        self.journal.close(State.DONE)

    @property
    def _acts(self) -> dict[Step, Callable[[], None]]:
        return {step: getattr(self, f"_{step.value}") for step in Step}

    def _unpack(self) -> None:
        target = self.installation.version(self.journal.new)
        if (target / SUMS).exists():
            try:
                check_tree(target)
            except NotGenuine as error:
                raise NoVersion(str(error)) from None
        else:
            file = Path(self.journal.file)
            if sum_of(file) != self.journal.sum:
                raise NoVersion(f"{file} 已经不是开始时的那个文件。")
            unpack(file, look_through(file), target)
        # That it starts at all on this machine is seen before anything is stopped.
        self.programs.run(self.journal.new, "--version")

    def _backup(self) -> None:
        if self.journal.node_only:
            return
        target = Path(self.journal.backup)
        target.unlink(missing_ok=True)
        try:
            self.programs.run(self.journal.old, "backup", str(target))
        except ProgramFailed as error:
            # It gets its name at the very end: what is missing in the store is said, and no more.
            if not target.exists():
                raise
            self.say(str(error))

    def _rehearse(self) -> None:
        place = self.installation.work.with_name("rehearsal")
        shutil.rmtree(place, ignore_errors=True)
        words = place / "content"
        shutil.copytree(self.installation.content, words, symlinks=True)
        content.apply(self.journal.changes, words, self._new_content)
        self._hand_over(place)
        settings = {"DENGSHAO_CONTENT": str(words), "DENGSHAO_SITE": str(place / "site")}
        self.programs.run(self.journal.new, "upgrade-part", "check", settings=settings)
        if self.journal.migrates and not self.journal.node_only:
            self._as_owner("upgrade-part", "owner")
        self.programs.run(self.journal.new, "site", "--without-copy", settings=settings)
        shutil.rmtree(place)

    def _hand_over(self, place: Path) -> None:
        """Give a folder to the user of the data, who builds there."""
        owner = self.installation.data.stat()
        for path in (place, *place.rglob("*")):
            shutil.chown(path, owner.st_uid, owner.st_gid) if not path.is_symlink() else None

    @property
    def _new_content(self) -> Path:
        return self.installation.app(self.journal.new) / "content"

    def _stop(self) -> None:
        # A second time it finds nothing running: what it found first is to be started again.
        self.journal.set_half(is_half=True)
        stopped = self.services.stop()
        self.journal.units = list(dict.fromkeys([*self.journal.units, *stopped]))
        self.journal.save()

    def _keep(self) -> None:
        work = self.installation.work
        content.keep(self.journal.changes, self.installation.content, work / "content")
        if self.journal.node_only:
            return
        if self.journal.migrates:
            # Nothing was changed yet: where other nodes still work, this leads back.
            self.programs.run(self.journal.new, "upgrade-part", "alone")
        found = look(self.programs, self.journal.old)
        self.journal.tips, self.journal.words = found.tips, found.words
        self.journal.save()
        if self.journal.migrates:
            with open(work / "copy.age", "wb", opener=_private) as file:
                self.programs.run(self.journal.old, "upgrade-part", "copy", stdout=file)
                os.fsync(file.fileno())

    def _migrate(self) -> None:
        if self.journal.migrates and not self.journal.node_only:
            self._as_owner("migrate")

    def _as_owner(self, *words: str) -> None:
        self.programs.run(self.journal.new, *words, settings=self.installation.owner)

    def _content(self) -> None:
        content.apply(self.journal.changes, self.installation.content, self._new_content)

    def _site(self) -> None:
        self.programs.run(self.journal.new, "site")

    def _switch(self) -> None:
        self.installation.point_to(self.journal.new)

    def _start(self) -> None:
        self.journal.set_half(is_half=False)
        self.services.start(self.journal.units)

    def _health(self) -> None:
        health.wait(self.installation, self.journal.new, self.seconds)
        self.worse = health.compare(self.programs, self.journal.new, self.journal.known_faults)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
