"""`make release`: artefacts, sums, and a signature where DENGSHAO_RELEASE_KEY names a key."""

import os
import platform
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from ...config import ROOT
from ..layout import ARCHES, PUBLIC_KEY, SBOM, artefact_name
from ..sums import public_pem, sign, sum_of, write_sums
from .archive import write_tar_zst
from .image import make_image
from .packages import make_deb, make_rpm
from .python import write_zstd
from .source import CannotMake, read_commit
from .version import Workshop, make_version, open_workshop

_FOLDER = click.Path(file_okay=False, path_type=Path)
_PACKAGES = {"deb": make_deb, "rpm": make_rpm, "oci.tar": make_image}
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.option("--arch", "arches", multiple=True, type=click.Choice(ARCHES), default=ARCHES)
@click.option("--out", type=_FOLDER, default=ROOT / "build" / "release", show_default=True)
@click.option("--kept", type=_FOLDER, default=ROOT / "build" / "debs", help="Fetched packages.")
@click.option("--may-differ", is_flag=True, help="To try: of a checkout that is not committed.")
@click.option("--package", "packages", multiple=True, type=click.Choice(tuple(_PACKAGES)))
@click.option("--as-version", help="To try an upgrade: another version's name.")
@click.option("--key", type=_FILE, envvar="DENGSHAO_RELEASE_KEY", help="Ed25519, PEM.")
def main(
    *,
    arches: Sequence[str],
    out: Path,
    kept: Path,
    may_differ: bool,
    packages: Sequence[str],
    as_version: str | None,
    key: Path | None,
) -> None:
    """Write the artefacts of a release."""
    os.umask(0o022)
    try:
        commit = read_commit(ROOT, may_differ=may_differ)
        shop = open_workshop(ROOT, out / "work", kept.resolve(), commit)
        pem = public_pem(key) if key else None
        shop = replace(shop, public_key=pem, version=as_version or shop.version)
        made = [name for arch in arches for name in _make(shop, out, arch, packages)]
    except CannotMake as error:
        raise click.ClickException(str(error)) from None
    _vouch(out, [*made, *_beside(shop, out)], key)


def _make(shop: Workshop, out: Path, arch: str, packages: Sequence[str]) -> list[str]:
    folder = make_version(shop, arch)
    artefact = out / artefact_name(shop.version, arch)
    write_tar_zst(folder, f"{shop.version}/", shop.commit.seconds, artefact)
    stem = artefact.name.removesuffix(".tar.zst")
    sbom, zstd = f"{stem}.{SBOM}", f"zstd-{arch}.tar.gz"
    shutil.copyfile(folder / SBOM, out / sbom)
    write_zstd(folder / "python", arch, shop.commit.seconds, out / zstd)
    made = [artefact.name, sbom, zstd]
    # An image is made of programs that run here; for another kind of machine, on such a one.
    for ending in packages if arch == platform.machine() else {*packages} - {"oci.tar"}:
        _PACKAGES[ending](shop, folder, arch, out / f"{stem}.{ending}")
        made.append(f"{stem}.{ending}")
    return made


def _beside(shop: Workshop, out: Path) -> list[str]:
    """Lay beside the artefacts what installs them, and the key by which they are judged."""
    shutil.copyfile(shop.root / "admin" / "deploy" / "install.sh", out / "install.sh")
    if shop.public_key is None:
        return ["install.sh"]
    (out / PUBLIC_KEY).write_bytes(shop.public_key)
    return ["install.sh", PUBLIC_KEY]


def _vouch(out: Path, names: list[str], key: Path | None) -> None:
    sums = write_sums(out, names)
    if key:
        sign(sums, key)
    for name in sorted(names):
        path = out / name
        click.echo(f"{sum_of(path)}  {path.stat().st_size:>12,}  {name}")
    click.echo(f"made on {platform.machine()}, {'signed' if key else 'NOT signed: no key given'}")


if __name__ == "__main__":
    main()
