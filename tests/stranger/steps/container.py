"""容器：另一台没有网络的 Debian，一个镜像，照「用容器运行」那一页

Each command of the page is typed as it is printed there, the sitting at a terminal; nginx stays
outside. Then first people, a tip and its answer, a night's backup, the log, and the next image.
"""

import functools
import os
import platform
import re
import shutil
import subprocess
import sys
import time

from admin.config import ROOT
from admin.edge.sealed import open_hour
from admin.release.running import project_version
from admin.sealing.age import HybridIdentity
from tests.admin.setup.answered import DESK, PUBLIC, write_answers
from tests.stranger.artefacts import NEXT, REUSED, STICK, onto
from tests.stranger.machine import FOLDER, FROM_DEBIAN, Machine
from tests.stranger.steps import people, tip
from tests.stranger.steps.install import there_is_no_network
from tests.stranger.steps.setup import it_is_served, the_world_knows_it

PACKAGES = (*FROM_DEBIAN, "podman", "crun")
PAGE = ROOT / "content/about/operating-container.md"
TLS = "/etc/dengshao/tls"
SEALED_HOURS = "/var/lib/dengshao-edge"
SEALS = 40
"""Seconds that the log may take to seal its hour and stop."""


def walk(machine):
    machine.end()
    other = Machine("by-container")
    try:
        by_container(other)
    finally:
        machine.typed += other.typed
        other.forget()


def by_container(machine):
    folder, _name = image()
    holder, backup = HybridIdentity.generate(), HybridIdentity.generate()
    machine.papers["backup"] = str(backup)
    machine.make(packages=PACKAGES)
    onto(machine, folder)
    prepared_on(machine)
    machine.boot()
    there_is_no_network(machine)
    the_world_knows_it(machine)
    # The walk's kernel is not the machine's own: no limit of processes, no knob of a network's.
    lines = "[containers]\\npids_limit = 0\\ndefault_sysctls = []\\n"
    machine.run(f"mkdir -p /etc/containers; printf '{lines}' >/etc/containers/containers.conf")
    for command in printed("装", project_version()):
        type_it(machine, command, holder, backup)
    machine.types("dengshao doctor || true", says="应答头 /tip/：齐全")
    it_serves(machine)
    people.walk(machine)
    tip.it_comes_and_is_answered(machine)
    tip.it_is_nowhere_in_clear(machine)
    the_night_and_the_morning_come(machine)
    the_log_is_sealed(machine, holder)
    the_next_image_comes(machine)


def printed(title, version):
    """Read the commands that stand under a title of the page, for a version."""
    part = PAGE.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    commands = re.findall(r"(?m)^    (\S.*)$", part)
    assert commands, title
    return [command.replace("VERSION", version) for command in commands]


def type_it(machine, command, holder, backup):
    if " -it " in command:
        answer(machine.sits(command), str(holder.recipient), str(backup.recipient))
    elif "dengshao doctor" not in command:
        machine.types(f"cd {STICK} && {command}" if "podman load" in command else command)
    if "mkdir" in command:
        machine.types(f"cp {STICK}/district/public.* {TLS}/")


def answer(sitting, holder, backup):
    """Sit through the questions of a district with a sealed log and a backup."""
    for question, *typed in (
        ("公众网站的域名：", PUBLIC),
        ("工作台的域名：", DESK, "", "", "", "安乐县委政法委"),
        ("联系方式：", "0551-1234567", "3401230001", "皖ICP备2026000001号-1"),
        ("公安备案号", "皖公网安备34012302000123号"),
        ("党政机关网站标识", "https://bszs.conac.cn/sitename?method=show&id=08A1", "", ""),
        ("写编号 .1.：", ""),
        ("第 1 个：", "安康镇", "乐平街道 | Leping", ""),
        ("派出所的电话", "0551-1234560", "", "", ""),
        ("访问的日志谁来留.*写编号 .*：", "1"),
        ("留存多少天", ""),
        ("保管日志的单位", "县委网信办", "", holder, ""),
        ("SQLite.*写编号 .1.：", ""),
        ("本机的目录.*写编号 .1.：", "", ""),
        ("邮件服务器", ""),
        ("自签.*写编号 .1.：", "2", f"{TLS}/public.pem", f"{TLS}/public.key"),
        ("证书对得上.*备份公钥", backup, ""),
        ("", "no", "no"),
    ):
        sitting.until(question)
        sitting.type(*typed)
    said, code = sitting.end()
    (FOLDER / "container-setup.log").write_text(sitting.said + said, "utf-8")
    assert code == 0, said


def it_serves(machine):
    """See that it is the container that answers, as whom the quadlet says, and after a restart."""
    services = "dengshao dengshao-edge-log dengshao-backup.timer dengshao-doctor.timer"
    machine.run(f"systemctl is-active {services}")
    who = [machine.run(f"podman exec {name} id -u") for name in ("dengshao", "dengshao-edge-log")]
    assert who == ["977\n", "978\n"], who
    machine.run("podman exec dengshao touch /opt/x", fails=True, says="Read-only")
    machine.run("podman exec dengshao-edge-log ls /etc/dengshao", fails=True)
    it_is_served_soon(machine)
    machine.types("systemctl restart dengshao")
    it_is_served_soon(machine)


def it_is_served_soon(machine, seconds=60):
    """Give it the time that it takes to come up; the last look is the one that counts."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            return it_is_served(machine)
        except AssertionError:
            time.sleep(1)
    return it_is_served(machine)


def the_night_and_the_morning_come(machine):
    """Let the timers' services run; what the night wrote opens with the key on paper."""
    machine.run("systemctl start dengshao-backup", seconds=300)
    machine.types(
        "dengshao restore --check $(ls /var/backups/dengshao/*.age)",
        lines=[machine.papers["backup"]],
        says="全部核对无误",
    )
    # Where something is to be mended the unit fails, by its own word: here there is (no IPv6, say).
    machine.run("systemctl start dengshao-doctor || true", seconds=300)
    told = machine.run("journalctl -u dengshao-doctor --no-pager -o cat")
    (FOLDER / "container-doctor.log").write_text(told, "utf-8")
    assert "加密留存，nginx 照着做" in told, told
    assert "数据库" in told, told


def the_log_is_sealed(machine, holder):
    """Stop the log: the lines of this walk's connections are sealed, and open for their holder."""
    machine.run("systemctl stop dengshao-edge-log.socket dengshao-edge-log", seconds=SEALS)
    folder = machine.root / SEALED_HOURS.lstrip("/")
    hours = [path for path in folder.rglob("*.age") if path.is_file()]
    lines = [line for path in hours for line in open_hour(path.read_bytes(), [holder])[1:]]
    assert any("127.0.0.1" in line for line in lines), (hours, lines[:3])
    assert not any("127.0.0.1" in path.read_bytes().decode("latin-1") for path in hours)
    machine.run("systemctl start dengshao-edge-log.socket dengshao-edge-log")
    machine.types("dengshao edge-log status", says="已加密的")


def the_next_image_comes(machine):
    """Change the image as the page says; the tip is there afterwards."""
    before = machine.run("dengshao upgrade-part look")
    make_next(machine)
    for command in printed("换镜像，就是升级", NEXT):
        if " -it " in command:
            said, code = machine.sits(command).end()
            assert code == 0, said
        else:
            machine.types(f"cd {STICK} && {command}" if "podman load" in command else command)
    it_is_served_soon(machine)
    assert machine.run("podman exec dengshao dengshao --version").startswith(f"灯哨 {NEXT}")
    assert machine.run("dengshao upgrade-part look") == before


def prepared_on(machine):
    """Lay down what a county prepared: the certificate that it was issued."""
    folder = machine.root / STICK.lstrip("/") / "district"
    folder.mkdir(parents=True)
    write_answers(folder)


def prepare():
    """Make the image before the clock starts."""
    image()


@functools.cache
def image():
    """Make the image of this checkout; give their folder and its name."""
    folder = FOLDER / "stick-image"
    name = file_of(project_version())
    if REUSED not in os.environ or not (folder / name).exists():
        command = [sys.executable, "-m", "admin.release.making", "--may-differ"]
        command += ["--out", str(folder), "--arch", platform.machine(), "--package", "oci.tar"]
        subprocess.run(command, cwd=ROOT, check=True)
        shutil.rmtree(folder / "work", ignore_errors=True)
    return folder, name


def file_of(version):
    return f"dengshao-{version}-linux-{platform.machine()}.oci.tar"


def make_next(machine):
    """Stand for who makes releases: the same image under the next version's name, on the stick."""
    old, image_of = project_version(), "localhost/dengshao:{}".format
    renamed = f"cd /opt/dengshao && cp -a versions/{old} versions/{NEXT} && rm -r versions/{old}"
    renamed += f" && ln -sfn versions/{NEXT} current"
    renamed += f' && sed -i "s/{old}/{NEXT}/" current/RELEASE.json'
    machine.run(f"podman run --name=next --user=0 --entrypoint=sh {image_of(old)} -c '{renamed}'")
    stays = """--change='USER dengshao' --change='ENTRYPOINT ["/usr/bin/dengshao"]' """
    stays += """--change='CMD ["serve"]'"""
    machine.run(f"podman commit --quiet {stays} next {image_of(NEXT)} && podman rm next")
    file = f"{STICK}/{file_of(NEXT)}"
    machine.run(f"podman save --quiet --format=oci-archive -o {file} {image_of(NEXT)}")
    machine.run(f"podman rmi {image_of(NEXT)}")
