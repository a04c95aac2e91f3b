"""A Python of a version's own, made of Debian's packages and movable to any folder.

It is started through the C library that it was built with (parts/python3), so that neither the age
of the machine's Python nor that of its C library matters. Its folder:
`bin/` what is called, `libexec/` the programs, `lib/` their libraries and `python3.13/`, whose
`dist-packages/` holds the wheels.
"""

import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, cast

from .archive import write_tar
from .source import CannotMake

LIBRARIES: Final = (
    *("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1"),
    *("libresolv.so.2", "libnss_dns.so.2", "libnss_files.so.2"),
    *("libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "libexpat.so.1", "libffi.so.8"),
    *("libssl.so.3", "libcrypto.so.3", "libsqlite3.so.0", "libbz2.so.1.0", "liblzma.so.5"),
    *("libuuid.so.1", "liblz4.so.1", "libzstd.so.1"),
)
_OF_ZSTD: Final = ("libc.so.6", "libz.so.1", "liblzma.so.5", "liblz4.so.1", "libzstd.so.1")
LOADERS: Final = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
PACKAGES: Final = "lib/python3.13/dist-packages"
_PARTS: Final = Path(__file__).with_name("parts")
# Modules whose libraries we leave out: line editing and screens, an old kind of database.
_LEFT: Final = ("readline.", "_curses", "_dbm.", "_tkinter.", "_crypt.")


def make_python(unpacked: Path, target: Path, arch: str) -> None:
    """Put it together from the unpacked packages."""
    machine = unpacked / "usr" / "lib" / f"{arch}-linux-gnu"
    loader = LOADERS[arch]
    for name in (*LIBRARIES, loader):
        _copy(machine / name, target / "lib" / name)
    _copy_modules(unpacked / "usr/lib/python3.13", target / "lib/python3.13")
    (target / PACKAGES).mkdir()
    for name, program in (("python3", "python3.13"), ("zstd", "zstd")):
        _copy(unpacked / "usr/bin" / program, target / "libexec" / program)
        write_script(_PARTS / name, target / "bin" / name, loader)
    for text in sorted(unpacked.glob("usr/share/doc/*/copyright")):
        if text.is_file() and not text.parent.is_symlink():
            _copy(text, target / "share/doc" / text.parent.name / "copyright")
    _add_paths(target / PACKAGES)


def write_zstd(python: Path, arch: str, seconds: int, target: Path) -> None:
    """Pack zstd alone, for a machine that has none: install.sh unpacks it by gzip."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("bin/zstd", "libexec/zstd", *(f"lib/{name}" for name in _OF_ZSTD)):
            _copy(python / name, Path(scratch, "zstd", name))
        _copy(python / "lib" / LOADERS[arch], Path(scratch, "zstd/lib", LOADERS[arch]))
        with target.open("wb") as out, gzip.GzipFile("", "wb", fileobj=out, mtime=0) as file:
            write_tar(Path(scratch), "", seconds, cast(IO[bytes], file))


def write_script(source: Path, target: Path, loader: str = "") -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(source.read_text("utf-8").replace("@LOADER@", loader), "utf-8")
    target.chmod(0o755)


def _add_paths(packages: Path) -> None:
    """Let every Python of this version find the app, its subprocesses included."""
    (packages / "dengshao.pth").write_text("../../../../app\n", "utf-8")


def _copy_modules(source: Path, target: Path) -> None:
    for path in _modules(source):
        _copy(path, target / path.relative_to(source))


def _modules(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        is_left = path.name.startswith(_LEFT) or "__pycache__" in path.parts
        # sitecustomize is a link into /etc, which would let the machine's settings in.
        if path.is_file() and not is_left and path.name != "sitecustomize.py":
            yield path


def _copy(source: Path, target: Path) -> None:
    if not source.exists():
        raise CannotMake(f"{source.name} is in none of the packages of debian.lock.")
    target.parent.mkdir(parents=True, exist_ok=True)
    # Links are followed: each file stands under the one name by which it is asked for.
    shutil.copyfile(source, target)
    target.chmod(0o755 if source.stat().st_mode & 0o100 else 0o644)
