"""升级到下一个版本；逼它起不来，看它自己退回；升上去，再手工退回

The next version is this checkout under another number, signed with the key of the walk.
"""

from tests.stranger.artefacts import NEXT, STICK, onto, release

STICK_OF_NEXT = f"{STICK}-next"
FORCED = "/etc/systemd/system/dengshao.service.d/forced.conf"


def walk(machine):
    folder, name = release(NEXT)
    onto(machine, folder, STICK_OF_NEXT)
    file = f"{STICK_OF_NEXT}/{name}"
    old = machine.run("readlink /opt/dengshao/current").strip()
    tips = count(machine)
    it_gives_way_by_itself(machine, file, old)
    assert count(machine) == tips
    machine.types(f"dengshao upgrade {file}", lines=["y"], says="升级好了")
    machine.types("dengshao --version", says=f"灯哨 {NEXT}")
    serves(machine, f"versions/{NEXT}")
    assert count(machine) == tips
    machine.types("dengshao upgrade --back", lines=["y"], says="已退回")
    serves(machine, old)
    assert count(machine) == tips


def it_gives_way_by_itself(machine, file, old):
    """Let the service fail to start from the next version, and from no other."""
    # systemd reads "$$" as the shell's own "$".
    test = f'test "$$(readlink /opt/dengshao/current)" != versions/{NEXT}'
    path = machine.root / FORCED.lstrip("/")
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"[Service]\nExecStartPre=/bin/sh -c '{test}'\n")
    machine.run("systemctl daemon-reload")
    machine.types(f"dengshao upgrade --yes {file}", fails=True, says="已退回")
    serves(machine, old)
    machine.run(f"rm {FORCED} && systemctl daemon-reload && ! ls -d /opt/dengshao/versions/{NEXT}")


def serves(machine, version):
    assert machine.run("readlink /opt/dengshao/current").strip() == version
    machine.run("systemctl is-active dengshao.service")


def count(machine):
    return machine.run("dengshao upgrade-part look")
