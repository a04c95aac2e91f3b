"""Swap on a disk in clear stops a production start; encrypted swap and memory do not."""

import os
from dataclasses import replace

import pytest

from admin.config import ConfigError, load_config
from admin.serving.swap import clear_swaps, refuse_clear_swap

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
PLAIN_DISK = {"pci/sda": {}, "pci/sda/sda2": {"partition": "2"}}
LUKS = {"virtual/dm-0": {"dm/uuid": "CRYPT-LUKS2-0123-cryptswap"}}
LVM = {"dm/uuid": "LVM-abcdef"}


class Machine:
    """A root folder with /proc/swaps and the parts of /sys that tell of block devices."""

    def __init__(self, root):
        self.root = root
        for folder in ("proc", "sys/class/block", "sys/dev/block"):
            (root / folder).mkdir(parents=True)

    def swap(self, *names):
        rows = "".join(f"{name}\tpartition\t8388604\t0\t-2\n" for name in names)
        (self.root / "proc/swaps").write_text(HEAD + rows)
        return self

    def devices(self, devices):
        for place, facts in devices.items():
            folder = self.root / "sys/devices" / place
            folder.mkdir(parents=True, exist_ok=True)
            (self.root / "sys/class/block" / folder.name).symlink_to(folder)
            for name, text in facts.items():
                if name == "slaves":
                    for other in text:
                        (folder / "slaves").mkdir(exist_ok=True)
                        target = self.root / "sys/devices" / other
                        (folder / "slaves" / target.name).symlink_to(target)
                else:
                    (folder / name).parent.mkdir(exist_ok=True)
                    (folder / name).write_text(f"{text}\n")
        return self

    def file_on(self, place, name="swapfile"):
        """Make a swap file whose file system lies on a device."""
        file = self.root / name
        file.write_bytes(b"")
        number = file.stat().st_dev
        link = self.root / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"
        link.symlink_to(self.root / "sys/devices" / place)
        return self


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path / "root")


ON_LUKS = LUKS | {"virtual/dm-1": LVM | {"slaves": ["virtual/dm-0"]}}
HALF = {"virtual/dm-1": LVM | {"slaves": ["virtual/dm-0", "pci/sda/sda2"]}}
ZRAM = {"virtual/zram0": {"backing_dev": "none"}}

TABLE = [
    ("a disk", {"pci/sda": {}}, "sda", False),
    ("a partition of a disk", PLAIN_DISK, "sda2", False),
    ("dm-crypt", LUKS, "dm-0", True),
    (
        "dm-crypt with a key made at each start",
        {"v/dm-0": {"dm/uuid": "CRYPT-PLAIN-s"}},
        "dm-0",
        True,
    ),
    ("a volume on dm-crypt", ON_LUKS, "dm-1", True),
    (
        "a volume on a volume on dm-crypt",
        ON_LUKS | {"v/dm-2": LVM | {"slaves": ["virtual/dm-1"]}},
        "dm-2",
        True,
    ),
    (
        "a volume on a disk",
        PLAIN_DISK | {"v/dm-1": LVM | {"slaves": ["pci/sda/sda2"]}},
        "dm-1",
        False,
    ),
    ("a volume half on dm-crypt", PLAIN_DISK | LUKS | HALF, "dm-1", False),
    (
        "a partition of an encrypted device",
        LUKS | {"virtual/dm-0/dm-0p1": {"partition": "1"}},
        "dm-0p1",
        True,
    ),
    (
        "a volume whose name says CRYPT",
        PLAIN_DISK | {"v/dm-1": {"dm/uuid": "LVM-CRYPT-x", "slaves": ["pci/sda"]}},
        "dm-1",
        False,
    ),
    ("compressed memory", ZRAM, "zram0", True),
    ("compressed memory, older kernel", {"virtual/zram0": {}}, "zram0", True),
    (
        "compressed memory that is written to a disk",
        {"virtual/zram0": {"backing_dev": "/dev/sda2"}},
        "zram0",
        False,
    ),
    ("a device that nobody knows", {}, "sdz9", False),
    ("a loop device", {"virtual/loop0": {"loop/backing_file": "/swap"}}, "loop0", False),
]


@pytest.mark.parametrize(
    ("devices", "name", "is_safe"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_a_device_is_followed_down_to_what_it_stands_on(machine, devices, name, is_safe):
    machine.devices(devices).swap(f"/dev/none/{name}")

    assert clear_swaps(machine.root) == ([] if is_safe else [f"/dev/none/{name}"])


@pytest.mark.parametrize(
    ("devices", "place", "is_safe"),
    [
        (PLAIN_DISK, "pci/sda/sda2", False),
        (LUKS, "virtual/dm-0", True),
        (ON_LUKS, "virtual/dm-1", True),
    ],
)
def test_a_file_is_as_safe_as_the_device_below_its_file_system(machine, devices, place, is_safe):
    machine.devices(devices).file_on(place).swap("/swapfile")

    assert clear_swaps(machine.root) == ([] if is_safe else ["/swapfile"])


def test_a_file_on_no_device_that_is_known_counts_as_clear(machine):
    (machine.root / "swapfile").write_bytes(b"")

    assert clear_swaps(machine.swap("/swapfile").root) == ["/swapfile"]


def test_a_name_is_read_as_the_kernel_spells_it(machine):
    machine.devices(LUKS).file_on("virtual/dm-0", "my swap").swap(r"/my\040swap\040(deleted)")

    assert clear_swaps(machine.root) == []


def test_each_area_counts_and_no_swap_is_no_danger(machine):
    assert clear_swaps(machine.root) == []
    machine.devices(PLAIN_DISK | ZRAM).swap("/dev/zram0", "/dev/sda2")

    assert clear_swaps(machine.root) == ["/dev/sda2"]
    assert clear_swaps(machine.swap().root) == []


@pytest.fixture
def production(tmp_path):
    environ = {
        "DENGSHAO_ENV": "production",
        "DENGSHAO_DATA": str(tmp_path / "data"),
        "DENGSHAO_SECRET_FILE": str(tmp_path / "secret"),
        "DENGSHAO_PUBLIC_HOST": "tips.example",
        "DENGSHAO_DESK_HOST": "desk.example",
    }
    (tmp_path / "secret").write_text("ab" * 32)
    return lambda **more: load_config(environ | more)


def test_production_stops_with_a_sentence_unless_it_was_told_so(machine, production):
    root = machine.devices(PLAIN_DISK).swap("/dev/sda2").root

    with pytest.raises(ConfigError, match=r"swap is not encrypted \(/dev/sda2\): run `swapoff -a`"):
        refuse_clear_swap(production(), root)
    with pytest.raises(ConfigError):
        refuse_clear_swap(production(DENGSHAO_ALLOW_SWAP="no"), root)
    refuse_clear_swap(production(DENGSHAO_ALLOW_SWAP="yes"), root)


def test_a_machine_for_development_may_swap(machine, production):
    root = machine.devices(PLAIN_DISK).swap("/dev/sda2").root

    refuse_clear_swap(replace(production(), env="development"), root)
