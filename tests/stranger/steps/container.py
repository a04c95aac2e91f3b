"""容器：另一台没有网络的 Debian，一个镜像，按 quadlet 启动

Set up by the image itself beneath the machine's root; nginx stays outside; asked through it by TLS.
"""

import os
import platform
import subprocess
import sys
import time

from admin.config import ROOT
from admin.release.running import project_version
from tests.admin.setup.answered import write_answers
from tests.stranger.artefacts import REUSED, STICK, onto
from tests.stranger.machine import FOLDER, FROM_DEBIAN, Machine
from tests.stranger.steps.install import there_is_no_network
from tests.stranger.steps.setup import it_is_served

PACKAGES = (*FROM_DEBIAN, "podman", "crun")
NAME = f"localhost/dengshao:{project_version()}"
QUADLET = "dengshao.container"
ANSWERS = "district/given.toml"
TLS = "/etc/dengshao/tls"
_RUN = f"podman run --rm --network=host {NAME}"
_AS_ROOT = _RUN.replace(
    " --network", " --user=0 --volume=/:/machine --volume=/etc/dengshao:/etc/dengshao --network"
)
_AS_SERVICE = _RUN.replace(
    " --network",
    " --env-file=/etc/dengshao/dengshao.env --volume=/etc/dengshao:/etc/dengshao:ro "
    "--volume=/srv/dengshao:/srv/dengshao --volume=/var/lib/dengshao:/var/lib/dengshao --network",
)


def walk(machine):
    machine.end()
    other = Machine("by-container")
    try:
        by_container(other)
    finally:
        machine.typed += other.typed
        other.forget()


def by_container(machine):
    folder, name = image()
    machine.make(packages=PACKAGES)
    onto(machine, folder)
    answers_on(machine)
    machine.boot()
    there_is_no_network(machine)
    # The walk's kernel keeps its controllers for itself: a limit of processes can't be tried here.
    machine.run("mkdir -p /etc/containers")
    machine.run("printf '[containers]\\npids_limit = 0\\n' >/etc/containers/containers.conf")
    machine.types(f"podman load -i {STICK}/{name}", says=NAME)
    machine.types(
        f"mkdir -p /etc/containers/systemd && cp {STICK}/{QUADLET} /etc/containers/systemd/"
    )
    machine.types(f"mkdir -p {TLS} && cp {STICK}/district/public.* {TLS}/")
    machine.types(f"{_AS_ROOT} setup --root /machine --answers /machine{STICK}/{ANSWERS}")
    machine.types("chown -R 977:977 /var/lib/dengshao /srv/dengshao")
    machine.types("chown -R root:977 /etc/dengshao && chown 977:977 /etc/dengshao/secret")
    for command in ("migrate", "site"):
        machine.types(f"{_AS_SERVICE} {command}")
    machine.types("systemctl daemon-reload && systemctl start dengshao && systemctl restart nginx")
    it_serves(machine)


def it_serves(machine):
    """See that it is the container that answers, as whom the quadlet says, and after a restart."""
    machine.run("systemctl is-active dengshao.service")
    who = machine.run("podman exec dengshao id -u").strip()
    assert who == "977", who
    machine.run("podman exec dengshao touch /opt/x", fails=True, says="Read-only")
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


def answers_on(machine):
    """Lay down what a county prepared; the paths in it are the machine's."""
    folder = machine.root / STICK.lstrip("/") / "district"
    folder.mkdir(parents=True)
    answers = write_answers(folder)
    answers.write_text(answers.read_text("utf-8").replace(str(folder), TLS))


def image():
    """Make the image of this checkout, beside it the quadlet; give their folder and its name."""
    folder = FOLDER / "stick-image"
    name = f"dengshao-{project_version()}-linux-{platform.machine()}.oci.tar"
    if REUSED not in os.environ or not (folder / name).exists():
        command = [sys.executable, "-m", "admin.release.making", "--may-differ"]
        command += ["--out", str(folder), "--arch", platform.machine(), "--package", "oci.tar"]
        subprocess.run(command, cwd=ROOT, check=True)
    (folder / QUADLET).write_bytes((ROOT / "admin/deploy" / QUADLET).read_bytes())
    return folder, name
