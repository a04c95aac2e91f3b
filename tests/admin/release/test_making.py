"""What `make release` writes: the same bytes for the same files, and a list of its parts."""

import io
import json
import os
import re
import subprocess
import sys
import tarfile

import pytest

from admin.config import ROOT
from admin.release.layout import ARCHES, Release
from admin.release.making.archive import write_tar
from admin.release.making.components import Component, spdx
from admin.release.making.debs import LICENCES, read_pins
from admin.release.making.python import write_script
from admin.release.making.sbom import make_sbom
from admin.release.making.source import CannotMake, read_commit
from admin.release.making.wheels import bundled_components, without_builders

RELEASE = Release("0.1.0", "c0ffee", "2026-12-02", "x86_64", "3.13.5", "0019")
SECONDS = 1_790_000_000


def tree(folder, *, turned=False):
    """The same files, made in one order or the other, of other times and modes."""
    for name in ("b/two", "a", "c")[:: -1 if turned else 1]:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        path.chmod(0o600 if turned else 0o664)
        os.utime(path, (len(name), 5 if turned else 6))
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o700 if turned else 0o775)
    (folder / "link").symlink_to("a")
    return folder


def tar_of(folder):
    file = io.BytesIO()
    write_tar(folder, "0.1.0/", SECONDS, file)
    return file.getvalue()


def test_two_folders_with_the_same_files_give_the_same_bytes(tmp_path):
    assert tar_of(tree(tmp_path / "one")) == tar_of(tree(tmp_path / "other", turned=True))


def test_all_in_an_archive_is_roots_of_one_time_and_nobody_elses_to_change(tmp_path):
    with tarfile.open(fileobj=io.BytesIO(tar_of(tree(tmp_path / "one")))) as archive:
        members = archive.getmembers()

    assert [found.name for found in members] == [
        *("0.1.0/a", "0.1.0/b", "0.1.0/b/two", "0.1.0/c", "0.1.0/link", "0.1.0/run"),
    ]
    assert {(found.uid, found.uname, found.mtime) for found in members} == {(0, "root", SECONDS)}
    assert {found.mode for found in members if found.isfile()} == {0o644, 0o755}


def locked(name):
    """Names and versions of a lock file, and the sums of each."""
    text = (ROOT / name).read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if re.match(r"[\w.-]+==", line)]
    return {line.split()[0]: set(re.findall(r"sha256:([0-9a-f]+)", line)) for line in lines}


def test_what_only_builds_this_project_is_not_shipped():
    kept = without_builders((ROOT / "requirements.lock").read_text("utf-8"))
    left = set(locked("requirements.lock")) - {
        line.split()[0] for line in kept.splitlines() if re.match(r"[\w.-]+==", line)
    }

    assert {name.partition("==")[0] for name in left} == {"setuptools"}


def test_the_list_names_each_browser_package_of_the_lock_with_sum_and_licence():
    found = {part.name: part for part in bundled_components(ROOT / "package-lock.json")}

    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))["dependencies"]
    assert set(wanted) <= set(found)
    assert [part.name for part in found.values() if not part.is_shipped] == ["esbuild"]
    for part in found.values():
        assert re.fullmatch(r"[0-9a-f]{128}", part.digest)
        assert part.licence != "NOASSERTION"


@pytest.mark.parametrize("arch", ARCHES)
def test_each_debian_package_has_its_version_sum_and_licence(arch):
    pins = read_pins(arch)

    assert {pin.package for pin in pins} == set(LICENCES)
    assert all(re.fullmatch(r"[0-9a-f]{64}", pin.sha256) for pin in pins)
    assert {pin.component.licence for pin in pins} <= set(LICENCES.values())


def test_both_kinds_of_machine_get_the_same_debian_versions():
    one, other = ({pin.package: pin.version for pin in read_pins(arch)} for arch in ARCHES)

    assert one == other


PARTS = [
    Component("pypi", "flask", "3.1.3", "BSD-3-Clause", "SHA-256", "ab" * 32),
    Component("npm", "@noble/hashes", "2.4.0", "MIT", "SHA-512", "cd" * 64),
    Component("deb", "libc6", "2.41-12+deb13u1", "own words of theirs", "SHA-256", "ef" * 32,
              arch="amd64"),
]  # fmt: skip


def test_the_sbom_does_not_depend_on_the_order_in_which_parts_were_found():
    assert make_sbom(RELEASE, SECONDS, PARTS) == make_sbom(RELEASE, SECONDS, PARTS[::-1])


def test_the_sbom_gives_purl_version_sum_and_licence_of_each_part():
    bom = json.loads(make_sbom(RELEASE, SECONDS, PARTS))

    found = {entry["purl"]: entry for entry in bom["components"]}
    assert set(found) == {
        "pkg:pypi/flask@3.1.3",
        "pkg:npm/%40noble/hashes@2.4.0",
        "pkg:deb/debian/libc6@2.41-12%2Bdeb13u1?arch=amd64&distro=debian-13",
    }
    assert found["pkg:pypi/flask@3.1.3"]["licenses"] == [{"expression": "BSD-3-Clause"}]
    assert {"name": "own words of theirs"} in [
        entry["licenses"][0].get("license") for entry in found.values()
    ]
    assert bom["metadata"]["timestamp"] == "2026-09-21T14:13:20Z"


@pytest.mark.parametrize(
    ("expression", "words", "classifiers", "licence"),
    [
        ("MIT AND PSF-2.0", None, [], "MIT AND PSF-2.0"),
        (None, "Apache 2.0", [], "Apache-2.0"),
        (None, None, ["License :: OSI Approved :: MIT License"], "MIT"),
        (None, "Copyright me\nall of it", ["License :: OSI Approved :: BSD License"],
         "BSD License"),
        (None, "UNKNOWN", ["License :: OSI Approved :: MIT License"], "MIT"),
        (None, None, [], "NOASSERTION"),
    ],
)  # fmt: skip
def test_a_licence_is_told_from_what_a_package_says(expression, words, classifiers, licence):
    assert spdx(expression, words, classifiers) == licence


def test_no_release_is_made_of_what_is_not_committed(tmp_path):
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@localhost"]
    (tmp_path / "file").write_text("one")
    for words in (["init", "-q"], ["add", "file"], ["commit", "-qm", "One"]):
        subprocess.run([*git, *words], check=True)
    clean = read_commit(tmp_path, may_differ=False)
    (tmp_path / "file").write_text("two")

    with pytest.raises(CannotMake):
        read_commit(tmp_path, may_differ=False)
    assert read_commit(tmp_path, may_differ=True).id == clean.id + "+"


def test_the_command_tells_its_version_without_a_database():
    done = subprocess.run(
        [sys.executable, "-c", "from admin.cli import main; main(['--version'])"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    version = re.search(r'^version = "(.*)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)

    assert done.stdout.startswith(f"灯哨 {version[1]}，")


@pytest.mark.parametrize("called", ["python3", "by a link"])
def test_a_versions_python_is_started_by_its_own_loader_and_by_no_other_program(tmp_path, called):
    """In the sandbox that cleans files no process may be made: no `readlink` on the way."""
    script = tmp_path / "python" / "bin" / "python3"
    write_script(ROOT / "admin/release/making/parts/python3", script, "loader")
    loader = tmp_path / "python" / "lib" / "loader"
    loader.parent.mkdir()
    loader.write_text('#!/bin/sh\necho "$@"\n')
    loader.chmod(0o755)
    link = tmp_path / "link"
    link.symlink_to(script)
    path = os.environ["PATH"] if called == "by a link" else "/nowhere"
    done = subprocess.run(
        [str(link if called == "by a link" else script), "-c", "pass"],
        env={"PATH": path}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert done.stdout.split()[-4:] == [
        *(str(script), f"{tmp_path}/python/libexec/python3.13", "-c", "pass"),
    ]
