"""The same version as a .deb and a .rpm. They put it in its place: install.sh does the rest."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from .debs import MACHINES
from .source import CannotMake
from .version import Workshop

_PARTS: Final = Path(__file__).with_name("parts")
_SUMMARY: Final = "A legal outreach site and a sealed tip line"
_CONTROL: Final = """\
Package: dengshao
Version: {version}
Architecture: {arch}
Maintainer: Dengshao <dengshao@localhost>
Section: admin
Priority: optional
Installed-Size: {size}
Depends: passwd, util-linux
Recommends: nginx | nginx-light, bubblewrap, ffmpeg, mat2
Description: {summary}
 灯哨：普法网站和加密的线索表单。自带 Python，安装不用网络。
 装好以后运行 dengshao setup。
"""
_SPEC: Final = """\
Name: dengshao
Version: {version}
Release: 1
Summary: {summary}
License: MulanPSL-2.0
AutoReqProv: no
Requires: shadow-utils, util-linux
%description
灯哨：普法网站和加密的线索表单。自带 Python，安装不用网络。
装好以后运行 dengshao setup。
%install
mkdir -p %{{buildroot}}/opt/dengshao/versions
cp -a {folder} %{{buildroot}}/opt/dengshao/versions/{name}
%pre
{preinst}
%post
{postinst}
%preun
{prerm}
%files
%defattr(-,root,root,-)
/opt/dengshao/versions/{name}
"""


def make_deb(shop: Workshop, folder: Path, arch: str, target: Path) -> None:
    """Write the package for Debian, Ubuntu, UOS and their like."""
    tree = shop.work / f"deb-{arch}"
    _clear(tree)
    inside = tree / "opt/dengshao/versions" / shop.version
    _copy(folder, inside)
    control = tree / "DEBIAN"
    control.mkdir()
    size = sum(path.stat().st_size for path in inside.rglob("*") if path.is_file()) // 1024
    facts = {"version": shop.version, "arch": MACHINES[arch], "size": size, "summary": _SUMMARY}
    (control / "control").write_text(_CONTROL.format(**facts), "utf-8")
    for name in ("preinst", "postinst", "prerm"):
        (control / name).write_text(_script(name, shop.version), "utf-8")
        (control / name).chmod(0o755)
    _date(tree, shop.commit.seconds)
    # xz, which the older dpkg of domestic systems reads too.
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "-z2", "--threads-max=1", "--build"]
    _run([*command, str(tree), str(target)], shop)
    shutil.rmtree(tree)


def make_rpm(shop: Workshop, folder: Path, arch: str, target: Path) -> None:
    """Write the package for openEuler, Kylin and their like."""
    top = shop.work / f"rpm-{arch}"
    _clear(top)
    top.mkdir()
    _date(folder, shop.commit.seconds)
    scripts = {name: _script(name, shop.version) for name in ("preinst", "postinst", "prerm")}
    # rpm tells by a number of versions what dpkg tells by a word.
    scripts["preinst"] = _rpm_preinst(shop.version)
    facts = {"version": shop.version.replace("-", "~"), "name": shop.version, "folder": folder}
    spec = top / "dengshao.spec"
    spec.write_text(_SPEC.format(summary=_SUMMARY, **facts, **scripts), "utf-8")
    options = {
        "_topdir": str(top),
        "_rpmdir": str(top / "out"),
        "_rpmfilename": "dengshao.rpm",
        "_buildhost": "dengshao",
        "_build_id_links": "none",
        # Nothing is stripped, compiled or compressed anew: the sums would no longer hold.
        "__os_install_post": "%{nil}",
        "debug_package": "%{nil}",
        "_binary_payload": "w2.xzdio",
        "use_source_date_epoch_as_buildtime": "1",
    }
    defined = [word for name, value in options.items() for word in ("--define", f"{name} {value}")]
    _run(["rpmbuild", "-bb", "--quiet", "--target", f"{arch}-linux", *defined, str(spec)], shop)
    shutil.move(top / "out" / "dengshao.rpm", target)
    shutil.rmtree(top)


def _rpm_preinst(version: str) -> str:
    text = _script("preinst", version).replace("upgrade)", "2)")
    # What serves, not what rpm once put there: `dengshao upgrade` may have brought a newer one.
    asked = 'set -- "$1" "$(basename "$(readlink /opt/dengshao/current)")"'
    return text.replace("set -e\n", f"set -e\n{asked}\n")


def _script(name: str, version: str) -> str:
    return (_PARTS / name).read_text("utf-8").replace("@VERSION@", version)


def _run(command: list[str], shop: Workshop) -> None:
    if shutil.which(command[0]) is None:
        raise CannotMake(f"{command[0]} is missing: apt-get install dpkg rpm.")
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(shop.commit.seconds)}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, copy_function=_link)


def _link(source: str, target: str) -> None:
    os.link(source, target)


def _date(folder: Path, seconds: int) -> None:
    """Give everything the commit's time: packers write down the times that they find."""
    for parent, folders, files in os.walk(folder):
        for name in [*folders, *files, "."]:
            os.utime(Path(parent, name), (seconds, seconds))
