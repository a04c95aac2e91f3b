"""软件包：另一台没有网络的 Debian，一个 .deb

Installed by dpkg alone; another version's package is refused; taken off, the data stay.
"""

from tests.stranger.artefacts import STICK, onto, release
from tests.stranger.machine import Machine
from tests.stranger.steps.install import it_stands_on_its_own_feet, there_is_no_network


def walk(machine):
    folder, name = release()
    machine.end()
    other = Machine("by-deb")
    try:
        by_deb(other, folder, name.replace(".tar.zst", ".deb"))
    finally:
        machine.typed += other.typed
        other.forget()


def by_deb(machine, folder, package):
    machine.make()
    onto(machine, folder)
    machine.boot()
    there_is_no_network(machine)
    machine.types(f"dpkg -i {STICK}/{package}", says="dengshao setup")
    machine.types("dengshao --version", says="灯哨")
    it_stands_on_its_own_feet(machine)
    machine.run("touch /var/lib/dengshao/kept")
    machine.types("dpkg -r dengshao", says="都没有动")
    machine.run("test -e /var/lib/dengshao/kept && ! test -e /usr/bin/dengshao")
