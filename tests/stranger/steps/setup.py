"""设置：PostgreSQL，一份答案，TLS，服务启动

The answers are a file's; all that runs afterwards runs by its units, and is asked through nginx.
"""

import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tests.admin.setup.answered import ANSWERS, DESK, PUBLIC, write_answers
from tests.stranger.artefacts import STICK
from tests.stranger.asking import ask
from tests.stranger.machine import FOLDER

DISTRICT = FOLDER / "district"
"""What the county keeps of its own: its answers and its certificates."""

POSTGRESQL = (
    '[database]\nkind = "sqlite"\n',
    '[database]\nkind = "postgresql"\n'
    'url = "postgresql://dengshao@/dengshao?host=/var/run/postgresql"\n',
)


def walk(machine):
    assert POSTGRESQL[0] in ANSWERS
    shutil.rmtree(DISTRICT, ignore_errors=True)
    DISTRICT.mkdir(parents=True)
    # What a county prepared at its desk: answers, and the certificate that it was issued.
    backup = ("[store]\n", f'[backup]\nrecipient = "{keep_backup_key(machine)}"\n\n[store]\n')
    answers = write_answers(DISTRICT, more=[POSTGRESQL, backup])
    answers.write_text(answers.read_text("utf-8").replace(str(DISTRICT), f"{STICK}/district"))
    bring_district(machine)
    prepare(machine)
    said = machine.types(f"dengshao setup --answers {STICK}/district/{answers.name}")
    assert "没有做成" not in said, said
    (machine.root.parent / "setup.log").write_text(said, "utf-8")
    services = "dengshao-sweep.timer dengshao-backup.timer dengshao-doctor.timer nginx"
    machine.run(f"systemctl is-active dengshao dengshao-edge-log {services}")
    # And is still so once what fails at its start has had the time to.
    machine.run(
        "sleep 10; systemctl is-active dengshao-edge-log; ! systemctl -q is-failed 'dengshao*'"
    )
    it_is_served(machine)
    told = machine.run("dengshao doctor || true")
    assert "沙箱用不了" not in told, told
    assert "应答头 /tip/：齐全" in told, told


def bring_district(machine):
    """Put what the county prepared onto the stick."""
    shutil.copytree(DISTRICT, machine.root / STICK.lstrip("/") / "district")


def keep_backup_key(machine):
    """Make the backup's key on another computer, and keep its secret half on paper."""
    machine.typed.append("dengshao backup key")
    command = [Path(sys.executable).with_name("dengshao"), "backup", "key"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    machine.papers["backup"] = re.search(r"AGE-SECRET-KEY-PQ-1\S+", said)[0]
    return re.search(r"age1pq1\S+", said)[0]


def prepare(machine):
    """Make the empty database that the answers name."""
    the_world_knows_it(machine)
    machine.types("runuser -u postgres -- createuser dengshao")
    machine.types("runuser -u postgres -- createdb --owner dengshao dengshao")


def the_world_knows_it(machine):
    """Stand for the district's name server, and for whoever issued its certificate."""
    machine.run(f"printf '127.0.0.1 {PUBLIC}\\n127.0.0.1 {DESK}\\n' >>/etc/hosts")
    issued = "/usr/local/share/ca-certificates/issuer.crt"
    machine.run(f"cp {STICK}/district/public.pem {issued} && update-ca-certificates")


def it_is_served(machine):
    """See that a resident gets site and form, and a member the sign-in, by TLS alone."""
    until = time.monotonic() + 60
    while ask(machine, PUBLIC, "/tip/")[0] == 503 and time.monotonic() < until:
        time.sleep(0.5)
    for host, path, words in (
        (PUBLIC, "/", "灯哨"),
        (PUBLIC, "/tip/", "查询码"),
        (DESK, "/desk/sign-in", "登录"),
    ):
        status, headers, text = ask(machine, host, path)
        assert status == 200, (host, path, status)
        assert words in text, (host, path)
        assert "Strict-Transport-Security" in headers, (host, path)
    assert ask(machine, PUBLIC, "/desk/sign-in")[0] == 404
