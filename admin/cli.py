"""The `dengshao` command: what an operator does at a terminal.

Nothing here opens a store or reads a setting before a command is run: whoever only asks for help
gets help.
"""

import os

import click

from .commands.copies import backup, doctor, metrics, move, restore
from .commands.counting import counts
from .commands.database import database
from .commands.edge_log import edge_log
from .commands.gate import gate
from .commands.installing import setup, site
from .commands.keys import keys
from .commands.people import audit, permissions, staff, unit
from .commands.running import bulletins, demo, migrate, notices, reload, secret, serve, sweep
from .commands.texts import clean, law, open_
from .commands.upgrading import upgrade, upgrade_part
from .commands.version import version_option
from .settings.installed import SettingsUnread, is_release, take_settings

COMMANDS = (
    audit,
    backup,
    bulletins,
    clean,
    counts,
    database,
    demo,
    doctor,
    edge_log,
    gate,
    keys,
    law,
    metrics,
    migrate,
    move,
    notices,
    open_,
    permissions,
    reload,
    restore,
    secret,
    serve,
    setup,
    site,
    staff,
    sweep,
    unit,
    upgrade,
    upgrade_part,
)


def _begin() -> None:
    """Before any command: an installed program goes by the installation's settings."""
    if is_release():
        try:
            take_settings(os.environ)
        except SettingsUnread as error:
            raise click.ClickException(str(error)) from None


main = click.Group(
    "dengshao",
    help="灯哨：公开网站、线索表单、办公页面的运维命令。",
    commands={str(command.name): command for command in COMMANDS},
    params=[version_option],
    callback=_begin,
)
