"""The container's parts agree with the image and with the units that run without a container."""

import configparser
import os
import subprocess
from collections import defaultdict

import pytest

from admin.config import ROOT
from admin.release.layout import Places
from admin.release.making import image
from admin.release.running import project_version
from admin.setup.written.container import COMMAND, EDGE, TIMED

DEPLOY = ROOT / "admin" / "deploy"
CONTAINER = DEPLOY / "container"
SERVER, LOG = "dengshao.container", "dengshao-edge-log.container"


def read(name, section="Container"):
    class Repeated(defaultdict):
        def __setitem__(self, key, value):
            super().__setitem__(
                key, self.get(key, []) + value if isinstance(value, list) else value
            )

    parser = configparser.RawConfigParser(strict=False, dict_type=Repeated)
    parser.optionxform = str
    parser.read_string((CONTAINER / name).read_text("utf-8"))
    return {key: value.split("\n") for key, value in parser.items(section)}


def mounted(name):
    return {line.split(":")[1]: line.split(":")[2:] for line in read(name)["Volume"]}


@pytest.mark.parametrize("name", [SERVER, LOG])
def test_the_container_runs_the_image_of_this_version_and_pulls_nothing(name):
    container = read(name)

    assert container["Image"] == [f"localhost/dengshao:{project_version()}"]
    assert container["Pull"] == ["never"]


def test_the_container_sees_the_places_of_the_layout_and_writes_its_data_alone():
    places = Places()

    assert mounted(SERVER) == {
        str(places.settings): ["ro"],
        str(places.content.parent): ["ro"],
        str(places.data): [],
    }
    # The program reads the settings as systemd does; Podman keeps their quotes.
    assert "EnvironmentFile" not in read(SERVER)


def test_the_logs_container_has_no_network_and_sees_neither_tips_nor_settings():
    assert read(LOG)["Network"] == ["none"]
    assert mounted(LOG) == {str(Places().content): ["ro"], EDGE: ["U"]}
    assert read(LOG)["User"] not in (["0"], [str(image.USER)])
    assert read(LOG, "Service")["LimitMEMLOCK"] == ["infinity"]


@pytest.mark.parametrize("name", [SERVER, LOG])
def test_the_container_is_as_tight_as_the_service(name):
    container = read(name)

    assert container["ReadOnly"] == ["true"]
    assert container["DropCapability"] == ["all"]
    assert container["NoNewPrivileges"] == ["true"]
    assert container["Ulimit"][0] == "core=0:0"
    assert {line.partition(":")[0] for line in container["Tmpfs"]} == {"/tmp", "/var/tmp"}
    assert read(name, "Service")["MemorySwapMax"] == ["0"]


@pytest.mark.parametrize("name", [name for name in TIMED if name.endswith(".timer")])
def test_what_a_timer_starts_says_what_the_unit_without_a_container_says(name):
    unit = name.replace(".timer", ".service")
    without = next(
        line for line in (DEPLOY / unit).read_text("utf-8").splitlines() if "ExecStart=" in line
    )

    said = read(unit, "Service")["ExecStart"]

    assert said == [f"{COMMAND} {without.partition(' ')[2]}"]


# What is typed, and how Podman is asked to do it; `{image}` is the version's.
TYPED = [
    ("setup", "run --user=0 --volume=/:/machine {image} setup --root /machine", ""),
    ("setup --answers x", "run {image} setup --root /machine --answers x", ""),
    ("edge-log status", "exec dengshao-edge-log dengshao edge-log status", ""),
    ("edge-log key x", "run --read-only {image} edge-log key x", "--pid"),
    ("doctor", "run --read-only --cap-drop=all --ulimit=core=0:0 {image} doctor", "--user=0"),
    ("serving doctor", "run --pid=container:dengshao {image} doctor", "--user=0"),
    ("upgrade-part look", "run {image} upgrade-part look", ""),
]


@pytest.mark.parametrize(("typed", "asked", "never"), TYPED)
def test_the_machines_command_is_the_images_own(tmp_path, typed, asked, never):
    is_serving = typed.startswith("serving ")
    done = type_it(tmp_path, typed.removeprefix("serving "), is_serving=is_serving)

    assert done.returncode == 0, done.stderr
    words = done.stdout.split()
    for word in asked.format(image=f"localhost/dengshao:{project_version()}").split():
        assert word in words
    assert not (never and any(word.startswith(never) for word in words))


def test_an_upgrade_by_the_machines_command_is_refused_with_what_to_do(tmp_path):
    done = type_it(tmp_path, "upgrade x.tar.zst", is_serving=True)

    assert (done.returncode, done.stdout) == (1, "")
    assert "换镜像" in done.stderr


def type_it(folder, words, *, is_serving):
    podman = folder / "podman"
    told = str(is_serving).lower()
    podman.write_text(f'#!/bin/sh\n[ "$1" = inspect ] && echo {told} || echo "$@"\n')
    podman.chmod(0o755)
    return subprocess.run(
        [CONTAINER / "dengshao", *words.split()],
        env={"PATH": f"{folder}:{os.defpath}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def test_the_users_number_is_the_one_that_operators_are_told():
    page = (ROOT / "content" / "about" / "operating-container.md").read_text("utf-8")

    assert f"UID 是 {image.USER}" in page
    assert f"日志的是 {read(LOG)['User'][0]}" in page
