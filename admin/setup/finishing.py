"""What `dengshao setup` ends by on the machine: database, site, services, a look at all."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import click

from ..settings.installed import SETTINGS, own_command, read_settings
from .asked.answers import Answers, said
from .written.writing import Writer

SERVICES: Final = (
    "dengshao.service",
    "dengshao-sweep.timer",
    "dengshao-doctor.timer",
    "dengshao-bulletins.timer",
    "dengshao-edge-log.socket",
    "dengshao-edge-log.service",
)
_BACKUP: Final = "dengshao-backup.timer"
_SYSTEMD: Final = Path("/run/systemd/system")


def finish(writer: Writer, answers: Answers, *, is_for_restore: bool) -> None:
    """Go on as far as was answered; each step says itself what it does, or why it does not."""
    environ = {**os.environ, **read_settings(writer.read(SETTINGS))}
    if is_for_restore:
        click.echo("\n都写好了，没有建表，没有启动。现在可以运行 dengshao restore 备份文件。")
        return
    if answers.get("finish.migrate"):
        _run("数据库", "migrate", environ)
    _run("网站", "site", environ)
    if answers.get("finish.start"):
        _start([*SERVICES, *([_BACKUP] if said(answers, "backup.recipient") else [])])
    _run("体检", "doctor", environ)


def _run(title: str, command: str, environ: dict[str, str]) -> None:
    """Run a command of ours as somebody would type it: it finds settings and user by itself."""
    click.secho(f"\n{title}：dengshao {command}", bold=True)
    sys.stdout.flush()
    done = subprocess.run([str(own_command()), command], env=environ, check=False)  # noqa: S603
    if done.returncode:
        click.secho(f"还有没做完的。照上面的话改好，再运行 dengshao {command}。", fg="red")


def _start(services: list[str]) -> None:
    if not _SYSTEMD.exists():
        click.echo(
            "\n这里没有 systemd 在运行，没有启动。请用您自己的办法启动 dengshao serve 和 nginx。"
        )
        return
    click.secho("\n启动服务", bold=True)
    _done("systemctl", "daemon-reload")
    _done("systemctl", "enable", "--quiet", *services)
    # One that does not start keeps no other from starting.
    for service in services:
        _done("systemctl", "restart", service)
    if _done("nginx", "-t", "-q"):
        _done("systemctl", "reload-or-restart", "nginx")


def _done(*command: str) -> bool:
    """Run a command of the machine's, and say it where that failed."""
    is_done = subprocess.run(command, check=False).returncode == 0  # noqa: S603
    if not is_done:
        click.secho(f"没有做成：{' '.join(command)}", fg="red")
    return is_done
