"""What a machine gets where a container serves: quadlets, timers, and a command named `dengshao`.

Setup runs then inside of the image, with the whole machine mounted beneath its root.
"""

import re
from pathlib import Path
from typing import Final

from ...config import ROOT
from ...release.running import running_release
from .rendering import DATA
from .writing import Writer

QUADLETS: Final = "/etc/containers/systemd"
COMMAND: Final = "/usr/local/bin/dengshao"
EDGE: Final = "/var/lib/dengshao-edge"
TIMED: Final = ("dengshao-backup.timer", "dengshao-doctor.timer", "dengshao-edge-log.socket")
"""As they stand beside the units: each starts a service of its own name, whoever makes that."""
_CONTAINED: Final = Path("/run/.containerenv")
_DATA_MOUNTED: Final = re.compile(rf"(?m)^(.*olume=){DATA}:{DATA}( \\)?$")
_IMAGE: Final = re.compile(r"localhost/dengshao:\S+")


def is_served_by_one(writer: Writer, contained: Path = _CONTAINED) -> bool:
    """Tell whether a container serves, or is to serve, on the machine that is set up."""
    return contained.exists() or writer.at(f"{QUADLETS}/dengshao.container").exists()


def put_container(writer: Writer, *, units: str, proxy_user: str, folders: tuple[str, ...]) -> None:
    """Put all of it, with the version of the image that runs, and further folders of the store."""
    deploy = ROOT / "admin" / "deploy"
    image = f"localhost/dengshao:{running_release().version}"
    writer.folder(EDGE, 0o700)
    for path in sorted((deploy / "container").iterdir()):
        text = _with_folders(_IMAGE.sub(image, path.read_text("utf-8")), folders)
        if path.name == Path(COMMAND).name:
            writer.put(COMMAND, text, 0o755)
        else:
            folder = QUADLETS if path.suffix == ".container" else units
            writer.put(f"{folder}/{path.name}", text)
    for name in TIMED:
        text = (deploy / name).read_text("utf-8")
        text = text.replace("SocketGroup=www-data", f"SocketGroup={proxy_user}")
        writer.put(f"{units}/{name}", text)


def _with_folders(text: str, folders: tuple[str, ...]) -> str:
    """Let what sees the data see these as well: a line of the same shape for each."""
    lines = "".join(rf"\n\g<1>{folder}:{folder}\2" for folder in folders)
    return _DATA_MOUNTED.sub(rf"\g<0>{lines}", text)
