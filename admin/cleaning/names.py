"""Names of files: made harmless for a disk and a page, or neutral once a file was cleaned."""

import re
import unicodedata
from pathlib import PurePosixPath
from typing import Final

from ..tip.media import MEDIA

MOST_LETTERS: Final = 120
MOST_ENDING: Final = 16
UNNAMED: Final = "文件"

_KINDS: Final = {"image": "照片", "video": "录像", "audio": "录音"}
# What a double click would run, or a browser would draw: such a name gets an ending that opens
# nothing.
_RUNS: Final = frozenset(
    """
    exe com bat cmd scr pif msi msp dll cpl hta js jse mjs vbs vbe wsf wsh ps1 psm1 reg lnk url
    inf jar apk app dmg pkg sh bash csh command desktop py pyw pl rb php htm html xhtml xht mht
    mhtml shtml svg svgz xml xsl chm docm dotm xlsm xltm xlam pptm potm ppam iso img vhd vhdx
    ade adp gadget scf theme settingcontent-ms appx appxbundle msix library-ms search-ms website
    """.split()  # noqa: SIM905  # sixty of them, one a line, hide what follows
)
_WINDOWS: Final = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)", re.I)
_FORBIDDEN: Final = frozenset('/\\:*?"<>|')
# Controls, letters that turn or hide others (bidi, zero width), private and unassigned ones.
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def safe_name(name: str, type: str) -> str:
    """Make a reporter's name of a file one that can be shown, and saved on any system.

    The last part of a path stays, at most `MOST_LETTERS` long. A known `type` always gets one of
    its own endings; an unknown one never keeps an ending that would run.
    """
    text = unicodedata.normalize("NFC", name.encode("utf-8", "replace").decode("utf-8"))
    last = re.split(r"[/\\]", text.rstrip("/\\"))[-1]
    shown = "".join(_letter(letter) for letter in last)
    shown = re.sub(r"\s+", " ", shown).strip(" .")
    return _fitted(shown or UNNAMED, type)


def neutral_name(type: str, number: int | None = None) -> str:
    """Give a cleaned file a name that tells its kind alone: 照片.jpg, or 照片2.jpg."""
    kind = _KINDS.get(type.partition("/")[0], UNNAMED)
    ending = MEDIA[type].endings[0] if type in MEDIA else ".bin"
    return kind + ("" if number is None else str(number)) + ending


def _letter(letter: str) -> str:
    if letter.isspace():
        return " "
    if unicodedata.category(letter) in _UNSEEN:
        return ""
    return "_" if letter in _FORBIDDEN else letter


def _fitted(name: str, media_type: str) -> str:
    """Give the right ending, and cut the stem, never the ending, to the length allowed."""
    own = PurePosixPath(name).suffix
    ending = _ending(own, media_type)
    stem = name.removesuffix(own) if ending.startswith(own) else name
    stem = stem[: MOST_LETTERS - len(ending)].strip(" .") or UNNAMED
    if _WINDOWS.fullmatch(stem.partition(".")[0].strip()):
        stem = f"_{stem}"[: MOST_LETTERS - len(ending)]
    return stem + ending


def _ending(own: str, media_type: str) -> str:
    """Tell the ending that a name shall have: its own where that is right and harmless."""
    if media_type in MEDIA:
        known = MEDIA[media_type].endings
        return own if own.lower() in known else known[0]
    if own.lower().removeprefix(".") in _RUNS:
        return f"{own}.bin"
    return own if len(own) <= MOST_ENDING else ""
