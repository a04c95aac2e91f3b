"""What no upgrade takes: nothing of it reaches the disk, and the old version goes on."""

import io
import json
import platform
import shutil
import subprocess
import tarfile

import pytest

from admin.release.layout import SIGNATURE, SUMS, artefact_name
from admin.release.sums import sign, write_sums
from admin.upgrade.artefact import NoVersion, look_through
from admin.upgrade.checking import Refused
from admin.upgrade.commands import NO_NEWER, UNSIGNED
from tests.admin.upgrade.conftest import new_key
from tests.admin.upgrade.small import NEW_CONTENT, compress, pack


def resign(small, key):
    sign(write_sums(small.file.parent, [small.file.name]), key)


def change_a_byte(small, key):
    data = bytearray(small.file.read_bytes())
    data[len(data) // 2] ^= 1
    small.file.write_bytes(data)


def cut(small, key):
    small.file.write_bytes(small.file.read_bytes()[:-200])
    resign(small, key)


def take_the_signature_away(small, key):
    (small.file.parent / SIGNATURE).unlink()


def sign_with_another(small, key):
    resign(small, new_key(small.root / "other.key"))


def rename(small, key):
    other = small.file.with_name(artefact_name("0.3.0", platform.machine()))
    small.file = small.file.rename(other)
    resign(small, key)


def other_machine(small, key):
    other = small.file.with_name(artefact_name("0.2.0", OTHER))
    about = small.file.parent / "0.2.0" / "RELEASE.json"
    about.write_text(json.dumps(json.loads(about.read_text()) | {"arch": OTHER}))
    repack(small, other)
    resign(small, key)


def repack(small, target):
    folder = small.file.parent / "0.2.0"
    write_sums(folder)
    pack(folder, target)
    small.file = target


def same_version(small, key):
    small.file = small.release("0.1.0", NEW_CONTENT, key=key)


def older_database(small, key):
    small.file = small.release("0.2.0", NEW_CONTENT, key=key, database="0007")


def already_beside(small, key):
    (small.places.version("0.2.0") / "x").mkdir(parents=True)


OTHER = "aarch64" if platform.machine() == "x86_64" else "x86_64"
REFUSED = {
    change_a_byte: "校验和不对",
    cut: "没有传完",
    take_the_signature_away: "没有签名，不装",
    sign_with_another: "签名不对",
    rename: "文件名和里面写的版本不一样",
    other_machine: f"给 {OTHER} 用",
    same_version: "现在就是 0.1.0",
    older_database: "不认识现在的数据库",
    already_beside: "已经在旁边",
}


@pytest.mark.parametrize("spoil", REFUSED)
def test_a_file_that_is_not_right_is_refused_before_anything_is_done(
    upgrade, small, served, key, spoil
):
    spoil(small, key)
    before = small.picture()

    with pytest.raises(Refused, match=REFUSED[spoil]):
        upgrade()

    assert small.picture() == before
    assert served.started == ["0.1.0"]
    assert not small.places.backups.exists()


def test_a_disk_that_is_too_full_is_said_before_anything_is_done(upgrade, small, monkeypatch):
    monkeypatch.setattr("admin.upgrade.checking.free_bytes", lambda _folder: 10 << 20)

    with pytest.raises(Refused, match="只剩 10 MB"):
        upgrade()

    assert not small.places.version("0.2.0").exists()


def test_an_unsigned_file_is_taken_by_who_says_so_in_words(upgrade, small, served, monkeypatch):
    (small.file.parent / SIGNATURE).unlink()
    monkeypatch.setattr("click.prompt", lambda *_: "行")
    with pytest.raises(Refused, match="没有照抄"):
        upgrade(unsigned=True)
    monkeypatch.setattr("click.prompt", lambda *_: UNSIGNED)

    upgrade(unsigned=True)

    assert served.started[-1] == "0.2.0"


def test_an_older_version_is_taken_by_who_says_so_in_words(
    upgrade, small, served, key, monkeypatch
):
    file = small.release("0.0.9", NEW_CONTENT, key=key, database="0019")
    with pytest.raises(Refused, match=r"0\.0\.9 比现在的 0\.1\.0 旧"):
        upgrade(file=file)
    monkeypatch.setattr("click.prompt", lambda *_: NO_NEWER)

    upgrade(file=file, force=True)

    assert served.started[-1] == "0.0.9"


def a_file(name):
    return tarfile.TarInfo(name), b"x"


def a_link(name, to, kind=tarfile.SYMTYPE):
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member, None


def a_device(name):
    member = tarfile.TarInfo(name)
    member.type = tarfile.CHRTYPE
    return member, None


STRANGE = {
    "a path out": a_file("0.2.0/../../../etc/passwd"),
    "a whole path": a_file("/etc/passwd"),
    "a link out": a_link("0.2.0/app/out", "../../../etc"),
    "a link to a whole path": a_link("0.2.0/app/out", "/etc/passwd"),
    "a hard link": a_link("0.2.0/app/out", "0.2.0/RELEASE.json", tarfile.LNKTYPE),
    "a device": a_device("0.2.0/null"),
    "a file that no sum names": a_file("0.2.0/app/more.py"),
}


@pytest.mark.parametrize("what", STRANGE)
def test_an_archive_with_something_strange_in_it_is_not_unpacked(small, tmp_path, what):
    spoilt = tmp_path / "spoilt.tar.zst"
    shutil.copy(small.file, spoilt)
    tar = spoilt.with_suffix("")
    member, data = STRANGE[what]
    subprocess.run(["zstd", "-qdf", str(spoilt), "-o", str(tar)], check=True)
    with tarfile.open(tar, "a") as archive:
        member.size = len(data or b"")
        archive.addfile(member, io.BytesIO(data) if data else None)
    compress(tar, spoilt)

    with pytest.raises(NoVersion, match=r"不该有的东西|对不上"):
        look_through(spoilt)

    assert look_through(small.file).release.version == "0.2.0"


def test_sums_of_what_is_packed_are_held_against_each_file(small):
    folder = small.file.parent / "0.2.0"
    (folder / "app/content/index.md").write_text("changed after the sums\n")

    pack(folder, small.file)

    with pytest.raises(NoVersion, match=r"和校验和对不上，第一个是 app/content/index\.md"):
        look_through(small.file)
    assert (folder / SUMS).exists()


def test_where_other_nodes_still_work_nothing_is_changed_and_this_one_serves_again(
    upgrade, small, served
):
    before = small.picture()
    (small.root / "others").touch()

    with pytest.raises(Refused, match=r"(?s)1 session of others.*已退回 0.1.0，服务照常"):
        upgrade()

    assert small.picture() == before
    assert served.started == ["0.1.0", "0.1.0"]
    asked = (small.root / "asked").read_text().splitlines()
    assert not [line for line in asked if line.startswith("migrate")]

    (small.root / "others").unlink()
    upgrade()
    assert served.started[-1] == "0.2.0"
