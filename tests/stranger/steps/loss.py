"""机器没了：备份拿走，旧机器毁掉，在一台新机器上恢复

What outlives it: the stick with the backup and the district's folder, and three sheets of paper.
"""

import shutil

from tests.journeys.conftest import Reporter
from tests.journeys.test_main_journey import open_tip
from tests.stranger.artefacts import onto, release
from tests.stranger.machine import FOLDER
from tests.stranger.people import picture, place, sign_in, visiting
from tests.stranger.steps.install import install
from tests.stranger.steps.setup import bring_district, it_is_served, prepare
from tests.stranger.steps.tip import ANSWERED, ASKED, PHONE, WORDS

AWAY = "/media/away"
KEPT = FOLDER / "away"


def walk(machine):
    take_away(machine)
    destroy(machine)
    restore(machine)
    it_is_served(machine)
    with visiting(machine) as visit:
        everyone_finds_it_as_it_was(machine, visit)


def take_away(machine):
    """Back up, drill, and carry off what the handbook says to carry off."""
    (machine.root / AWAY.lstrip("/")).mkdir()
    machine.types("dengshao backup /var/backups/dengshao", says="SHA-256")
    machine.types(
        "dengshao restore --check /var/backups/dengshao/*.age",
        lines=[machine.papers["backup"]],
        says="全部核对无误",
    )
    machine.types("cp -r /var/backups/dengshao /media/away/backup")
    machine.types("cp -r /srv/dengshao/content /etc/dengshao/answers.toml /media/away/")
    machine.papers["secret"] = machine.types("cat /etc/dengshao/secret").strip()
    shutil.rmtree(KEPT, ignore_errors=True)
    shutil.copytree(machine.root / AWAY.lstrip("/"), KEPT)


def destroy(machine):
    machine.forget()
    machine.make()
    folder, name = release()
    onto(machine, folder)
    shutil.copytree(KEPT, machine.root / AWAY.lstrip("/"))
    bring_district(machine)
    machine.boot()
    install(machine, name)


def restore(machine):
    """Type what the handbook's page has under 真的要恢复."""
    prepare(machine)
    machine.types("mkdir -p /etc/dengshao /srv/dengshao")
    machine.types("(umask 077 && cat >/etc/dengshao/secret)", lines=[machine.papers["secret"]])
    machine.types("cp -r /media/away/content /srv/dengshao/")
    machine.types(
        "dengshao setup --for-restore --answers /media/away/answers.toml", says="没有启动"
    )
    machine.types("cp -r /media/away/backup/. /var/backups/dengshao/")
    machine.types("chown -R dengshao: /var/backups/dengshao")
    machine.types(
        "dengshao restore /var/backups/dengshao/*.age",
        lines=[machine.papers["backup"]],
        says="已恢复",
    )
    machine.types(
        "dengshao setup --answers /etc/dengshao/answers.toml", says="公众看到的密钥：1 把"
    )
    machine.run("! find /srv/dengshao/content ! -user dengshao | grep -q .")


def everyone_finds_it_as_it_was(machine, visit):
    """Let the reporter come back by the old receipt, and the member by the old card."""
    reporter = Reporter(visit(**PHONE), place(machine))
    reporter.open_mailbox(machine.papers["receipt"])
    reporter.page.wait_for_selector(f".thread :text('{ASKED}')")
    desk = sign_in(visit(), machine, machine.papers["head"])
    open_tip(desk, WORDS)
    desk.wait_for_selector(f"#thread :text('{ANSWERED}')")
    picture(desk, "restored")
