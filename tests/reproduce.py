"""Make a release twice of one commit, in two folders under other circumstances: `make reproduce`.

Each is a clone with its own environment, another umask, time zone, language, home and length of
path, and the second is made after the first. All artefacts are compared byte by byte.
"""

import hashlib
import os
import shutil
import subprocess
import time

import click

from admin.config import ROOT

FOLDER = ROOT / "build" / "reproduce"
DEBS = ROOT / "build" / "debs"
# Folder, umask, and what else differs.
CIRCUMSTANCES = (
    ("a", 0o022, {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}),
    (
        "another/and-a-longer-one",
        0o077,
        {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "2", "HOSTNAME": "other"},
    ),
)


@click.command()
@click.option(
    "--target", type=click.Choice(("release-packages", "release")), default="release-packages"
)
@click.option("--arch", default="", help="One kind of machine alone.")
@click.option("--keep", is_flag=True, help="Leave both folders in build/reproduce.")
def main(target, arch, keep):
    """Print each artefact's sum and whether both are one; fail where any differs."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    release_args = f"--kept {DEBS}" + (f" --arch {arch}" if arch else "")
    # Who goes on working meanwhile commits: both are made of what stands here now.
    commit = _git(ROOT, "rev-parse", "HEAD")
    made = [_make(target, release_args, commit, *circumstance) for circumstance in CIRCUMSTANCES]
    differing = [name for name in sorted({*made[0], *made[1]}) if not _same(name, *made)]
    if not keep and not differing:
        shutil.rmtree(FOLDER)
    if differing:
        raise click.ClickException(f"not the same bytes: {', '.join(differing)} ({FOLDER})")


def _make(target, release_args, commit, name, umask, circumstances):
    """Clone, make, and give each artefact's path."""
    folder, began = FOLDER / name, time.monotonic()
    folder.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder)], check=True, umask=umask)
    _git(folder, "checkout", "-q", "--detach", commit, umask=umask)
    home = folder.with_name(f"{folder.name}-home")
    home.mkdir()
    # The packages of Debian are fetched once: their sums are looked at in each run.
    DEBS.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["make", "--no-print-directory", target, f"RELEASE_ARGS={release_args}"],
        cwd=folder,
        env=os.environ | circumstances | {"HOME": str(home)},
        umask=umask,
        stdout=subprocess.DEVNULL,
        check=True,
    )
    click.echo(f"{(time.monotonic() - began) / 60:6.1f} min  {folder}")
    artefacts = (path for path in (folder / "build/release").iterdir() if path.is_file())
    return {path.name: path for path in artefacts}


def _git(folder, *words, umask=-1):
    done = subprocess.run(
        ["git", "-C", str(folder), *words], check=True, capture_output=True, text=True, umask=umask
    )
    return done.stdout.strip()


def _same(name, one, other):
    if name not in one or name not in other:
        click.echo(f"made once alone                    {name}")
        return False
    sums = [_sum(made[name]) for made in (one, other)]
    same = sums[0] == sums[1]
    word = "same    " if same else "DIFFERS "
    click.echo(f"{word} {sums[0][:16]} {one[name].stat().st_size:>12,}  {name}")
    return same


def _sum(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main()
