"""The systemd units of admin/deploy: whole, and as tight as the operators' part says."""

import configparser
import re
import shutil
import subprocess
import sys
from collections import defaultdict

import pytest

from admin.cleaning import can_clean
from admin.config import ROOT
from tests.journeys.served import DENGSHAO

DEPLOY = ROOT / "admin" / "deploy"
EDGE = "dengshao-edge-log.service"
UNITS = [
    *("dengshao.service", "dengshao-sweep.service", EDGE),
    *("dengshao-backup.service", "dengshao-doctor.service"),
    *("dengshao-bulletins.service", "dengshao-metrics.service", "dengshao-metrics-port.service"),
    *("dengshao-sweep.timer", "dengshao-backup.timer", "dengshao-doctor.timer"),
    *("dengshao-bulletins.timer", "dengshao-metrics.timer"),
    "dengshao-edge-log.socket",
]
SERVICES = UNITS[:8]
NEWS = "/srv/dengshao/content/news"
BACKUPS = "/var/backups/dengshao"
MEASURES = "/var/lib/dengshao-metrics"
INSTALLED = "/opt/dengshao/current/bin/dengshao"
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
    further = {"dengshao-backup.service": [BACKUPS], "dengshao-bulletins.service": [f"-{NEWS}"]}
    further["dengshao-metrics.service"] = [f"-{MEASURES}"]
    assert service.get("ReadWritePaths") == further.get(name)
    verb = {
        "dengshao.service": "serve",
        "dengshao-sweep.service": "sweep --hourly",
        EDGE: "edge-log run",
        "dengshao-backup.service": f"backup --keep ${{DENGSHAO_BACKUP_KEEP}} {BACKUPS}",
        "dengshao-doctor.service": "doctor --letter",
        "dengshao-bulletins.service": "bulletins publish",
        "dengshao-metrics.service": f"metrics --textfile {MEASURES}/dengshao.prom",
        "dengshao-metrics-port.service": "metrics --serve",
    }[name]
    assert service["ExecStart"] == [f"{INSTALLED} {verb}"]


def test_the_edge_has_no_network_and_gets_its_two_sockets_as_a_user_of_its_own():
    service, sockets = read(EDGE)["Service"], read("dengshao-edge-log.socket")["Socket"]

    assert service["PrivateNetwork"] == ["yes"]
    assert service["RestrictAddressFamilies"] == ["AF_UNIX"]
    assert service["LimitMEMLOCK"] == ["infinity"]
    assert "EnvironmentFile" not in service, "the app's secrets are none of its"
    assert service["User"] != read("dengshao.service")["Service"]["User"]
    nginx = (DEPLOY / "nginx.conf").read_text("utf-8")
    for kind in ("ListenDatagram", "ListenStream"):
        assert f"unix:{sockets[kind][0]}" in nginx


def test_the_timer_starts_the_sweep_each_hour_and_makes_up_for_what_was_missed():
    timer = read("dengshao-sweep.timer")["Timer"]

    assert timer["OnCalendar"] == ["*-*-* *:05:00 Asia/Shanghai"]
    assert timer["Persistent"] == ["true"]
    assert "Unit" not in timer, "without it, the timer starts the service of its own name"


def test_a_backup_each_night_is_made_up_for_and_the_look_comes_after_it():
    backup, doctor = (read(f"dengshao-{name}.timer")["Timer"] for name in ("backup", "doctor"))

    assert backup["OnCalendar"] < doctor["OnCalendar"]
    assert backup["Persistent"] == ["true"]
    # Several nodes begin apart, each night alike, and are through before the look.
    assert (backup["RandomizedDelaySec"], backup["FixedRandomDelay"]) == (["2h"], ["true"])
    # The settings, where they say how many are kept, are read after the unit's own word.
    text = (DEPLOY / "dengshao-backup.service").read_text("utf-8")
    assert text.index("Environment=DENGSHAO_BACKUP_KEEP=") < text.index("EnvironmentFile=")


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
    command = [sys.executable, "-c", WITHOUT_WRITE_EXECUTE, DENGSHAO]

    for act in ("migrate", "sweep"):
        done = subprocess.run(
            [*command, act], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=120
        )
        if done.returncode == 77:
            pytest.skip("this kernel has no such switch")
        assert done.returncode == 0, done.stderr
    assert "新的催办：0" in done.stdout


def allowed_calls(filters):
    """System calls that a service may make, by its filters in their order; sets are unfolded."""
    allowed = set()
    for words in filters:
        names = {call for word in words.removeprefix("~").split() for call in unfolded(word)}
        allowed = allowed - names if words.startswith("~") else allowed | names
    return allowed


def unfolded(word):
    if not word.startswith("@"):
        return {word}
    listed = subprocess.run(
        ["systemd-analyze", "syscall-filter", "--no-pager", word], capture_output=True, text=True
    )
    lines = [line.strip() for line in listed.stdout.splitlines()[1:]]
    return {call for line in lines if line[:1] not in ("#", "") for call in unfolded(line)}


# One child that comes to its end, and one that is stopped.
CLEAN = """
import time
from admin.cleaning import NotCleaned, Uncleanable, can_clean
from admin.cleaning.sandbox import Limits, memory_file, run
assert can_clean()
try:
    run(["sleep", "600"], memory_file(), memory_file(), Limits(time.monotonic() + 1))
except NotCleaned as stopped:
    assert stopped.reason is Uncleanable.TOOK_TOO_LONG
"""


@pytest.mark.skipif(
    not can_clean() or not (shutil.which("systemd-analyze") and shutil.which("strace")),
    reason="no bubblewrap, no strace or no systemd here",
)
def test_the_server_may_make_each_call_that_its_sandbox_for_files_makes(tmp_path):
    trace = tmp_path / "trace"
    subprocess.run(
        ["strace", "-f", "-qq", "-o", trace, sys.executable, "-c", CLEAN], cwd=ROOT, check=True
    )

    made = set(re.findall(r"^\d+ +([a-z0-9_]+)\(", trace.read_text(), re.MULTILINE))
    service = read("dengshao.service")["Service"]
    assert {"pivot_root", "pidfd_send_signal"} <= made
    assert made <= allowed_calls(service["SystemCallFilter"])
    namespaces = re.findall(r"CLONE_NEW([A-Z]+)", trace.read_text())
    names = {"NS": "mnt"}
    allowed = set(service["RestrictNamespaces"][-1].split())
    assert {names.get(name, name.lower()) for name in namespaces} <= allowed
    families = set(re.findall(r"socket\((AF_[A-Z0-9]+)", trace.read_text()))
    assert families <= set(service["RestrictAddressFamilies"][-1].split())


@pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")
def test_files_are_cleaned_where_no_written_memory_may_be_executed_and_no_core_dumped():
    code = "from admin.cleaning import clean; from tests.evidence_files import *; "
    code += "print(clean(photo_with_gps(), name='x').type, clean(pdf_with_author(), name='x').type)"
    command = [sys.executable, "-c", WITHOUT_WRITE_EXECUTE, sys.executable, "-c", code]

    cleaned = subprocess.run(
        ["prlimit", "--core=0:0", *command], cwd=ROOT, capture_output=True, text=True, timeout=120
    )

    if cleaned.returncode == 77:
        pytest.skip("this kernel has no such switch")
    assert (cleaned.stdout, cleaned.stderr) == ("image/jpeg application/pdf\n", "")


@pytest.mark.parametrize("name", UNITS)
def test_the_operators_part_names_each_unit(name):
    assert name in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
