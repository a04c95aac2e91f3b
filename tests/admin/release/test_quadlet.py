"""The container's unit agrees with the image and with the unit that runs without a container."""

import configparser
from collections import defaultdict

from admin.config import ROOT
from admin.release.layout import Places
from admin.release.making import image
from admin.release.running import project_version

QUADLET = ROOT / "admin" / "deploy" / "dengshao.container"


def read():
    class Repeated(defaultdict):
        def __setitem__(self, key, value):
            super().__setitem__(
                key, self.get(key, []) + value if isinstance(value, list) else value
            )

    parser = configparser.RawConfigParser(strict=False, dict_type=Repeated)
    parser.optionxform = str
    parser.read_string(QUADLET.read_text("utf-8"))
    return {key: value.split("\n") for key, value in parser.items("Container")}


def test_the_container_runs_the_image_of_this_version_and_pulls_nothing():
    container = read()

    assert container["Image"] == [f"localhost/dengshao:{project_version()}"]
    assert container["Pull"] == ["never"]


def test_the_container_sees_the_places_of_the_layout_and_writes_its_data_alone():
    places = Places()
    mounted = {line.split(":")[1]: line.split(":")[2:] for line in read()["Volume"]}

    assert mounted == {
        str(places.settings): ["ro"],
        str(places.content.parent): ["ro"],
        str(places.data): [],
    }
    assert read()["EnvironmentFile"] == [str(places.environment)]


def test_the_container_is_as_tight_as_the_service():
    container = read()

    assert container["ReadOnly"] == ["true"]
    assert container["DropCapability"] == ["all"]
    assert container["NoNewPrivileges"] == ["true"]
    assert container["Ulimit"] == ["core=0:0"]
    assert {line.partition(":")[0] for line in container["Tmpfs"]} == {"/tmp", "/var/tmp"}


def test_the_users_number_is_the_one_that_operators_are_told():
    assert f"chown -R {image.USER}:{image.USER}" in QUADLET.read_text("utf-8")
    page = (ROOT / "content" / "about" / "operating-install.md").read_text("utf-8")
    assert f"chown -R {image.USER}:{image.USER}" in page
