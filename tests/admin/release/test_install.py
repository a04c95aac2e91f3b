"""install.sh: a version of a few files is installed into a root of its own, without rights.

The whole, as root on a Debian without a network, is `make stranger`.
"""

import os
import platform
import shutil
import subprocess

import pytest

from admin.config import ROOT
from admin.release.layout import Places, Release, artefact_name
from admin.release.making.archive import write_tar_zst
from admin.release.making.packages import _script
from admin.release.running import lacks_settings
from admin.release.sums import sign, write_sums
from tests.admin.release.test_sums import private_key

SCRIPT = ROOT / "admin" / "deploy" / "install.sh"
ARCH = platform.machine()
pytestmark = pytest.mark.skipif(shutil.which("zstd") is None, reason="no zstd here")


def make_artefact(folder, version="0.1.0", arch=ARCH):
    """A version of a few files, packed as a real one is."""
    tree = folder / f"tree-{version}"
    for name, text in {
        "bin/dengshao": "#!/bin/sh\necho 灯哨\n",
        "app/content/index.md": "# 灯哨\n",
        "deploy/dengshao.service": "[Service]\n",
        "RELEASE.json": Release(version, "c0ffee", "2026-12-02", arch, "3.13.5", "0019").as_json(),
    }.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text, "utf-8")
    (tree / "bin/dengshao").chmod(0o755)
    write_sums(tree)
    stick = folder / "stick"
    stick.mkdir(exist_ok=True)
    artefact = stick / artefact_name(version, arch)
    write_tar_zst(tree, f"{version}/", 1, artefact)
    sign(write_sums(stick, [artefact.name]), private_key(folder / "key.pem"))
    return artefact


@pytest.fixture
def places(tmp_path):
    root = tmp_path / "root"
    (root / "etc/systemd").mkdir(parents=True)
    return Places(root)


def install(places, *arguments, path=None):
    environment = os.environ | {"DENGSHAO_INSTALL_ROOT": str(places.root)}
    if path is not None:
        environment["PATH"] = path
    return subprocess.run(
        ["/bin/sh", str(SCRIPT), *map(str, arguments)],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_script_is_sh_and_names_the_places_of_the_layout():
    text = SCRIPT.read_text("utf-8")

    assert subprocess.run(["/bin/sh", "-n", str(SCRIPT)], check=False).returncode == 0
    places = Places()
    for path in (places.settings, places.data, places.backups, places.content, places.site):
        assert str(path) in text
    assert str(places.current / "bin/dengshao") in text


def test_a_version_is_put_in_its_place_with_folders_link_units_and_words(places, tmp_path):
    done = install(places, make_artefact(tmp_path))

    assert done.returncode == 0, done.stderr
    assert "dengshao setup" in done.stdout.splitlines()[-1]
    assert os.readlink(places.current) == "versions/0.1.0"
    assert os.readlink(places.command) == "/opt/dengshao/current/bin/dengshao"
    assert (places.content / "index.md").read_text("utf-8") == "# 灯哨\n"
    assert (places.units / "dengshao.service").exists()
    modes = {path: path.stat().st_mode & 0o777 for path in (places.data, places.settings)}
    assert modes == {places.data: 0o700, places.settings: 0o750}


def test_a_second_run_changes_nothing_that_is_the_districts_own(places, tmp_path):
    artefact = make_artefact(tmp_path)
    install(places, artefact)
    (places.content / "index.md").write_text("本地的\n", "utf-8")
    (places.units / "dengshao.service").write_text("[Service]\nUser=other\n")

    done = install(places, artefact)

    assert done.returncode == 0, done.stderr
    assert "已经放好了" in done.stdout
    assert (places.content / "index.md").read_text("utf-8") == "本地的\n"
    assert "User=other" in (places.units / "dengshao.service").read_text()


def test_a_version_that_nobody_set_up_is_known_as_one(places, tmp_path):
    install(places, make_artefact(tmp_path))
    folder = places.versions / "0.1.0"

    assert lacks_settings({}, folder, places)
    assert not lacks_settings({"DENGSHAO_ENV": "production"}, folder, places)
    assert not lacks_settings({}, tmp_path, places)
    places.environment.write_text("DENGSHAO_ENV=production\n")
    assert not lacks_settings({}, folder, places)


def spoil(path):
    path.write_bytes(path.read_bytes() + b"x")


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (spoil, "校验和不对"),
        (lambda file: file.with_name("SHA256SUMS").unlink(), "没有 SHA256SUMS"),
        (lambda file: file.with_name("SHA256SUMS").write_text("x\n"), "SHA256SUMS 里没有"),
        (lambda file: file.unlink(), "读不到"),
    ],
)
def test_a_file_that_did_not_come_whole_is_refused_and_nothing_is_left(
    places, tmp_path, harm, words
):
    artefact = make_artefact(tmp_path)
    harm(artefact)

    done = install(places, artefact)

    assert done.returncode == 1
    assert words in done.stderr
    assert not places.versions.exists() or not list(places.versions.iterdir())


def test_a_signature_of_another_key_is_refused(places, tmp_path):
    artefact = make_artefact(tmp_path)
    other = tmp_path / "other.pub.pem"
    subprocess.run(
        ["openssl", "pkey", "-pubout", "-in", private_key(tmp_path / "other.pem"), "-out", other],
        check=True,
    )

    done = install(places, "--key", other, artefact)

    assert done.returncode == 1
    assert "签名不对" in done.stderr


def test_another_version_is_left_to_the_upgrade(places, tmp_path):
    install(places, make_artefact(tmp_path))

    done = install(places, make_artefact(tmp_path, "0.2.0"))

    assert done.returncode == 1
    assert "dengshao upgrade" in done.stderr
    assert os.readlink(places.current) == "versions/0.1.0"


def configure(places, version, *told):
    """Run what dpkg or rpm runs once it has put a version's files in their place."""
    folder = places.versions / version
    (folder / "deploy").mkdir(parents=True, exist_ok=True)
    (folder / "app/content").mkdir(parents=True, exist_ok=True)
    shutil.copy(SCRIPT, folder / "deploy/install.sh")
    script = places.root / "postinst"
    script.write_text(_script("postinst", version), "utf-8")
    environment = os.environ | {"DENGSHAO_INSTALL_ROOT": str(places.root)}
    return subprocess.run(
        ["/bin/sh", str(script), *told], env=environment, capture_output=True, text=True, check=True
    ).stdout


# What dpkg and rpm tell the script; where `current` leads before, and after.
PACKAGED = [
    (("configure", ""), None, "0.1.0"),
    (("configure", "0.1.0"), "0.1.0", "0.1.0"),
    # `dengshao upgrade` has brought a newer one, whose database the older does not know.
    (("configure", "0.1.0"), "0.2.0", "0.2.0"),
    (("1",), "0.2.0", "0.2.0"),
    (("2",), "0.2.0", "0.2.0"),
    # The newer one's folder is gone: a version that does not know the database must not take over.
    (("configure", "0.1.0"), "gone", "gone"),
]


@pytest.mark.parametrize(("told", "before", "after"), PACKAGED)
def test_a_package_that_is_installed_again_takes_nothing_back(places, told, before, after):
    if before is not None:
        places.versions.mkdir(parents=True)
        places.current.symlink_to(f"versions/{before}")
    if before == "0.2.0":
        (places.versions / before).mkdir()

    said = configure(places, "0.1.0", *told)

    assert os.readlink(places.current) == f"versions/{after}"
    assert ("没有换成 0.1.0" in said) is (after != "0.1.0")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "请写上发布文件"),
        (["--force"], "不认识"),
        (["dengshao.zip"], "不是发布文件"),
        (["dengshao-0.1.0-linux-riscv64.tar.zst"], "读不到"),
        (["--unpacked", "9.9.9"], "没有"),
    ],
)
def test_what_was_typed_wrongly_is_told_in_a_sentence(places, arguments, words):
    done = install(places, *arguments)

    assert done.returncode == 1
    assert words in done.stderr


def test_a_version_for_another_machine_is_refused(places, tmp_path):
    done = install(
        places, make_artefact(tmp_path, arch="x86_64" if ARCH == "aarch64" else "aarch64")
    )

    assert done.returncode == 1
    assert f"这台机器是 {ARCH}" in done.stderr


def test_what_the_machine_lacks_is_named(places, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    for name in ("uname", "id", "dirname", "basename", "grep"):
        (few / name).symlink_to(shutil.which(name))

    done = install(places, make_artefact(tmp_path), path=str(few))

    assert done.returncode == 1
    assert "sha256sum" in done.stderr
