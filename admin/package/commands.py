"""What `dengshao open` does, and what it says. Needs no server, no database, no network."""

from pathlib import Path
from typing import Final

import click

from .faults import NotOpened, told
from .opening import open_package, passphrase_identity, read_keys, takes_passphrase
from .reading import Manifest

_ASK_PHRASE: Final = "口令（对方另外告诉您的数字） Passphrase"
_ASK_KEY: Final = "私钥文件在哪里 Key file"
_WHO: Final = (
    "打得开、校验值对，不等于知道是谁给的。请和公函的文号、印章核对。\n"
    "That it opens proves that nothing was changed, not who sent it: compare letter and seal."
)


def open_file(file: Path, key: Path | None, out: Path | None) -> None:
    folder = out or file.with_name(file.stem if file.suffix else f"{file.name}-open")
    try:
        if takes_passphrase(file):
            identities = [passphrase_identity(click.prompt(_ASK_PHRASE, hide_input=True))]
            manifest = open_package(file, identities, folder)
        else:
            path = key or Path(click.prompt(_ASK_KEY))
            manifest = open_package(file, read_keys(path), folder)
    except NotOpened as error:
        raise click.ClickException(told(error)) from None
    _tell(manifest, folder)


def _tell(manifest: Manifest, folder: Path) -> None:
    facts = manifest.facts
    click.echo(f"{facts['number']}  {facts['reference']}  {facts['day']}")
    click.echo(f"{facts['from']} -> {facts['to']}")
    for one in manifest.files:
        click.echo(f"  ✓ {one.name}  {one.size} B  SHA-256 {one.sha256}")
    click.echo(f"校验值都对，已取到 {folder}\nAll sums are right; opened into {folder}")
    click.echo(_WHO)
