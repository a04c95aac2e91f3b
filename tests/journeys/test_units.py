"""The systemd units of admin/deploy: whole, and as tight as the operators' part says."""

import configparser
import shutil
import subprocess
import sys
from collections import defaultdict

import pytest

from admin.config import ROOT
from tests.journeys.served import DENGSHAO

DEPLOY = ROOT / "admin" / "deploy"
UNITS = ["dengshao.service", "dengshao-sweep.service", "dengshao-sweep.timer"]
SERVICES = UNITS[:2]
INSTALLED = "/opt/dengshao/.venv/bin/dengshao"
TIGHT = {
    "NoNewPrivileges": "yes",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "MemoryDenyWriteExecute": "yes",
    "LimitCORE": "0",
    "MemorySwapMax": "0",
    "PrivateDevices": "yes",
    "CapabilityBoundingSet": "",
    "StateDirectoryMode": "0700",
    "UMask": "0077",
}
# In a process of its own: from here on nothing may become executable that was writable, and its
# children inherit that. It is what the unit's MemoryDenyWriteExecute asks of the kernel.
WITHOUT_WRITE_EXECUTE = """
import ctypes, os, sys
if ctypes.CDLL(None, use_errno=True).prctl(65, 1, 0, 0, 0):
    sys.exit(77)
os.execv(sys.argv[1], sys.argv[1:])
"""


def read(name):
    """A unit's options; a repeated one keeps all its values."""

    class Repeated(defaultdict):
        def __setitem__(self, key, value):
            before = self.get(key, [])
            super().__setitem__(key, before + value if isinstance(value, list) else value)

    parser = configparser.RawConfigParser(strict=False, dict_type=Repeated)
    parser.optionxform = str
    parser.read_string((DEPLOY / name).read_text("utf-8"))
    return {
        section: {key: value.split("\n") for key, value in parser.items(section)}
        for section in parser.sections()
    }


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_may_write_its_data_alone_and_neither_dump_nor_swap(name):
    service = read(name)["Service"]

    assert {key: service[key][-1] for key in TIGHT} == TIGHT
    assert service["User"] != ["root"]
    assert all("ReadWritePaths" not in key for key in service)
    verb = {"dengshao.service": "serve", "dengshao-sweep.service": "sweep"}[name]
    assert service["ExecStart"] == [f"{INSTALLED} {verb}"]


def test_the_timer_starts_the_sweep_each_hour_and_makes_up_for_what_was_missed():
    timer = read("dengshao-sweep.timer")["Timer"]

    assert timer["OnCalendar"] == ["*-*-* *:05:00 Asia/Shanghai"]
    assert timer["Persistent"] == ["true"]
    assert "Unit" not in timer, "without it, the timer starts the service of its own name"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_no_fault_in_any_unit(tmp_path):
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace(INSTALLED, DENGSHAO), "utf-8")

    command = ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)]
    checked = subprocess.run(command, capture_output=True, text=True)

    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_program_runs_where_no_written_memory_may_be_executed(tmp_path):
    environ = {"DENGSHAO_DATA": str(tmp_path), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-c", WITHOUT_WRITE_EXECUTE, DENGSHAO, "sweep"]

    swept = subprocess.run(
        command, env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120
    )

    if swept.returncode == 77:
        pytest.skip("this kernel has no such switch")
    assert swept.returncode == 0, swept.stderr
    assert "新的催办：0" in swept.stdout


@pytest.mark.parametrize("name", UNITS)
def test_the_operators_part_names_each_unit(name):
    assert name in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
