"""What `dengshao backup` and `dengshao restore` do, and what an operator is told."""

import os
import sqlite3
import time
from dataclasses import dataclass, field
from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from ..app_state import app_state
from ..config import Config, ConfigError, load_config
from ..db import READ, db, today
from ..migrate import Form, read_steps
from ..models import Setting
from ..sealing.age import HybridIdentity, HybridRecipient, NoMatch, parse_identity, parse_recipient
from ..sealing.errors import SealingError
from ..serving.opening import steps
from ..serving.server import AlreadyRunning, hold_lock
from ..settings.installed import become_owner
from ..vault.files.blobs import BlobsAway, BlobsRefused, PartSpoilt
from ..vault.retention.deletions import (
    COPY,
    BrokenJournal,
    Entry,
    complete,
    copy_beside,
    read_journal,
    write_out,
)
from .archive import Manifest
from .checking import MOST_NAMED
from .drills import note_drill
from .files import NotEmpty
from .journals import read_journals
from .making import LAST_BACKUP, BackupRuns, ReadsOtherwise, note_made_here, write_backup
from .older import delete_older
from .replaying import Replay
from .restoring import Damaged, OtherSecret, TooNew, check, refuse_filled, restore

NO_RECIPIENT = (
    "没有备份公钥。请先运行 dengshao backup key，"
    "再把公钥写进 DENGSHAO_BACKUP_RECIPIENT，或者用 --to 给出。"
)
BAD_RECIPIENT = "备份公钥不对：应当以 age1pq1 开头，由 dengshao backup key 生成。"
KEEP_APART = (
    "密钥文件（DENGSHAO_SECRET_FILE）不在备份里。\n"
    "  请另外抄在纸上或存到另一个介质，和备份分开放。\n"
    "  没有它，查询码查不到线索，动态口令也要重新登记。"
)
SENTENCES: dict[type[Exception], str] = {
    BackupRuns: "另一个备份正在进行，请等它做完。",
    ReadsOtherwise: "磁盘读回来的和写进去的不一样，这块盘不可靠。原来的备份没有动。",
    BlobsAway: "证据文件的存放处（DENGSHAO_BLOBS_URL）没有应答或者写不下，没有做。",
    BlobsRefused: "证据文件的存放处（DENGSHAO_BLOBS_URL）不让读或写，没有做。请核对 AWS_* 的设置。",
    PartSpoilt: "证据文件有一块读出来和写进去的不一样，没有做。请查存放处的盘和线路。",
    NotEmpty: (
        "目标不是空的。请指定空的数据目录和空的数据库，再恢复。\n"
        "  数据库旁边留下的 -wal、-shm、-journal 文件也要移走。\n"
        "  证据文件的存放处（DENGSHAO_BLOBS_URL）也要是空的。"
    ),
    OtherSecret: (
        "密钥文件不是做备份时的那一份，没有恢复。请把原来的密钥文件放回。\n"
        "  真的丢了才用 --without-secret：旧查询码从此都查不到。"
    ),
    TooNew: "备份比这里的程序新，没有恢复。请先升级程序。",
    NoMatch: "这把密钥打不开这份备份：密钥不对，或者备份的开头损坏了。",
    AlreadyRunning: "服务正在这个数据目录上运行。请先停止，再恢复。",
    PermissionError: (
        "备份文件读不了，或者数据目录写不了。\n"
        "  恢复用数据目录的属主来做：请把备份放在他能读的地方，像 /var/backups/dengshao。"
    ),
}


def make_key() -> None:
    identity = HybridIdentity.generate()
    click.echo(f"公钥（写进 DENGSHAO_BACKUP_RECIPIENT）：\n{identity.recipient}\n")
    click.echo("私钥只显示这一次。抄在纸上或存到离线介质，不要留在服务器上。")
    click.echo(f"私钥：\n{identity}\n")
    click.echo("没有私钥，谁也打不开备份，包括我们。")


def make_backup(target: Path, recipient: str | None, keep: int = 0) -> None:
    config = app_state().config
    key = _recipient(recipient or config.backup_recipient)
    target = _named(target)
    try:
        manifest, digest = write_backup(config, db.get_engine(READ), target, key)
    except (BackupRuns, ReadsOtherwise, BlobsAway) as error:
        raise click.ClickException(SENTENCES[type(error)]) from None
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise click.ClickException(_no_room(error)) from None
    _note(config)
    _copy_journal(config, target.parent)
    _tell(manifest)
    click.echo(f"已备份到 {target}\nSHA-256 {digest}\n{KEEP_APART}")
    if manifest.missing:
        # Everything else is in it, but whoever runs this by a timer must hear of it.
        raise click.ClickException(_lacking(manifest))
    if keep:
        _drop_older(target, keep)


def _note(config: Config) -> None:
    now = int(time.time())
    db.session.merge(Setting(name=LAST_BACKUP, value=str(now)))
    db.session.commit()
    try:
        note_made_here(config.data, now)
    except OSError as error:
        raise click.ClickException(f"没有记下日子（{error.strerror}）：备份本身是好的。") from None


def _drop_older(made: Path, keep: int) -> None:
    """After a whole one alone: what today's lacks, an older one may still have."""
    try:
        gone = delete_older(made, keep)
    except OSError as error:
        raise click.ClickException(f"旧的备份没有删掉（{error.strerror}）：新的是好的。") from None
    if gone:
        click.echo(f"留下最新的 {keep} 份，删掉了：{'、'.join(gone)}")


def _copy_journal(config: Config, folder: Path) -> None:
    """Bring the journal of deletions up to date, and lay a copy beside the backup."""
    try:
        write_out(db.session)
        copy_beside(config, folder)
        read_journal(config, folder / COPY)
    except BrokenJournal as error:
        raise click.ClickException(
            f"删除账 {config.deletions_file} 第 {error.number} 行对不上：被人改过，或者磁盘坏了。\n"
            "  备份本身是好的。请查明原因，再把这本账移到一边，另外存好：程序会另起一本。"
        ) from None
    except OSError as error:
        raise click.ClickException(
            f"删除账没有抄好（{error.strerror}）：备份本身是好的。"
        ) from None


def _recipient(text: str | None) -> HybridRecipient:
    if not text:
        raise click.ClickException(NO_RECIPIENT)
    try:
        found = parse_recipient(text.strip())
    except SealingError:
        raise click.ClickException(BAD_RECIPIENT) from None
    if not isinstance(found, HybridRecipient):
        raise click.ClickException(BAD_RECIPIENT)
    return found


def _named(target: Path) -> Path:
    """Name the file by its day where a folder was given."""
    if target.is_dir():
        return target / f"dengshao-{today().isoformat()}.age"
    if not target.parent.is_dir():
        raise click.ClickException(f"没有目录 {target.parent}：请先建好，或者接上备份盘。")
    return target


def _no_room(error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else type(error).__name__
    return f"写不下去（{reason}）：多半是磁盘满了。原来的备份没有动，也没有留下半份。"


def _tell(manifest: Manifest) -> None:
    rows = "，".join(f"{name} {total.count}" for name, total in manifest.tables.items())
    click.echo(f"日期 {manifest.day}，数据库 {manifest.database}，版本 {manifest.revision}")
    click.echo(f"行数：{rows}；证据文件 {len(manifest.blobs)} 个")
    click.echo(f"没有放进去的：{'、'.join(manifest.left_out)}")


def _lacking(manifest: Manifest) -> str:
    names = "、".join(manifest.missing[:MOST_NAMED])
    return f"有 {len(manifest.missing)} 个证据文件在存放处缺了或坏了，备份里也一样：{names}"


@dataclass
class _Journals:
    """The journals of deletions that can be found for a backup, and what they did to it."""

    config: Config
    file: Path
    given: tuple[Path, ...]
    without_secret: bool
    """Then none can be read: neither its MACs nor its tags."""
    without_deletions: bool
    entries: list[Entry] = field(default_factory=list)
    done: Replay | None = None

    def replay(self) -> Replay:
        """Read what was named, the copy beside the backup, and our own. Raises ClickException."""
        if not self.without_secret:
            usual = self.file.parent / COPY, self.config.deletions_file
            self.entries = read_journals(
                self.config, self.given, usual, is_without=self.without_deletions
            )
        self.done = Replay(self.config, self.entries)
        return self.done

    def told(self) -> str:
        """Say what was done by them."""
        deleted, held = (self.done.deleted, self.done.held) if self.done else ({}, {})
        return (
            f"照删除账：备份以后删过的线索 {len(deleted)} 条，没有放回内容；"
            f"保全 {len(held)} 条，照最后定的日子。"
        )


def restore_backup(
    *,
    file: Path,
    identity: Path | None,
    only_check: bool,
    without_secret: bool,
    journals: tuple[Path, ...] = (),
    without_deletions: bool = False,
) -> None:
    # The database and what lies beside it are for this user alone.
    os.umask(0o077)
    try:
        config = load_config()
        # Asked for first: the file that holds it may be root's alone.
        key = _identity(identity)
        become_owner(config.data)
        found = _Journals(config, file, journals, without_secret, without_deletions)
        manifest = _run(config, file, key, found, only_check=only_check)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    except Damaged as error:
        lines = "\n".join(f"  {damage}" for damage in error.damages)
        raise click.ClickException(f"备份损坏，没有恢复：\n{lines}") from None
    except tuple(SENTENCES) as error:
        raise click.ClickException(SENTENCES[type(error)]) from None
    except SealingError:
        raise click.ClickException("不是备份文件，或者开头损坏了。") from None
    _tell(manifest)
    if manifest.missing:
        click.echo(_lacking(manifest))
    if words := older(manifest):
        click.echo(f"备份是旧的样子。{'恢复时会' if only_check else '恢复时已经'}{words}")
    if only_check:
        noted = "只记下今天演练过。" if note_drill(config.data, today()) else ""
        click.echo(f"全部核对无误，什么也没有写。{noted}")
    else:
        click.echo("已恢复。请运行 dengshao doctor。")


def older(manifest: Manifest) -> str:
    """Say what brings an older backup to this program's form."""
    every = read_steps()
    done = [step.revision for step in every].index(manifest.revision) + 1
    missing = tuple(every[done:])
    return steps(Form(manifest.revision, missing, is_unknown=False)) if missing else ""


def _run(
    config: Config, file: Path, key: HybridIdentity, journals: _Journals, *, only_check: bool
) -> Manifest:
    any_secret = journals.without_secret
    with file.open("rb") as source:
        if only_check:
            return check(config, source, key, any_secret=any_secret)
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        with hold_lock(config):
            refuse_filled(config)
            manifest = restore(
                config, source, key, any_secret=any_secret, find_replay=journals.replay
            )
    complete(config, journals.entries)
    click.echo(journals.told())
    return manifest


def _identity(path: Path | None) -> HybridIdentity:
    """Read the operator's identity from a file, or ask for it; it is never echoed."""
    text = path.read_text("utf-8") if path else click.prompt("备份私钥", hide_input=True, type=str)
    lines = [line.strip() for line in text.splitlines()]
    for line in lines:
        if line.startswith("AGE-SECRET-KEY-PQ-1"):
            try:
                found = parse_identity(line)
            except SealingError:
                break
            if isinstance(found, HybridIdentity):
                return found
    raise click.ClickException("备份私钥不对：应当以 AGE-SECRET-KEY-PQ-1 开头。请核对抄写。")
