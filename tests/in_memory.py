"""Lets a run keep its files in memory where there is room: tens of thousands are made and deleted.

A file system in memory makes and deletes them many times as fast as a disk does. Who sets TMPDIR
decides otherwise.
"""

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
MEMINFO = Path("/proc/meminfo")
# A whole run held 6.5 GB at its end where nothing was deleted before; its processes take 8.
ROOM, FREE = 10 * 2**30, 16 * 2**30


def take_memory():
    """Lead all temporary files to memory; returns the folder, or None where there is no room."""
    if "TMPDIR" in os.environ or not has_room():
        return None
    folder = tempfile.mkdtemp(prefix="dengshao-tests-", dir=MEMORY)
    _lead_to(folder)
    return folder


def give_back(folder):
    """Delete a run's folder: what lies there is memory."""
    shutil.rmtree(folder, ignore_errors=True)
    del os.environ["TMPDIR"]
    tempfile.tempdir = None


def has_room():
    if not (MEMINFO.is_file() and os.access(MEMORY, os.W_OK)):
        return False
    return shutil.disk_usage(MEMORY).free >= ROOM and _free_memory() >= FREE


def _free_memory():
    """Return the bytes that could be had without swapping anything out."""
    lines = dict(line.split(":") for line in MEMINFO.read_text("ascii").splitlines())
    return int(lines["MemAvailable"].removesuffix("kB")) * 1024


def _lead_to(folder):
    os.environ["TMPDIR"] = folder
    # Read once and kept by the library.
    tempfile.tempdir = None
