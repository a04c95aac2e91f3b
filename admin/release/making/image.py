"""The same version as a container image, made of Debian's packages without a registry.

An OCI archive, as `podman load` takes it: one layer of a minimal Debian, one of this version.
"""

import gzip
import json
import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from ..sums import sum_of
from .archive import write_tar
from .debs import MACHINES
from .source import CannotMake
from .version import Workshop

USER: Final = 977
"""The user's number inside, and so the owner of the folders that are mounted."""
_INCLUDED: Final = "bubblewrap,ca-certificates,netbase,tzdata,util-linux"
_UNUSED: Final = ("usr/share/man/*", "usr/share/info/*", "usr/share/locale/*", "var/log/*")
_HOOKS: Final = (
    f"--customize-hook=chroot $1 useradd --system --uid {USER} --no-create-home "
    "--home-dir /var/lib/dengshao --shell /usr/sbin/nologin dengshao",
    "--customize-hook=rm -rf $1/var/log/* $1/var/lib/apt/lists/* $1/var/cache/* $1/etc/hostname "
    "$1/etc/resolv.conf $1/etc/machine-id $1/var/lib/dbus $1/etc/passwd- $1/etc/shadow- "
    "$1/etc/group- $1/etc/gshadow-",
)


@dataclass(frozen=True)
class Blob:
    """A part of an image, by its sum."""

    digest: str
    size: int

    def named(self, kind: str) -> dict[str, Any]:
        return {"mediaType": kind, "digest": f"sha256:{self.digest}", "size": self.size}


def make_image(shop: Workshop, folder: Path, arch: str, target: Path) -> None:
    """Write the image for the kind of machine that we are on."""
    if arch != platform.machine():
        raise CannotMake(f"an image for {arch} is made on such a machine.")
    layout = shop.work / "image"
    shutil.rmtree(layout, ignore_errors=True)
    (layout / "blobs" / "sha256").mkdir(parents=True)
    seconds = shop.commit.seconds
    layers = [
        _add_layer(layout, tar) for tar in (_debian(shop, layout), _version(shop, folder, layout))
    ]
    manifest = _add_manifest(shop, layout, arch, layers)
    _write(layout / "oci-layout", {"imageLayoutVersion": "1.0.0"})
    named = manifest.named("application/vnd.oci.image.manifest.v1+json")
    name = {"org.opencontainers.image.ref.name": f"localhost/dengshao:{shop.version}"}
    _write(
        layout / "index.json", {"schemaVersion": 2, "manifests": [named | {"annotations": name}]}
    )
    with target.open("wb") as file:
        write_tar(layout, "", seconds, file)
    shutil.rmtree(layout)


def _debian(shop: Workshop, scratch: Path) -> Path:
    """Make a minimal Debian of this machine's own sources."""
    if shutil.which("mmdebstrap") is None:
        raise CannotMake("mmdebstrap is missing: apt-get install mmdebstrap.")
    tar = scratch / "debian.tar"
    excluded = [f"--dpkgopt=path-exclude=/{pattern}" for pattern in _UNUSED]
    command = ["mmdebstrap", "--quiet", "--variant=minbase", f"--include={_INCLUDED}"]
    sources = "/etc/apt/sources.list.d/debian.sources"
    environment = os.environ | {"SOURCE_DATE_EPOCH": str(shop.commit.seconds)}
    subprocess.run(
        [*command, *excluded, *_HOOKS, "trixie", str(tar), sources], check=True, env=environment
    )
    return tar


def _version(shop: Workshop, folder: Path, scratch: Path) -> Path:
    """Put the version where install.sh would, with its link and its command."""
    root = scratch / "root"
    versions = root / "opt/dengshao/versions"
    versions.mkdir(parents=True)
    shutil.copytree(folder, versions / shop.version, copy_function=os.link)
    (root / "opt/dengshao/current").symlink_to(f"versions/{shop.version}")
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/dengshao").symlink_to("/opt/dengshao/current/bin/dengshao")
    tar = scratch / "version.tar"
    with tar.open("wb") as file:
        write_tar(root, "", shop.commit.seconds, file)
    shutil.rmtree(root)
    return tar


def _add_layer(layout: Path, tar: Path) -> tuple[Blob, str]:
    """Compress a layer; give it, and the sum of what it holds."""
    packed = tar.with_suffix(".gz")
    with (
        tar.open("rb") as plain,
        packed.open("wb") as out,
        gzip.GzipFile("", "wb", compresslevel=6, fileobj=out, mtime=0) as zipped,
    ):
        shutil.copyfileobj(plain, zipped, 2**20)
    inside = sum_of(tar)
    tar.unlink()
    return _add(layout, packed), inside


def _add_manifest(shop: Workshop, layout: Path, arch: str, layers: list[tuple[Blob, str]]) -> Blob:
    made = f"{datetime.fromtimestamp(shop.commit.seconds, UTC):%Y-%m-%dT%H:%M:%SZ}"
    config = {
        "created": made,
        "architecture": MACHINES[arch],
        "os": "linux",
        "config": {
            "User": "dengshao",
            "Entrypoint": ["/usr/bin/dengshao"],
            "Cmd": ["serve"],
            "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            "WorkingDir": "/opt/dengshao/current",
            "Labels": {
                "org.opencontainers.image.version": shop.version,
                "org.opencontainers.image.revision": shop.commit.id,
            },
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{inside}" for _, inside in layers]},
        "history": [{"created": made, "created_by": "make release"} for _ in layers],
    }
    kept = _add(layout, _write(layout / "config", config))
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": kept.named("application/vnd.oci.image.config.v1+json"),
        "layers": [blob.named("application/vnd.oci.image.layer.v1.tar+gzip") for blob, _ in layers],
    }
    return _add(layout, _write(layout / "manifest", manifest))


def _write(path: Path, value: dict[str, Any]) -> Path:
    path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n", "utf-8")
    return path


def _add(layout: Path, file: Path) -> Blob:
    """Move a file among the blobs, under its sum."""
    blob = Blob(sum_of(file), file.stat().st_size)
    file.rename(layout / "blobs" / "sha256" / blob.digest)
    return blob
