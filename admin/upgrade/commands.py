"""What `dengshao upgrade` does, and what an operator is told and asked."""

import fcntl
import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import click

from ..db import today
from ..release.layout import Places
from ..release.sums import sum_of
from .back import Backward, CameSince, OthersServe
from .checking import (
    IsNoNewer,
    IsUnsigned,
    Plan,
    Refused,
    check_room,
    check_signature,
    check_sum,
    make_plan,
)
from .content import NEW, Act
from .forward import FAULTS, Forward, Stuck, WentBack
from .installation import Installation, NotInstalled
from .journal import Journal, State
from .programs import Programs, look
from .returning import Returning
from .services import Services, Systemd, tell_units
from .telling import OTHERS, stays, tell, waits

UNSIGNED: Final = "我知道这个文件没有签名"
NO_NEWER: Final = "我知道这个版本不比现在的新"
LOSES: Final = "升级以后的线索不要了"
ALONE: Final = "升级前别的服务器就都停了"
STOPPED: Final = "现在别的服务器都停了"
KEPT: Final = 2
_HALFWAY: Final = "上次的升级没有做完。请先运行 dengshao upgrade --resume 或者 --back。"


class Operating:
    """The commands on one installation; `services` is another one in tests."""

    def __init__(
        self, places: Places | None = None, services: Services | None = None, seconds: int = 90
    ) -> None:
        self.installation = Installation(places or Places())
        self.services = services or Systemd()
        self.seconds = seconds

    def upgrade(
        self, file: Path, *, unsigned: bool, force: bool, yes: bool, node_only: bool
    ) -> None:
        """Go to the version in a file."""
        self._refuse_halfway()
        plan = self._plan(file.resolve(), unsigned=unsigned, force=force)
        check_room(self.installation, plan.artefact, node_only=node_only)
        if node_only:
            self._require_migrated(plan)
        tell(plan)
        if not yes:
            click.confirm("继续吗", abort=True)
        self._go(self._journal(file.resolve(), plan, node_only=node_only))

    def _plan(self, file: Path, *, unsigned: bool, force: bool) -> Plan:
        try:
            check_signature(self.installation, file)
        except IsUnsigned as error:
            if not unsigned:
                raise Refused(f"没有签名，不装：{error}") from None
            _ask_for(UNSIGNED)
            check_sum(file)
        try:
            return make_plan(self.installation, file, is_forced=False)
        except IsNoNewer as error:
            if not force:
                raise Refused(f"{error}真要装，加 --force。") from None
        _ask_for(NO_NEWER)
        return make_plan(self.installation, file, is_forced=True)

    def _require_migrated(self, plan: Plan) -> None:
        found = look(Programs(self.installation), plan.old)
        if found.revision != plan.database[1]:
            raise Refused("数据库还没有升级。请先在一台上不带 --node-only 升级。")

    def _journal(self, file: Path, plan: Plan, *, node_only: bool) -> Journal:
        backups = self.installation.places.backups
        if not backups.exists():
            backups.mkdir(mode=0o700, parents=True)
            owner = self.installation.data.stat()
            os.chown(backups, owner.st_uid, owner.st_gid)
        return Journal(
            folder=self.installation.work,
            file=str(file),
            sum=sum_of(file),
            old=plan.old,
            new=plan.new,
            migrates=plan.migrates,
            node_only=node_only,
            backup=str(backups / f"before-{plan.new}-{today().isoformat()}.age"),
            changes=plan.changes,
            known_faults=sorted(Programs(self.installation).faults(plan.old)),
        )

    def resume(self) -> None:
        """Go on with an upgrade that was cut off."""
        journal = self._open()
        if journal.state is not State.FORWARD:
            raise Refused("上次已经在往回退，不能再往前。请运行 dengshao upgrade --back。")
        self._go(journal)

    def _go(self, journal: Journal) -> None:
        journal.save()
        forward = Forward(
            self.installation, self.services, journal, teller(journal.folder), self.seconds
        )
        try:
            forward.run()
        except WentBack as error:
            raise Refused(f"没有升级：{error}\n已退回 {journal.old}，服务照常。") from None
        except CameSince as error:
            raise Refused(stays(journal, error)) from None
        except OthersServe as error:
            raise Refused(waits(error)) from None
        except Stuck as error:
            raise Refused(
                f"没有升级，也没有退回：{error}\n改好以后，运行 dengshao upgrade --back。"
            ) from None
        self._tell_end(forward)

    def _tell_end(self, forward: Forward) -> None:
        journal = forward.journal
        forward.say(f"升级好了：{journal.old} → {journal.new}。备份在 {journal.backup}。")
        for matter, words in forward.worse.items():
            forward.say(f"体检新说要改：{matter}：{words}")
        for change in journal.changes:
            if change.act is Act.BESIDE:
                forward.say(f"请看：{change.path}{NEW}")
        tell_units(self.installation, journal, forward.say)
        if len(self.installation.others()) > KEPT:
            forward.say(f"旧版本多于 {KEPT} 个。用 dengshao upgrade --clean 清掉。")

    def back(self, *, yes: bool) -> None:
        """Undo an upgrade that was cut off, or go back from one that ended well."""
        journal = Journal.open(self.installation.work)
        if journal is None or journal.state is State.RETURNING:
            self._return(journal, yes=yes)
            return
        say = teller(journal.folder)
        backward = Backward(self.installation, self.services, journal, say, self.seconds)
        if backward.must_ask:
            click.echo(OTHERS)
            _ask_for(ALONE)
            backward.is_alone = True
        try:
            backward.run()
        except CameSince as error:
            raise Refused(stays(journal, error)) from None
        except FAULTS as error:
            raise Refused(f"没有退回：{error}\n改好以后，再运行一次。") from None
        say(f"已退回 {journal.old}，什么也没有丢。")

    def _return(self, journal: Journal | None, *, yes: bool) -> None:
        journal = journal or self._last()
        say = teller(journal.folder)
        made = Returning(self.installation, self.services, journal, say, seconds=self.seconds)
        if journal.state is not State.RETURNING:
            self._tell_return(made, yes=yes)
        if made.must_ask:
            click.echo(OTHERS)
            _ask_for(STOPPED)
            made.is_alone = True
        if made.needs_backup:
            made.key = click.prompt("备份私钥", hide_input=True, type=str)
        try:
            made.run()
        except FAULTS as error:
            raise Refused(
                f"没有退完：{error}\n改好以后，再运行 dengshao upgrade --back。"
            ) from None
        say(f"已退回 {journal.old}。")

    def _last(self) -> Journal:
        journal = Journal.last(self.installation.work)
        serving = self.installation.serving().version
        if journal is None or journal.state is not State.DONE or journal.new != serving:
            raise Refused("没有可以退回的升级。")
        if not self.installation.version(journal.old).exists():
            raise Refused(f"{journal.old} 已经清掉了，退不回去。")
        return journal

    def _tell_return(self, made: Returning, *, yes: bool) -> None:
        journal = made.journal
        click.echo(f"退回：{journal.new} → {journal.old}")
        if not made.needs_backup:
            click.echo("数据库没有变过样子，照用现在的：线索、回复都在。")
            if not yes:
                click.confirm("继续吗", abort=True)
            return
        click.echo(
            f"{journal.old} 读不了现在的数据库，要恢复升级前的备份：\n  {journal.backup}\n"
            f"升级以后的 {made.lost()} 条线索会没有，写的人凭码查不到。升级以后的回复、处理、\n"
            "新成员、换过的密钥也会没有。现在的先备份一份，旧版本打不开它。"
        )
        _ask_for(LOSES)

    def clean(self) -> None:
        """Delete the versions but the one that serves and the newest beside it."""
        self._refuse_halfway()
        old = self.installation.others()[KEPT:]
        for release in old:
            shutil.rmtree(self.installation.version(release.version))
            click.echo(f"删掉了 {release.version}。")
        if not old:
            click.echo(f"旧版本不多于 {KEPT} 个，没有删。")

    def _open(self) -> Journal:
        journal = Journal.open(self.installation.work)
        if journal is None:
            raise Refused("没有做到一半的升级。")
        return journal

    def _refuse_halfway(self) -> None:
        if Journal.open(self.installation.work):
            raise Refused(_HALFWAY)


def run(act: Callable[[Operating], None]) -> None:
    """Run one of the commands; what an operator has to mend is a sentence."""
    # A line that drops must not end an upgrade: it goes on, and its log tells how it went.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    operating = Operating()
    try:
        with alone(operating.installation):
            act(operating)
    except (Refused, NotInstalled) as error:
        raise click.ClickException(str(error)) from None
    except KeyboardInterrupt:
        raise click.ClickException(_HALFWAY) from None


@contextmanager
def alone(installation: Installation) -> Iterator[None]:
    """Let no second upgrade run beside this one. Raises `Refused`."""
    versions = installation.places.versions
    if not os.access(versions, os.W_OK):
        raise Refused(f"{versions} 写不进去：没有装好，或者要用 root 来运行。")
    installation.work.mkdir(mode=0o700, exist_ok=True)
    with (installation.work / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused("另一个升级正在进行。") from None
        yield


def teller(folder: Path) -> Callable[[str], None]:
    """Give what tells the operator, and a log for who lost the line."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def say(words: str) -> None:
        with (folder / "upgrade.log").open("a", encoding="utf-8") as log:
            log.write(words + "\n")
        with suppress(OSError):
            click.echo(words)

    return say


def _ask_for(sentence: str) -> None:
    if click.prompt(f"请照抄：{sentence}\n") != sentence:
        raise Refused("没有照抄，不做。")
