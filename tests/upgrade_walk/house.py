"""An installation below a folder, with the whole program in two versions."""

import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from admin.config import ROOT
from admin.doctor.web import ask
from admin.migrate import known_revisions
from admin.release.layout import ABOUT, PUBLIC_KEY, Places, Release, artefact_name
from admin.release.making.source import copy_app
from admin.release.sums import public_pem, sign, write_sums
from admin.sealing.age import HybridIdentity
from tests.admin.upgrade.small import pack
from tests.pages.filled import fill_in
from tests.ports import free_port

OLD, NEW = "0.1.0", "0.1.1"
NEXT = "9999"
WRAPPER = """#!/bin/sh
here=$(readlink -f "$0")
version=${here%/bin/*}
if [ -z "${DENGSHAO_ENV-}" ]; then
  set -a
  . @ROOT@/etc/dengshao/dengshao.env
  set +a
fi
export PYTHONSAFEPATH=1 PYTHONPATH="$version/app" PYTHONPYCACHEPREFIX="@ROOT@/pyc/${version##*/}"
exec @PYTHON@ -c 'from admin.cli import main; main(prog_name="dengshao")' "$@"
"""
MIGRATION = '''"""Of the walk."""

import sqlalchemy as sa
from alembic import op

revision = "{next}"
down_revision = "{head}"
branch_labels = None
depends_on = None
told = "试升级时加的一张表"


def upgrade() -> None:
    op.create_table("walked", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    op.drop_table("walked")
'''
SENTENCE = "\n这一句是新版本的。\n"
OURS = "\n这一句是本地加的。\n"
PAGES = ("about/accessibility.md", "about/offline.md")
BROKEN = "raise SystemExit('this version does not start')\n"


class House:
    def __init__(self, root, database_url):
        self.root, self.places = root, Places(root)
        self.port, self.identity = free_port(), HybridIdentity.generate()
        self.settings = {
            "DENGSHAO_ENV": "development",
            "DENGSHAO_BIND": f"127.0.0.1:{self.port}",
            "DENGSHAO_PUBLIC_HOST": f"127.0.0.1:{self.port}",
            "DENGSHAO_DESK_HOST": f"localhost:{self.port}",
            "DENGSHAO_DATA": str(self.places.data),
            "DENGSHAO_CONTENT": str(self.places.content),
            "DENGSHAO_SITE": str(self.places.site),
            "DENGSHAO_DATABASE_URL": database_url,
            "DENGSHAO_BACKUP_RECIPIENT": str(self.identity.recipient),
            "DENGSHAO_ALLOW_SWAP": "yes",
        }

    def install(self):
        """Lay out the old version, its district's words, and a store with tips in it."""
        self.key = self.root / "release.key"
        made = Ed25519PrivateKey.generate()
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        self.root.mkdir(parents=True)
        self.key.write_bytes(pem)
        self.lay_out(self.places.version(OLD), OLD)
        # At once: the checkout may be worked on while this walks.
        self.artefact()
        self.artefact(is_broken=True)
        self.places.current.symlink_to(f"versions/{OLD}")
        self.places.settings.mkdir(parents=True)
        lines = "".join(f'{name}="{value}"\n' for name, value in self.settings.items())
        self.places.environment.write_text(lines)
        self.places.data.mkdir(parents=True, mode=0o700)
        shutil.copytree(self.places.version(OLD) / "app/content", self.places.content)
        fill_in(self.places.content.parent)
        self.add(self.places.content / PAGES[1], OURS)
        self.run("serve", "--demo", until=self.answers)
        self.run("site")

    def lay_out(self, folder, version, *, is_next=False, is_broken=False):
        copy_app(ROOT, folder / "app")
        if is_next:
            self.make_next(folder / "app", is_broken=is_broken)
        head = NEXT if is_next else known_revisions()[0]
        release = Release(version, "walk", "2026-12-02", platform.machine(), "3", head)
        (folder / ABOUT).write_text(release.as_json())
        (folder / PUBLIC_KEY).write_bytes(public_pem(self.key))
        (folder / "bin").mkdir()
        program = folder / "bin/dengshao"
        wrapper = WRAPPER.replace("@ROOT@", str(self.root)).replace("@PYTHON@", sys.executable)
        program.write_text(wrapper)
        program.chmod(0o755)
        write_sums(folder)

    def make_next(self, app, *, is_broken):
        path = app / "admin/migrations/versions/9999_walk.py"
        path.write_text(MIGRATION.format(next=NEXT, head=known_revisions()[0]))
        for page in PAGES:
            self.add(app / "content" / page, SENTENCE)
        (app / "content/added.txt").write_text("added\n")
        if is_broken:
            self.add(app / "admin/commands/serving.py", BROKEN)

    def add(self, path, words):
        path.write_text(path.read_text() + words)

    def artefact(self, *, is_broken=False):
        """Make the next version's file, signed."""
        out = self.root / ("broken" if is_broken else "next")
        file = out / artefact_name(NEW, platform.machine())
        if not file.exists():
            self.lay_out(out / NEW, NEW, is_next=True, is_broken=is_broken)
            pack(out / NEW, file)
            sign(write_sums(out, [file.name]), self.key)
        return file

    @property
    def program(self):
        return self.places.current / "bin/dengshao"

    def run(self, *words, until=None):
        """Run a command; one that serves, until it does."""
        environ = {name: text for name, text in os.environ.items() if "DENGSHAO" not in name}
        if until is None:
            subprocess.run([self.program, *words], env=environ, check=True, capture_output=True)
            return
        serving = subprocess.Popen([self.program, *words], env=environ, stdout=subprocess.DEVNULL)
        while not until():
            if serving.poll() is not None:
                raise RuntimeError("it does not serve")
            time.sleep(0.2)
        serving.send_signal(signal.SIGTERM)
        serving.wait()

    def answers(self):
        answer = ask(f"127.0.0.1:{self.port}", self.settings["DENGSHAO_PUBLIC_HOST"], "/tip/")
        return answer is not None and answer.status == 200


class Serving:
    """`dengshao serve` as a process of its own, by its id: what systemd is elsewhere."""

    def __init__(self, places):
        self.places = places
        self.pid_file = places.root / "serving.pid"

    def start(self, units):
        if units:
            environ = {name: text for name, text in os.environ.items() if "DENGSHAO" not in name}
            serving = subprocess.Popen(
                [self.places.current / "bin/dengshao", "serve"],
                env=environ,
                stdout=(self.places.root / "serve.log").open("a"),
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            self.pid_file.write_text(str(serving.pid))

    def stop(self):
        if not self.pid_file.exists():
            return []
        pid = int(self.pid_file.read_text())
        if is_ours(pid):
            os.kill(pid, signal.SIGTERM)
            while is_ours(pid):
                time.sleep(0.05)
        self.pid_file.unlink()
        return ["dengshao.service"]


def is_ours(pid):
    """Tell whether the process is still there, and still a server of a walk."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        return re.search(rb"dengshao", Path(f"/proc/{pid}/cmdline").read_bytes()) is not None
    except OSError:
        return False
